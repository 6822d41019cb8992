"""Holidays against a table written by hand from the calendars of the Cabinet Office (2020–2035)."""

from datetime import date, timedelta

import pytest

from layers.sessions.holidays import holidays, is_holiday

#: Spring and autumn equinox, substitute days (振替休日) and days between (国民の休日) of each year.
TABLE = {
    2020: ((3, 20), (9, 22), ["2-24", "5-6"], []),
    2021: ((3, 20), (9, 23), ["8-9"], []),
    2022: ((3, 21), (9, 23), [], []),
    2023: ((3, 21), (9, 23), ["1-2"], []),
    2024: ((3, 20), (9, 22), ["2-12", "5-6", "8-12", "9-23", "11-4"], []),
    2025: ((3, 20), (9, 23), ["2-24", "5-6", "11-24"], []),
    2026: ((3, 20), (9, 23), ["5-6"], ["9-22"]),
    2027: ((3, 21), (9, 23), ["3-22"], []),
    2028: ((3, 20), (9, 22), [], []),
    2029: ((3, 20), (9, 23), ["2-12", "4-30", "9-24"], []),
    2030: ((3, 20), (9, 23), ["5-6", "8-12", "11-4"], []),
    2031: ((3, 21), (9, 23), ["2-24", "5-6", "11-24"], []),
    2032: ((3, 20), (9, 22), [], ["9-21"]),
    2033: ((3, 20), (9, 23), ["3-21"], []),
    2034: ((3, 20), (9, 23), ["1-2"], []),
    2035: ((3, 21), (9, 23), ["2-12", "4-30", "9-24"], []),
}
#: Mondays and moved days: 成人の日, 海の日, 山の日, 敬老の日, スポーツの日.
MONDAYS = {
    2020: ("1-13", "7-23", "8-10", "9-21", "7-24"), 2021: ("1-11", "7-22", "8-8", "9-20", "7-23"),
    2022: ("1-10", "7-18", "8-11", "9-19", "10-10"), 2023: ("1-9", "7-17", "8-11", "9-18", "10-9"),
    2024: ("1-8", "7-15", "8-11", "9-16", "10-14"), 2025: ("1-13", "7-21", "8-11", "9-15", "10-13"),
    2026: ("1-12", "7-20", "8-11", "9-21", "10-12"), 2027: ("1-11", "7-19", "8-11", "9-20", "10-11"),
    2028: ("1-10", "7-17", "8-11", "9-18", "10-9"), 2029: ("1-8", "7-16", "8-11", "9-17", "10-8"),
    2030: ("1-14", "7-15", "8-11", "9-16", "10-14"), 2031: ("1-13", "7-21", "8-11", "9-15", "10-13"),
    2032: ("1-12", "7-19", "8-11", "9-20", "10-11"), 2033: ("1-10", "7-18", "8-11", "9-19", "10-10"),
    2034: ("1-9", "7-17", "8-11", "9-18", "10-9"), 2035: ("1-8", "7-16", "8-11", "9-17", "10-8"),
}  # fmt: skip
FIXED = ("1-1", "2-11", "2-23", "4-29", "5-3", "5-4", "5-5", "11-3", "11-23")


def _day(year: int, text: str) -> date:
    month, day = text.split("-")
    return date(year, int(month), int(day))


@pytest.mark.parametrize("year", TABLE)
def test_a_year_is_the_table_s(year: int) -> None:
    spring, autumn, substitutes, between = TABLE[year]
    wanted = {date(year, *spring), date(year, *autumn)}
    wanted |= {_day(year, text) for text in (*FIXED, *MONDAYS[year], *substitutes, *between)}
    assert set(holidays(year)) == wanted
    assert {day for day, name in holidays(year).items() if name == "振替休日"} == {
        _day(year, text) for text in substitutes
    }
    assert {day for day, name in holidays(year).items() if name == "国民の休日"} == {
        _day(year, text) for text in between
    }


def test_no_named_sunday_is_lost() -> None:
    for year in range(2020, 2100):
        found = holidays(year)
        for day in found:
            assert day.weekday() != 6 or any(
                found.get(day + timedelta(days=number)) == "振替休日" for number in (1, 2, 3)
            )


@pytest.mark.parametrize("year", [2019, 2100])
def test_other_years_are_not_guessed(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        holidays(year)
    assert not is_holiday(date(year, 1, 1))
