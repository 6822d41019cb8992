"""Tiles over HTTP: uncached beside bare SQL, out of the cache, 304, and the thinned ones of low zooms.

Uncached means: the versions of the source and of the tile's cell are raised before each request, as an edit there does.
"""

from dataclasses import replace
from typing import Any, Final

import mapbox_vector_tile
import psycopg

from tests.bench import bare
from tests.bench.load import Answer, Http, Sql
from tests.bench.measure import Row, at_most, medians, once
from tests.bench.world import World
from tiles.grid import BUFFER, EXTENT, Tile

KIB: Final = 1024
#: Where a cached tile is held against its target. Below it tiles come from the pyramid and cost little to make anew.
JUDGED_ZOOM: Final = 14
_TYPICAL: Final = """
WITH cells AS (
    SELECT tiles_cell_of(ST_X(geom_3857), %(z)s) AS x, tiles_cell_of(-ST_Y(geom_3857), %(z)s) AS y, count(*) AS n
    FROM layers_resource WHERE deleted_at IS NULL AND geom_3857 IS NOT NULL GROUP BY 1, 2
)
SELECT x, y, n FROM (SELECT *, sum(n) OVER (ORDER BY n, x, y) AS upto, sum(n) OVER () AS total FROM cells) c
WHERE upto >= total / 2 ORDER BY upto LIMIT 1
"""
_TOUCH: Final = """
INSERT INTO layers_cellversion (source, x, y, version) VALUES ('resources', %s, %s, layers_raise_source('resources'))
ON CONFLICT (source, x, y) DO UPDATE SET version = excluded.version
"""


def typical_tile(world: World, z: int) -> tuple[Tile, int]:
    """The tile in which the median resource lies when tiles are lined up by how many they hold, and how many."""
    with psycopg.connect(world.url) as connection:
        row = connection.execute(_TYPICAL, {"z": z}).fetchone()
    assert row is not None
    return Tile(z, row[0], row[1]), row[2]


class Uncached:
    """A tile over HTTP, made anew each time: :meth:`touch` is called outside the time measured."""

    def __init__(self, world: World, tile: Tile, search: str = "") -> None:
        self._http = Http(world.port, [_path(tile, search)], world.headers)
        self._connection = psycopg.connect(world.url, autocommit=True)
        scale = 2.0 ** (14 - tile.z)
        self._cell = (int((tile.x + 0.5) * scale), int((tile.y + 0.5) * scale))

    def touch(self) -> None:
        """Raise the versions of the source and of a cell under the tile, as every edit does."""
        self._connection.execute(_TOUCH, self._cell)

    def __call__(self) -> Answer:
        return self._http()

    def close(self) -> None:
        """Close both connections."""
        self._http.close()
        self._connection.close()


def _path(tile: Tile, search: str = "") -> str:
    return f"/tiles/resources/{tile.z}/{tile.x}/{tile.y}.mvt{'?' + search if search else ''}"


def bare_tile(world: World, tile: Tile, more: str = "true") -> Sql:
    """All points of a tile by bare SQL."""
    west, south, east, north = tile.box
    w, s, e, n = tile.box_with(BUFFER / EXTENT)
    box = {"west": west, "south": south, "east": east, "north": north, "w": w, "s": s, "e": e, "n": n}
    return Sql(world.url, bare.TILE.format(more=more), [box])


def measure_points(world: World) -> list[Row]:
    """A z14 tile with all its points (issue: at most 1.4 times the bare statement)."""
    tile, points = typical_tile(world, 14)
    statement, ours = bare_tile(world, tile), Uncached(world, tile)
    same = "yes: every feature" if _points(bytes(statement())) == _points(ours().body) else "**NO**"
    bare_ms, ours_ms = medians(statement, ours, rounds=world.rounds(100), between=ours.touch)
    size = len(ours().body) // KIB
    name = f"tile z14 of {world.size} ({points:,} points, {size} KiB), uncached"
    rows = [at_most(name, bare_ms, ours_ms, 1.4, same)]
    statement.close()
    ours.close()
    return rows


def measure_cached(world: World, z: int) -> list[Row]:
    """The typical tile of a zoom unchanged: from the cache, and as 304; both beside the uncached one."""
    tile, points = typical_tile(world, z)
    fresh, kept = Uncached(world, tile), Http(world.port, [_path(tile)], world.headers)
    made, found = fresh(), kept()
    # Another process may have made it by another plan, which finds the points in another order.
    same = "yes: every feature" if _points(made.body) == _points(found.body) else "**NO**"
    rounds = world.rounds(60)
    [uncached_ms] = medians(fresh, rounds=rounds, between=fresh.touch)
    held = Http(world.port, [_path(tile)], {**world.headers, "If-None-Match": kept().headers["etag"]})
    cached_ms, unchanged_ms = medians(kept, held, rounds=rounds * 3)
    [again] = medians(fresh, rounds=rounds, between=fresh.touch)
    uncached_ms = min(uncached_ms, again)
    held = Http(world.port, [_path(tile)], {**world.headers, "If-None-Match": kept().headers["etag"]})
    is_304 = "yes: 304, no body" if (held().status, held().body) == (304, b"") else "**NO**"
    name = f"tile z{z} of {world.size} ({points:,} points, {len(found.body) // KIB} KiB)"
    rows = [
        at_most(f"{name}: from cache beside uncached", uncached_ms, cached_ms, 0.1, same),
        at_most(f"{name}: 304 beside uncached", uncached_ms, unchanged_ms, 0.1, is_304),
    ]
    return rows if z == JUDGED_ZOOM else [replace(row, target="–", met=None) for row in rows]


def measure_low_zooms(world: World) -> list[Row]:
    """Tiles of low zooms: under 100 KB and ten times faster than all their points."""
    rows = []
    for z in (10, 11, 12):
        tile, _points_inside = typical_tile(world, z)
        for search, more in (("", "true"), ("category=care", _CARE)):
            rows.append(_low_zoom(world, tile, search, more))
    return rows


_CARE: Final = """r.category_id IN (
    SELECT id FROM layers_category WHERE code = 'care' OR parent_id = (SELECT id FROM layers_category WHERE code = 'care'))"""


def _low_zoom(world: World, tile: Tile, search: str, more: str) -> Row:
    statement, ours = bare_tile(world, tile, more), Uncached(world, tile, search)
    anew = f"{search}&updated_after=2000-01-01".lstrip("&")
    counted = Http(world.port, [_path(tile, anew)], world.headers)
    same = _clusters(ours().body) == _clusters(counted().body)
    [ours_ms] = medians(ours, rounds=world.rounds(30), between=ours.touch)
    full = bytes(statement() or b"")
    bare_ms = min(once(statement) for _round in range(world.rounds(3)))
    [again] = medians(ours, rounds=world.rounds(30), between=ours.touch)
    ours_ms = max(ours_ms, again)
    size = len(ours().body)
    name = f"tile z{tile.z} of {world.size}{' ' + search if search else ''}: {size / KIB:.1f} KiB for {len(full) // KIB:,} KiB"
    met = size < 100_000 and ours_ms * 10 <= bare_ms
    said = "yes: clusters counted anew" if same else "**NO**"
    return Row(name, bare_ms, ours_ms, "≤ 0.1, < 100 kB", met, said)


def _features(body: bytes) -> list[Any]:
    if not body:
        return []
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return list(next(iter(layer.values()))["features"])


def _points(body: bytes) -> dict[Any, Any]:
    return {item["id"]: (item["properties"], item["geometry"]["coordinates"]) for item in _features(body)}


def _clusters(body: bytes) -> list[str]:
    return sorted(str(sorted(item["properties"].items())) for item in _features(body))
