"""``items?limit=100`` over HTTP beside one statement that returns the same finished body."""

import json
from typing import Any, Final

from tests.bench import bare
from tests.bench.load import Http, Sql, rates
from tests.bench.measure import Row, at_most, medians
from tests.bench.world import World

PATH: Final = "/ogc/collections/resources/items?limit=100&f=json"
CONNECTIONS: Final = 8


def measure(world: World) -> list[Row]:
    """One connection, then eight."""
    http = (world.port, PATH, world.headers)
    ours = Http(*http)
    first = json.loads(ours().body)
    sql = (world.url, bare.ITEMS, {"limit": 100, "links": json.dumps(first["links"])})
    statement = Sql(*sql)
    same = "yes: features and count" if _same(first, json.loads(statement())) else "**NO**"
    bare_ms, ours_ms = medians(statement, ours, rounds=world.rounds(150))
    ours.close()
    statement.close()
    kib = len(json.dumps(first, ensure_ascii=False).encode()) // 1024
    rows = [
        at_most(f"items limit 100 of {world.size} ({kib} KiB), 1 connection", bare_ms, ours_ms, 2.5, same)
    ]
    slow, fast = rates(
        (Sql, sql), (Http, http), connections=CONNECTIONS, seconds=world.seconds(3), rounds=world.rounds(5)
    )
    case = f"items limit 100 of {world.size}, {CONNECTIONS} connections"
    return [*rows, Row(case, slow, fast, "≥ 0.5", fast >= 0.5 * slow, same, is_rate=True)]


def _same(ours: dict[str, Any], sql: dict[str, Any]) -> bool:
    return all(ours[key] == sql[key] for key in ("features", "numberMatched", "numberReturned"))
