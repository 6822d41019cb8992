"""The cases on one database: ``python -m tests.bench.cases SIZE CASES FOLDER [quick]``, rows as JSON on stdout."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

from tests.bench import items, maps, searches
from tests.bench.measure import Row
from tests.bench.world import World, make_token

CASES: Final[dict[str, Callable[[World], list[Row]]]] = {
    "items": items.measure,
    "points": maps.measure_points,
    "cached": lambda world: [row for z in (14, 13, 12) for row in maps.measure_cached(world, z)],
    "low-zooms": maps.measure_low_zooms,
    "searches": searches.measure,
}


def main(size: str, cases: list[str], folder: Path, *, is_quick: bool) -> None:
    """Start the portal, measure, print."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
    django.setup()
    from django.db import connection

    from tests.bench.server import portal

    url = os.environ["DATABASE_URL"]
    with portal(url, folder) as port:
        options = connection.settings_dict["OPTIONS"]["options"]
        world = World(make_conninfo(url, options=options), size, port, make_token(), is_quick)
        rows = []
        for case in cases:
            print(f"{case} of {size} …", file=sys.stderr, flush=True)
            rows += CASES[case](world)
    json.dump([row.as_json() for row in rows], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(","), Path(sys.argv[3]), is_quick="quick" in sys.argv[4:])
