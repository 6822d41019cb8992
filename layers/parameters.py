"""Readers of single query parameters: a value, or a ParameterError that says what would be right."""

import math
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from layers.crs import STORAGE_SRID
from layers.errors import ParameterError
from layers.fields import Field, Kind
from layers.models import District
from layers.vocabulary import Vocabulary

MAX_TEXT: Final = 500
MAX_POLYGON_TEXT: Final = 60_000
MAX_POLYGON_POINTS: Final = 1_000
MAX_VALUES: Final = 500
_NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")


def multi(params: Mapping[str, Any] | Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Parameters as lists, in their order. Takes a QueryDict, a mapping of strings or lists, or pairs."""
    if hasattr(params, "lists"):
        found = {key: list(values) for key, values in params.lists()}
    elif isinstance(params, Mapping):
        found = {key: [value] if isinstance(value, str) else list(value) for key, value in params.items()}
    else:
        found = {}
        for key, value in params:
            found.setdefault(key, []).append(value)
    kept = {key: [value for value in values if value.strip()] for key, values in found.items()}
    for key, values in kept.items():
        _check_text(key, values)
    return {key: values for key, values in kept.items() if values or key}


def _check_text(key: str, values: list[str]) -> None:
    longest = MAX_POLYGON_TEXT if key in {"within", "filter"} else MAX_TEXT
    if any(len(value) > longest for value in values):
        raise ParameterError(key, _("Too long: at most %(count)d characters.") % {"count": longest})
    if len(values) > MAX_VALUES:
        raise ParameterError(key, _("Too many values: at most %(count)d.") % {"count": MAX_VALUES})
    if any("\x00" in value for value in [key, *values]):
        raise ParameterError(key.replace("\x00", ""), _("Holds a character that cannot be used."))


def single(key: str, values: Mapping[str, list[str]]) -> str | None:
    """The one value of a parameter, or None where it is not given or empty."""
    given = values.get(key) or []
    if len(given) > 1:
        raise ParameterError(key, _("May be given once only."))
    return given[0].strip() if given else None


def known(key: str, values: Mapping[str, list[str]], vocabulary: Container[str]) -> tuple[str, ...]:
    """Values that must be words of a vocabulary; commas separate as repetition does."""
    given = tuple(
        dict.fromkeys(part.strip() for value in values.get(key, []) for part in value.split(",") if part)
    )
    for value in given:
        if value not in vocabulary:
            raise ParameterError(key, _("There is no “%(value)s”.") % {"value": value})
    return given


def choices(key: str, values: Mapping[str, list[str]], field: Field) -> tuple[str, ...]:
    """Values out of a field's choices."""
    codes = [code for code, _title in field.choices]
    given = tuple(
        dict.fromkeys(part.strip() for value in values.get(key, []) for part in value.split(",") if part)
    )
    for value in given:
        if value not in codes:
            raise ParameterError(
                key, _("“%(value)s” is none of: %(known)s.") % {"value": value, "known": ", ".join(codes)}
            )
    return given


def districts(values: Mapping[str, list[str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    """District keys ``scheme:code`` that exist."""
    given = tuple(dict.fromkeys(value.strip() for value in values.get("district", [])))
    for value in given:
        scheme, _colon, code = value.partition(":")
        if scheme not in vocabulary.schemes or not code:
            raise ParameterError("district", _("A district is written scheme:code; schemes are: %(known)s.")
                                 % {"known": ", ".join(vocabulary.schemes)})  # fmt: skip
    if given:
        found = set(District.unscoped.filter(key__in=given).values_list("key", flat=True))
        for value in given:
            if value not in found:
                raise ParameterError("district", _("There is no district “%(value)s”.") % {"value": value})
    return given


def integer(key: str, values: Mapping[str, list[str]], default: int, least: int, most: int) -> int:
    """A whole number within bounds."""
    value = single(key, values)
    if value is None:
        return default
    if not re.fullmatch(r"[+-]?\d{1,12}", value) or not least <= int(value) <= most:
        raise ParameterError(
            key, _("Must be a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
    return int(value)


def number(key: str, values: Mapping[str, list[str]], least: float, most: float) -> float | None:
    """A number within bounds, or None."""
    value = single(key, values)
    if value is None:
        return None
    if not _NUMBER.match(value) or not least <= float(value) <= most:
        raise ParameterError(
            key,
            _("Must be a number from %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"},
        )
    return float(value)


def boolean(key: str, values: Mapping[str, list[str]]) -> bool | None:
    """``true`` or ``false`` (also 1 and 0), or None."""
    value = single(key, values)
    if value is None:
        return None
    if value.lower() in {"true", "1"}:
        return True
    if value.lower() in {"false", "0"}:
        return False
    raise ParameterError(key, _("Must be true or false."))


def moment(key: str, values: Mapping[str, list[str]], *, end_of_day: bool) -> datetime | None:
    """A date (the whole day counts, in the city's time) or a date and time."""
    value = single(key, values)
    if value is None:
        return None
    try:
        if day := parse_date(value):
            return _day_edge(day, end_of_day=end_of_day)
        found = parse_datetime(value.replace(" ", "+") if "T" in value else value)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ParameterError(
            key, _("Must be a date like 2026-04-01 or a time like 2026-04-01T09:00:00+09:00.")
        )
    return found if timezone.is_aware(found) else timezone.make_aware(found)


#: Dates of meetings are known from so many days ago to so many ahead (``layers/sessions/dates.py``).
SESSIONS_BEHIND: Final = 31
SESSIONS_AHEAD: Final = 400
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def days(key: str, values: Mapping[str, list[str]]) -> tuple[date, ...]:
    """Days ``2026-11-24``, repeated or with commas, within what is known of meetings."""
    today = timezone.localdate()
    found = []
    for text in _parts(key, values):
        day = parse_date(text) if _is_date(text) else None
        if day is None:
            raise ParameterError(key, _("A date like 2026-11-24 is wanted."))
        if not -SESSIONS_BEHIND <= (day - today).days <= SESSIONS_AHEAD:
            known = {
                "first": today - timedelta(days=SESSIONS_BEHIND),
                "last": today + timedelta(days=SESSIONS_AHEAD),
            }
            raise ParameterError(key, _("Dates of meetings are known from %(first)s to %(last)s.") % known)
        found.append(day)
    return tuple(dict.fromkeys(found))


def weekdays(key: str, values: Mapping[str, list[str]]) -> tuple[int, ...]:
    """Days of the week as numbers from Monday, 0; given as ``mon`` … ``sun``, repeated or with commas."""
    found = []
    for text in _parts(key, values):
        if text not in WEEKDAYS:
            raise ParameterError(key, _("One of: %(known)s.") % {"known": ", ".join(WEEKDAYS)})
        found.append(WEEKDAYS.index(text))
    return tuple(dict.fromkeys(found))


def _parts(key: str, values: Mapping[str, list[str]]) -> list[str]:
    return [part.strip() for value in values.get(key, []) for part in value.split(",") if part.strip()]


def past(key: str, values: Mapping[str, list[str]]) -> datetime | None:
    """A moment of the past; a date means its end. ``None`` without one, and for today, which is the present."""
    found = moment(key, values, end_of_day=True)
    if found is None or timezone.localtime(found).date() == timezone.localdate():
        return None if found is None or found >= timezone.now() else found
    if found > timezone.now():
        raise ParameterError(key, _("Must be a date or time of the past."))
    return found


def _day_edge(day: date, *, end_of_day: bool) -> datetime:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start + timedelta(days=1) - timedelta(microseconds=1) if end_of_day else start


def sort(values: Mapping[str, list[str]], known: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """``sort=-key,other``: keys and whether each runs downwards; a key not ``known`` is refused."""
    found = []
    for part in filter(None, (single("sort", values) or "").split(",")):
        key = part.lstrip("+-").strip()
        if key not in known:
            raise ParameterError("sort", _("Cannot be sorted by “%(key)s”. Known are: %(known)s.")
                                 % {"key": key, "known": ", ".join(known)})  # fmt: skip
        found.append((key, part.startswith("-")))
    return tuple(found)


def latitude_longitude(key: str, value: str) -> tuple[float, float]:
    """``latitude,longitude`` in degrees (WGS 84)."""
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 2 or not all(_NUMBER.match(part) for part in parts):
        raise ParameterError(key, _("Must be latitude,longitude in degrees, like 34.34,134.05."))
    lat, lon = float(parts[0]), float(parts[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ParameterError(
            key, _("Latitude lies from -90 to 90 and longitude from -180 to 180; latitude comes first.")
        )
    return lat, lon


def bbox(values: Mapping[str, list[str]], key: str = "bbox") -> tuple[float, float, float, float] | None:
    """``west,south,east,north`` in degrees (WGS 84, longitude first)."""
    value = single(key, values)
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 4 or not all(_NUMBER.match(part) for part in parts):
        raise ParameterError(key, _("Must be four numbers: west,south,east,north in degrees."))
    west, south, east, north = (float(part) for part in parts)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ParameterError(
            key, _("West must not lie east of east, nor south north of north; longitude comes first.")
        )
    return west, south, east, north


def polygon(values: Mapping[str, list[str]], key: str = "within") -> GEOSGeometry | None:
    """A valid polygon or multipolygon as WKT or GeoJSON, EPSG:4326, longitude first."""
    value = single(key, values)
    if value is None:
        return None
    try:
        found = GEOSGeometry(value, srid=None if value.startswith("{") else STORAGE_SRID)
    except (GEOSException, GDALException, LookupError, ValueError, TypeError) as error:
        # LookupError: curves, which GEOS reads and Django has no class for.
        raise ParameterError(key, _("Must be a polygon as WKT or GeoJSON.")) from error
    if found.srid is None:
        found.srid = STORAGE_SRID
    if found.geom_type not in {"Polygon", "MultiPolygon"} or found.srid != STORAGE_SRID:
        raise ParameterError(key, _("Must be a polygon in longitude and latitude."))
    if found.empty or found.num_coords > MAX_POLYGON_POINTS:
        raise ParameterError(key, _("Must have at most %(count)d corners.") % {"count": MAX_POLYGON_POINTS})
    if not _is_on_earth(found.extent) or not found.valid:
        raise ParameterError(key, _("Must be a valid polygon: closed, not crossing itself, in degrees."))
    return found


def _is_on_earth(extent: tuple[float, ...]) -> bool:
    west, south, east, north = extent
    return all(map(math.isfinite, extent)) and west >= -180 and east <= 180 and south >= -90 and north <= 90


def check_field_value(parameter: str, value: str, field: Field) -> None:
    """Refuse a value a city-defined field cannot have. Numbers and dates may be ranges ``from..to``."""
    if field.kind in {Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN}:
        choices(parameter, {parameter: [value]}, field)
    elif field.kind in {Kind.NUMBER, Kind.DATE}:
        span(parameter, value, field.kind)


def span(parameter: str, value: str, kind: Kind) -> tuple[str | None, str | None]:
    """``from..to`` with either side open (empty), or one value for both."""
    low, dots, high = value.partition("..")
    parts = (low.strip(), high.strip() if dots else low.strip())
    for part in filter(None, parts):
        if not (_NUMBER.match(part) if kind is Kind.NUMBER else _is_date(part)):
            raise ParameterError(parameter, _("Must be a value or a range from..to."))
    if not any(parts):
        raise ParameterError(parameter, _("Must be a value or a range from..to."))
    return parts[0] or None, parts[1] or None


def _is_date(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False
