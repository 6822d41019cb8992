"""What is wrong with boundaries, and where: rings that cross, gaps, overlaps; areas in square metres (R24)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyproj import Geod
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

#: Smaller pieces come of rounding coordinates, not of anybody's line.
SMALLEST_PIECE: Final = 1.0
_GEOD: Final = Geod(ellps="WGS84")
_PLACE: Final = re.compile(r"^(?P<what>[^\[]*)\[(?P<x>\S+) (?P<y>\S+)\]$")
_REASONS: Final[Mapping[str, str | Promise]] = {
    "Self-intersection": gettext_lazy("the outline crosses itself"),
    "Ring Self-intersection": gettext_lazy("a ring touches or crosses itself"),
    "Hole lies outside shell": gettext_lazy("a hole lies outside its outline"),
    "Holes are nested": gettext_lazy("a hole lies in another hole"),
    "Interior is disconnected": gettext_lazy("a hole cuts the area in two"),
    "Nested shells": gettext_lazy("one part lies inside another"),
    "Duplicate Rings": gettext_lazy("the same ring stands twice"),
    "Too few points in geometry component": gettext_lazy("a ring has fewer than three corners"),
    "Invalid Coordinate": gettext_lazy("a coordinate is no number"),
}


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a boundary is not valid and where (degrees; ``None`` where the place is not known)."""

    reason: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Piece:
    """An overlap of two districts, or a gap enclosed by districts (``second`` empty). Area in square metres."""

    kind: str
    first: str
    second: str
    square_metres: float
    geom: BaseGeometry

    @property
    def middle(self) -> tuple[float, float]:
        """A point in it: longitude, latitude."""
        point = self.geom.representative_point()
        return point.x, point.y


def invalid(geom: BaseGeometry) -> Invalid | None:
    """What makes a shape invalid, in words; ``None`` where nothing does."""
    if geom.is_valid:
        return None
    found = _PLACE.match(shapely.is_valid_reason(geom))
    what = found["what"] if found else shapely.is_valid_reason(geom)
    words = str(_REASONS.get(what.strip(), what.strip()))
    return Invalid(words, float(found["x"]), float(found["y"])) if found else Invalid(words, None, None)


def square_metres(geom: BaseGeometry | None) -> float:
    """Area on the ellipsoid of a valid shape in degrees."""
    if geom is None or geom.is_empty:
        return 0.0
    return abs(float(_GEOD.geometry_area_perimeter(shapely.orient_polygons(geom))[0]))


def polygons_of(geom: BaseGeometry) -> MultiPolygon:
    """The areas of a shape; lines and points are left out."""
    parts = [
        part
        for part in shapely.get_parts(geom, return_index=False)
        if part.geom_type in {"Polygon", "MultiPolygon"}
    ]
    flat = [each for part in parts for each in shapely.get_parts(part)]
    return MultiPolygon([part for part in flat if not part.is_empty])


def overlaps(names: Sequence[str], geoms: Sequence[BaseGeometry]) -> list[Piece]:
    """Where two of them cover the same ground, the largest first."""
    tree = STRtree(geoms)
    pairs = tree.query(np.array(geoms, dtype=object), predicate="intersects")
    found = [
        _piece("overlap", names[one], names[other], shapely.intersection(geoms[one], geoms[other]))
        for one, other in zip(*pairs, strict=True)
        if one < other
    ]
    return _sorted(found)


def overlaps_with(
    name: str, geom: BaseGeometry, names: Sequence[str], geoms: Sequence[BaseGeometry]
) -> list[Piece]:
    """Where one of them covers ground of others."""
    near: list[int] = list(STRtree(geoms).query(geom, predicate="intersects")) if len(geoms) else []
    return _sorted([_piece("overlap", name, names[at], shapely.intersection(geom, geoms[at])) for at in near])


def gaps(geoms: Sequence[BaseGeometry]) -> list[Piece]:
    """Ground that is enclosed by them and belongs to none, the largest first."""
    whole = shapely.union_all(np.array(geoms, dtype=object))
    rings = [
        ring for part in shapely.get_parts(whole) if part.geom_type == "Polygon" for ring in part.interiors
    ]
    return _sorted([_piece("gap", "", "", Polygon(ring)) for ring in rings])


def _piece(kind: str, first: str, second: str, geom: BaseGeometry) -> Piece:
    area = polygons_of(geom)
    return Piece(kind, first, second, square_metres(area), area)


def _sorted(pieces: Sequence[Piece]) -> list[Piece]:
    kept = [piece for piece in pieces if piece.square_metres >= SMALLEST_PIECE]
    return sorted(kept, key=lambda piece: -piece.square_metres)


def place_words(lon: float | None, lat: float | None) -> str:
    """A place for a message; nothing where it is not known."""
    if lon is None or lat is None:
        return ""
    return _("near latitude %(lat)s, longitude %(lon)s") % {"lat": f"{lat:.5f}", "lon": f"{lon:.5f}"}
