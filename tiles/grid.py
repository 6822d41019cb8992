"""WebMercatorQuad: where a tile lies, and the grid of cells low zooms are counted in."""

from dataclasses import dataclass
from typing import Final

WORLD: Final = 20037508.342789244
MAX_ZOOM: Final = 22
EXTENT: Final = 4096
#: Of ``EXTENT``: symbols of neighbours up to 16 px away are drawn whole on both sides of an edge.
BUFFER: Final = 256
#: From this zoom on every point is sent; below it, points of one cell are sent as one cluster.
POINTS_FROM_ZOOM: Final = 14
#: A tile has 8 × 8 cells, 32 px wide: room for a circle with a number. Cells of tile zoom z are tiles of z + 3.
CELL_DEPTH: Final = 3
#: Cell zooms kept in ``tiles_cell``; those between are summed up from the next finer one.
KEPT_ZOOMS: Final = (4, 7, 10, 13, 16)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of WebMercatorQuad: ``x`` counts from the west, ``y`` from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the tile lies in the matrix set (zoom 0–22)."""
        return 0 <= self.z <= MAX_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def width(self) -> float:
        """Width in metres of EPSG:3857."""
        return 2.0 * WORLD / (1 << self.z)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """xmin, ymin, xmax, ymax in EPSG:3857."""
        west, north = self.x * self.width - WORLD, WORLD - self.y * self.width
        return west, north - self.width, west + self.width, north

    def box_with(self, margin: float) -> tuple[float, float, float, float]:
        """The box grown by ``margin`` tile widths on each side, in EPSG:3857."""
        west, south, east, north = self.box
        grown = self.width * margin
        return west - grown, south - grown, east + grown, north + grown

    @property
    def is_clustered(self) -> bool:
        """Whether points are sent as clusters at this zoom."""
        return self.z < POINTS_FROM_ZOOM

    @property
    def cell_zoom(self) -> int:
        """Zoom of the cells points are clustered in."""
        return self.z + CELL_DEPTH

    def cells(self, zoom: int) -> tuple[int, int, int, int]:
        """West, east, north, south cell of ``zoom`` under the tile and the ring of clusters around it, inclusive."""
        finer = 2 ** (zoom - self.cell_zoom)
        side = 2**CELL_DEPTH
        west, north = self.x * side - 1, self.y * side - 1
        return west * finer, (west + side + 2) * finer - 1, north * finer, (north + side + 2) * finer - 1


def kept_zoom(zoom: int) -> int:
    """The coarsest kept zoom that cells of ``zoom`` can be summed up from."""
    return next(kept for kept in KEPT_ZOOMS if kept >= zoom)
