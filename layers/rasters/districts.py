"""Figures of a raster for every district of a scheme, kept while neither changes."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

import shapely
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.districts import DistrictSource
from layers.errors import ParameterError, SourceNotFound
from layers.rasters.catalogue import RasterLayer
from layers.rasters.statistics import Figures, by_area
from layers.source import get_source

#: Cells a request may have counted: 42 million took 5 s on a machine of two cores.
MOST_CELLS: Final = 80_000_000
#: Whole values a raster may have to be told apart by area.
MOST_CLASSES: Final = 12
_KEPT: Final = 64

_lock: Final = Lock()
_kept: "OrderedDict[tuple[int, str, str], list[DistrictFigures]]" = OrderedDict()


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """One district with its figures. ``has_boundary``: without one there are none."""

    key: str
    title: str
    figures: Figures
    has_boundary: bool


def classes_of(layer: RasterLayer) -> list[int]:
    """Whole values whose areas are told apart; none for measured quantities."""
    values = [value for value, _count in layer.summary.values]
    return values if layer.style.is_classes and 0 < len(values) <= MOST_CLASSES else []


def district_figures(layer: RasterLayer, scheme: str, viewer: Viewer) -> list[DistrictFigures]:
    """Of each district of a scheme the viewer may see, in the scheme's order.

    Raises :class:`ParameterError` for a scheme that is none, a picture, and a raster too large to be counted at once.
    """
    if layer.raster.is_picture:
        raise ParameterError("layer", _("A picture has no values to be counted."))
    source = _source(scheme, viewer)
    by_class = bool(classes_of(layer))
    key = (layer.raster.pk, source.slug, f"{source.version()}-{by_class}")
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    if _cells(layer, source) > MOST_CELLS:
        raise ParameterError(
            "layer",
            _("The raster has too many cells to be counted at once: at most %(most)d million.")
            % {"most": MOST_CELLS // 1_000_000},
        )
    found = _counted(layer, source, by_class=by_class)
    with _lock:
        _kept[key] = found
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return found


def _cells(layer: RasterLayer, source: DistrictSource) -> float:
    """About how many cells lie in the bounds of the division."""
    city, grid = source.extent(), layer.bounds
    if city is None or grid is None:
        return 0.0
    across = max(0.0, min(city[2], grid[2]) - max(city[0], grid[0])) / ((grid[2] - grid[0]) or 1.0)
    up = max(0.0, min(city[3], grid[3]) - max(city[1], grid[1])) / ((grid[3] - grid[1]) or 1.0)
    return layer.raster.width * layer.raster.height * across * up


def _source(scheme: str, viewer: Viewer) -> DistrictSource:
    try:
        source = get_source(f"districts-{scheme}", viewer)
    except SourceNotFound as error:
        raise ParameterError("scheme", _("There is no such division of the city.")) from error
    assert isinstance(source, DistrictSource)
    return source


def _counted(layer: RasterLayer, source: DistrictSource, *, by_class: bool) -> list[DistrictFigures]:
    rows = list(source.visible().order_by("order", "code").values_list("key", "title", "geom"))
    shapes = [
        (key, shapely.from_wkb(bytes(geom.wkb)) if geom else shapely.MultiPolygon())
        for key, _title, geom in rows
    ]
    counted = by_area(layer.path, shapes, by_class=by_class)
    return [
        DistrictFigures(key, title, figures, bool(geom))
        for (key, title, geom), figures in zip(rows, counted, strict=True)
    ]
