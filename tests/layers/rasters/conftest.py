"""GeoTIFFs made on the spot, of every kind planners hand in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pytest_django.fixtures import Settings

from layers.rasters import catalogue as rasters
from layers.stored import catalogue as stored

#: 高松駅 in plane zone 4 (EPSG:6672): easting, northing.
EAST, NORTH = 49_600.0, 150_600.0
#: 100 m cells from there to the south-east.
CELLS = Affine(100, 0, EAST, 0, -100, NORTH)

MakeTiff = Callable[..., Path]


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Nothing is kept of a test whose rows were rolled back."""
    for place in (rasters, stored):
        place.forget()
    yield
    for place in (rasters, stored):
        place.forget()


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """Files of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def tiff(tmp_path: Path) -> MakeTiff:
    """Writes a GeoTIFF: bands of shape (rows, columns) or (bands, rows, columns)."""

    def _make(
        data: NDArray[Any],
        name: str = "given.tif",
        *,
        crs: str | None = "EPSG:6672",
        transform: Affine = CELLS,
        colours: tuple[Any, ...] = (),
        palette: dict[int, tuple[int, int, int, int]] | None = None,
        scale: float = 1.0,
        **more: Any,
    ) -> Path:
        bands = data if data.ndim == 3 else data[np.newaxis]
        path = tmp_path / name
        profile = {
            "driver": "GTiff",
            "count": bands.shape[0],
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": bands.dtype,
            "crs": crs,
            "transform": transform,
            **more,
        }
        with rasterio.open(path, "w", **profile) as made:
            if colours:
                made.colorinterp = colours
            if palette:
                made.write_colormap(1, palette)
            if scale != 1.0:
                made.scales = (scale,)
            made.write(bands)
        return path

    return _make
