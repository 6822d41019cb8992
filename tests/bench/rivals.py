"""The portal beside other map servers on the same rows in one run (issue 4, Must show 6).

Every side is asked in turn, round by round, so that whatever else the machine does hits all of them. Peers read one plain
table (``peers/table.py``) and work out neither rights nor masks; the portal answers a token of level A and does.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import make_conninfo

from tests.bench import bare
from tests.bench.load import Http, Side, Sql, rates_of
from tests.bench.maps import Uncached, bare_tile, typical_tile
from tests.bench.measure import medians
from tests.bench.peers.servers import PEERS, Box, running
from tests.bench.peers.table import make
from tests.bench.world import World, make_token
from tiles.grid import Tile

CONNECTIONS: Final = 8
#: Sides that are no other map server.
OWN: Final = frozenset({"SQL", "portal", "constant"})
#: Pages begin at so many different places, so that none is answered out of memory again and again.
STARTS: Final = 97
OURS: Final = "/ogc/collections/resources/items"
#: Times that of the statement an answer may take, by limit (issue 4).
ITEMS: Final = {10: 5.0, 100: 2.0, 1000: 1.3}
#: Times the best peer's throughput the portal must reach, by limit.
FASTER: Final = {10: 3.0, 100: 2.0, 1000: 2.0}
_SLOW_MS: Final = 500.0


@dataclass(frozen=True)
class Compared:
    """One line: figures by side (``SQL``, ``portal``, then peers), milliseconds or, where ``is_rate``, requests a second."""

    case: str
    figures: dict[str, float]
    wanted: str
    met: bool | None
    is_rate: bool = False
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For handing from one process of the benchmark to another."""
        return asdict(self)

    @property
    def peers(self) -> dict[str, float]:
        """Figures of the others."""
        return {name: value for name, value in self.figures.items() if name not in OWN}

    @property
    def is_first(self) -> bool:
        """Whether no peer is better."""
        ours = self.figures["portal"]
        return all(ours >= value if self.is_rate else ours <= value for value in self.peers.values())


@dataclass(frozen=True)
class Asked:
    """The same questions to every side: a bare statement with its values in turn, and paths for each server."""

    statement: str
    params: list[dict[str, Any]]
    paths: list[str]
    peers: dict[str, list[str]]


def measure(world: World, url: str, work: Path) -> list[Compared]:
    """Every case of a size, with the peers that are installed."""
    make(url)
    with ExitStack() as stack:
        ports = {
            peer.name: stack.enter_context(running(peer, url, work / peer.name))
            for peer in PEERS
            if peer.is_here()
        }
        race = _Race(world, ports)
        rows = []
        for case in (race.items, race.places, race.tiles):
            for row in case():
                print(row.case, file=sys.stderr, flush=True)
                rows.append(row)
        return rows


class _Race:
    def __init__(self, world: World, ports: dict[str, int]) -> None:
        self.world, self.ports = world, ports
        self.peers = [peer for peer in PEERS if peer.name in ports]

    def items(self) -> Iterator[Compared]:
        """First pages by limit, alone and over eight connections; at 1M page 9,000 too."""
        starts = [place * 7 for place in range(STARTS)]
        for limit in ITEMS:
            asked = self._items(limit, starts)
            case = f"items limit {limit} of {self.world.size}"
            yield self._timed(case, asked, ITEMS[limit])
            yield self._crowded(f"{case}, {CONNECTIONS} connections", asked, FASTER[limit])
        if self.world.size == "1m":
            yield self._timed("page 9,000 of 1m, limit 100", self._items(100, [899_900]), None)

    def places(self) -> Iterator[Compared]:
        """A box with a category, the box a little elsewhere each time."""
        box, category = self._box(), self._leaf()
        boxes = [(box[0] + step * 1e-5, *box[1:]) for step in range(STARTS)]
        case = f"box and category {category}, limit 100, of {self.world.size}"
        limit = 1.3 if self.world.size == "1m" else None
        yield self._timed(case, self._in_boxes(boxes, category), limit)

    def _items(self, limit: int, starts: Sequence[int]) -> Asked:
        ids = self._ids_at(starts)
        paths = [
            f"{OURS}?{urlencode({'f': 'json', 'limit': limit, **_after(start, ids[start])})}"
            for start in starts
        ]
        links = json.dumps(self._first(paths[0])["links"])
        params = [{"limit": limit, "after": ids[start], "links": links} for start in starts]
        peers = {peer.name: [peer.items(limit, start) for start in starts] for peer in self.peers}
        return Asked(bare.ITEMS.replace("{count}", bare.COUNT), params, paths, peers)

    def _in_boxes(self, boxes: Sequence[Box], category: str) -> Asked:
        found = (
            f"{bare.VISIBLE} AND r.geom_public && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326)"
            " AND r.category_id = (SELECT id FROM layers_category WHERE code = %(category)s)"
        )
        count = f"(SELECT count(*) FROM (SELECT 1 FROM layers_resource r WHERE {found} LIMIT 10001) c)"
        statement = bare.ITEMS.replace("{count}", count).replace(
            f"{bare.VISIBLE} AND r.id", f"{found} AND r.id"
        )
        told = [
            {"f": "json", "limit": 100, "category": category, "bbox": ",".join(map(str, box))}
            for box in boxes
        ]
        paths = [f"{OURS}?{urlencode(asked)}" for asked in told]
        links = json.dumps(self._first(paths[0])["links"])
        params = [
            {
                "limit": 100,
                "after": 0,
                "links": links,
                "category": category,
                **dict(zip("wsen", box, strict=True)),
            }
            for box in boxes
        ]
        peers = {peer.name: [peer.items(100, 0, box, category) for box in boxes] for peer in self.peers}
        return Asked(statement, params, paths, peers)

    def _timed(self, case: str, asked: Asked, limit: float | None) -> Compared:
        asked, note = self._comparable(asked)
        names, sides = self._sides(asked)
        found = self._medians(names, sides)
        met = None if limit is None else found["portal"] <= limit * found["SQL"]
        wanted = "–" if limit is None else f"≤ {limit:g} × SQL"
        return Compared(case, found, wanted, met, note=note)

    def _medians(self, names: Sequence[str], sides: Sequence[Any]) -> dict[str, float]:
        """Side by side; what takes half a second or more is asked five times by itself."""
        slow = {}
        quick = {}
        for name, side in zip(names, sides, strict=True):
            if isinstance(side, Http):
                side.renew()
            side()
            [once] = medians(side, rounds=1)
            (slow if once > _SLOW_MS else quick)[name] = side
        found = dict(zip(quick, medians(*quick.values(), rounds=self.world.rounds(60)), strict=True))
        for name, side in slow.items():
            [found[name]] = medians(side, rounds=self.world.rounds(5))
        for side in sides:
            side.close()
        return {name: found[name] for name in names}

    def _crowded(self, case: str, asked: Asked, times: float) -> Compared:
        sides: dict[str, Side] = {
            "SQL": (Sql, (self.world.url, asked.statement, asked.params)),
            "portal": (Http, (self.world.port, asked.paths, self.world.headers)),
            **{
                name: (Http, (self.ports[name], paths, {"Accept": "*/*"}))
                for name, paths in asked.peers.items()
            },
        }
        found = rates_of(
            list(sides.values()),
            connections=CONNECTIONS,
            seconds=self.world.seconds(2),
            rounds=self.world.rounds(3),
        )
        figures = dict(zip(sides, found, strict=True))
        best = max((value for name, value in figures.items() if name not in OWN), default=None)
        met = None if best is None else figures["portal"] >= times * best
        return Compared(case, figures, f"≥ {times:g} × best peer", met, is_rate=True)

    def _sides(self, asked: Asked) -> tuple[list[str], list[Any]]:
        sides: dict[str, Any] = {
            "SQL": Sql(self.world.url, asked.statement, asked.params),
            "portal": Http(self.world.port, asked.paths, self.world.headers),
        }
        for name, paths in asked.peers.items():
            sides[name] = Http(self.ports[name], paths, {"Accept": "*/*"})
        return list(sides), list(sides.values())

    def _comparable(self, asked: Asked) -> tuple[Asked, str]:
        """Without the peers that send another number of features: their figures would compare nothing."""
        ours = len(self._first(asked.paths[0])["features"])
        told, kept = [], {}
        for name, paths in asked.peers.items():
            side = Http(self.ports[name], paths[:1], {"Accept": "*/*"})
            answer = side()
            side.close()
            theirs = len(json.loads(answer.body)["features"]) if answer.status == 200 else None
            if theirs == ours:
                kept[name] = paths
            else:
                told.append(
                    f"left out: {name} sends {theirs if theirs is not None else answer.status} for {ours}"
                )
        return replace(asked, peers=kept), "; ".join(told) or f"{ours} features each"

    def tiles(self) -> Iterator[Compared]:
        """Tiles made anew of z14, and z10 and z12 at 1M."""
        for zoom in (14, *((10, 12) if self.world.size == "1m" else ())):
            tile, points = typical_tile(self.world, zoom)
            yield self._tile(tile, points)
        yield self._cached(typical_tile(self.world, 14)[0])

    def _cached(self, tile: Tile) -> Compared:
        """A tile out of the cache beside a view that returns the same few bytes each time."""
        path = f"/tiles/resources/{tile.z}/{tile.x}/{tile.y}.mvt?scope=public"
        sides: list[Side] = [
            (Http, (self.world.port, [asked], {"Accept": "*/*", "Accept-Encoding": "gzip"}))
            for asked in (path, "/healthz")
        ]
        found = rates_of(
            sides, connections=CONNECTIONS, seconds=self.world.seconds(2), rounds=self.world.rounds(3)
        )
        figures = dict(zip(("portal", "constant"), found, strict=True))
        case = f"public tile z14 of {self.world.size} from the cache, {CONNECTIONS} connections"
        return Compared(case, figures, "≥ 0.5 × constant", found[0] >= 0.5 * found[1], is_rate=True)

    def _tile(self, tile: Tile, points: int) -> Compared:
        ours = Uncached(self.world, tile)
        names, sides = ["SQL", "portal"], [bare_tile(self.world, tile), ours]
        for peer in self.peers:
            if path := peer.tile(tile.z, tile.x, tile.y):
                names.append(peer.name)
                sides.append(Http(self.ports[peer.name], [path], {"Accept": "*/*"}))
        ours.touch()
        size = len(ours().body)
        rounds = self.world.rounds(40 if tile.z == 14 else 5)
        figures = dict(zip(names, medians(*sides, rounds=rounds, between=ours.touch), strict=True))
        for side in sides:
            side.close()
        case = f"tile z{tile.z} of {self.world.size} ({points:,} points, {size // 1024} KiB), made anew"
        return _judged_tile(case, tile, self.world.size, size, figures)

    def _first(self, path: str) -> dict[str, Any]:
        side = Http(self.world.port, [path], self.world.headers)
        try:
            found: dict[str, Any] = json.loads(side().body)
            return found
        finally:
            side.close()

    def _ids_at(self, starts: Sequence[int]) -> dict[int, int]:
        """Ids pages start behind, by how many features come before."""
        with psycopg.connect(self.world.url) as connection:
            rows = connection.execute(
                "SELECT place, id FROM (SELECT r.id, row_number() OVER (ORDER BY r.id) AS place"
                f" FROM layers_resource r WHERE {bare.VISIBLE}) n WHERE place = ANY (%s)",
                [list(starts)],
            ).fetchall()
        return {0: 0, **{int(place): int(number) for place, number in rows}}

    def _box(self) -> Box:
        """About a hundredth of the city, around the middle of its entries."""
        with psycopg.connect(self.world.url) as connection:
            row = connection.execute(
                "SELECT percentile_cont(0.45) WITHIN GROUP (ORDER BY ST_X(geom_public)),"
                " percentile_cont(0.45) WITHIN GROUP (ORDER BY ST_Y(geom_public)),"
                " percentile_cont(0.55) WITHIN GROUP (ORDER BY ST_X(geom_public)),"
                " percentile_cont(0.55) WITHIN GROUP (ORDER BY ST_Y(geom_public))"
                " FROM layers_resource WHERE geom_public IS NOT NULL"
            ).fetchone()
        assert row is not None
        west, south, east, north = (round(float(value), 5) for value in row)
        return west, south, east, north

    def _leaf(self) -> str:
        """The most common category without any below it."""
        with psycopg.connect(self.world.url) as connection:
            row = connection.execute(
                "SELECT c.code FROM layers_resource r JOIN layers_category c ON c.id = r.category_id"
                " WHERE NOT EXISTS (SELECT 1 FROM layers_category b WHERE b.parent_id = c.id)"
                " GROUP BY c.code ORDER BY count(*) DESC, c.code LIMIT 1"
            ).fetchone()
        assert row is not None
        return str(row[0])


def _after(start: int, last: int) -> dict[str, str]:
    """As the link to the next page says it."""
    return {"after": f"{start}-{last}"} if start else {}


def _judged_tile(case: str, tile: Tile, size_name: str, size: int, figures: dict[str, float]) -> Compared:
    if tile.z < 14:
        tipg = figures.get("tipg")
        met = size < 100_000 and (tipg is None or figures["portal"] * 20 <= tipg)
        return Compared(case, figures, "< 100 kB, ≤ tipg / 20", met)
    limit = {"10k": 3.5, "100k": 1.3}.get(size_name)
    if limit is None:
        return Compared(case, figures, "–", None)
    return Compared(case, figures, f"≤ {limit:g} × SQL", figures["portal"] <= limit * figures["SQL"])


def table(rows: Sequence[Compared]) -> str:
    """The rows as lines of a Markdown table; peers that are not installed have no column."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    lines = [("case", *names, "portal / SQL", "wanted", "met", "first", "answers")]
    lines.append(tuple("---" for _cell in lines[0]))
    for row in rows:
        figures = [_figure(row, name) for name in names]
        ratio = row.figures["portal"] / row.figures["SQL"] if "SQL" in row.figures else float("nan")
        met = "–" if row.met is None else "yes" if row.met else "**no**"
        first = ("yes" if row.is_first else "**no**") if row.peers else "–"
        lines.append((row.case, *figures, f"{ratio:.2f}", row.wanted, met, first, row.note))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _figure(row: Compared, name: str) -> str:
    if name not in row.figures:
        return "–"
    return f"{row.figures[name]:,.0f}/s" if row.is_rate else f"{row.figures[name]:.2f} ms"


def main(size: str, folder: Path, *, is_quick: bool) -> None:
    """``python -m tests.bench.rivals SIZE FOLDER [quick]``: one database, rows as JSON on stdout."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
    django.setup()
    from django.db import connection

    from tests.bench.server import portal

    url = os.environ["DATABASE_URL"]
    with portal(url, folder) as port:
        options = connection.settings_dict["OPTIONS"]["options"]
        world = World(make_conninfo(url, options=options), size, port, make_token(), is_quick)
        rows = measure(world, url, folder / f"peers-{size}")
    json.dump([row.as_json() for row in rows], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), is_quick="quick" in sys.argv[3:])
