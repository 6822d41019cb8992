"""Polygons of districts as one clean cover: valid, and every point in at most one of them.

Published small areas are simplified one by one, so neighbours overlap and gape by tens of metres and some rings
cross themselves. All lines are noded together on a grid of 1e-7 degrees (1 cm), the faces between them are given
to one district each, and each district is the union of its faces:

* a face claimed by several goes to the one of the smallest area (a town inside another keeps its place);
* a gap enclosed on all sides and smaller than :data:`SMALL_GAP` goes to the neighbour it shares most border with;
* any other face belongs to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import shapely
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

GRID = 1e-7
#: Degrees²; about 0.1 km².
SMALL_GAP = 1e-5
NOBODY = -1


def repair(geom: BaseGeometry) -> BaseGeometry:
    """A valid polygon of the same outline; lines and points that remain of it are dropped."""
    fixed = geom if geom.is_valid else shapely.make_valid(geom)
    parts = [part for part in shapely.get_parts(fixed) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)


def clean_cover(geoms: Sequence[BaseGeometry]) -> list[MultiPolygon]:
    """The polygons without overlaps, in the same order (degrees in, degrees out). See the module's rule."""
    polygons = [repair(geom) for geom in geoms]
    lines = shapely.union_all([polygon.boundary for polygon in polygons], grid_size=GRID)
    faces = list(shapely.get_parts(shapely.polygonize([lines])))
    owners = _owners(faces, polygons)
    _fill_gaps(faces, owners)
    parts: dict[int, list[Polygon]] = defaultdict(list)
    for face, owner in zip(faces, owners, strict=True):
        parts[owner].append(face)
    return [_multi(parts[index]) for index in range(len(polygons))]


def dissolve(polygons: Sequence[BaseGeometry]) -> MultiPolygon:
    """The union of polygons of one clean cover."""
    return _multi([part for polygon in polygons for part in shapely.get_parts(polygon)])


def _owners(faces: Sequence[Polygon], polygons: Sequence[BaseGeometry]) -> list[int]:
    tree = STRtree(polygons)
    owners = []
    for face in faces:
        claims = tree.query(face.representative_point(), predicate="intersects")
        owners.append(int(min(claims, key=lambda index: polygons[index].area)) if len(claims) else NOBODY)
    return owners


def _fill_gaps(faces: Sequence[Polygon], owners: list[int]) -> None:
    tree = STRtree(faces)
    for index, face in enumerate(faces):
        if owners[index] != NOBODY or face.area > SMALL_GAP:
            continue
        shared: dict[int, float] = defaultdict(float)
        for other in tree.query(face, predicate="touches"):
            if owners[other] != NOBODY:
                shared[owners[other]] += face.boundary.intersection(faces[other].boundary).length
        if shared:
            owners[index] = max(shared, key=lambda owner: (shared[owner], -owner))


def _multi(faces: Sequence[Polygon]) -> MultiPolygon:
    merged = shapely.coverage_union_all(list(faces)) if faces else MultiPolygon()
    return MultiPolygon([part for part in shapely.get_parts(merged) if part.geom_type == "Polygon"])
