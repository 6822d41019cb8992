"""A plane for one printed map: metres from its middle, true to scale there (R33).

Transverse Mercator of the ellipsoid GRS80 around the map's own middle: within 50 km distances are right to 1 in 30,000,
north is up, and JGD2011 and WGS 84 agree to less than a printed line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any, Final

import numpy as np
import shapely
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

#: Rounded steps of scale bars.
_STEPS: Final = (5, 2, 1)
_SCALES: Final = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Plane:
    """Paper of ``width_mm`` × ``height_mm``, ``metres`` of land across its width; y runs down from the top."""

    lon: float
    lat: float
    metres: float
    width_mm: float
    height_mm: float
    proj: Any = field(init=False, compare=False)

    def __post_init__(self) -> None:
        proj = Proj(proj="tmerc", lat_0=self.lat, lon_0=self.lon, k=1, ellps="GRS80")
        object.__setattr__(self, "proj", proj)

    @property
    def metres_per_mm(self) -> float:
        """Metres of land in a millimetre of paper."""
        return self.metres / self.width_mm

    @property
    def denominator(self) -> int:
        """N of the scale 1:N."""
        return round(self.metres_per_mm * 1000)

    def rounded(self) -> "Plane":
        """The same place at the next smaller scale of a round number (1:12,500 becomes 1:15,000)."""
        unit = 10 ** floor(log10(self.denominator))
        step = next(step for step in _SCALES if step * unit >= self.denominator)
        return Plane(self.lon, self.lat, step * unit * self.width_mm / 1000, self.width_mm, self.height_mm)

    def paper(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Millimetres from the left and top edge of degrees; numbers or arrays."""
        east, north = self.proj(lon, lat)
        return (
            self.width_mm / 2 + np.asarray(east) / self.metres_per_mm,
            self.height_mm / 2 - np.asarray(north) / self.metres_per_mm,
        )

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a point of the paper in mm."""
        east = (x - self.width_mm / 2) * self.metres_per_mm
        north = (self.height_mm / 2 - y) * self.metres_per_mm
        lon, lat = self.proj(east, north, inverse=True)
        return float(lon), float(lat)

    def box(self, margin_mm: float = 2) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees of the paper with a margin around."""
        left, top, right, bottom = (
            -margin_mm,
            -margin_mm,
            self.width_mm + margin_mm,
            self.height_mm + margin_mm,
        )
        corners = [self.degrees(x, y) for x in (left, right) for y in (top, bottom)]
        lons, lats = zip(*corners, strict=True)
        return min(lons), min(lats), max(lons), max(lats)

    def on_paper(self, geom: BaseGeometry) -> BaseGeometry:
        """A geometry in mm, cut to the paper; empty where nothing of it lies there."""
        near = shapely.clip_by_rect(geom, *self.box())
        if near.is_empty:
            return near
        flat = shapely.transform(near, lambda xy: np.column_stack(self.paper(xy[:, 0], xy[:, 1])))
        return shapely.clip_by_rect(flat, 0, 0, self.width_mm, self.height_mm)

    def scale_bar(self, longest_mm: float) -> tuple[int, float]:
        """A round number of metres and its length in mm, at most ``longest_mm``."""
        longest = longest_mm * self.metres_per_mm
        unit = 10 ** floor(log10(longest))
        metres = next(step * unit for step in _STEPS if step * unit <= longest)
        return int(metres), metres / self.metres_per_mm


def plane_around(
    points: Iterable[tuple[float, float]], width_mm: float, height_mm: float, *, least_metres: float = 1200
) -> Plane | None:
    """A plane that holds points of ``(lon, lat)`` with room around them; None without points."""
    found = list(points)
    if not found:
        return None
    lons, lats = zip(*found, strict=True)
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    rough = Plane(lon, lat, 1000, width_mm, height_mm)
    xs, ys = rough.paper(np.asarray(lons), np.asarray(lats))
    across = max(np.ptp(xs) / width_mm, np.ptp(ys) / height_mm) * 1000 * 1.3
    return Plane(lon, lat, max(float(across), least_metres), width_mm, height_mm)
