"""Dates and times as people type them: 令和8年11月3日, R8.11.3, 2026/11/3（火）; 13:30, 午後1時半."""

import re
import unicodedata
from datetime import date, time
from typing import Final

#: First day and name of each era since the Gregorian calendar.
ERAS: Final[tuple[tuple[date, str], ...]] = (
    (date(1873, 1, 1), "明治"),
    (date(1912, 7, 30), "大正"),
    (date(1926, 12, 25), "昭和"),
    (date(1989, 1, 8), "平成"),
    (date(2019, 5, 1), "令和"),
)
#: Year 1 of each era, which may begin before its first day here (明治).
FIRST_YEARS: Final = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_LETTERS: Final = {"m": "明治", "t": "大正", "s": "昭和", "h": "平成", "r": "令和"}
_ERA_DATE: Final = re.compile(
    r"(明治|大正|昭和|平成|令和|[mtshr])[. ]*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
_WEEKDAY: Final = re.compile(r"\s*\(?[月火水木金土日祝・]+(曜日?)?\)$|\s+[月火水木金土日]曜日?$")
_TIME: Final = re.compile(
    r"(午前|午後|am|pm)?\s*(\d{1,2})\s*(?::|時)\s*(?:(\d{1,2})\s*分?|(半))?", re.IGNORECASE
)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def read_date(text: str) -> date | None:
    """The day a text names, in the Gregorian calendar; None where it names none. A year must stand in it."""
    plain = _WEEKDAY.sub("", _plain(text))
    if found := _ERA_DATE.fullmatch(plain):
        return _of_era(*found.groups())
    if found := _DATE.fullmatch(plain):
        return _day(*(int(part) for part in found.groups() if part is not None))
    return None


def _of_era(era: str, year: str, month: str, day: str) -> date | None:
    """None where the era was over, or had not begun, on that day."""
    name = _LETTERS.get(era.lower(), era)
    found = _day(FIRST_YEARS[name] + (1 if year == "元" else int(year)) - 1, int(month), int(day))
    names = [known for _start, known in ERAS]
    place = names.index(name)
    ends = ERAS[place + 1][0] if place + 1 < len(ERAS) else date.max
    return found if found and ERAS[place][0] <= found <= ends else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """The time a text names; None where it names none."""
    found = _TIME.fullmatch(_plain(text))
    if not found:
        return None
    half, hour, minute = (found[1] or "").lower(), int(found[2]), 30 if found[4] else int(found[3] or 0)
    if half in {"午後", "pm"} and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
