"""Public holidays of Japan, from the law (国民の祝日に関する法律), not from a list that ends.

Days of the equinoxes follow the usual formula for 1980–2099; the Observatory announces them a year before, and the
formula has never been wrong yet. Days moved for the Games of 2020 and 2021 stand in laws of their own.
"""

from calendar import MONDAY
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

FIRST_YEAR: Final = 2020
LAST_YEAR: Final = 2099

_FIXED: Final = (
    (1, 1, "元日"), (2, 11, "建国記念の日"), (2, 23, "天皇誕生日"), (4, 29, "昭和の日"), (5, 3, "憲法記念日"),
    (5, 4, "みどりの日"), (5, 5, "こどもの日"), (11, 3, "文化の日"), (11, 23, "勤労感謝の日"),
)  # fmt: skip
_MOVED: Final = {
    2020: ((7, 23, "海の日"), (7, 24, "スポーツの日"), (8, 10, "山の日")),
    2021: ((7, 22, "海の日"), (7, 23, "スポーツの日"), (8, 8, "山の日")),
}
_DAY: Final = timedelta(days=1)


def _nth_monday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7 + 7 * (nth - 1))


def _equinox(year: int, base: float) -> int:
    """Day of the month."""
    return int(base + 0.242194 * (year - 1980) - (year - 1980) // 4)


def _named(year: int) -> dict[date, str]:
    """Days the law names (国民の祝日)."""
    found = {date(year, month, day): name for month, day, name in _FIXED}
    found[_nth_monday(year, 1, 2)] = "成人の日"
    found[date(year, 3, _equinox(year, 20.8431))] = "春分の日"
    found[_nth_monday(year, 9, 3)] = "敬老の日"
    found[date(year, 9, _equinox(year, 23.2488))] = "秋分の日"
    if year in _MOVED:
        return found | {date(year, month, day): name for month, day, name in _MOVED[year]}
    found[_nth_monday(year, 7, 3)] = "海の日"
    found[date(year, 8, 11)] = "山の日"
    found[_nth_monday(year, 10, 2)] = "スポーツの日"
    return found


@lru_cache(maxsize=200)
def holidays(year: int) -> dict[date, str]:
    """Holidays of a year with their names, 振替休日 and 国民の休日 among them.

    Raises :class:`ValueError` outside 2020–2099: the law was another one, or the formula does not hold.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(year)
    named = _named(year)
    found = dict(named)
    for day in named:
        # Between two named days (Art. 3 para. 3), unless it is a substitute day already.
        if day + 2 * _DAY in named and day + _DAY not in named:
            found[day + _DAY] = "国民の休日"
    for day in named:
        if day.weekday() == 6:
            substitute = day + _DAY
            while substitute in named:
                substitute += _DAY
            found[substitute] = "振替休日"
    return found


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday; outside the years known, it is taken for none."""
    return FIRST_YEAR <= day.year <= LAST_YEAR and day in holidays(day.year)
