"""``items?limit=100`` over HTTP beside one statement that returns the same finished body.

Pages from all over the data in turn, so that none is answered out of memory; then one page again and again, as clients
that look whether something has changed ask for it.
"""

import json
import random
from typing import Any, Final

from tests.bench import bare
from tests.bench.load import Http, Sql, rates
from tests.bench.measure import Row, at_most, medians
from tests.bench.world import World

PATH: Final = "/ogc/collections/resources/items?limit=100&f=json"
LIMIT: Final = 100
CONNECTIONS: Final = 8
_PAGES: Final = 1_000


def measure(world: World) -> list[Row]:
    """One connection, then eight; pages of all places, then one page."""
    starts = _starts(world)
    rows = _one(world, starts, f"items limit 100 of {world.size}, 1,000 pages in turn")
    return rows + _one(world, [0], f"items limit 100 of {world.size}, one page again and again")


def _starts(world: World) -> list[int]:
    """Ids pages start behind; the same in every run."""
    first = json.loads(Http(world.port, [PATH], world.headers)().body)
    span = max(first["numberMatched"] - LIMIT, 1)
    return [
        first["features"][0]["id"] + place
        for place in random.Random(1).sample(range(span), min(span, _PAGES))
    ]


def _one(world: World, starts: list[int], case: str) -> list[Row]:
    paths = [f"{PATH}&after=0-{start}" if start else PATH for start in starts]
    http = (world.port, paths, world.headers)
    ours = Http(*http)
    first = json.loads(ours().body)
    values = [{"limit": LIMIT, "after": start, "links": json.dumps(first["links"])} for start in starts]
    sql = (world.url, bare.ITEMS.replace("{count}", bare.COUNT), values)
    statement, without = Sql(*sql), Sql(world.url, bare.ITEMS.replace("{count}", "0"), values)
    same = _same(first, json.loads(statement()))
    same = all(_same(json.loads(ours().body), json.loads(statement())) for _page in range(3)) and same
    without()
    said = "yes: features and count" if same else "**NO**"
    bare_ms, without_ms, ours_ms = medians(statement, without, ours, rounds=world.rounds(150))
    for side in (ours, statement, without):
        side.close()
    slow, fast = rates(
        (Sql, sql), (Http, http), connections=CONNECTIONS, seconds=world.seconds(3), rounds=world.rounds(5)
    )
    return [
        at_most(f"{case}, 1 connection", bare_ms, ours_ms, 2.5, said),
        Row(f"{case}, 1 connection, the statement without its count", without_ms, ours_ms, "–", None, said),
        Row(
            f"{case}, {CONNECTIONS} connections", slow, fast, "≥ 0.5", fast >= 0.5 * slow, said, is_rate=True
        ),
    ]


def _same(ours: dict[str, Any], sql: dict[str, Any]) -> bool:
    return all(ours[key] == sql[key] for key in ("features", "numberMatched", "numberReturned"))
