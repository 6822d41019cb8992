"""Sums of many clients written in one statement each: one of the few modules allowed a cursor.

Rows are taken in order, so that two processes writing the same ones never wait for each other in a circle.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db import connection

from gisportal.gate.windows import Delta

_COUNT: Final = """
INSERT INTO gate_counter (client, seconds, started, number)
SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS d (client, seconds, started, number)
ORDER BY client, seconds, started
ON CONFLICT (client, seconds, started) DO UPDATE SET number = gate_counter.number + excluded.number
RETURNING client, seconds, started, number
"""
_USE: Final = """
INSERT INTO gate_usage AS kept (day, kind, token_id, door, requests, bytes, errors, failures, limited)
SELECT * FROM unnest(%s::date[], %s::text[], %s::bigint[], %s::text[],
                     %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS d (day, kind, token_id, door, requests, bytes, errors, failures, limited)
ORDER BY day, kind, token_id, door
ON CONFLICT (day, kind, token_id, door) DO UPDATE SET
    requests = kept.requests + excluded.requests, bytes = kept.bytes + excluded.bytes,
    errors = kept.errors + excluded.errors, failures = kept.failures + excluded.failures,
    limited = kept.limited + excluded.limited
"""


class Used(NamedTuple):
    """What a client asked of one kind of door on one day; see :class:`gisportal.gate.models.Usage`."""

    day: date
    kind: str
    token_id: int
    door: str
    requests: int
    bytes: int
    errors: int
    failures: int
    limited: int


def count(deltas: Sequence[Delta]) -> list[Delta]:
    """Add to the common windows; their totals of all processes."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(column) for column in zip(*deltas, strict=True)])
        return [Delta(*row) for row in cursor.fetchall()]


def use(rows: Sequence[Used]) -> None:
    """Add to the usage of the day."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, [list(column) for column in zip(*rows, strict=True)])
