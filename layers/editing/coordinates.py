"""A position as people type it: degrees, degrees-minutes-seconds, or metres of the plane rectangular zones (R31).

JGD2011 and WGS 84 are taken as equal, as everywhere here (``layers/crs.py``).
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from layers.crs import PLANE_ZONE_BY_PREFECTURE, STORAGE_SRID

ZONES: Final = range(1, 20)

#: West, south, east, north of Japan, its remote islands included.
JAPAN: Final = (122.0, 20.0, 154.5, 46.0)

_SIGNS: Final = str.maketrans({
    "′": "'", "’": "'", "‘": "'", "`": "'", "´": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°",
    "−": "-", "‐": "-", "―": "-", "ー": "-", "、": ",", "，": ",", "；": ";", "\u3000": " ", "．": ".",
})  # fmt: skip
_HEMISPHERES: Final = {"北緯": "N", "南緯": "S", "東経": "E", "西経": "W", "緯度": "N", "経度": "E",
                       "lat": "N", "latitude": "N", "lon": "E", "lng": "E", "longitude": "E"}  # fmt: skip
_NUMBER: Final = r"\d+(?:\.\d+)?"
_DEGREES: Final = re.compile(rf"([+-]?)({_NUMBER})(?:°|度|deg)?")
_PARTED: Final = re.compile(
    rf"([+-]?)(\d{{1,3}})\s*(?:°|度|deg|:|-|\s)\s*({_NUMBER})\s*(?:'|分|:|-|\s|$)\s*(?:({_NUMBER})\s*(?:\"|''|秒)?)?"
)
_DOTTED: Final = re.compile(r"([+-]?)(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)")
_METRES: Final = re.compile(r"([+-]?[\d,]+(?:\.\d+)?)\s*m?")


class CoordinateError(ValueError):
    """What was typed is no position; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees. ``swapped``: latitude and longitude were typed the other way round; ``abroad``: not in Japan."""

    lat: float
    lon: float
    swapped: bool = False
    abroad: bool = False


def parse_pair(first: str, second: str, zone: int | None = None) -> Position:
    """A position from two typed values: latitude and longitude, or with ``zone`` (1–19) X (northing) and Y, in metres.

    Values the other way round are put right and marked, where it is beyond doubt. Raises :class:`CoordinateError`.
    """
    if zone is not None:
        return from_plane(metres(first), metres(second), zone)
    (one, of_one), (two, of_two) = degrees(first), degrees(second)
    if {of_one, of_two} <= {"N", "S"} or {of_one, of_two} <= {"E", "W"}:
        raise CoordinateError(_("One latitude and one longitude are expected."))
    named_otherwise = of_one in {"E", "W"} or of_two in {"N", "S"}
    if named_otherwise:
        return _position(two, one, is_swapped=False)
    unnamed = not of_one and not of_two
    if unnamed and _in_japan(two, one) and not _in_japan(one, two):
        return _position(two, one, is_swapped=True)
    return _position(one, two, is_swapped=False)


def parse_text(text: str, zone: int | None = None) -> Position:
    """A position from one line, as maps and mails give it: ``34.3428, 134.0466``; ``34°20'34"N 134°2'48"E``.

    Raises :class:`CoordinateError`.
    """
    plain = _plain(text)
    plain = re.sub(r"^\((.*)\)$", r"\1", plain)
    for pattern in (
        r"[,;]",
        r"(?<=[NSEW])\s*",
        r"\s+(?=[NSEW])",
        r"\s*/\s*",
        r"(?<=[\"秒度°])\s*(?=[+-]?\d)",
        r"\s+",
    ):
        parts = [part for part in re.split(pattern, plain) if part.strip()]
        if len(parts) == 2:
            try:
                return parse_pair(parts[0], parts[1], zone)
            except CoordinateError:
                if pattern == r"\s+":
                    raise
    raise CoordinateError(_("Two values are expected, like 34.3428, 134.0466."))


def degrees(text: str) -> tuple[float, str]:
    """Degrees of one typed value, and the hemisphere named (N, S, E, W) or nothing.

    34.3428; 34°20'34"N; 34度20分34秒; 北緯34度20.5分; 34.20.34.5; 34:20:34. Raises :class:`CoordinateError`.
    """
    plain, hemisphere = _hemisphere(_plain(text))
    for pattern in (_DEGREES, _DOTTED, _PARTED):
        if found := pattern.fullmatch(plain):
            sign, *parts = found.groups()
            value = _sum([float(part) for part in parts if part], text)
            negative = (sign == "-") != (hemisphere in {"S", "W"})
            return (-value if negative else value), hemisphere
    raise CoordinateError(
        _("“%(value)s” is no position. Write it like 34.3428 or 34°20'34\".") % {"value": text.strip()[:40]}
    )


def metres(text: str) -> float:
    """Metres of a plane rectangular coordinate. Raises :class:`CoordinateError`."""
    found = _METRES.fullmatch(re.sub(r"^[XYxy]\s*[=:]?\s*", "", _plain(text)))
    value = float(found[1].replace(",", "")) if found and re.search(r"\d", found[1]) else math.nan
    if not abs(value) < 1_500_000:
        raise CoordinateError(
            _("“%(value)s” is no coordinate in metres. Write it like 143210.55.")
            % {"value": text.strip()[:40]}
        )
    return value


def from_plane(x: float, y: float, zone: int) -> Position:
    """Position of X (northing) and Y (easting), metres, in a zone. Raises :class:`CoordinateError`."""
    if zone not in ZONES:
        raise CoordinateError(_("The zone is a number from 1 to 19."))
    point = Point(y, x, srid=None)
    point.transform(_transform(6668 + zone, STORAGE_SRID))
    return _position(point.y, point.x, is_swapped=False)


def to_plane(lat: float, lon: float, zone: int) -> tuple[float, float]:
    """X (northing) and Y (easting), metres, of WGS 84 degrees in a plane rectangular zone."""
    point = Point(lon, lat, srid=None)
    point.transform(_transform(STORAGE_SRID, 6668 + zone))
    return point.y, point.x


def in_words(lat: float, lon: float) -> str:
    """Degrees, minutes and seconds to a hundredth, as people read them."""
    return f"{_dms(lat)}{'N' if lat >= 0 else 'S'} {_dms(lon)}{'E' if lon >= 0 else 'W'}"


def zone_of(lg_code: str) -> int | None:
    """The zone of a municipality, by its code."""
    return PLANE_ZONE_BY_PREFECTURE.get(lg_code[:2])


def _dms(value: float) -> str:
    hundredths = round(abs(value) * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return f"{whole}°{minutes:02d}'{rest / 100:05.2f}\""


@lru_cache(maxsize=64)
def _transform(source: int, target: int) -> CoordTransform:
    # GDAL is told the axes: easting (longitude) first on both sides, whatever the authority says.
    return CoordTransform(_reference(source), _reference(target))


def _reference(srid: int) -> SpatialReference:
    from django.contrib.gis.gdal import AxisOrder

    return SpatialReference(srid, axis_order=AxisOrder.TRADITIONAL)


def _plain(text: str) -> str:
    # The prime and double prime first: NFKC would part the double one into two.
    return " ".join(
        unicodedata.normalize("NFKC", str(text)[:120].translate(_SIGNS)).translate(_SIGNS).split()
    )


def _hemisphere(text: str) -> tuple[str, str]:
    for word, letter in _HEMISPHERES.items():
        if found := re.fullmatch(rf"{word}\s*[=:]?\s*(.*)", text, re.IGNORECASE):
            return found[1].strip(), letter
    if found := re.fullmatch(r"([NSEW])\s*(.+)|(.+?)\s*([NSEW])", text, re.IGNORECASE):
        return (found[2] or found[3]).strip(), (found[1] or found[4]).upper()
    return text, ""


def _sum(parts: list[float], text: str) -> float:
    # 60 itself is what other programs round 59.999 to.
    if any(part > 60 for part in parts[1:]) or parts[0] > 180:
        raise CoordinateError(
            _("“%(value)s”: minutes and seconds are at most 60, degrees at most 180.")
            % {"value": text.strip()[:40]}
        )
    return math.fsum(part / 60.0**power for power, part in enumerate(parts))


def _in_japan(lat: float, lon: float) -> bool:
    west, south, east, north = JAPAN
    return south <= lat <= north and west <= lon <= east


def _position(lat: float, lon: float, *, is_swapped: bool) -> Position:
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise CoordinateError(
            _("A latitude lies between -90 and 90, a longitude between -180 and 180 degrees.")
        )
    return Position(lat, lon, is_swapped, not _in_japan(lat, lon))
