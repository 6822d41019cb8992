"""A checked GeoTIFF written anew as the file we keep: one band of values, or a picture, as tiled COG.

Read and written piece by piece, so that memory does not grow with the raster.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rasterio
import rasterio.shutil
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError

from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.files import Dataset, environment, opened
from layers.rasters.grids import Bounds, as_raster_crs, corners, degrees, srid_of
from layers.rasters.summary import EMPTY, Summary, summarise
from layers.rasters.upright import Grid, upright
from layers.rasters.values import ValueReader, picture_reader

BLOCK: Final = 512
#: COGs above this are refused by plain TIFF.
_COMMON: Final = {
    "driver": "GTiff",
    "tiled": True,
    "blockxsize": BLOCK,
    "blockysize": BLOCK,
    "bigtiff": "IF_SAFER",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written. ``degrees``: west, south, east, north; ``cell``: width and height in units of the CRS."""

    width: int
    height: int
    dtype: str
    is_picture: bool
    srid: int | None
    crs_title: str
    degrees: Bounds
    cell: tuple[float, float]
    summary: Summary
    palette: tuple[tuple[int, str], ...] = ()


def store(source: Path, choice: Choice, target: Path, progress: Any = None) -> Kept:
    """Writes the raster of ``source`` as chosen to ``target``, which appears whole or not at all.

    ``progress(share)`` is told shares from 0 to 1. Raises :class:`RasterError`.
    """
    told = progress or (lambda share: None)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".raster-") as folder,
        opened(source) as dataset,
        upright(dataset, choice) as grid,
    ):
        plain, part = Path(folder) / "plain.tif", Path(folder) / "cog.tif"
        try:
            _write(grid, choice, plain, told)
            kept = _described(grid, choice, plain)
            told(0.75)
            _write_cog(plain, part, is_classes=bool(kept.palette))
        except (RasterioError, OSError) as error:
            raise RasterError(
                _("The GeoTIFF is damaged or incomplete and cannot be read."), "file"
            ) from error
        part.chmod(0o640)
        part.replace(target)
    told(1.0)
    return kept


def _write(grid: Grid, choice: Choice, plain: Path, told: Any) -> None:
    reader = picture_reader(grid, choice.rgb) if choice.is_picture else ValueReader.of(grid, choice)
    profile = {
        **_COMMON,
        "width": grid.dataset.width,
        "height": grid.dataset.height,
        "count": reader.count,
        "dtype": reader.dtype,
        "nodata": reader.nodata,
        "crs": as_raster_crs(grid.crs),
        "transform": grid.transform,
        "compress": "deflate",
        "zlevel": 1,
    }
    windows = list(grid.windows())
    with rasterio.open(plain, "w", **profile) as made:
        if choice.is_picture:
            made.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
        for index, window in enumerate(windows, start=1):
            made.write(reader.read(window), window=window)
            told(0.6 * index / len(windows))


def _described(grid: Grid, choice: Choice, plain: Path) -> Kept:
    bounds = corners(grid.transform, grid.dataset.width, grid.dataset.height)
    summary = EMPTY if choice.is_picture else summary_of(plain)
    if not choice.is_picture and not summary.count:
        raise RasterError(_("The raster holds no value at all."), "file")
    with rasterio.open(plain) as made:
        dtype = made.dtypes[0]
    return Kept(
        width=grid.dataset.width,
        height=grid.dataset.height,
        dtype=dtype,
        is_picture=choice.is_picture,
        srid=srid_of(grid.crs),
        crs_title=grid.crs.name,
        degrees=degrees(grid.crs, bounds) or bounds,
        cell=(grid.transform.a, -grid.transform.e),
        summary=summary,
        palette=() if choice.is_picture else _palette(grid.dataset, choice.band, summary),
    )


def _palette(dataset: Dataset, band: int, summary: Summary) -> tuple[tuple[int, str], ...]:
    """The file's own colours of the values that occur."""
    if dataset.colorinterp[band - 1] is not ColorInterp.palette:
        return ()
    colours = dataset.colormap(band)
    return tuple(
        (value, "#{:02x}{:02x}{:02x}".format(*colours[value][:3]))
        for value, _count in summary.values
        if value in colours
    )


def _write_cog(plain: Path, part: Path, *, is_classes: bool) -> None:
    """Overviews of classes take one cell of four, those of quantities the mean."""
    rasterio.shutil.copy(
        plain,
        part,
        driver="COG",
        COMPRESS="DEFLATE",
        PREDICTOR="YES",
        BLOCKSIZE=str(BLOCK),
        OVERVIEW_RESAMPLING="NEAREST" if is_classes else "AVERAGE",
        BIGTIFF="IF_SAFER",
        NUM_THREADS="1",
    )


def summary_of(path: Path) -> Summary:
    """Of the values of a file of ours, counted exactly, without overviews."""
    with environment(), rasterio.open(path) as dataset:
        return summarise(lambda: valid_pieces(dataset))


def valid_pieces(dataset: Dataset) -> Iterator[NDArray[Any]]:
    """Valid values of the first band, block row by block row."""
    for row in range(0, dataset.height, BLOCK):
        for column in range(0, dataset.width, BLOCK * 8):
            window = rasterio.windows.Window(
                column, row, min(BLOCK * 8, dataset.width - column), min(BLOCK, dataset.height - row)
            )
            yield dataset.read(1, window=window, masked=True).compressed()
