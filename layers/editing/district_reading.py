"""What the administrator's screens of districts show: lines with areas and counts, outlines for the map."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely
from django.contrib.gis.db.models import Extent
from django.db.models import Count, Q

from layers.editing.districts import districts_of, resource_counts, schemes
from layers.imports import boundary_checks as checks
from layers.imports.boundary_checks import Piece
from layers.models import District, DistrictScheme, Organisation

#: Degrees an outline of a neighbour may be simplified by on the map (about 10 m).
COARSE = 0.0001


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """A scheme with how many districts it has."""

    scheme: DistrictScheme
    district_count: int
    town_count: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class DistrictLine:
    """A district with its area in km² (``None`` without a boundary) and how many resources lie in it."""

    district: District
    square_km: float | None
    resource_count: int


def scheme_lines() -> list[SchemeLine]:
    """All schemes in their order."""
    rows = list(schemes().annotate(n=Count("districts", distinct=True), t=Count("towns", distinct=True)))
    return [
        SchemeLine(row, row.n, row.t, place == 0, place == len(rows) - 1) for place, row in enumerate(rows)
    ]


def district_lines(scheme: DistrictScheme) -> list[DistrictLine]:
    """The districts of a scheme in their order."""
    counts = resource_counts(scheme)
    return [DistrictLine(row, square_km(row), counts.get(row.key, 0)) for row in districts_of(scheme)]


def square_km(row: District) -> float | None:
    """Area on the ellipsoid."""
    return None if row.geom is None else checks.square_metres(shapely.from_wkb(bytes(row.geom.wkb))) / 1e6


def office_names() -> list[str]:
    """Names to choose an office by: those responsible already, then the city's own and others, at most 300."""
    rows = Organisation.unscoped.order_by("name")
    first = rows.filter(districts__isnull=False).distinct().values_list("name", flat=True)
    likely = rows.filter(Q(is_city=True) | Q(name__contains="支援センター")).values_list("name", flat=True)
    return list(dict.fromkeys([*first, *likely[:300]]))[:300]


def outlines(scheme: DistrictScheme, apart: District | None = None) -> dict[str, Any]:
    """Districts as GeoJSON for the map, a little simplified; ``apart``: the one being edited."""
    rows = districts_of(scheme).exclude(geom=None).exclude(pk=apart.pk if apart else 0)
    return collection(
        (_coarse(shapely.from_wkb(bytes(row.geom.wkb))), {"title": row.title}) for row in rows if row.geom
    )


def _coarse(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(
        shapely.simplify(shape, COARSE, preserve_topology=True), 1e-6, mode="pointwise"
    )


def collection(shapes: Iterable[tuple[shapely.Geometry, dict[str, Any]]]) -> dict[str, Any]:
    """Shapes with their properties as a FeatureCollection."""
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": properties}
        for shape, properties in shapes
    ]
    return {"type": "FeatureCollection", "features": features}


def piece_features(pieces: Iterable[Piece]) -> dict[str, Any]:
    """Gaps and overlaps for the map."""
    return collection(
        (piece.geom, {"kind": piece.kind, "number": number, "area": round(piece.square_metres)})
        for number, piece in enumerate(pieces, 1)
    )


def extent(scheme: DistrictScheme) -> list[float] | None:
    """West, south, east, north of the scheme's boundaries, or of all there are."""
    for rows in (districts_of(scheme), District.unscoped.all()):
        box = rows.order_by().aggregate(box=Extent("geom"))["box"]
        if box:
            return [float(edge) for edge in box]
    return None
