"""The map of one resource or of several, as papers of every kind show it."""

from collections.abc import Iterable, Sequence
from typing import Any

from gisportal.papers.map_data import Boundaries, boundaries, main_scheme
from gisportal.papers.maps import DrawnMap, MapPoint, map_svg
from layers.access import Viewer
from layers.vocabulary import CategoryInfo, vocabulary


def resource_map(
    viewer: Viewer,
    geom: Any,
    category: CategoryInfo,
    *,
    name: str = "",
    width_mm: float = 120,
    height_mm: float = 80,
    metres: float = 1500,
    title: str = "",
) -> DrawnMap | None:
    """One resource in the middle; None where no position is shown. ``geom``: the position as the viewer sees it."""
    if geom is None:
        return None
    point = MapPoint(geom.x, geom.y, category.colour, category.shape, name)
    return map_svg(
        [point],
        width_mm=width_mm,
        height_mm=height_mm,
        metres=metres,
        districts=map_districts(viewer),
        title=title,
    )


def resources_map(
    viewer: Viewer,
    places: Iterable[tuple[str, Any, CategoryInfo]],
    *,
    width_mm: float = 180,
    height_mm: float = 110,
    title: str = "",
) -> DrawnMap | None:
    """Several resources, each ``(number, position or None, category)``; None where none has a position."""
    points = [
        MapPoint(geom.x, geom.y, category.colour, category.shape, number)
        for number, geom, category in places
        if geom
    ]
    return map_svg(
        points, width_mm=width_mm, height_mm=height_mm, districts=map_districts(viewer), title=title
    )


def map_districts(viewer: Viewer) -> Sequence[Boundaries]:
    """The scheme that answers first with its names, then the one of most districts, for orientation."""
    schemes = vocabulary().schemes
    if not viewer.is_served or not schemes:
        return ()
    first = main_scheme(schemes.values())
    found = {code: boundaries(viewer, code) for code in schemes}
    finest = max(found, key=lambda code: len(found[code].districts))
    return [found[code] for code in dict.fromkeys((first, finest))]
