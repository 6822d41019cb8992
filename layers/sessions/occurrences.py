"""On which days a meeting takes place: one pure function over a rule (R30)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from layers.models import HolidayRule, Recurrence, Session
from layers.sessions.holidays import is_holiday

LAST: Final = -1
#: No row of holidays and weekends is longer; that far before a span a meeting may be put off into it.
LONGEST_BREAK: Final = timedelta(days=14)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as people say it. Weekdays count from Monday, 0; weeks and days of the month from 1, -1 is the last.

    ``first_on`` and ``last_on`` are both inside. ``moved``: a day that would be, and the day in its stead.
    """

    recurrence: str
    weekdays: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()
    holiday_rule: str = HolidayRule.HELD
    first_on: date | None = None
    last_on: date | None = None
    cancelled: frozenset[date] = frozenset()
    moved: Mapping[date, date] = field(default_factory=dict, hash=False)
    extra: frozenset[date] = frozenset()


def rule_of(session: Session) -> Rule:
    """The rule of a stored session."""
    return Rule(
        recurrence=session.recurrence,
        weekdays=frozenset(session.weekdays),
        weeks=frozenset(session.weeks),
        month_days=frozenset(session.month_days),
        dates=frozenset(session.dates),
        holiday_rule=session.holiday_rule,
        first_on=session.first_on,
        last_on=session.last_on,
        cancelled=frozenset(session.cancelled),
        moved={date.fromisoformat(key): date.fromisoformat(value) for key, value in session.moved.items()},
        extra=frozenset(session.extra),
    )


def occurrences(
    rule: Rule, first: date, last: date, holiday: Callable[[date], bool] = is_holiday
) -> list[date]:
    """Days from ``first`` to ``last``, both inside, in order.

    The period limits the days of the rule, not where a holiday puts them off to. Holidays do not touch dates named
    one by one. Exceptions come last: off, then moved, then extra dates, which stand whatever the rule says.
    """
    found = _regular(rule, first, last, holiday) - rule.cancelled - set(rule.moved)
    for would_be, instead in rule.moved.items():
        if first <= instead <= last and _takes_place(rule, would_be, holiday):
            found.add(instead)
    found |= {day for day in rule.extra if first <= day <= last}
    return sorted(found)


def _takes_place(rule: Rule, day: date, holiday: Callable[[date], bool]) -> bool:
    return day not in rule.cancelled and day in _regular(rule, day, day, holiday)


def _regular(rule: Rule, first: date, last: date, holiday: Callable[[date], bool]) -> set[date]:
    """Days of the rule with its holidays, without exceptions."""
    if rule.recurrence == Recurrence.DATES:
        return {day for day in rule.dates if first <= day <= last and _in_period(rule, day)}
    found = set()
    for day in _days(first - LONGEST_BREAK, last):
        if _is_named(rule, day) and _in_period(rule, day):
            held = _held_on(rule, day, holiday)
            if held is not None and first <= held <= last:
                found.add(held)
    return found


def _in_period(rule: Rule, day: date) -> bool:
    return (rule.first_on is None or day >= rule.first_on) and (rule.last_on is None or day <= rule.last_on)


def _is_named(rule: Rule, day: date) -> bool:
    match rule.recurrence:
        case Recurrence.WEEKLY:
            return day.weekday() in rule.weekdays
        case Recurrence.FORTNIGHTLY:
            return day.weekday() in rule.weekdays and _is_even_week(rule, day)
        case Recurrence.MONTHLY_WEEKDAY:
            is_last = (day + 7 * _DAY).month != day.month
            named = (day.day - 1) // 7 + 1 in rule.weeks or (is_last and LAST in rule.weeks)
            return named and day.weekday() in rule.weekdays
        case _:
            is_last = (day + _DAY).month != day.month
            return day.day in rule.month_days or (is_last and LAST in rule.month_days)


def _is_even_week(rule: Rule, day: date) -> bool:
    """Weeks count from the one of the first day, Monday to Sunday."""
    if rule.first_on is None:
        return False
    start = rule.first_on - rule.first_on.weekday() * _DAY
    return (day - start).days // 7 % 2 == 0


def _held_on(rule: Rule, day: date, holiday: Callable[[date], bool]) -> date | None:
    if rule.holiday_rule == HolidayRule.HELD or not holiday(day):
        return day
    if rule.holiday_rule == HolidayRule.OFF:
        return None
    while holiday(day) or day.weekday() >= 5:
        day += _DAY
    return day


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * _DAY for number in range((last - first).days + 1))
