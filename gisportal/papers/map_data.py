"""What printed maps are drawn from: our own base map and the boundaries of districts (R33, R51).

Kept per process until other files are loaded or a district changes: reading costs 0.2 s, drawing one map 20 ms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.access import Viewer
from layers.crs import STORAGE_SRID
from layers.query import FeatureQuery
from layers.source import get_source
from layers.vocabulary import vocabulary
from tiles import basemap
from tiles.models import BasemapFeature, BasemapSource

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of the base map; ``geom``: EPSG:4326, longitude first."""

    layer: str
    kind: str
    name: str
    source: str
    geom: BaseGeometry


@dataclass(frozen=True)
class BaseShapes:
    """The base map whole, with an index over it."""

    shapes: tuple[Shape, ...]
    tree: shapely.STRtree
    words: dict[str, str] = field(default_factory=dict)

    def inside(self, box: Bounds) -> dict[str, list[Shape]]:
        """Shapes by layer that touch a box of west, south, east, north in degrees."""
        found: dict[str, list[Shape]] = {name: [] for name in basemap.LAYERS}
        for index in sorted(self.tree.query(shapely.box(*box), predicate="intersects")):
            shape = self.shapes[index]
            found[shape.layer].append(shape)
        return found


def base_shapes() -> BaseShapes:
    """The base map as loaded now."""
    return _base_shapes(basemap.version())


@lru_cache(maxsize=1)
def _base_shapes(version: str) -> BaseShapes:
    shapes = []
    for row in BasemapFeature.objects.order_by("id"):
        row.geom.transform(STORAGE_SRID)
        shapes.append(Shape(row.layer, row.kind, row.name, row.source, shapely.from_wkb(bytes(row.geom.wkb))))
    words = {row.slug: f"{row.attribution}({row.licence})" for row in BasemapSource.objects.all()}
    return BaseShapes(tuple(shapes), shapely.STRtree([shape.geom for shape in shapes]), words)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A district to draw. ``geom``: EPSG:4326, longitude first."""

    title: str
    geom: BaseGeometry


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Districts of a scheme, with the words its licence asks for."""

    districts: tuple[Boundary, ...] = ()
    scheme_title: str = ""
    attributions: tuple[str, ...] = ()


def boundaries(viewer: Viewer, scheme: str = "") -> Boundaries:
    """Districts of a scheme as the viewer may see them; without a scheme that which answers first.

    Raises:
        layers.errors.SourceNotFound: there is no such scheme for this viewer.
    """
    words = vocabulary()
    code = scheme or main_scheme(words.schemes.values())
    if not code or not viewer.is_served:
        return Boundaries()
    source = get_source(f"districts-{code}", viewer)
    return _boundaries(source.slug, source.version(), source)


def main_scheme(schemes: Iterable[Any]) -> str:
    """Code of the scheme that answers first, else of the first one; nothing without schemes."""
    ordered = sorted(schemes, key=lambda scheme: not scheme.is_care_area)
    return ordered[0].code if ordered else ""


class _Kept:
    """The last few schemes by version; the source itself is no key."""

    def __init__(self) -> None:
        self.by_slug: dict[str, tuple[str, Boundaries]] = {}


_kept: Final = _Kept()


def _boundaries(slug: str, version: str, source: Any) -> Boundaries:
    kept = _kept.by_slug.get(slug)
    if kept and kept[0] == version:
        return kept[1]
    metadata = source.metadata
    made = Boundaries(
        tuple(
            Boundary(item.properties["name"], shapely.from_wkb(bytes(item.geom.wkb)))
            for item in source.load(FeatureQuery(), keys=["name"])
            if item.geom
        ),
        str(metadata.title),
        metadata.attributions,
    )
    _kept.by_slug[slug] = (version, made)
    return made
