"""Literals of a filter: dates, times, periods' ends, and shapes in the CRS of ``filter-crs``."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.contrib.gis.gdal import CoordTransform, GDALException, SpatialReference
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext as _

from layers.cql2.nodes import Literal, Shape, Type
from layers.crs import STORAGE_SRID, Crs
from layers.errors import ParameterError

MAX_VERTICES: Final = 5_000
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_GEOGRAPHIC: Final = frozenset({4326, 4612, 6668})


def refused(message: str) -> ParameterError:
    """A filter that cannot be used, and why."""
    return ParameterError("filter", message)


def day(text: object) -> Literal:
    """``2026-04-01``."""
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return Literal(Type.DATE, date.fromisoformat(text))
    except ValueError:
        pass
    raise refused(_("“%(value)s” is no date like 2026-04-01.") % {"value": text})


def moment(text: object) -> Literal:
    """``2026-04-01T00:00:00Z``, or with another offset."""
    try:
        if isinstance(text, str) and _TIME.fullmatch(text):
            return Literal(Type.TIMESTAMP, datetime.fromisoformat(_seven_to_six(text.upper())))
    except ValueError:
        pass
    raise refused(_("“%(value)s” is no time like 2026-04-01T00:00:00Z.") % {"value": text})


def _seven_to_six(text: str) -> str:
    """Fractions of a second as Python reads them: six digits."""
    found = re.search(r"\.(\d+)", text)
    return text if not found else text.replace(found[0], f".{found[1]:0<6.6}", 1)


# --- shapes -------------------------------------------------------------------------------------------------------


def bbox(numbers: object, crs: Crs) -> Shape:
    """Four numbers, lower corner first, in the order of axes of the CRS; of six the heights are left out."""
    found = list(_numbers(numbers)) if isinstance(numbers, list) else []
    if len(found) == 6:
        found = [*found[:2], *found[3:5]]
    if len(found) != 4:
        raise refused(_("BBOX has four numbers: the lower corner, then the upper corner."))
    if found[0] > found[2] or found[1] > found[3]:
        raise refused(_("The lower corner of BBOX comes first."))
    low, high = _point(found[:2], crs), _point(found[2:], crs)
    return replace(_placed(_box(*low, *high), crs), is_box=crs.srid in _GEOGRAPHIC)


def _box(west: float, south: float, east: float, north: float) -> GEOSGeometry:
    """A box may be as thin as a line or a point."""
    if (west, south) == (east, north):
        return Point(west, south)
    if west == east or south == north:
        return LineString((west, south), (east, north))
    return Polygon.from_bbox((west, south, east, north))


def shape(given: dict[str, Any], crs: Crs) -> Shape:
    """A GeoJSON geometry, its axes in the order of the CRS."""
    _check_vertices(given)
    try:
        found = _built(given, crs)
    except ParameterError:
        raise
    except (GEOSException, GDALException, ValueError, TypeError, IndexError, KeyError) as error:
        raise refused(
            _("A geometry is not complete: every ring closed, every line of two points.")
        ) from error
    return _placed(found, crs)


def _check_vertices(given: object) -> None:
    count = 0
    waiting: list[object] = [given]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [item.get("coordinates"), item.get("geometries")]
        elif isinstance(item, list):
            count += 1
            waiting += [part for part in item if isinstance(part, list | dict)]
        if count > MAX_VERTICES:
            raise refused(_("Geometries may have at most %(count)d points.") % {"count": MAX_VERTICES})


def _built(given: dict[str, Any], crs: Crs) -> GEOSGeometry:
    kind = given["type"]
    if kind == "GeometryCollection":
        return _united([_built(part, crs) for part in given["geometries"]])
    return _single(str(kind), given["coordinates"], crs)


def _united(parts: list[GEOSGeometry]) -> GEOSGeometry:
    """Parts as one geometry without overlaps: the relations are defined for nothing else."""
    if not parts or not all(part.valid for part in parts):
        raise refused(_invalid())
    found = parts[0]
    for part in parts[1:]:
        found = found.union(part)
    return found


def _single(kind: str, coordinates: Any, crs: Crs) -> GEOSGeometry:
    match kind:
        case "Point":
            return Point(*_point(coordinates, crs))
        case "LineString":
            return LineString(_points(coordinates, crs))
        case "Polygon":
            return Polygon(*(LinearRing(_points(ring, crs)) for ring in coordinates))
        case "MultiPoint":
            return MultiPoint([Point(*_point(part, crs)) for part in coordinates])
        case "MultiLineString":
            return MultiLineString([LineString(_points(part, crs)) for part in coordinates])
        case "MultiPolygon":
            return MultiPolygon([_single("Polygon", part, crs) for part in coordinates])
    raise refused(_("“%(kind)s” is no kind of geometry known.") % {"kind": kind})


def _points(coordinates: Any, crs: Crs) -> list[tuple[float, float]]:
    return [_point(position, crs) for position in coordinates]


def _point(position: Any, crs: Crs) -> tuple[float, float]:
    """A position as east, north; a height is left out."""
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        raise refused(_("A position has two numbers."))
    first, second, *_rest = _numbers(position)
    east, north = (second, first) if crs.is_northing_first else (first, second)
    if crs.srid in _GEOGRAPHIC and not (-180 <= east <= 180 and -90 <= north <= 90):
        raise refused(_out_of_range(crs))
    return east, north


def _out_of_range(crs: Crs) -> str:
    if crs.is_northing_first:
        return _("A position lies outside the earth: latitude comes first in this CRS.")
    return _("A position lies outside the earth: longitude comes first.")


def _numbers(items: list[Any]) -> Iterator[float]:
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int | float) or not math.isfinite(item):
            raise refused(_("Coordinates must be finite numbers."))
        yield float(item)


def _invalid() -> str:
    return _("A geometry must be valid: not empty, rings closed and not crossing themselves.")


def _placed(found: GEOSGeometry, crs: Crs) -> Shape:
    if found.empty or not found.valid:
        raise refused(_invalid())
    if crs.srid != STORAGE_SRID:
        found.srid = crs.srid
        try:
            found.transform(_to_storage(crs.srid))
        except GDALException as error:
            raise refused(_outside()) from error
    found.srid = STORAGE_SRID
    west, south, east, north = found.extent
    on_earth = west >= -180 and east <= 180 and south >= -90 and north <= 90
    if not all(map(math.isfinite, found.extent)) or not on_earth:
        raise refused(_outside())
    return Shape(Type.GEOMETRY, found.hexewkb.decode(), found.geom_type == "GeometryCollection")


def _outside() -> str:
    return _("A position lies outside the CRS of filter-crs; mind the order of its axes.")


@lru_cache(maxsize=16)
def _to_storage(srid: int) -> CoordTransform:
    """Kept, for building one takes milliseconds. East first on either side, as positions stand here."""
    return CoordTransform(SpatialReference(srid), SpatialReference(STORAGE_SRID))
