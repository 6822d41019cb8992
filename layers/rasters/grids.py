"""Where the cells of a raster lie: geotransforms, reference systems, true areas of cells."""

from functools import lru_cache
from typing import Any, Final

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Proj
from pyproj.exceptions import CRSError
from rasterio.crs import CRS as RasterCrs
from rasterio.warp import transform_bounds

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID

GEOD: Final = Geod(ellps="GRS80")
#: Tokyo datum: without the shift grids, which are nowhere here, positions are off by up to some metres.
TOKYO_DATUM: Final = frozenset({4301, *range(30161, 30180)})

Bounds = tuple[float, float, float, float]


def horizontal(crs: Any) -> CRS | None:
    """The horizontal part of a dataset's CRS; None for none, or for one that ties it to no place on earth."""
    if not crs:
        return None
    try:
        found = CRS.from_wkt(crs.to_wkt())
    except CRSError:
        return None
    if found.is_compound:
        found = found.sub_crs_list[0]
    if not (found.is_geographic or found.is_projected):
        return None
    flat = found.to_2d()
    # By number where there is one: the WKT of a file does not tell where the CRS is used.
    number = srid_of(flat)
    return CRS.from_epsg(number) if number else flat


def from_srid(srid: int) -> CRS | None:
    """A CRS by its EPSG number, if there is one for maps."""
    try:
        found = CRS.from_epsg(srid)
    except CRSError:
        return None
    return found.to_2d() if found.is_geographic or found.is_projected else None


@lru_cache(maxsize=64)
def srid_of(crs: CRS) -> int | None:
    """EPSG number, where the CRS has one. PROJ takes some 10 ms to find it."""
    found: int | None = crs.to_epsg(min_confidence=70)
    return found


def as_raster_crs(crs: CRS) -> RasterCrs:
    """The same for rasterio. By number where there is one: then nothing is lost in the WKT."""
    number = srid_of(crs)
    return RasterCrs.from_epsg(number) if number else RasterCrs.from_wkt(crs.to_wkt())


def corners(transform: Affine, width: int, height: int) -> Bounds:
    """West, south, east, north of the grid in its CRS, whichever way it is turned."""
    points = [transform @ corner for corner in ((0, 0), (width, 0), (0, height), (width, height))]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def degrees(crs: CRS, bounds: Bounds) -> Bounds | None:
    """Bounds in longitude and latitude; None where they do not lie on earth."""
    west, south, east, north = bounds
    if crs.is_geographic and not (-360 <= west <= east <= 360 and -90 <= south <= north <= 90):
        return None
    try:
        found = transform_bounds(as_raster_crs(crs), RasterCrs.from_epsg(STORAGE_SRID), *bounds)
    except Exception:  # PROJ's refusals come as several kinds of error
        return None
    return found if all(np.isfinite(found)) and abs(found[1]) <= 90 and abs(found[3]) <= 90 else None


def is_upright(transform: Affine) -> bool:
    """Whether columns run east and rows south, as every raster is kept."""
    return bool(transform.b == 0 and transform.d == 0 and transform.a > 0 and transform.e < 0)


def swapped(transform: Affine) -> Affine:
    """The same grid with easting and northing of its origin exchanged."""
    return Affine(transform.a, transform.b, transform.f, transform.d, transform.e, transform.c)


def cell_areas(crs: CRS, transform: Affine, column: float, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """True areas in m² of the cells whose middles lie at ``rows`` (and ``column``) of an upright grid."""
    ys = transform.f + rows * transform.e
    if crs.is_geographic:
        return _geographic(ys, abs(transform.a), abs(transform.e))
    if srid_of(crs) == WEB_MERCATOR_SRID:
        return _of_web_mercator(ys, abs(transform.a), abs(transform.e))
    xs = np.full_like(ys, transform.c + column * transform.a)
    unit = crs.axis_info[0].unit_conversion_factor
    factors = Proj(crs)
    lon, lat = factors(xs * unit if unit != 1 else xs, ys * unit if unit != 1 else ys, inverse=True)
    scale = np.asarray(factors.get_factors(lon, lat).areal_scale)
    plane: NDArray[np.float64] = abs(transform.a * transform.e) * unit**2 / scale
    return plane


def window_areas(
    crs: CRS, transform: Affine, column: int, row: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """True areas in m² of the cells of a window (rows, columns) that begins at ``column`` and ``row``.

    Across, the scale of a projection changes as a parabola does: it is told at the edges and in the middle.
    """
    rows = row + np.arange(shape[0], dtype=np.float64) + 0.5
    if crs.is_geographic or srid_of(crs) == WEB_MERCATOR_SRID or shape[1] < 3:
        middle = cell_areas(crs, transform, column + shape[1] / 2, rows)
        return np.broadcast_to(middle[:, np.newaxis], shape)
    left, middle, right = (
        cell_areas(crs, transform, column + place, rows)[:, np.newaxis]
        for place in (0.5, shape[1] / 2, shape[1] - 0.5)
    )
    place = (np.arange(shape[1], dtype=np.float64) + 0.5 - shape[1] / 2) / (shape[1] / 2 - 0.5)
    found: NDArray[np.float64] = (
        middle + place * (right - left) / 2 + place**2 * ((right + left) / 2 - middle)
    )
    return found


def _of_web_mercator(ys: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """EPSG:3857 calculates on a sphere with latitudes of the ellipsoid, which PROJ's factors do not tell (0.25 %)."""
    lower, upper = (
        np.degrees(2 * np.arctan(np.exp((ys + side * height / 2) / GEOD.a)) - np.pi / 2) for side in (-1, 1)
    )
    return _geographic((lower + upper) / 2, float(np.degrees(width / GEOD.a)), upper - lower)


def _geographic(
    lat: NDArray[np.float64], width: float, height: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cells of degrees on the ellipsoid, by Simpson's rule over the latitude."""

    def strip(at: NDArray[np.float64]) -> NDArray[np.float64]:
        turn = np.sin(np.radians(at))
        found: NDArray[np.float64] = np.cos(np.radians(at)) / (1 - GEOD.es * turn**2) ** 2
        return found

    half = height / 2
    mean = (strip(lat - half) + 4 * strip(lat) + strip(lat + half)) / 6
    found: NDArray[np.float64] = GEOD.a**2 * (1 - GEOD.es) * mean * np.radians(width) * np.radians(height)
    return found
