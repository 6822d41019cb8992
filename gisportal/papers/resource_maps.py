"""The map of one resource or of several, as papers of every kind show it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pyproj import Geod

from gisportal.papers.map_data import Boundaries, base_shapes, boundaries, main_scheme
from gisportal.papers.maps import DrawnMap, MapPoint, map_svg
from layers.access import Viewer
from layers.vocabulary import CategoryInfo, vocabulary

#: Least and most metres across of a map of one resource.
NEAR: Final = 1500.0
FAR: Final = 4500.0
_GEOD: Final = Geod(ellps="GRS80")


def resource_map(
    viewer: Viewer,
    geom: Any,
    category: CategoryInfo,
    *,
    name: str = "",
    width_mm: float = 120,
    height_mm: float = 80,
    metres: float | None = None,
    title: str = "",
) -> DrawnMap | None:
    """One resource in the middle; None where no position is shown. ``geom``: the position as the viewer sees it.

    Without ``metres`` the map reaches to the nearest station, where that is near enough to show the way.
    """
    if geom is None:
        return None
    metres = metres or _telling_width(geom, width_mm / height_mm)
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


def moved_map(viewer: Viewer, before: Any, after: Any, words: tuple[str, str], title: str) -> DrawnMap | None:
    """Where a pin was and where it goes, each with its word; None where neither is known."""
    points = [
        MapPoint(point.x, point.y, colour, "circle", word)
        for point, colour, word in ((before, "#4d4d4d", words[0]), (after, "#a3120a", words[1]))
        if point is not None
    ]
    if not points:
        return None
    return map_svg(points, width_mm=120, height_mm=70, districts=map_districts(viewer), title=title)


def map_districts(viewer: Viewer) -> Sequence[Boundaries]:
    """The scheme that answers first with its names, then the one of most districts, for orientation."""
    schemes = vocabulary().schemes
    if not viewer.is_served or not schemes:
        return ()
    first = main_scheme(schemes.values())
    found = {code: boundaries(viewer, code) for code in schemes}
    finest = max(found, key=lambda code: len(found[code].districts))
    return [found[code] for code in dict.fromkeys((first, finest))]


def _telling_width(geom: Any, proportion: float) -> float:
    """Metres across that show the nearest station, else enough of a thinly built area to tell where it is."""
    around = (geom.x - 0.03, geom.y - 0.02, geom.x + 0.03, geom.y + 0.02)
    stations = [shape.geom.centroid for shape in base_shapes().inside(around)["station"]]
    distances = [_GEOD.inv(geom.x, geom.y, at.x, at.y)[2] for at in stations]
    if not distances:
        return FAR
    return min(max(min(distances) * 2.3 * proportion, NEAR), FAR)
