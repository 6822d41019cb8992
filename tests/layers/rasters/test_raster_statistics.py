"""Figures by district against a computation of their own kind: cells cut one by one, areas by geodesics (G4)."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry import MultiPolygon, Polygon, box

from layers.rasters.choices import Choice
from layers.rasters.edges import cell_shares
from layers.rasters.grids import cell_areas
from layers.rasters.statistics import Figures, by_area
from layers.rasters.storing import store
from tests.layers.rasters.conftest import CELLS, MakeTiff

RANDOM = np.random.default_rng(4)
GEOD = Geod(ellps="GRS80")
#: A crooked district with a hole near 高松, in degrees.
CROOKED = Polygon(
    [(134.03, 34.33), (134.09, 34.345), (134.075, 34.30), (134.05, 34.315), (134.035, 34.29)],
    [[(134.055, 34.325), (134.062, 34.331), (134.06, 34.322)]],
)
GRIDS = {
    "EPSG:6672": CELLS,
    "EPSG:4326": Affine(0.001, 0, 134.02, 0, -0.001, 34.35),
    "EPSG:3857": Affine(110, 0, 14_919_000, 0, -110, 4_077_500),
}


def kept(path: Path) -> Path:
    return path.with_name("kept.tif")


def by_hand(data: NDArray[np.float64], crs: str, transform: Affine, polygon: Polygon) -> dict[str, float]:
    """Every cell: its corners (and 9 points a side) to degrees, cut there with the polygon, areas by geodesics."""
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    found = {"cells": 0.0, "covered": 0.0, "total": 0.0, "weighted": 0.0}
    for row, column in np.ndindex(*data.shape):
        if np.isnan(data[row, column]):
            continue
        edge = [(column + step / 9, row) for step in range(9)]
        edge += [(column + 1, row + step / 9) for step in range(9)]
        edge += [(column + 1 - step / 9, row + 1) for step in range(9)]
        edge += [(column, row + 1 - step / 9) for step in range(9)]
        cell = Polygon([back.transform(*(transform @ point)) for point in edge])
        cut = cell.intersection(polygon)
        if cut.is_empty:
            continue
        area = abs(GEOD.geometry_area_perimeter(cut)[0])
        share = area / abs(GEOD.geometry_area_perimeter(cell)[0])
        found["cells"] += share
        found["covered"] += area
        found["total"] += share * data[row, column]
        found["weighted"] += area * data[row, column]
    return found


@pytest.mark.parametrize("crs", GRIDS)
def test_figures_agree_with_a_computation_by_hand(tiff: MakeTiff, crs: str) -> None:
    data = RANDOM.normal(100, 30, (60, 70))
    data[10:20, 30:45] = np.nan
    path = tiff(data, crs=crs, transform=GRIDS[crs])
    store(path, Choice(), kept(path))
    [figures] = by_area(kept(path), [("one", CROOKED)])
    wanted = by_hand(data, crs, GRIDS[crs], CROOKED)
    area = abs(GEOD.geometry_area_perimeter(CROOKED)[0])
    assert figures.area == pytest.approx(area)
    assert figures.cells == pytest.approx(wanted["cells"], rel=1e-5)
    assert figures.covered == pytest.approx(wanted["covered"], rel=1e-5)
    assert figures.total == pytest.approx(wanted["total"], rel=1e-5)
    assert figures.mean == pytest.approx(wanted["weighted"] / wanted["covered"], rel=1e-6)
    assert figures.share == pytest.approx(wanted["covered"] / area, rel=1e-5)
    assert 0.5 < figures.share < 1


def test_neighbours_add_up_to_the_whole_over_many_pieces(tiff: MakeTiff) -> None:
    """A crooked cut through 700 × 600 cells: what one side loses the other has."""
    data = RANDOM.integers(0, 50, (700, 600)).astype("int32")
    path = tiff(data)
    found = store(path, Choice(), kept(path))
    west, south, east, north = found.degrees
    everything = box(west - 0.1, south - 0.1, east + 0.1, north + 0.1)
    cut = Polygon(
        [(west - 1, south - 1), (west + 0.3, south - 1), (west + 0.21, north + 1), (west - 1, north + 1)]
    )
    left, right, whole = by_area(
        kept(path),
        [("l", everything & cut), ("r", everything - cut), ("w", everything)],
    )
    assert whole.total == pytest.approx(float(data.sum())) and whole.cells == pytest.approx(data.size)
    assert left.total + right.total == pytest.approx(whole.total, rel=1e-6)
    assert left.covered + right.covered == pytest.approx(whole.covered, rel=1e-6)
    assert (whole.low, whole.high) == (data.min(), data.max())


def test_areas_of_cells_are_those_on_the_ellipsoid() -> None:
    for crs, transform in GRIDS.items():
        big = transform @ Affine.scale(10)
        [area] = cell_areas(CRS.from_string(crs), big, 3.5, np.array([4.5]))
        back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        corners = shapely.segmentize(
            box(*(big @ (3, 5)), *(big @ (4, 4))), 20 if crs != "EPSG:4326" else 0.0005
        )
        ring = [back.transform(*point) for point in corners.exterior.coords]
        assert area == pytest.approx(abs(GEOD.polygon_area_perimeter(*zip(*ring, strict=True))[0]), rel=1e-7)


def test_shares_of_cells_are_exact() -> None:
    step = Affine(1, 0, 0, 0, -1, 4)
    triangle = Polygon([(0.5, 0.5), (3.5, 0.5), (0.5, 3.5)])
    shares = cell_shares(triangle, step, (4, 4))
    assert shares.sum() == pytest.approx(triangle.area)
    assert (
        shares[2, 1] == 1.0 and shares[3, 3] == pytest.approx(0.125) and shares[3, 0] == pytest.approx(0.25)
    )
    assert shares[2, 2] == pytest.approx(0.5) and shares[1, 1] == pytest.approx(0.5)
    along = cell_shares(box(1, 1, 3, 3), step, (4, 4))
    assert along.sum() == 4 and along[1:3, 1:3].all()


def test_districts_beside_the_raster_have_no_figures(tiff: MakeTiff) -> None:
    path = tiff(np.ones((10, 10)))
    store(path, Choice(), kept(path))
    far, empty = by_area(kept(path), [("far", box(141, 43, 141.1, 43.1)), ("empty", MultiPolygon())])
    assert (far.cells, far.mean, far.low, far.share) == (0, None, None, 0)
    assert (empty.cells, empty.area, empty.share) == (0, 0, 0)


def test_area_by_class(tiff: MakeTiff) -> None:
    data = np.repeat(np.array([[1, 2]], "uint8"), 50, axis=1).repeat(100, axis=0)
    path = tiff(data)
    found = store(path, Choice(), kept(path))
    [figures] = by_area(kept(path), [("all", box(*found.degrees).buffer(0.1))], by_class=True)
    assert set(figures.classes) == {1, 2}
    assert sum(figures.classes.values()) == pytest.approx(figures.covered)
    assert figures.classes[1] == pytest.approx(50 * 100 * 100 * 100, rel=5e-4)


def test_no_figures_make_no_mean() -> None:
    assert Figures("x", 0.0).mean is None and Figures("x", 0.0).share == 0.0


def test_shares_agree_with_cells_cut_one_by_one() -> None:
    """Thirty crooked polygons with holes and several parts, half of them reaching beyond the grid."""
    step = Affine(3, 0, 100, 0, -2, 80)
    cells = [[box(*(step @ (c, r + 1)), *(step @ (c + 1, r))) for c in range(20)] for r in range(15)]
    for number in range(30):
        random = np.random.default_rng(number)
        discs = [
            shapely.Point(random.uniform(95, 165), random.uniform(45, 85)).buffer(random.uniform(2, 20), 3)
            for _part in range(3)
        ]
        polygon = shapely.union_all(discs) - shapely.Point(*discs[0].centroid.coords[0]).buffer(1.7, 2)
        wanted = np.array([[cell.intersection(polygon).area / 6 for cell in row] for row in cells])
        assert np.allclose(cell_shares(polygon, step, (15, 20)), wanted, atol=1e-9), number
