"""Opening raster files: GeoTIFF only, by content, nothing beside the file, little memory.

PROJ_DATA, PROJ_LIB and GDAL_DATA are never set here nor anywhere (stack notes §3): rasterio brings its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import rasterio
from django.utils.translation import gettext as _
from rasterio.errors import RasterioError

from layers.rasters.errors import RasterError

#: Classic and BigTIFF, both byte orders.
MAGIC: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
#: Megabytes of GDAL's block cache while we read or write.
CACHE_MB: Final = 64

Dataset = Any  # rasterio ships no types


def environment() -> Any:
    """GDAL as we use it: no look at neighbouring files (a stranger's file may name some), a small cache."""
    return rasterio.Env(
        GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR",
        GDAL_CACHEMAX=CACHE_MB,
        GDAL_TIFF_INTERNAL_MASK=True,
        GDAL_PAM_ENABLED=False,
    )


@contextmanager
def opened(path: Path) -> Iterator[Dataset]:
    """The dataset of a GeoTIFF. Raises :class:`RasterError` where it is none or cannot be read."""
    with path.open("rb") as handle:
        if handle.read(4) not in MAGIC:
            raise RasterError(_("This is no GeoTIFF."), "file")
    try:
        with environment(), rasterio.open(path, driver="GTiff") as dataset:
            yield dataset
    except RasterioError as error:
        raise RasterError(_("The GeoTIFF is damaged or incomplete and cannot be read."), "file") from error
