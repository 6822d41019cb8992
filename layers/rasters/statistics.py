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
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID
from layers.rasters.edges import Edges
from layers.rasters.files import Dataset
from layers.rasters.grids import GEOD, window_areas
from layers.rasters.reading import kept_file

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
    whole = shapely.box(*dataset.bounds)
    edges = Edges.of(shapely.intersection(polygon, whole), dataset.transform)
    for window in edges.windows(dataset.width, dataset.height):
        shares = edges.shares(window)
        if not (shares > LEAST).any():
            continue
        data = dataset.read(1, window=window, masked=True)
        wanted = (shares > LEAST) & ~np.ma.getmaskarray(data)
        if not wanted.any():
            continue
        areas = window_areas(crs, dataset.transform, int(window.col_off), int(window.row_off), shares.shape)
        found.add(data.data[wanted], shares[wanted], areas[wanted], by_class=by_class)
