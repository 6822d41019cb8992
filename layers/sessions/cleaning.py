"""From what people type into the form of a meeting to values that can be kept (R30)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from layers.crs import STORAGE_SRID
from layers.editing.errors import InvalidValues
from layers.models import HolidayRule, Recurrence
from layers.written_dates import read_date

MOST_DATES: Final = 100
_TEXTS: Final = {"title": 100, "venue": 120, "address": 300, "fee": 100, "note": 300}
_SPLIT: Final = re.compile(r"[\n,、;;]+")
_TIME: Final = re.compile(r"(午前|午後)?\s*(\d{1,2})\s*(?::|時)\s*(?:(\d{1,2})\s*分?|(半))?")
_MOVED: Final = re.compile(r"\s*(?:→|->|⇒|から)\s*")


class _Wrong(ValueError):
    """A message for the person."""


def clean_session(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a session from a form (texts and lists of texts); everything is given, or empty.

    Raises :class:`InvalidValues` naming every item that is wrong.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, read in _READERS.items():
        try:
            found[key] = read(raw.get(key))
        except _Wrong as wrong:
            errors[key] = [str(wrong)]
    for key, length in _TEXTS.items():
        found[key] = " ".join(str(raw.get(key) or "").replace("\x00", "").split())
        if len(found[key]) > length:
            errors[key] = [
                _("At most %(most)d characters; these are %(count)d.")
                % {"most": length, "count": len(found[key])}
            ]
    _point(raw, found, errors)
    if not errors:
        _together(found, errors)
    if errors:
        raise InvalidValues(errors)
    return found


def _plain(value: Any) -> str:
    return unicodedata.normalize("NFKC", str(value or "")).strip()


def _recurrence(value: Any) -> str:
    if value not in Recurrence.values:
        raise _Wrong(_("Choose how often it takes place."))
    return str(value)


def _holiday_rule(value: Any) -> str:
    code = str(value or HolidayRule.HELD)
    if code not in HolidayRule.values:
        raise _Wrong(_("“%(value)s” is none of the choices.") % {"value": code[:60]})
    return code


def _numbers(low: int, high: int) -> Callable[[Any], list[int]]:
    def read(value: Any) -> list[int]:
        given = value if isinstance(value, list | tuple) else [value] if value not in (None, "") else []
        found = set()
        for item in given:
            text = str(item)
            if not re.fullmatch(r"-?\d{1,2}", text, re.ASCII) or not (
                low <= int(text) <= high or int(text) == -1 < low
            ):
                raise _Wrong(_("“%(value)s” is none of the choices.") % {"value": text[:60]})
            found.add(int(text))
        return sorted(found)

    return read


def _month_days(value: Any) -> list[int]:
    """``15、末日`` or a list of numbers."""
    parts = value if isinstance(value, list | tuple) else _SPLIT.split(_plain(value).replace("・", ","))
    found = set()
    for part in (_plain(item).removesuffix("日") for item in parts):
        if not part:
            continue
        if part in {"末", "月末", "最終", "-1"}:
            found.add(-1)
        elif part.isascii() and part.isdigit() and 1 <= int(part) <= 31:
            found.add(int(part))
        else:
            raise _Wrong(_("“%(value)s” is no day of a month; write 15 or 末日.") % {"value": part[:60]})
    return sorted(found)


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    text = _plain(value)
    if not text:
        return None
    found = read_date(text)
    if found is None:
        raise _Wrong(_("“%(value)s” is no date; write 2026-11-03 or 令和8年11月3日.") % {"value": text[:60]})
    return found


def _dates(value: Any) -> list[date]:
    """One per line, or separated by commas."""
    parts = value if isinstance(value, list | tuple) else _SPLIT.split(_plain(value))
    found = {day for day in map(_date, parts) if day is not None}
    if len(found) > MOST_DATES:
        raise _Wrong(_("At most %(most)d dates.") % {"most": MOST_DATES})
    return sorted(found)


def _moved(value: Any) -> dict[str, str]:
    """Lines ``2026-05-05 → 2026-05-12``."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, _SPLIT.split(_plain(value)))):
        parts = _MOVED.split(line)
        days = [_date(part) for part in parts]
        if len(days) != 2 or None in days:
            raise _Wrong(_("Write one change per line: 2026-05-05 → 2026-05-12"))
        found[str(days[0])] = str(days[1])
    if len(found) > MOST_DATES:
        raise _Wrong(_("At most %(most)d dates.") % {"most": MOST_DATES})
    return found


def _time(value: Any) -> time | None:
    text = _plain(value)
    if not text:
        return None
    found = _TIME.fullmatch(text)
    hour = int(found[2]) + (12 if found[1] == "午後" and int(found[2]) < 12 else 0) if found else 99
    minute = 30 if found and found[4] else int(found[3] or 0) if found else 99
    if hour > 23 or minute > 59:
        raise _Wrong(_("“%(value)s” is no time; write 10:00 or 午前10時.") % {"value": text[:60]})
    return time(hour, minute)


def _start(value: Any) -> time:
    found = _time(value)
    if found is None:
        raise _Wrong(_("This is needed."))
    return found


def _capacity(value: Any) -> int | None:
    text = _plain(value).removesuffix("名").removesuffix("人")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > 99_999:
        raise _Wrong(_("A whole number from 0 to %(most)d is wanted.") % {"most": 99_999})
    return int(text)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "recurrence": _recurrence,
    "weekdays": _numbers(0, 6),
    "weeks": _numbers(1, 5),
    "month_days": _month_days,
    "dates": _dates,
    "start_time": _start,
    "end_time": _time,
    "holiday_rule": _holiday_rule,
    "cancelled": _dates,
    "moved": _moved,
    "extra": _dates,
    "first_on": _date,
    "last_on": _date,
    "capacity": _capacity,
}


def _point(raw: Mapping[str, Any], found: dict[str, Any], errors: dict[str, list[str]]) -> None:
    lat, lon = _plain(raw.get("lat")), _plain(raw.get("lon"))
    found["geom"] = None
    if not lat and not lon:
        return
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        errors["lat"] = [_("Latitude and longitude belong together, in degrees: 34.34 and 134.05.")]
        return
    if not (20 <= north <= 46 and 122 <= east <= 154):
        errors["lat"] = [_("This lies outside Japan. Are latitude and longitude the wrong way round?")]
        return
    found["geom"] = Point(east, north, srid=STORAGE_SRID)


def _together(found: dict[str, Any], errors: dict[str, list[str]]) -> None:
    """What several items say together; items the rule does not use are emptied."""
    needed = {
        Recurrence.WEEKLY: ("weekdays",),
        Recurrence.FORTNIGHTLY: ("weekdays", "first_on"),
        Recurrence.MONTHLY_WEEKDAY: ("weekdays", "weeks"),
        Recurrence.MONTHLY_DAY: ("month_days",),
        Recurrence.DATES: ("dates",),
    }[found["recurrence"]]
    for key in needed:
        if not found[key]:
            errors[key] = [_("This is needed for the rule chosen.")]
    for key in ("weekdays", "weeks", "month_days", "dates"):
        if key not in needed:
            found[key] = []
    if found["end_time"] and found["end_time"] <= found["start_time"]:
        errors["end_time"] = [_("It ends before it begins.")]
    if found["first_on"] and found["last_on"] and found["last_on"] < found["first_on"]:
        errors["last_on"] = [_("The last day lies before the first.")]
