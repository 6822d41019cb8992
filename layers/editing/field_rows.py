"""Values of city-defined fields over all rows at once: counts, and rewrites with the tables held (R22).

The SQL lies in ``layers/sql/fields.sql``; a rewrite is no edit of an entry: neither 最終更新日 nor the version moves.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from layers.editing.errors import InvalidValues

#: Seconds a rewrite waits for those who are saving; then it gives up and says so.
PATIENCE: Final = 20

_EMPTY: Final = "('null', '\"\"', '[]')"
_USED = f"""
SELECT v.key, count(*) FROM layers_resource r, LATERAL jsonb_each(r.properties) v
WHERE r.deleted_at IS NULL AND v.value::text NOT IN {_EMPTY} GROUP BY v.key
"""
_CODES = """
SELECT item #>> '{}', count(*)
FROM layers_resource r, LATERAL jsonb_path_query(r.properties -> %s, 'lax $[*]') AS item
WHERE r.deleted_at IS NULL AND r.properties ? %s GROUP BY 1
"""
_VALUES = """
SELECT value::text, count(*) FROM (SELECT properties -> %s AS value FROM {table} WHERE properties ? %s) found
GROUP BY value ORDER BY count(*) DESC, value::text
"""
_ROWS = """
SELECT id, name, (properties -> %s)::text FROM layers_resource
WHERE properties ? %s AND (properties -> %s)::text = ANY(%s) ORDER BY id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A value rows hold. ``raw``: its JSON as the database writes it; ``value``: the same as Python has it."""

    raw: str
    value: Any
    count: int


@contextmanager
def held(*, with_rows: bool) -> Iterator[None]:
    """One transaction in which no other change of definitions and, ``with_rows``, no write to a resource happens.

    Raises:
        InvalidValues: somebody else keeps writing for longer than :data:`PATIENCE` seconds.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT layers_hold_fields(%s, %s)", [PATIENCE, with_rows])
            yield
            with connection.cursor() as cursor:
                cursor.execute("SELECT layers_release_fields()")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        busy = _("A long change of the entries (such as an import) is going on. Please try again later.")
        raise InvalidValues({"": [busy]}) from error


def write_under_fields() -> None:
    """To be called first in a transaction that checks values against the definitions and then writes them.

    A rewrite of values waits for that transaction, or that transaction for the rewrite: what is checked then holds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_write_under_fields()")


def used_counts() -> dict[str, int]:
    """By key: number of entries (those in the trash left out) with a value."""
    return dict(_fetch(_USED))


def code_counts(key: str) -> dict[str, int]:
    """By code: number of entries that hold it."""
    return {str(code): number for code, number in _fetch(_CODES, [key, key])}


def has_values(key: str) -> bool:
    """Whether any row, in the trash too, or any past state holds a value under a key."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM layers_resource WHERE properties ? %s)"
        " OR EXISTS (SELECT 1 FROM layers_resourceversion WHERE properties ? %s)"
    )
    return bool(_fetch(sql, [key, key])[0][0])


def stored_values(key: str, *, past: bool = False) -> list[StoredValue]:
    """Distinct values under a key, the most frequent first, of all rows or of all past states."""
    sql = _VALUES.format(table="layers_resourceversion" if past else "layers_resource")
    return [StoredValue(raw, json.loads(raw), number) for raw, number in _fetch(sql, [key, key])]


def rows_with(key: str, raws: Iterable[str], limit: int) -> list[tuple[int, str, str]]:
    """Id, name and stored JSON of rows that hold one of some values."""
    return [(pk, name, raw) for pk, name, raw in _fetch(_ROWS, [key, key, key, list(raws), limit])]


def rename_rows(old: str, new: str) -> int:
    """Moves values from one key to another, in every row and every past state; how many rows."""
    return int(_fetch("SELECT layers_rename_field(%s, %s)", [old, new])[0][0])


def merge_rows(key: str) -> None:
    """Writes merged codes as what the definition's list says they are now, in every row and every past state."""
    _fetch("SELECT layers_rewrite_choices(%s)", [key])


def map_rows(key: str, kept_key: str, mapping: Iterable[tuple[str, Any, str | None]]) -> int:
    """Replaces values: ``(stored JSON, value now or None, text kept in the other field or None)``; how many rows."""
    lines = [
        f'{{"was": {raw}, "now": {json.dumps(now)}, "kept": {json.dumps(kept)}}}'
        for raw, now, kept in mapping
    ]
    sql = "SELECT layers_map_field(%s, %s, %s::jsonb)"
    return int(_fetch(sql, [key, kept_key, f"[{','.join(lines)}]"])[0][0])


def _fetch(sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return list(cursor.fetchall())
