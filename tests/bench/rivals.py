"""The portal beside other map servers on the same rows in one run (issue 4, Must show 6).

Every side is asked in turn, round by round, so that whatever else the machine does hits all of them. Peers read one plain
table (``peers/table.py``) and work out neither rights nor masks; the portal answers a token of level A and does.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
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
        return {name: value for name, value in self.figures.items() if name not in {"SQL", "portal"}}

    @property
    def is_first(self) -> bool:
        """Whether no peer is better."""
        ours = self.figures["portal"]
        return all(ours >= value if self.is_rate else ours <= value for value in self.peers.values())


@dataclass(frozen=True)
class Asked:
    """The same question to every side: a bare statement with its values, and a path for each server."""

    statement: str | None
    params: dict[str, Any]
    path: str
    peers: dict[str, str]


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
        for limit in ITEMS:
            asked = self._items(limit)
            case = f"items limit {limit} of {self.world.size}"
            yield self._timed(f"{case}", asked, ITEMS[limit])
            yield self._crowded(f"{case}, {CONNECTIONS} connections", asked, FASTER[limit])
        if self.world.size == "1m":
            yield self._timed("page 9,000 of 1m, limit 100", self._items(100, offset=899_900), None)

    def places(self) -> Iterator[Compared]:
        """A box with a category."""
        box, category = self._box(), self._leaf()
        case = f"box and category {category}, limit 100, of {self.world.size}"
        yield self._timed(
            case, self._items(100, box=box, category=category), 1.3 if self.world.size == "1m" else None
        )

    def _items(self, limit: int, offset: int = 0, box: Box | None = None, category: str = "") -> Asked:
        told = {"f": "json", "limit": str(limit)}
        ours, after = told, 0
        if offset:
            after = self._id_at(offset)
            ours = {**told, "after": f"{offset}-{after}"}
        more, params = "true", {}
        if box:
            ours = {**ours, "bbox": ",".join(map(str, box))}
            more = "r.geom_public && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326)"
            params |= dict(zip("wsen", box, strict=True))
        if category:
            ours = {**ours, "category": category}
            more += " AND r.category_id = (SELECT id FROM layers_category WHERE code = %(category)s)"
            params["category"] = category
        where = f"{bare.VISIBLE} AND {more}"
        count = (
            f"(SELECT count(*) FROM (SELECT 1 FROM layers_resource r WHERE {where} LIMIT 10001) c)"
            if box
            else bare.COUNT
        )
        statement = bare.ITEMS.replace("{count}", count).replace(
            bare.VISIBLE + " AND r.id", f"{where} AND r.id"
        )
        links = json.dumps(self._first(f"{OURS}?{urlencode(ours)}")["links"])
        params |= {"limit": limit, "after": after, "links": links}
        paths = {peer.name: peer.items(limit, offset, box, category) for peer in self.peers}
        return Asked(statement, params, f"{OURS}?{urlencode(ours)}", paths)

    def _timed(self, case: str, asked: Asked, limit: float | None) -> Compared:
        names, sides = self._sides(asked)
        note = self._same(asked)
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
            "SQL": (Sql, (self.world.url, asked.statement, [asked.params])),
            "portal": (Http, (self.world.port, [asked.path], self.world.headers)),
            **{
                name: (Http, (self.ports[name], [path], {"Accept": "*/*"}))
                for name, path in asked.peers.items()
            },
        }
        found = rates_of(
            list(sides.values()),
            connections=CONNECTIONS,
            seconds=self.world.seconds(2),
            rounds=self.world.rounds(3),
        )
        figures = dict(zip(sides, found, strict=True))
        best = max((value for name, value in figures.items() if name not in {"SQL", "portal"}), default=None)
        met = None if best is None else figures["portal"] >= times * best
        return Compared(case, figures, f"≥ {times:g} × best peer", met, is_rate=True)

    def _sides(self, asked: Asked) -> tuple[list[str], list[Any]]:
        sides: dict[str, Any] = {
            "SQL": Sql(self.world.url, asked.statement or "", [asked.params]),
            "portal": Http(self.world.port, [asked.path], self.world.headers),
        }
        for name, path in asked.peers.items():
            sides[name] = Http(self.ports[name], [path], {"Accept": "*/*"})
        return list(sides), list(sides.values())

    def _same(self, asked: Asked) -> str:
        """How many features each side sends: they must agree, or the figures compare nothing."""
        ours = {item["id"] for item in self._first(asked.path)["features"]}
        told = []
        for name, path in asked.peers.items():
            side = Http(self.ports[name], [path], {"Accept": "*/*"})
            answer = side()
            side.close()
            if answer.status != 200:
                told.append(f"{name}: {answer.status}")
                continue
            theirs = {int(str(item["id"]).rpartition(".")[2]) for item in json.loads(answer.body)["features"]}
            if len(theirs) != len(ours):
                told.append(f"{name}: {len(theirs)} for {len(ours)}")
        return "; ".join(told) or f"{len(ours)} features each"

    def tiles(self) -> Iterator[Compared]:
        """Tiles made anew of z14, and z10 and z12 at 1M."""
        for zoom in (14, *((10, 12) if self.world.size == "1m" else ())):
            tile, points = typical_tile(self.world, zoom)
            yield self._tile(tile, points)

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

    def _id_at(self, offset: int) -> int:
        with psycopg.connect(self.world.url) as connection:
            row = connection.execute(
                f"SELECT r.id FROM layers_resource r WHERE {bare.VISIBLE} ORDER BY r.id OFFSET %s LIMIT 1",
                [offset - 1],
            ).fetchone()
        assert row is not None
        return int(row[0])

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
