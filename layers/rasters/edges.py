"""Which share of each cell of a grid lies in a polygon: exactly, by the areas its edge cuts off.

The edge is cut where it meets the lines of the grid. Each short piece then lies in one cell; it covers all cells to its
right by its height, and its own by the part to its right. Summed along each row, with the signs of the directions,
that is the share of each cell, as in the drawing of letters. Nothing is sampled, and the cost is that of the edge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

#: Cells a side of what is computed at once.
PIECE: Final = 512

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """The edge of a polygon cut into pieces of one cell each, by rising row.

    ``heights``: signed, in rows; ``lefts``: how far into its cell the middle of a piece lies, 0 to 1.
    """

    rows: Ints
    columns: Ints
    heights: Floats
    lefts: Floats

    @classmethod
    def of(cls, polygon: BaseGeometry, transform: Affine) -> Self:
        """The edge of a valid polygon or multipolygon over an upright grid."""
        starts, ends = _segments(polygon, transform)
        a, b = _cut(starts, ends)
        middles, heights = (a + b) / 2, b[:, 1] - a[:, 1]
        cells = np.floor(middles).astype(np.int64)
        order = np.argsort(cells[:, 1], kind="stable")
        return cls(cells[order, 1], cells[order, 0], heights[order], (middles[:, 0] - cells[:, 0])[order])

    def windows(self, width: int, height: int) -> Iterator[Window]:
        """Pieces of a grid of so many columns and rows within the bounds of the polygon."""
        if not self.rows.size:
            return
        first_row, last_row = max(int(self.rows[0]), 0), min(int(self.rows[-1]) + 1, height)
        first, last = max(int(self.columns.min()), 0), min(int(self.columns.max()) + 1, width)
        for row in range(first_row, last_row, PIECE):
            for column in range(first, last, PIECE):
                yield Window(column, row, min(PIECE, last - column), min(PIECE, last_row - row))

    def shares(self, window: Window) -> Floats:
        """Of each cell of a window the share that lies in the polygon, 0 to 1."""
        height, width = int(window.height), int(window.width)
        begin, end = np.searchsorted(self.rows, [window.row_off, window.row_off + height])
        rows = self.rows[begin:end] - int(window.row_off)
        columns = self.columns[begin:end] - int(window.col_off)
        heights, lefts = self.heights[begin:end], self.lefts[begin:end]
        summed = np.zeros((height, width + 1))
        # What lies left of the window covers its rows whole, what lies right of it nothing.
        before = columns < 0
        np.add.at(summed[:, 0], rows[before], heights[before])
        inside = (columns >= 0) & (columns < width)
        rows, columns, heights, lefts = rows[inside], columns[inside], heights[inside], lefts[inside]
        np.add.at(summed, (rows, columns), heights * (1 - lefts))
        np.add.at(summed, (rows, columns + 1), heights * lefts)
        found: Floats = np.clip(np.abs(np.cumsum(summed, axis=1)[:, :width]), 0.0, 1.0)
        return found


def cell_shares(polygon: BaseGeometry, transform: Affine, shape: tuple[int, int]) -> Floats:
    """Of each cell of an upright grid of (rows, columns) the share that lies in the polygon, 0 to 1."""
    return Edges.of(polygon, transform).shares(Window(0, 0, shape[1], shape[0]))


def _segments(polygon: BaseGeometry, transform: Affine) -> tuple[Floats, Floats]:
    """Starts and ends of all straight lines in columns and rows; holes run the other way than outlines."""
    starts, ends = [np.empty((0, 2))], [np.empty((0, 2))]
    for part in shapely.get_parts(shapely.get_parts(polygon)):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        for ring, is_hole in [(part.exterior, False), *((ring, True) for ring in part.interiors)]:
            points = shapely.get_coordinates(ring)
            if shapely.is_ccw(ring) == is_hole:
                points = points[::-1]
            cells = np.column_stack(
                ((points[:, 0] - transform.c) / transform.a, (points[:, 1] - transform.f) / transform.e)
            )
            starts.append(cells[:-1])
            ends.append(cells[1:])
    return np.concatenate(starts), np.concatenate(ends)


def _cut(starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """The segments cut at every line of the grid."""
    numbers = np.arange(len(starts))
    ids, places = [numbers, numbers], [np.zeros(len(starts)), np.ones(len(starts))]
    for axis in (0, 1):
        low, high = np.minimum(starts[:, axis], ends[:, axis]), np.maximum(starts[:, axis], ends[:, axis])
        first = np.floor(low).astype(np.int64) + 1
        counts = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
        of = np.repeat(numbers, counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        lines = first[of] + within
        ids.append(of)
        places.append((lines - starts[of, axis]) / (ends[of, axis] - starts[of, axis]))
    all_ids, all_places = np.concatenate(ids), np.clip(np.concatenate(places), 0.0, 1.0)
    order = np.lexsort((all_places, all_ids))
    of, place = all_ids[order], all_places[order]
    points = starts[of] + place[:, np.newaxis] * (ends[of] - starts[of])
    together = of[:-1] == of[1:]
    return points[:-1][together], points[1:][together]
