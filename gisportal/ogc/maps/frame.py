"""What part of the earth a map shows, in which CRS, on how many px."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, cos, isfinite, log2, radians
from typing import Any, Final

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import Geod, Transformer

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID, Crs
from layers.errors import ParameterError

Box = tuple[float, float, float, float]

LEAST_SIDE: Final = 16
MOST_SIDE: Final = 4096
#: A4 at 300 dpi.
MOST_PIXELS: Final = 9_000_000
DEFAULT_WIDTH: Final = 1024
#: Of a map asked for by its middle alone.
DEFAULT_HEIGHT: Final = 768
DEFAULT_SCALE: Final = 25_000.0
#: A px of the screen in mm, unless said otherwise (20-058, 9).
SCREEN_PIXEL: Final = 0.28
GEOGRAPHIC: Final = frozenset({STORAGE_SRID, 4612, 6668})
#: Metres of a px of zoom 0 at the equator, of a world 512 px wide.
_METRES_OF_ZOOM_0: Final = 78271.516964
_FARTHEST: Final = 85.05
_DENSE: Final = 20
_GEOD: Final = Geod(ellps="GRS80")


@dataclass(frozen=True)
class Frame:
    """A map's place. ``box``: xmin, ymin, xmax, ymax in the CRS, easting first; ``pixel``: width of a px in mm."""

    crs: Crs
    box: Box
    width: int
    height: int
    pixel: float = SCREEN_PIXEL

    @property
    def scale(self) -> float:
        """Px of the picture for each px of a screen: signs stay as large on paper."""
        return SCREEN_PIXEL / self.pixel

    def px(self, coordinates: Any) -> Any:
        """Coordinates of the CRS as px, y downwards."""
        west, south, east, north = self.box
        moved = np.empty((len(coordinates), 2))
        moved[:, 0] = (coordinates[:, 0] - west) / (east - west) * self.width
        moved[:, 1] = (north - coordinates[:, 1]) / (north - south) * self.height
        return moved

    def from_degrees(self, shape: Any) -> Any:
        """A shape of degrees as px."""
        if self.crs.srid in GEOGRAPHIC:
            return shapely.transform(shape, self.px)
        to_crs = transformer(STORAGE_SRID, self.crs.srid)

        def moved(coordinates: Any) -> Any:
            return self.px(np.column_stack(to_crs.transform(coordinates[:, 0], coordinates[:, 1])))

        return shapely.transform(shape, moved)

    def grown(self, pixels: float) -> Box:
        """The box with so many px more on each side."""
        west, south, east, north = self.box
        x, y = (east - west) / self.width * pixels, (north - south) / self.height * pixels
        return west - x, south - y, east + x, north + y

    def degrees(self, pixels: float = 0) -> Box:
        """West, south, east, north of all that can be seen, with so many px more on each side."""
        west, south, east, north = carried(self.grown(pixels), self.crs.srid, STORAGE_SRID)
        return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)

    @cached_property
    def metres_per_pixel(self) -> float:
        """In the middle of the map, from west to east."""
        west, south, east, north = self.box
        x, y, step = (west + east) / 2, (south + north) / 2, (east - west) / self.width
        to_degrees = transformer(self.crs.srid, STORAGE_SRID)
        lons, lats = to_degrees.transform([x, x + step], [y, y])
        _there, _back, metres = _GEOD.inv(lons[0], lats[0], lons[1], lats[1])
        return max(float(metres), 1e-6)

    @cached_property
    def zoom(self) -> float:
        """The zoom of MapLibre that shows as much on a px of a screen."""
        _west, south, _east, north = self.degrees()
        stretch = max(cos(radians((south + north) / 2)), 0.01)
        return log2(_METRES_OF_ZOOM_0 * stretch / (self.metres_per_pixel * self.scale))

    def corners(self) -> tuple[float, ...]:
        """The box in the order of axes of its CRS."""
        west, south, east, north = self.box
        return (south, west, north, east) if self.crs.is_northing_first else self.box


@lru_cache(maxsize=64)
def transformer(source: int, target: int) -> Transformer:
    """From one CRS to another, easting first in both."""
    return Transformer.from_crs(_name(source), _name(target), always_xy=True)


def _name(srid: int) -> str:
    return f"EPSG:{srid}"


def carried(box: Box, source: int, target: int) -> Box:
    """The box of another CRS around a box.

    Raises:
        ParameterError: it lies outside what the CRS is for.
    """
    if source == target or {source, target} <= GEOGRAPHIC:
        return box
    west, south, east, north = box
    if source in GEOGRAPHIC and target == WEB_MERCATOR_SRID:
        south, north = max(south, -_FARTHEST), min(north, _FARTHEST)
    steps = np.linspace(0, 1, _DENSE)
    across, up = west + (east - west) * steps, south + (north - south) * steps
    xs = np.concatenate([across, across, np.full(_DENSE, west), np.full(_DENSE, east)])
    ys = np.concatenate([np.full(_DENSE, south), np.full(_DENSE, north), up, up])
    found_x, found_y = transformer(source, target).transform(xs, ys)
    found = (min(found_x), min(found_y), max(found_x), max(found_y))
    if not all(map(isfinite, found)):
        raise ParameterError("bbox", _("Lies outside what the CRS is for."))
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])


def around(middle: tuple[float, float], middle_crs: Crs, crs: Crs, metres: tuple[float, float]) -> Box:
    """The box in a CRS that is so many metres wide and high around a point of ``middle_crs``, easting first.

    Raises:
        ParameterError: the point lies outside what one of them is for.
    """
    x, y = transformer(middle_crs.srid, crs.srid).transform(*middle)
    lon, lat = transformer(middle_crs.srid, STORAGE_SRID).transform(*middle)
    if not all(map(isfinite, (x, y, lon, lat))) or not (-180 <= lon <= 180 and -89 <= lat <= 89):
        raise ParameterError("center", _("Lies outside what the CRS is for."))
    step = 1e-4 if crs.srid in GEOGRAPHIC else 10.0
    lons, lats = transformer(crs.srid, STORAGE_SRID).transform([x, x + step, x], [y, y, y + step])
    _there, _back, east = _GEOD.inv(lons[0], lats[0], lons[1], lats[1])
    _there, _back, north = _GEOD.inv(lons[0], lats[0], lons[2], lats[2])
    half_x, half_y = metres[0] / 2 / east * step, metres[1] / 2 / north * step
    return x - half_x, y - half_y, x + half_x, y + half_y


def ground_ratio(box: Box, crs: Crs) -> float:
    """How many times as wide as high the box is on the ground."""
    west, south, east, north = box
    ratio = (east - west) / (north - south)
    if crs.srid in GEOGRAPHIC:
        ratio *= max(cos(radians((south + north) / 2)), 0.05)
    return ratio


def sizes(width: int | None, height: int | None, ratio: float) -> tuple[int, int]:
    """Width and height in px; what is not given follows from the box.

    Raises:
        ParameterError: the picture would be too large.
    """
    if width is None and height is None:
        width = DEFAULT_WIDTH if ratio >= 1 else max(ceil(DEFAULT_WIDTH * ratio), LEAST_SIDE)
    found_width = width if width is not None else _bounded((height or 0) * ratio)
    found_height = height if height is not None else _bounded(found_width / ratio)
    if found_width * found_height > MOST_PIXELS:
        raise ParameterError(
            "width", _("Width times height is at most %(most)s px.") % {"most": f"{MOST_PIXELS:,}"}
        )
    return found_width, found_height


def _bounded(side: float) -> int:
    return min(max(round(side), 1), MOST_SIDE)


def widened(box: Sequence[float], least: float) -> Box:
    """A box of degrees that is nowhere thinner than ``least``, with a little room around."""
    west, south, east, north = box
    x = max((east - west) * 0.02, (least - (east - west)) / 2)
    y = max((north - south) * 0.02, (least - (north - south)) / 2)
    return max(west - x, -180.0), max(south - y, -90.0), min(east + x, 180.0), min(north + y, 90.0)
