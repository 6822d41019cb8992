"""PMTiles version 3: everything the public sees, and the base map of our own, in one file (issue 4 item 7; D15).

Tiles are those of the map, source beside source as layers of one tile. From the whole world down, a tile is followed
only where the one above it holds something of a source, so that neither the sea nor one far entry makes the file large.
"""

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.query import FeatureQuery
from layers.source import FeatureSource
from tiles import basemap, mvt, tilejson
from tiles.grid import POINTS_FROM_ZOOM, Tile

#: From this zoom on every point stands by itself: clients enlarge what lies below.
MAX_ZOOM: Final = POINTS_FROM_ZOOM
#: Base map tiles are wanted around the city too, while few.
CONTEXT_ZOOM: Final = 8
_CENTER_ZOOM: Final = 11
_E7: Final = 10_000_000
_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Archived:
    """What was written. ``bounds``: west, south, east, north in degrees; ``size``: bytes."""

    tiles: int
    size: int
    bounds: tuple[float, float, float, float]


class NothingToWrite(Exception):
    """No source holds anything that lies somewhere."""


def write_archive(
    path: Path,
    sources: Sequence[FeatureSource],
    *,
    name: str,
    keys: Callable[[FeatureSource], Sequence[str]] = mvt.default_keys,
    with_base_map: bool = True,
    tell: Callable[[int, int], None] | None = None,
) -> Archived:
    """Write the sources, as their viewer sees them, to a file that is there whole or not at all.

    ``keys``: properties of a source's features; ``tell`` is called with each zoom done and the tiles written so far.

    Raises:
        NothingToWrite: every source is empty.
    """
    bounds = _bounds(sources)
    kept = [_Layer(source, source.parse({}), tuple(keys(source))) for source in sources]
    with _spool() as spool:
        for tile, body in _tiles(kept, with_base_map, tell):
            spool.add(zxy_to_tileid(tile.z, tile.x, tile.y), gzip.compress(body, _LEVEL, mtime=0))
        metadata = _metadata(name, kept, with_base_map)
        _write_whole(path, spool, _header(bounds), metadata)
        return Archived(len(spool.places), path.stat().st_size, bounds)


@dataclass(frozen=True, slots=True)
class _Layer:
    source: FeatureSource
    query: FeatureQuery
    keys: tuple[str, ...]

    def tile(self, tile: Tile) -> bytes:
        return mvt.build(mvt.Request(self.source, self.query, tile, self.keys))


def _tiles(
    layers: Sequence[_Layer], with_base_map: bool, tell: Callable[[int, int], None] | None
) -> Iterator[tuple[Tile, bytes]]:
    """Tiles that hold something, zoom by zoom."""
    level, written = [Tile(0, 0, 0)], 0
    for zoom in range(MAX_ZOOM + 1):
        below: list[Tile] = []
        for tile in level:
            body = b"".join(layer.tile(tile) for layer in layers)
            if body:
                below += _children(tile)
            elif zoom > CONTEXT_ZOOM:
                continue
            if with_base_map:
                body = mvt.build_basemap(tile, basemap.LAYERS) + body
            if body:
                written += 1
                yield tile, body
        level = below
        if tell:
            tell(zoom, written)


def _children(tile: Tile) -> list[Tile]:
    x, y = tile.x * 2, tile.y * 2
    return [Tile(tile.z + 1, x + right, y + down) for down in (0, 1) for right in (0, 1)]


def _bounds(sources: Sequence[FeatureSource]) -> tuple[float, float, float, float]:
    boxes = [box for source in sources if (box := source.extent())]
    if not boxes:
        raise NothingToWrite
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _header(bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = (round(degrees * _E7) for degrees in bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": _CENTER_ZOOM,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(name: str, layers: Sequence[_Layer], with_base_map: bool) -> dict[str, Any]:
    words = [word for layer in layers for word in layer.source.metadata.attributions]
    attributions = [tilejson.attribution(words), *([basemap.attribution()] if with_base_map else [])]
    described = [tilejson.source_layer(layer.source, layer.keys, ()) for layer in layers]
    if with_base_map:
        described += [tilejson.layer(name, {"name": "String", "kind": "String"}) for name in basemap.LAYERS]
    return {
        "name": name,
        "type": "overlay",
        "attribution": " | ".join(filter(None, attributions)),
        "vector_layers": [{**layer, "maxzoom": MAX_ZOOM} for layer in described],
    }


class _Spool:
    """Tiles in a file of their own until their order is known: the archive wants them along its curve."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self.places: dict[int, tuple[int, int]] = {}

    def add(self, tile_id: int, body: bytes) -> None:
        self._file.write(body)
        self.places[tile_id] = (self._end, len(body))
        self._end += len(body)

    def in_order(self) -> Iterator[tuple[int, bytes]]:
        for tile_id, (start, length) in sorted(self.places.items()):
            self._file.seek(start)
            yield tile_id, self._file.read(length)


@contextmanager
def _spool() -> Iterator[_Spool]:
    with tempfile.TemporaryFile() as file:
        yield _Spool(file)


def _write_whole(path: Path, spool: _Spool, header: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Beside the old file first, then in its place: whoever reads it never finds half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as file:
            writer: Any = Writer(file)  # type: ignore[no-untyped-call]
            for tile_id, body in spool.in_order():
                writer.write_tile(tile_id, body)
            writer.finalize(header, metadata)
            file.flush()
            os.fsync(file.fileno())
        shutil.move(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
