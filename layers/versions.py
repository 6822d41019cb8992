"""Versions of cells: what cached tiles and answers depend on (design §6)."""

from django.db.models import Max, Q

from layers.models import CellVersion

CELL_ZOOM = 14
#: Tiles reach this far (in tile widths) into their neighbours: the buffer is 256 of extent 4096, and a cluster of the
#: neighbour whose middle lies in the buffer is made of points up to one cell (an eighth of a tile) away.
BUFFER = 1 / 8


def tile_version(source: str, tile: tuple[int, int, int] | None = None) -> int:
    """Highest version of the cells a tile ``(z, x, y)`` and its buffer touch; without a tile, of the whole source."""
    rows = CellVersion.objects.filter(source=source)
    rows = rows.filter(x=-1, y=-1) if tile is None else rows.filter(_cells(*tile))
    return rows.aggregate(version=Max("version"))["version"] or 0


def _cells(z: int, x: int, y: int) -> Q:
    """Cells of zoom 14 under a tile with its buffer. ``x, y``: WebMercatorQuad column and row."""
    scale = 2.0 ** (CELL_ZOOM - z)
    west, east = int((x - BUFFER) * scale // 1), int((x + 1 + BUFFER) * scale // 1)
    north, south = int((y - BUFFER) * scale // 1), int((y + 1 + BUFFER) * scale // 1)
    return Q(x__gte=max(west, 0), x__lte=east, y__gte=max(north, 0), y__lte=south)
