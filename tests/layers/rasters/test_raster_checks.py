"""What is found in an uploaded GeoTIFF, and what is refused (G4, D4)."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from django.utils.translation import override
from pytest_django.fixtures import Settings
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp

from layers.rasters.checks import inspect
from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from tests.layers.rasters.conftest import CELLS, MakeTiff

TEN = np.arange(100, dtype="float32").reshape(10, 10)


def test_a_plain_grid_is_described(tiff: MakeTiff) -> None:
    found = inspect(tiff(TEN, nodata=-9999))
    assert (found.width, found.height, found.srid, found.nodata) == (10, 10, 6672, -9999)
    assert found.cell == (100, 100) and not found.is_turned and not found.needs_crs
    assert found.degrees is not None
    west, south, east, north = found.degrees
    assert 134.0 < west < east < 134.1 and 34.3 < south < north < 34.4
    assert found.warnings == ()
    assert Choice.usual(found) == Choice(band=1)


def test_without_crs_it_is_asked_for_and_likely_ones_are_offered(tiff: MakeTiff) -> None:
    found = inspect(tiff(TEN, crs=None), "372013")
    assert found.needs_crs and found.srid is None
    assert found.candidates[0] == 6672 and 4326 not in found.candidates
    with pytest.raises(RasterError) as refused:
        Choice().check(found)
    assert refused.value.parameter == "srid"
    Choice.usual(found).check(found)


def test_degrees_without_crs_are_known_as_degrees(tiff: MakeTiff) -> None:
    path = tiff(TEN, crs=None, transform=Affine(0.001, 0, 134.0, 0, -0.001, 34.4))
    assert inspect(path).candidates[:2] == (6668, 4326)


@pytest.mark.parametrize(
    ("crs", "transform", "is_swapped"),
    [
        ("EPSG:4326", Affine(0.001, 0, 34.4, 0, -0.001, 134.0), True),
        ("EPSG:6672", Affine(100, 0, 150_600, 0, -100, 49_600), True),
        ("EPSG:6672", Affine(100, 0, 600_000, 0, -100, 5_000_000), False),
        ("EPSG:4326", Affine(0.001, 0, 134.0, 0, -0.001, 34.4), False),
    ],
)
def test_exchanged_axes_are_noticed(tiff: MakeTiff, crs: str, transform: Affine, is_swapped: bool) -> None:
    found = inspect(tiff(TEN, crs=crs, transform=transform, nodata=-1))
    assert found.looks_swapped is is_swapped
    assert bool(found.warnings) is (transform.c != 134.0)


def test_a_place_outside_japan_is_said(tiff: MakeTiff) -> None:
    path = tiff(TEN, nodata=-1, crs="EPSG:32631", transform=Affine(10, 0, 500_000, 0, -10, 5_000_000))
    with override("en"):
        [warning] = inspect(path).warnings
    assert "Japan" in warning


def test_compound_and_old_systems(tiff: MakeTiff) -> None:
    assert inspect(tiff(TEN, crs="EPSG:6672+6695")).srid == 6672
    with override("en"):
        old = inspect(tiff(TEN, crs="EPSG:30164", nodata=-1))
    assert old.srid == 30164 and ["Tokyo datum" in text for text in old.warnings] == [True]


def test_pictures_and_palettes_are_known(tiff: MakeTiff) -> None:
    rgb = np.zeros((3, 8, 8), np.uint8)
    picture = inspect(tiff(rgb, photometric="RGB"))
    assert picture.is_picture and Choice.usual(picture).is_picture
    classes = inspect(tiff(np.ones((8, 8), np.uint8), palette={1: (10, 20, 30, 255)}))
    assert classes.is_palette and not classes.is_picture


def test_many_bands_are_listed(tiff: MakeTiff) -> None:
    found = inspect(tiff(np.zeros((7, 4, 4), np.uint16), colours=(ColorInterp.undefined,) * 7))
    assert [band.number for band in found.bands] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(RasterError):
        Choice(band=8).check(found)
    with pytest.raises(RasterError):
        Choice(band=0, rgb=(1, 2, 8)).check(found)


@pytest.mark.parametrize(
    "content", [b"", b"II", b"GIF89a", b"%PDF-1.4", b"II*\x00garbage" * 10, b"<svg/>" * 50]
)
def test_what_is_no_geotiff_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "named.tif"
    path.write_bytes(content)
    with pytest.raises(RasterError) as refused:
        inspect(path)
    assert refused.value.parameter == "file"


def test_half_a_file_is_refused(tiff: MakeTiff) -> None:
    path = tiff(np.random.default_rng(1).random((600, 600)))
    path.write_bytes(path.read_bytes()[:700_000])
    from layers.rasters.storing import store

    with pytest.raises(RasterError):
        store(path, Choice(), path.with_name("kept.tif"))
    assert sorted(each.name for each in path.parent.iterdir()) == ["given.tif"]


def test_too_many_cells_are_refused(tiff: MakeTiff, settings: Settings) -> None:
    settings.RASTER_MAX_PIXELS = 99
    with pytest.raises(RasterError, match="10 × 10"):
        inspect(tiff(TEN))


def test_a_bomb_of_one_block_is_refused(tiff: MakeTiff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.rasters.checks.MAX_BLOCK_BYTES", 399)
    with pytest.raises(RasterError):
        inspect(tiff(TEN, blockysize=10))


def test_complex_numbers_are_refused(tiff: MakeTiff) -> None:
    with pytest.raises(RasterError):
        inspect(tiff(TEN.astype("complex64")))


def test_a_picture_tied_to_no_place_is_refused(tiff: MakeTiff) -> None:
    with pytest.raises(RasterError):
        inspect(tiff(TEN, crs=None, transform=Affine.identity()))
    points = [
        GroundControlPoint(0, 0, 134, 34),
        GroundControlPoint(9, 0, 134, 33),
        GroundControlPoint(0, 9, 135, 34),
    ]
    with pytest.raises(RasterError):
        inspect(tiff(TEN, crs="EPSG:4326", transform=Affine.identity(), gcps=points))


def test_a_neighbouring_file_is_not_looked_at(tiff: MakeTiff) -> None:
    """A header file beside it, which a stranger may have named, changes nothing."""
    path = tiff(TEN)
    path.with_suffix(".tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>")
    path.with_suffix(".tfw").write_text("1\n0\n0\n-1\n5\n5\n")
    found = inspect(path)
    assert found.srid == 6672 and found.bounds == (CELLS.c, CELLS.f - 1000, CELLS.c + 1000, CELLS.f)
