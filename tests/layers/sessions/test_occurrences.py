"""Dates of meetings against a second statement of the rules, day by day, written independently (R30)."""

import calendar
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from layers.sessions.occurrences import Rule, occurrences

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
DAYS = st.dates(FIRST, LAST)
RULES = st.fixed_dictionaries(
    {
        "recurrence": st.sampled_from(["weekly", "fortnightly", "monthly_weekday", "monthly_day", "dates"]),
        "weekdays": st.frozensets(st.integers(0, 6), max_size=3),
        "weeks": st.frozensets(st.sampled_from([1, 2, 3, 4, 5, -1]), max_size=3),
        "month_days": st.frozensets(st.sampled_from([-1, *range(1, 32)]), max_size=3),
        "dates": st.frozensets(DAYS, max_size=4),
        "holiday_rule": st.sampled_from(["held", "off", "next_day"]),
        "first_on": st.none() | DAYS,
        "last_on": st.none() | DAYS,
        "cancelled": st.frozensets(DAYS, max_size=4),
        "moved": st.dictionaries(DAYS, DAYS, max_size=3),
        "extra": st.frozensets(DAYS, max_size=3),
    }
)


def _by_calendar(values: dict[str, Any]) -> set[date]:
    """Days the rule names, from month sheets as they hang on a wall."""
    found: set[date] = set()
    for year in (2025, 2026, 2027, 2028):
        for month in range(1, 13):
            sheet = calendar.Calendar(calendar.MONDAY).monthdatescalendar(year, month)
            days = sorted({day for week in sheet for day in week if day.month == month})
            if values["recurrence"] in {"weekly", "fortnightly"}:
                found |= {day for day in days if day.weekday() in values["weekdays"]}
            elif values["recurrence"] == "monthly_weekday":
                for weekday in values["weekdays"]:
                    column = [day for day in days if day.weekday() == weekday]
                    found |= {column[nth - 1] for nth in values["weeks"] if 0 < nth <= len(column)}
                    found |= {column[-1]} if -1 in values["weeks"] else set()
            elif values["recurrence"] == "monthly_day":
                found |= {days[nth - 1] for nth in values["month_days"] if 0 < nth <= len(days)}
                found |= {days[-1]} if -1 in values["month_days"] else set()
    return set(values["dates"]) if values["recurrence"] == "dates" else found


def _brute(values: dict[str, Any], first: date, last: date, off: set[date]) -> list[date]:
    named = _by_calendar(values)
    begin, end = values["first_on"] or date.min, values["last_on"] or date.max
    named = {day for day in named if begin <= day <= end}
    if values["recurrence"] == "fortnightly":
        if values["first_on"] is None:
            named = set()
        weeks, monday = set(), begin - timedelta(days=begin.weekday()) if values["first_on"] else date.min
        while values["first_on"] and monday < date(2029, 1, 1):
            weeks |= {monday + timedelta(days=number) for number in range(7)}
            monday += timedelta(days=14)
        named &= weeks
    held: set[date] = set()
    for day in named:
        if values["recurrence"] != "dates" and values["holiday_rule"] != "held" and day in off:
            if values["holiday_rule"] == "off":
                continue
            while day in off or day.isoweekday() in (6, 7):
                day = day + timedelta(days=1)
        held.add(day)
    held -= values["cancelled"]
    arrived = {to for would_be, to in values["moved"].items() if would_be in held}
    held = (held - set(values["moved"])) | arrived | values["extra"]
    return sorted(day for day in held if first <= day <= last)


@settings(max_examples=150, deadline=None)
@given(values=RULES, span=st.tuples(DAYS, DAYS), marks=st.frozensets(DAYS, max_size=40))
def test_dates_are_those_of_the_wall_calendar(
    values: dict[str, Any], span: tuple[date, date], marks: frozenset[date]
) -> None:
    first, last = min(span), max(span)
    off = set(marks)
    if values["first_on"] and values["last_on"] and values["first_on"] > values["last_on"]:
        values["first_on"], values["last_on"] = values["last_on"], values["first_on"]
    assert occurrences(Rule(**values), first, last, off.__contains__) == _brute(values, first, last, off)


def test_second_and_fourth_tuesday_not_on_holidays() -> None:
    rule = Rule("monthly_weekday", weekdays=frozenset({1}), weeks=frozenset({2, 4}), holiday_rule="off")
    assert occurrences(rule, date(2026, 9, 1), date(2026, 10, 31)) == [
        date(2026, 9, 8), date(2026, 10, 13), date(2026, 10, 27)
    ]  # fmt: skip


def test_a_holiday_puts_it_off_over_the_golden_week() -> None:
    rule = Rule("weekly", weekdays=frozenset({0}), holiday_rule="next_day")
    assert occurrences(rule, date(2027, 5, 1), date(2027, 5, 12)) == [date(2027, 5, 6), date(2027, 5, 10)]


def test_every_other_week_counts_from_its_first_day_over_the_year() -> None:
    rule = Rule("fortnightly", weekdays=frozenset({2}), first_on=date(2026, 12, 9))
    assert occurrences(rule, date(2026, 12, 1), date(2027, 1, 31)) == [
        date(2026, 12, 9), date(2026, 12, 23), date(2027, 1, 6), date(2027, 1, 20)
    ]  # fmt: skip


def test_exceptions_come_last() -> None:
    rule = Rule(
        "monthly_day", month_days=frozenset({15, -1}), cancelled=frozenset({date(2026, 2, 15)}),
        moved={date(2026, 2, 28): date(2026, 3, 2), date(2026, 2, 3): date(2026, 3, 4)},
        extra=frozenset({date(2026, 3, 9)}),
    )  # fmt: skip
    assert occurrences(rule, date(2026, 2, 1), date(2026, 3, 31)) == [
        date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 15), date(2026, 3, 31)
    ]  # fmt: skip
