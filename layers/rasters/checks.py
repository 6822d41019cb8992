"""What an uploaded GeoTIFF holds, and whether it can be taken (G4, D4)."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from affine import Affine
from django.conf import settings
from django.utils.translation import gettext as _
from pyproj import CRS
from rasterio.enums import ColorInterp

from layers.crs import PLANE_ZONE_BY_PREFECTURE
from layers.rasters.errors import RasterError
from layers.rasters.files import Dataset, opened
from layers.rasters.grids import (
    TOKYO_DATUM,
    Bounds,
    corners,
    degrees,
    from_srid,
    horizontal,
    is_upright,
    srid_of,
    swapped,
)

MAX_BANDS: Final = 64
LONGEST_SIDE: Final = 100_000
#: Bytes of one block of the file, decoded: what GDAL must hold at once.
MAX_BLOCK_BYTES: Final = 256 * 2**20
JAPAN: Final[Bounds] = (122.0, 20.0, 154.5, 46.0)
#: Offered where a file does not say in what its coordinates are: JGD2011, its plane zones, UTM, Web Mercator.
CANDIDATES: Final = (6668, 4326, *range(6669, 6688), *range(6688, 6693), 3857)
_KINDS: Final = frozenset("iufb")


@dataclass(frozen=True, slots=True)
class Band:
    """One band as the file has it; ``number`` counts from 1."""

    number: int
    title: str
    dtype: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """A GeoTIFF as it was handed in. ``bounds``: in its own CRS; ``degrees``: west, south, east, north, if known."""

    width: int
    height: int
    bands: tuple[Band, ...]
    srid: int | None
    crs_title: str
    bounds: Bounds
    degrees: Bounds | None
    cell: tuple[float, float]
    nodata: float | None
    is_palette: bool
    is_picture: bool
    is_turned: bool
    looks_swapped: bool
    candidates: tuple[int, ...]
    warnings: tuple[str, ...]

    @property
    def needs_crs(self) -> bool:
        """Whether a person must say in what the coordinates are."""
        return not self.crs_title

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def inspect(path: Path, lg_code: str = "") -> Inspection:
    """What a file holds. ``lg_code``: the city's, to offer its own plane zone first.

    Raises :class:`RasterError` for what is no GeoTIFF, too large, of complex numbers, or tied to no place.
    """
    with opened(path) as dataset:
        _check_size(dataset)
        _check_position(dataset)
        return _inspection(dataset, lg_code)


def _check_size(dataset: Dataset) -> None:
    width, height, count = dataset.width, dataset.height, dataset.count
    limit = settings.RASTER_MAX_PIXELS
    if width * height > limit or max(width, height) > LONGEST_SIDE:
        raise RasterError(
            _(
                "The raster has too many cells: %(width)d × %(height)d. At most %(limit)d million, and %(side)d a side."
            )
            % {"width": width, "height": height, "limit": limit // 1_000_000, "side": LONGEST_SIDE},
            "file",
        )
    if not 1 <= count <= MAX_BANDS:
        raise RasterError(_("The raster must have 1 to %(count)d bands.") % {"count": MAX_BANDS}, "file")
    kinds = [np.dtype(name) if not name.startswith("complex") else None for name in dataset.dtypes]
    if any(kind is None or kind.kind not in _KINDS for kind in kinds):
        raise RasterError(_("Complex numbers cannot be shown on a map."), "file")
    rows, columns = dataset.block_shapes[0]
    if rows * columns * count * max(kind.itemsize for kind in kinds if kind) > MAX_BLOCK_BYTES:
        raise RasterError(
            _("The blocks of the file are too large to be read piece by piece. Save it as a tiled GeoTIFF."),
            "file",
        )


def _check_position(dataset: Dataset) -> None:
    transform = dataset.transform
    if transform == Affine.identity():
        told = (
            _("It has control points only: rectify it first.")
            if dataset.gcps[0]
            else _("It says not where it lies.")
        )
        raise RasterError(_("The picture is tied to no place on the map.") + " " + told, "file")
    if not np.all(np.isfinite(transform[:6])) or transform.is_degenerate:
        raise RasterError(_("The position of the raster (geotransform) cannot be used."), "file")


def _inspection(dataset: Dataset, lg_code: str) -> Inspection:
    crs, transform = horizontal(dataset.crs), dataset.transform
    bounds = corners(transform, dataset.width, dataset.height)
    place = degrees(crs, bounds) if crs else None
    is_swapped = crs is not None and _seems_swapped(crs, dataset)
    return Inspection(
        width=dataset.width,
        height=dataset.height,
        bands=tuple(
            Band(number, dataset.descriptions[number - 1] or "", dataset.dtypes[number - 1])
            for number in dataset.indexes
        ),
        srid=srid_of(crs) if crs else None,
        crs_title=crs.name if crs else "",
        bounds=bounds,
        degrees=place,
        cell=(float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))),
        nodata=None if dataset.nodata is None or np.isnan(dataset.nodata) else float(dataset.nodata),
        is_palette=dataset.colorinterp[0] is ColorInterp.palette,
        is_picture=is_picture(dataset),
        is_turned=not is_upright(transform),
        looks_swapped=is_swapped,
        candidates=() if crs else candidates(bounds, lg_code),
        warnings=tuple(_warnings(dataset, crs, place, is_swapped)),
    )


def is_picture(dataset: Dataset) -> bool:
    """Whether the bands are red, green and blue of eight bits, with or without alpha."""
    kinds = dataset.colorinterp[:3]
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    return kinds == wanted and set(dataset.dtypes[:3]) == {"uint8"}


def lies_in_japan(place: Bounds | None) -> bool:
    """Whether bounds in degrees touch Japan."""
    if place is None:
        return False
    west, south, east, north = JAPAN
    return place[0] <= east and place[2] >= west and place[1] <= north and place[3] >= south


def _seems_swapped(crs: CRS, dataset: Dataset) -> bool:
    """Whether it lies where the CRS is used only if easting and northing of its origin are exchanged."""
    as_given, turned = (
        corners(transform, dataset.width, dataset.height)
        for transform in (dataset.transform, swapped(dataset.transform))
    )
    return not _plausible(crs, as_given) and _plausible(crs, turned)


def candidates(bounds: Bounds, lg_code: str = "") -> tuple[int, ...]:
    """EPSG numbers in which the bounds would lie in Japan, the city's own plane zone first."""
    zone = PLANE_ZONE_BY_PREFECTURE.get(lg_code[:2])
    order = [6668 + zone, *CANDIDATES] if zone else list(CANDIDATES)
    found = []
    for srid in dict.fromkeys(order):
        crs = from_srid(srid)
        if crs and _plausible(crs, bounds):
            found.append(srid)
    return tuple(found)


def _plausible(crs: CRS, bounds: Bounds) -> bool:
    """In Japan, and within the CRS's own area of use: any numbers of metres lie somewhere in each zone."""
    place, area = degrees(crs, bounds), crs.area_of_use
    if place is None or not lies_in_japan(place):
        return False
    if area is None:
        return True
    return bool(
        place[0] <= area.east and place[2] >= area.west and place[1] <= area.north and place[3] >= area.south
    )


def _warnings(dataset: Dataset, crs: CRS | None, place: Bounds | None, is_swapped: bool) -> list[str]:
    found = []
    if not crs:
        found.append(_("The file says not in what its coordinates are (no CRS). Choose it below."))
    elif is_swapped:
        found.append(_("Latitude and longitude (northing and easting) of its origin seem to be exchanged."))
    elif not lies_in_japan(place):
        found.append(_("The raster does not lie in Japan. Check its coordinates."))
    if crs and srid_of(crs) in TOKYO_DATUM:
        found.append(_("The coordinates are of the old Tokyo datum: positions may be off by some metres."))
    if not is_upright(dataset.transform):
        found.append(_("The grid is turned: its cells are rearranged so that north is up."))
    if (
        dataset.nodata is None
        and dataset.colorinterp[0] is not ColorInterp.palette
        and not is_picture(dataset)
    ):
        found.append(_("The file names no value for “no data”. If it uses one, give it below."))
    return found
