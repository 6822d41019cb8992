"""A file's cells as they are kept: north up, columns to the east, whatever way the file has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from affine import Affine
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.files import Dataset
from layers.rasters.grids import as_raster_crs, corners, degrees, from_srid, horizontal, is_upright, swapped

#: Cells a side of what is read at once.
PIECE: Final = 2048


@dataclass(frozen=True, slots=True)
class Grid:
    """An upright grid over a file. ``dataset``: the file, or a view of it that is upright."""

    dataset: Dataset
    crs: CRS
    transform: Affine

    @property
    def has_mask(self) -> bool:
        """Whether cells may be without data for another reason than the value ``nodata`` of the file."""
        flags = self.dataset.mask_flag_enums[0]
        is_plain = MaskFlags.all_valid in flags or MaskFlags.nodata in flags
        return self._alpha is not None or not is_plain

    @property
    def _alpha(self) -> int | None:
        """The band of transparency; GDAL heeds it only in pictures."""
        kinds = self.dataset.colorinterp
        return kinds.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in kinds else None

    def seen(self, band: int, window: Window) -> NDArray[np.bool_]:
        """Where a band has data in a window."""
        found: NDArray[np.bool_] = self.dataset.read_masks(band, window=window) > 0
        if self._alpha is not None and self._alpha != band:
            found &= self.dataset.read(self._alpha, window=window) > 0
        return found

    def windows(self) -> Iterator[Window]:
        """The grid piece by piece, each at most 2048 × 2048 cells."""
        for row in range(0, self.dataset.height, PIECE):
            for column in range(0, self.dataset.width, PIECE):
                yield Window(
                    column,
                    row,
                    min(PIECE, self.dataset.width - column),
                    min(PIECE, self.dataset.height - row),
                )


@contextmanager
def upright(dataset: Dataset, choice: Choice) -> Iterator[Grid]:
    """The grid of an open file as chosen. Raises :class:`RasterError` where it lies nowhere on earth."""
    crs = from_srid(choice.srid) if choice.srid else horizontal(dataset.crs)
    if crs is None:
        raise RasterError(_("Say in what the coordinates are (EPSG number)."), "srid")
    transform = swapped(dataset.transform) if choice.is_swapped else dataset.transform
    if degrees(crs, corners(transform, dataset.width, dataset.height)) is None:
        raise RasterError(_("In these coordinates the raster lies nowhere on earth."), "srid")
    if is_upright(transform):
        yield Grid(dataset, crs, transform)
        return
    with WarpedVRT(dataset, **_turned(dataset, crs, transform)) as view:
        yield Grid(view, crs, view.transform)


def _turned(dataset: Dataset, crs: CRS, transform: Affine) -> dict[str, Any]:
    """How to lay an upright grid over a turned one: exactly where it is turned by right angles or mirrored."""
    same = as_raster_crs(crs)
    found: dict[str, Any] = {
        "src_crs": same,
        "crs": same,
        "src_transform": transform,
        "resampling": Resampling.nearest,
    }
    if dataset.nodata is None:
        found["add_alpha"] = True
    west, south, east, north = corners(transform, dataset.width, dataset.height)
    if transform.b == transform.d == 0 or transform.a == transform.e == 0:
        is_quarter = transform.a == 0
        width, height = (dataset.height, dataset.width) if is_quarter else (dataset.width, dataset.height)
        step = Affine((east - west) / width, 0, west, 0, -(north - south) / height, north)
        return found | {"transform": step, "width": width, "height": height}
    cell = min(abs(transform.determinant) ** 0.5, (east - west), (north - south))
    width, height = max(1, round((east - west) / cell)), max(1, round((north - south) / cell))
    step = Affine((east - west) / width, 0, west, 0, -(north - south) / height, north)
    return found | {"transform": step, "width": width, "height": height}
