"""Fills the shared tile cache ahead for the public scope (design §6).

After a change the first visitor of a place would wait for its tiles. The worker asks every minute which cells of
zoom 14 have changed since it last looked and builds the tiles over them, low zooms first. A tile already there in its
version is left alone, so that a run cut short is simply taken up by the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import asinh, pi, radians, tan
from time import monotonic, perf_counter
from typing import Final

from layers.access import Viewer
from layers.models import CellVersion
from layers.source import FeatureSource, sources
from layers.versions import BUFFER, CELL_ZOOM
from tiles import cache, mvt
from tiles.grid import Tile
from tiles.models import CachedTile, SeededSource
from tiles.views import Asked

#: Whoever is not signed in, while the public site is on.
PUBLIC: Final = Viewer(public_site=True)
MAX_ZOOM: Final = CELL_ZOOM
#: Tiles built ahead of a source without cells, as divisions are.
OVERVIEW_TILES: Final = 300
_KNOWN_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run did. ``is_done``: nothing is left of what had changed."""

    built: int
    is_done: bool


def seed(seconds: float = 20.0) -> Seeded:
    """Build what changed of everything the public sees, for at most about ``seconds``."""
    deadline = monotonic() + seconds
    built, is_done = 0, True
    for source in sources(PUBLIC):
        found = _seed(source, deadline)
        built, is_done = built + found.built, is_done and found.is_done
    return Seeded(built, is_done)


def _seed(source: FeatureSource, deadline: float) -> Seeded:
    last = SeededSource.objects.filter(pk=source.slug).values_list("version", flat=True).first() or 0
    rows = CellVersion.objects.filter(source=source.slug, version__gt=last)
    changed = list(rows.values_list("x", "y", "version"))
    if not changed:
        return Seeded(0, True)
    built = 0
    asked = Asked(source, source.parse({}), mvt.default_keys(source), is_public=True)
    wanted = _tiles([(x, y) for x, y, _version in changed if x >= 0]) or _overview(source)
    for tiles in _portions(sorted(wanted, key=lambda tile: (tile.z, tile.x, tile.y))):
        known = _known(asked, tiles)
        for tile in tiles:
            if monotonic() > deadline:
                return Seeded(built, False)
            built += _build(asked, tile, known)
    reached = max(version for _x, _y, version in changed)
    SeededSource.objects.update_or_create(slug=source.slug, defaults={"version": reached})
    return Seeded(built, True)


def _tiles(changed: list[tuple[int, int]]) -> set[Tile]:
    """Tiles of every zoom that a changed cell, or the buffer around it, reaches into."""
    found: set[Tile] = set()
    for x, y in changed:
        for zoom in range(MAX_ZOOM + 1):
            found.update(_around(x, y, zoom))
    return {tile for tile in found if tile.exists}


def _around(x: int, y: int, zoom: int) -> Iterator[Tile]:
    width = 2.0 ** (CELL_ZOOM - zoom)
    for column in range(int((x / width - BUFFER) // 1), int(((x + 1) / width + BUFFER - 1e-9) // 1) + 1):
        for row in range(int((y / width - BUFFER) // 1), int(((y + 1) / width + BUFFER - 1e-9) // 1) + 1):
            yield Tile(zoom, column, row)


def _overview(source: FeatureSource) -> set[Tile]:
    """Tiles over the extent of a source that keeps no versions of cells, down to where it takes more than a few."""
    found: set[Tile] = set()
    if (extent := source.extent()) is None:
        return found
    for zoom in range(MAX_ZOOM + 1):
        tiles = _under(extent, zoom)
        if len(found) + len(tiles) > OVERVIEW_TILES:
            break
        found |= tiles
    return found


def _under(extent: tuple[float, float, float, float], zoom: int) -> set[Tile]:
    """Tiles of a zoom under a box in degrees."""
    west, south, east, north = extent
    left, top = _tile_of(west, north, zoom)
    right, bottom = _tile_of(east, south, zoom)
    return {Tile(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)}


def _tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    last = 2**zoom - 1
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom)
    return min(max(x, 0), last), min(max(y, 0), last)


def _portions(tiles: list[Tile]) -> Iterator[list[Tile]]:
    for first in range(0, len(tiles), _KNOWN_AT_ONCE):
        yield tiles[first : first + _KNOWN_AT_ONCE]


def _known(asked: Asked, tiles: list[Tile]) -> dict[str, str]:
    """Versions of those tiles that are in the table."""
    rows = CachedTile.objects.filter(pk__in=[asked.key(tile) for tile in tiles])
    return dict(rows.values_list("key", "version"))


def _build(asked: Asked, tile: Tile, known: dict[str, str]) -> int:
    key, version = asked.key(tile), asked.source.version((tile.z, tile.x, tile.y))
    if known.get(key) == version:
        return 0
    started = perf_counter()
    body = cache.Body(mvt.build(mvt.Request(asked.source, asked.query, tile, asked.keys)))
    cache.put(key, version, body, seconds=perf_counter() - started, is_ahead=True)
    return 1
