"""Where a tile lies in its matrix set, and the grid of cells low zooms are counted in.

Matrix sets are those of OGC 17-083r4, annex D: WebMercatorQuad, which maps are made of, and WorldCRS84Quad, for clients
that draw in degrees. Cells are those of WebMercatorQuad for both.
"""

from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan
from typing import Final

from layers.crs import CRS84, STORAGE_SRID, WEB_MERCATOR_SRID, epsg_uri

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


#: Farthest latitude WebMercatorQuad shows, in degrees.
FARTHEST: Final = 85.05112877980659
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MatrixSet:
    """A tile matrix set whose tiles halve with each zoom. ``side``: width of a tile of zoom 0, in units of the CRS.

    ``west``, ``north``: its corner of origin; ``columns``, ``rows``: at zoom 0; ``ahead``: zooms by which
    WebMercatorQuad is behind at the same width of tile.
    """

    name: str
    crs: str
    srid: int
    west: float
    north: float
    side: float
    columns: int
    rows: int
    ahead: int
    metres_per_unit: float

    @property
    def uri(self) -> str:
        """The name OGC gives it."""
        return f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{self.name}"

    def limits(self, z: int, box: Box) -> tuple[int, int, int, int]:
        """West, east, north and south tile of a zoom that a box in degrees touches, inclusive."""
        west, south, east, north = self.from_degrees(box)
        width, across, down = self.side / (1 << z), self.columns << z, self.rows << z

        def place(distance: float, count: int) -> int:
            return min(max(floor(distance / width), 0), count - 1)

        return (
            place(west - self.west, across),
            place(east - self.west, across),
            place(self.north - north, down),
            place(self.north - south, down),
        )

    def from_degrees(self, box: Box) -> Box:
        """A box of degrees in units of the CRS; what WebMercatorQuad cannot show is cut off."""
        if self.srid == STORAGE_SRID:
            return box
        west, south, east, north = box
        return west / 180 * WORLD, _northing(south), east / 180 * WORLD, _northing(north)


def _northing(latitude: float) -> float:
    """Metres of EPSG:3857."""
    kept = min(max(latitude, -FARTHEST), FARTHEST)
    return asinh(tan(radians(kept))) / pi * WORLD


WEB_MERCATOR_QUAD: Final = MatrixSet(
    "WebMercatorQuad", epsg_uri(WEB_MERCATOR_SRID), WEB_MERCATOR_SRID, -WORLD, WORLD, 2 * WORLD, 1, 1, 0, 1.0
)
WORLD_CRS84_QUAD: Final = MatrixSet(
    "WorldCRS84Quad", CRS84, STORAGE_SRID, -180.0, 90.0, 180.0, 2, 1, 1, WORLD / 180
)
MATRIX_SETS: Final = {item.name: item for item in (WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD)}


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a matrix set: ``x`` counts from the west, ``y`` from the north."""

    z: int
    x: int
    y: int
    matrix_set: MatrixSet = WEB_MERCATOR_QUAD

    @property
    def is_mercator(self) -> bool:
        """Whether it is a tile of WebMercatorQuad, which all that is kept beside the data is made for."""
        return self.matrix_set is WEB_MERCATOR_QUAD

    @property
    def exists(self) -> bool:
        """Whether the tile lies in the matrix set (zoom 0–22)."""
        found = self.matrix_set
        if not 0 <= self.z <= MAX_ZOOM:
            return False
        return 0 <= self.x < found.columns << self.z and 0 <= self.y < found.rows << self.z

    @property
    def width(self) -> float:
        """Width in units of the CRS."""
        return self.matrix_set.side / (1 << self.z)

    @property
    def box(self) -> Box:
        """xmin, ymin, xmax, ymax in the CRS."""
        found, width = self.matrix_set, self.width
        west, north = self.x * width + found.west, found.north - self.y * width
        return west, north - width, west + width, north

    def box_with(self, margin: float) -> Box:
        """The box grown by ``margin`` tile widths on each side, in the CRS."""
        west, south, east, north = self.box
        grown = self.width * margin
        return west - grown, south - grown, east + grown, north + grown

    def mercator_with(self, margin: float) -> Box:
        """The grown box in EPSG:3857, as far as that reaches."""
        box = self.box_with(margin)
        return box if self.is_mercator else WEB_MERCATOR_QUAD.from_degrees(box)

    @property
    def zoom(self) -> int:
        """Zoom of WebMercatorQuad whose tiles are as wide."""
        return self.z + self.matrix_set.ahead

    @property
    def is_clustered(self) -> bool:
        """Whether points are sent as clusters at this zoom."""
        return self.zoom < POINTS_FROM_ZOOM

    @property
    def cell_zoom(self) -> int:
        """Zoom of the cells points are clustered in."""
        return self.zoom + CELL_DEPTH

    def cells(self, zoom: int) -> tuple[int, int, int, int]:
        """West, east, north, south cell of ``zoom`` under the tile and the ring of clusters around it, inclusive."""
        finer = 2 ** (zoom - self.cell_zoom)
        side = 2**CELL_DEPTH
        if not self.is_mercator:
            return self._cells_under(finer)
        west, north = self.x * side - 1, self.y * side - 1
        return west * finer, (west + side + 2) * finer - 1, north * finer, (north + side + 2) * finer - 1

    def _cells_under(self, finer: int) -> tuple[int, int, int, int]:
        """The same where rows of cells and of tiles differ."""
        _west, south, _east, north = self.mercator_with(0)
        side, height = 2**CELL_DEPTH, 2 * WORLD / (1 << self.cell_zoom)
        west = self.x * side - 1
        first, last = floor((WORLD - north) / height) - 1, floor((WORLD - south) / height) + 1
        return west * finer, (west + side + 2) * finer - 1, first * finer, (last + 1) * finer - 1

    @property
    def covering(self) -> list[tuple[int, int, int]]:
        """Tiles of WebMercatorQuad (z, x, y) under this one: those its version is made of."""
        if self.is_mercator:
            return [(self.z, self.x, self.y)]
        zoom = min(self.zoom, MAX_ZOOM)
        _west, _east, north, south = WEB_MERCATOR_QUAD.limits(zoom, self.box)
        return [(zoom, self.x >> (self.zoom - zoom), y) for y in range(north, south + 1)]


def kept_zoom(zoom: int) -> int:
    """The coarsest kept zoom that cells of ``zoom`` can be summed up from."""
    return next(kept for kept in KEPT_ZOOMS if kept >= zoom)
