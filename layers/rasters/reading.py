"""Reading the files we keep: one cell, a picture of any box, all by window."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.crs import CRS as RasterCrs
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from layers.crs import STORAGE_SRID
from layers.rasters.files import Dataset, environment

Box = tuple[float, float, float, float]
#: Cells drawn wider than so many pixels are drawn as they are, not smoothed.
AS_THEY_ARE: Final = 2.0


@contextmanager
def kept_file(path: Path) -> Iterator[Dataset]:
    """A file of ours, open. Raises :class:`FileNotFoundError` where it is lost."""
    if not path.is_file():
        raise FileNotFoundError(path.name)
    with environment(), rasterio.open(path) as dataset:
        yield dataset


@lru_cache(maxsize=16)
def _from_degrees(wkt: str) -> Transformer:
    return Transformer.from_crs(STORAGE_SRID, wkt, always_xy=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value (None: no data) or colour, and whether the place lies in the grid at all."""

    is_inside: bool
    value: float | None = None
    colour: str = ""


def value_at(path: Path, lon: float, lat: float) -> Cell:
    """The cell at a place (degrees, WGS 84), read from the full grid, never from an overview."""
    with kept_file(path) as dataset:
        x, y = _from_degrees(dataset.crs.to_wkt()).transform(lon, lat)
        if not (np.isfinite(x) and np.isfinite(y)):
            return Cell(False)
        column, row = (int(np.floor(part)) for part in ~dataset.transform @ (x, y))
        if not (0 <= column < dataset.width and 0 <= row < dataset.height):
            return Cell(False)
        found = dataset.read(window=Window(column, row, 1, 1), masked=True)[:, 0, 0]
    if len(found) == 4:
        colour = "#{:02x}{:02x}{:02x}".format(*(int(part) for part in found.data[:3]))
        return Cell(True, None, colour if found.data[3] else "")
    if np.ma.getmaskarray(found)[0] or not np.isfinite(found.data[0]):
        return Cell(True)
    return Cell(True, float(found.data[0]))


def warped(
    path: Path, box: Box, srid: int, width: int, height: int, *, is_classes: bool = False
) -> NDArray[Any]:
    """The raster over a box (xmin, ymin, xmax, ymax in EPSG ``srid``) in so many pixels.

    Values come as a masked array of shape (height, width), pictures as RGBA of shape (4, height, width). Overviews are
    used where cells are smaller than pixels; classes are never mixed.
    """
    west, south, east, north = box
    step = Affine((east - west) / width, 0, west, 0, -(north - south) / height, north)
    with kept_file(path) as dataset:
        crs = RasterCrs.from_epsg(srid)
        is_picture = dataset.count == 4
        how = Resampling.nearest if is_classes or _is_close(dataset, crs, box, width) else Resampling.bilinear
        more: dict[str, Any] = {} if is_picture or dataset.nodata is not None else {"add_alpha": True}
        with WarpedVRT(
            dataset, crs=crs, transform=step, width=width, height=height, resampling=how, **more
        ) as view:
            if is_picture:
                found: NDArray[Any] = view.read()
                return found
            data = view.read(1)
            # GDAL heeds the alpha it adds only in pictures: it is read as a band.
            seen = view.read(2) if more else view.read_masks(1)
            return np.ma.masked_array(data, seen == 0)


def _is_close(dataset: Dataset, crs: RasterCrs, box: Box, width: int) -> bool:
    """Whether a cell is wider than two pixels."""
    from rasterio.warp import transform_bounds

    try:
        west, _south, east, _north = transform_bounds(crs, dataset.crs, *box)
    except Exception:  # beyond what the projection can say
        return False
    pixel = (east - west) / width
    return bool(np.isfinite(pixel) and pixel * AS_THEY_ARE < dataset.transform.a)
