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
def kept_file(path: Path, overview: int | None = None) -> Iterator[Dataset]:
    """A file of ours, open; ``overview``: number of the overview read in its stead, from 0, the finest.

    Raises :class:`FileNotFoundError` where it is lost.
    """
    if not path.is_file():
        raise FileNotFoundError(path.name)
    level = {} if overview is None else {"overview_level": overview}
    with environment(), rasterio.open(path, driver="GTiff", **level) as dataset:
        yield dataset


@lru_cache(maxsize=64)
def _onto(srid: int, wkt: str) -> Transformer:
    """From an EPSG number to the CRS of a file; PROJ takes milliseconds to make one."""
    return Transformer.from_crs(srid, wkt, always_xy=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value (None: no data) or colour, and whether the place lies in the grid at all."""

    is_inside: bool
    value: float | None = None
    colour: str = ""


def value_at(path: Path, lon: float, lat: float) -> Cell:
    """The cell at a place (degrees, WGS 84), read from the full grid, never from an overview."""
    with kept_file(path) as dataset:
        x, y = _onto(STORAGE_SRID, dataset.crs.to_wkt()).transform(lon, lat)
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
        cells = _cells_a_pixel(dataset, srid, step, width, height)
        # A warp reads the full grid unless it is handed an overview.
        finer = [number for number, factor in enumerate(dataset.overviews(1)) if factor <= cells]
    with kept_file(path, finer[-1] if finer else None) as dataset:
        is_picture = dataset.count == 4
        how = Resampling.nearest if is_classes or cells * AS_THEY_ARE < 1 else Resampling.bilinear
        more: dict[str, Any] = {} if is_picture or dataset.nodata is not None else {"add_alpha": True}
        to = RasterCrs.from_epsg(srid)
        with WarpedVRT(
            dataset, crs=to, transform=step, width=width, height=height, resampling=how, **more
        ) as view:
            if is_picture:
                found: NDArray[Any] = view.read()
                return found
            data = view.read(1)
            # GDAL heeds the alpha it adds only in pictures: it is read as a band.
            seen = view.read(2) if more else view.read_masks(1)
            return np.ma.masked_array(data, seen == 0)


def _cells_a_pixel(dataset: Dataset, srid: int, step: Affine, width: int, height: int) -> float:
    """How many cells wide a pixel is, in the middle of the picture; 1 where the projection cannot say."""
    middle = (width / 2, height / 2)
    places = [step @ middle, step @ (middle[0] + 1, middle[1])]
    (x1, y1), (x2, y2) = (_onto(srid, dataset.crs.to_wkt()).transform(*place) for place in places)
    found = float(np.hypot((x2 - x1) / dataset.transform.a, (y2 - y1) / dataset.transform.e))
    return found if np.isfinite(found) and found > 0 else 1.0
