"""The file we keep: values exact, north up, one sign for no data, tiled with overviews (G4)."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.reading import value_at, warped
from layers.rasters.storing import store
from tests.layers.rasters.conftest import CELLS, EAST, NORTH, MakeTiff

RANDOM = np.random.default_rng(20261121)


def kept(path: Path) -> Path:
    return path.with_name("kept.tif")


def read(path: Path) -> np.ma.MaskedArray:
    with rasterio.open(path) as dataset:
        return dataset.read(1, masked=True)


def test_values_stay_exact_and_the_file_is_a_cog(tiff: MakeTiff) -> None:
    data = RANDOM.normal(50, 20, (1300, 1100)).astype("float32")
    data[3, 4], data[5, 6], data[7, 8] = -9999, np.nan, np.inf
    path = tiff(data, nodata=-9999)
    found = store(path, Choice(), kept(path))
    with rasterio.open(kept(path)) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.block_shapes == [(512, 512)] and dataset.overviews(1)
        assert dataset.transform == CELLS and dataset.crs.to_epsg() == 6672 and np.isnan(dataset.nodata)
        back = dataset.read(1)
    gone = np.zeros(data.shape, bool)
    gone[[3, 5, 7], [4, 6, 8]] = True
    assert np.array_equal(np.isnan(back), gone)
    assert np.array_equal(back[~gone], data[~gone])
    valid = data[~gone].astype(float)
    summary = found.summary
    assert summary.count == valid.size
    assert (summary.low, summary.high) == (valid.min(), valid.max())
    assert summary.mean == pytest.approx(valid.mean(), rel=1e-9)
    assert summary.low_2 == pytest.approx(np.percentile(valid, 2), abs=(valid.max() - valid.min()) / 1000)
    assert summary.high_98 == pytest.approx(np.percentile(valid, 98), abs=(valid.max() - valid.min()) / 1000)
    assert sum(summary.histogram) == valid.size and summary.values == ()


def test_progress_is_told_to_the_end(tiff: MakeTiff) -> None:
    path, told = tiff(RANDOM.random((50, 50))), []
    store(path, Choice(), kept(path), told.append)
    assert told == sorted(told) and told[-1] == 1.0


def test_whole_numbers_keep_type_and_sign(tiff: MakeTiff) -> None:
    data = RANDOM.integers(1, 5, (40, 40)).astype("uint8")
    data[0, 0] = 255
    path = tiff(data, nodata=255)
    found = store(path, Choice(), kept(path))
    assert found.dtype == "uint8" and read(kept(path)).mask.sum() == 1
    assert dict(found.summary.values) == {value: int((data == value).sum()) for value in (1, 2, 3, 4)}


def test_two_signs_of_no_data_become_one(tiff: MakeTiff) -> None:
    data = np.arange(256, dtype="uint8").reshape(16, 16)
    path = tiff(data, nodata=255)
    found = store(path, Choice(nodata=0), kept(path))
    back = read(kept(path))
    assert found.dtype == "int16" and back.mask.sum() == 2 and back.count() == 254
    assert (found.summary.low, found.summary.high) == (1, 254)


def test_a_mask_without_value_is_kept(tiff: MakeTiff, tmp_path: Path) -> None:
    path = tiff(np.full((16, 16), 7, "uint8"))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as made:
        mask = np.full((16, 16), 255, "uint8")
        mask[:, :4] = 0
        made.write_mask(mask)
    found = store(path, Choice(), kept(path))
    assert found.summary.count == 16 * 12 and read(kept(path)).mask[:, :4].all()


def test_scaled_values_are_unscaled(tiff: MakeTiff) -> None:
    path = tiff(np.array([[100, 250], [-1, 400]], "int16"), scale=0.1, nodata=-1)
    store(path, Choice(), kept(path))
    assert read(kept(path)).compressed().tolist() == pytest.approx([10.0, 25.0, 40.0])


def test_a_palette_gives_classes_in_its_own_colours(tiff: MakeTiff) -> None:
    data = np.array([[1, 2], [2, 3]], "uint8")
    path = tiff(data, palette={1: (255, 0, 0, 255), 2: (0, 128, 0, 255), 3: (0, 0, 0, 255)}, nodata=3)
    found = store(path, Choice(), kept(path))
    assert found.palette == ((1, "#ff0000"), (2, "#008000"))
    assert read(kept(path)).mask.tolist() == [[False, False], [False, True]]


def test_a_picture_keeps_its_colours_and_its_holes(tiff: MakeTiff) -> None:
    data = RANDOM.integers(0, 256, (4, 30, 30)).astype("uint8")
    data[3] = 255
    data[3, :10] = 0
    path = tiff(data, colours=(ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha))
    found = store(path, Choice(band=0), kept(path))
    assert found.is_picture and found.summary.count == 0
    with rasterio.open(kept(path)) as dataset:
        back = dataset.read()
    assert (
        np.array_equal(back[:3, 10:], data[:3, 10:])
        and not back[3, :10].any()
        and (back[3, 10:] == 255).all()
    )


def test_a_picture_of_three_of_many_deep_bands_is_stretched(tiff: MakeTiff) -> None:
    data = RANDOM.integers(200, 3000, (6, 60, 60)).astype("uint16")
    path = tiff(data, colours=(ColorInterp.undefined,) * 6)
    store(path, Choice(band=0, rgb=(4, 3, 2)), kept(path))
    with rasterio.open(kept(path)) as dataset:
        red = dataset.read(1)
    low, high = np.percentile(data[3], (2, 98))
    wanted = np.round(np.clip((data[3] - low) / (high - low), 0, 1) * 255)
    assert np.abs(red.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(
    ("transform", "turn"),
    [
        (Affine(100, 0, EAST, 0, 100, NORTH - 1000), lambda data: data[::-1]),
        (Affine(-100, 0, EAST + 1200, 0, -100, NORTH), lambda data: data[:, ::-1]),
        (Affine(0, 100, EAST, -100, 0, NORTH), lambda data: data.T),
    ],
    ids=["south-up", "mirrored", "columns run south"],
)
@pytest.mark.parametrize("nodata", [None, -9999])
def test_turned_grids_are_laid_straight_cell_by_cell(tiff: MakeTiff, transform: Affine, turn, nodata) -> None:  # type: ignore[no-untyped-def]
    data = np.arange(120, dtype="int32").reshape(10, 12)
    path = tiff(data, transform=transform, nodata=nodata)
    store(path, Choice(), kept(path))
    back = read(kept(path))
    assert np.array_equal(back, turn(data)) and back.count() == 120


def test_a_slanted_grid_keeps_its_values_where_they_lie(tiff: MakeTiff) -> None:
    slanted = Affine.translation(EAST, NORTH) @ Affine.rotation(-30) @ Affine.scale(100, -100)
    data = np.arange(1, 401, dtype="int16").reshape(20, 20)
    path = tiff(data, transform=slanted)
    store(path, Choice(), kept(path))
    with rasterio.open(kept(path)) as dataset:
        for row, column in ((2, 3), (10, 10), (17, 5)):
            assert next(dataset.sample([slanted @ (column + 0.5, row + 0.5)]))[0] == data[row, column]
        back = dataset.read(1, masked=True)
    assert back.mask.any() and 380 <= back.count() <= 420


def test_exchanged_axes_are_put_right(tiff: MakeTiff) -> None:
    path = tiff(np.ones((5, 5)), crs="EPSG:4326", transform=Affine(0.01, 0, 34.4, 0, -0.01, 134.0))
    found = store(path, Choice(is_swapped=True), kept(path))
    assert found.degrees == pytest.approx((134.0, 34.35, 134.05, 34.4))
    with pytest.raises(RasterError):
        store(path, Choice(), kept(path))


def test_a_crs_given_by_hand_holds(tiff: MakeTiff) -> None:
    path = tiff(np.ones((5, 5)), crs=None)
    found = store(path, Choice(srid=6672), kept(path))
    assert found.srid == 6672 and 134.0 < found.degrees[0] < 134.1


def test_nothing_but_no_data_is_refused(tiff: MakeTiff) -> None:
    path = tiff(np.full((5, 5), np.nan))
    with pytest.raises(RasterError):
        store(path, Choice(), kept(path))
    assert not kept(path).exists()


def test_the_value_under_a_place_is_the_cells_own(tiff: MakeTiff) -> None:
    """Of a grid with overviews: each cell differs from its neighbours, so an overview would be noticed."""
    from pyproj import Transformer

    data = RANDOM.integers(0, 30_000, (1500, 1500)).astype("int32")
    data[700, 700] = -1
    path = tiff(data, nodata=-1)
    store(path, Choice(), kept(path))
    back = Transformer.from_crs(6672, 4326, always_xy=True)
    for row, column in ((0, 0), (1499, 1499), (701, 3), (512, 511)):
        lon, lat = back.transform(*(CELLS @ (column + 0.5, row + 0.5)))
        assert value_at(kept(path), lon, lat).value == data[row, column]
    hole = value_at(kept(path), *back.transform(*(CELLS @ (700.5, 700.5))))
    assert hole.is_inside and hole.value is None
    assert not value_at(kept(path), 135.5, 34.7).is_inside
    assert not value_at(kept(path), -40.0, -89.9).is_inside


def test_the_colour_under_a_place(tiff: MakeTiff) -> None:
    data = np.full((3, 20, 20), 17, "uint8")
    path = tiff(data, photometric="RGB")
    found = store(path, Choice(band=0), kept(path))
    west, south, east, north = found.degrees
    assert value_at(kept(path), (west + east) / 2, (south + north) / 2).colour == "#111111"


def test_a_box_is_warped_with_its_holes(tiff: MakeTiff) -> None:
    data = np.full((50, 50), 5, "int16")
    data[:, :25] = -1
    path = tiff(data, nodata=-1)
    found = store(path, Choice(), kept(path))
    west, south, east, north = found.degrees
    middle = (south + north) / 2
    picture = warped(kept(path), (west, middle - 0.01, east, middle + 0.01), 4326, 100, 40)
    assert picture.shape == (40, 100)
    assert picture.mask[:, :45].all() and not picture.mask[:, 55:95].any()
    assert set(picture[:, 55:95].compressed()) == {5}
