"""Figures of a raster by district: exact shares of cells at the edges, true areas (G4, planning).

Each cell counts with the share of it that lies in the district, so that the sums of neighbouring districts add up
to the sum of the whole; areas are those on the ellipsoid, whatever the projection of the grid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.features import rasterize
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID
from layers.rasters.files import Dataset
from layers.rasters.grids import GEOD, cell_areas
from layers.rasters.reading import kept_file

#: Cells a side of what is computed at once.
PIECE: Final = 256
#: Shares below this are rounding, not area.
LEAST: Final = 1e-9
#: Degrees: edges of districts longer than this are bent as the projection bends them.
SEGMENT: Final = 0.01


@dataclass(slots=True)
class Figures:
    """Of one area. ``cells``: how many, parts counted as parts; ``covered``: m² with data; ``area``: m² of the area.

    ``mean`` is weighted by true area; ``total`` is the sum of values times shares. ``classes``: m² by whole value.
    """

    key: str
    area: float
    cells: float = 0.0
    covered: float = 0.0
    total: float = 0.0
    low: float | None = None
    high: float | None = None
    classes: dict[int, float] = field(default_factory=dict)
    _weighted: float = 0.0

    @property
    def mean(self) -> float | None:
        """Mean over the covered area; None where nothing is covered."""
        return self._weighted / self.covered if self.covered else None

    @property
    def share(self) -> float:
        """Share of the area with data, 0 to 1."""
        return min(self.covered / self.area, 1.0) if self.area else 0.0

    def add(
        self, values: NDArray[Any], shares: NDArray[np.float64], areas: NDArray[np.float64], *, by_class: bool
    ) -> None:
        """Cells of one dimension: value, share in the area, true area in m²."""
        if not values.size:
            return
        numbers = values.astype(np.float64)
        inside = shares * areas
        self.cells += float(shares.sum())
        self.covered += float(inside.sum())
        self.total += float((numbers * shares).sum())
        self._weighted += float((numbers * inside).sum())
        low, high = float(numbers.min()), float(numbers.max())
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)
        if by_class:
            for value in np.unique(values):
                part = float(inside[values == value].sum())
                self.classes[int(value)] = self.classes.get(int(value), 0.0) + part


def by_area(
    path: Path, areas: Iterable[tuple[str, BaseGeometry]], *, by_class: bool = False
) -> Iterator[Figures]:
    """Figures of each area (key, polygon in EPSG:4326), in their order, computed as they are asked for.

    Read at full resolution, piece by piece: memory does not grow with raster or area.
    """
    with kept_file(path) as dataset:
        crs = CRS.from_wkt(dataset.crs.to_wkt())
        onto = Transformer.from_crs(STORAGE_SRID, crs, always_xy=True)
        for key, polygon in areas:
            found = Figures(key, abs(GEOD.geometry_area_perimeter(polygon)[0]) if polygon else 0.0)
            if polygon and not polygon.is_empty:
                _figure(dataset, crs, _projected(polygon, onto), found, by_class=by_class)
            yield found


def _projected(polygon: BaseGeometry, onto: Transformer) -> BaseGeometry:
    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(onto.transform(points[:, 0], points[:, 1]))

    found: BaseGeometry = shapely.make_valid(shapely.transform(shapely.segmentize(polygon, SEGMENT), moved))
    return found


def _figure(dataset: Dataset, crs: CRS, polygon: BaseGeometry, found: Figures, *, by_class: bool) -> None:
    for window in _windows(dataset, polygon.bounds):
        transform = dataset.window_transform(window)
        shape = (int(window.height), int(window.width))
        east, south = transform @ (shape[1], shape[0])
        part = shapely.clip_by_rect(polygon, transform.c, south, east, transform.f)
        if part.is_empty:
            continue
        shares = cell_shares(part, transform, shape)
        data = dataset.read(1, window=window, masked=True)
        wanted = (shares > LEAST) & ~np.ma.getmaskarray(data)
        if not wanted.any():
            continue
        rows = np.arange(shape[0], dtype=np.float64) + 0.5
        sizes = np.broadcast_to(cell_areas(crs, transform, shape[1] / 2, rows)[:, np.newaxis], shape)
        found.add(data.data[wanted], shares[wanted], sizes[wanted], by_class=by_class)


def _windows(dataset: Dataset, bounds: tuple[float, ...]) -> Iterator[Window]:
    """Pieces of the grid that touch the bounds (west, south, east, north in its CRS)."""
    west, south, east, north = bounds
    inverse = ~dataset.transform
    left, top = inverse @ (west, north)
    right, bottom = inverse @ (east, south)
    if not np.all(np.isfinite([left, top, right, bottom])):
        return
    first_column, last_column = max(int(np.floor(left)), 0), min(int(np.ceil(right)), dataset.width)
    first_row, last_row = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)), dataset.height)
    for row in range(first_row, last_row, PIECE):
        for column in range(first_column, last_column, PIECE):
            yield Window(column, row, min(PIECE, last_column - column), min(PIECE, last_row - row))


def cell_shares(polygon: BaseGeometry, transform: Affine, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Of each cell of an upright grid the share that lies in the polygon, 0 to 1, exactly.

    Cells the edge does not touch are in or out by their middle; the others are cut with the polygon.
    """
    polygons = [part for part in shapely.get_parts(polygon) if part.geom_type in {"Polygon", "MultiPolygon"}]
    if not polygons:
        return np.zeros(shape)
    whole = shapely.union_all(polygons)
    shares: NDArray[np.float64] = rasterize(
        [(whole, 1)], out_shape=shape, transform=transform, dtype="uint8"
    ).astype(np.float64)
    edges = rasterize(
        [(shapely.boundary(whole), 1)], out_shape=shape, transform=transform, dtype="uint8", all_touched=True
    ).astype(bool)
    rows, columns = np.nonzero(_grown(edges))
    lefts, tops = transform.c + columns * transform.a, transform.f + rows * transform.e
    boxes = shapely.box(lefts, tops + transform.e, lefts + transform.a, tops)
    cut = shapely.area(shapely.intersection(boxes, whole)) / abs(transform.a * transform.e)
    shares[rows, columns] = np.clip(cut, 0, 1)
    return shares


def _grown(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With the neighbours: an edge along the border of two cells belongs to either."""
    found = edges.copy()
    found[1:] |= edges[:-1]
    found[:-1] |= edges[1:]
    found[:, 1:] |= edges[:, :-1]
    found[:, :-1] |= edges[:, 1:]
    return found
