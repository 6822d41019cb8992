"""What clients used, summed up for reading (D8, I5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from gisportal.accounts.models import ApiToken
from gisportal.gate.doors import TITLES
from gisportal.gate.models import Usage


@dataclass(slots=True)
class Day:
    """What one client used on one day, all doors together. ``client``: a token's name, or a kind of people."""

    day: date
    client: str
    account: str = ""
    token_id: int = 0
    requests: int = 0
    bytes: int = 0
    errors: int = 0
    failures: int = 0
    limited: int = 0
    doors: list[tuple[str, int]] = field(default_factory=list)


def by_day(rows: Iterable[Usage]) -> list[Day]:
    """Rows of single doors put together by day and client; the latest day first, the busiest client first."""
    found: dict[tuple[date, str, int], Day] = {}
    rows = list(rows)
    names = _names(rows)
    for row in rows:
        key = (row.day, row.kind, row.token_id)
        if key not in found:
            found[key] = Day(row.day, *names[row.kind, row.token_id], row.token_id)
        _add(found[key], row)
    return sorted(found.values(), key=lambda day: (day.day.toordinal(), day.requests), reverse=True)


def _add(day: Day, row: Usage) -> None:
    day.requests += row.requests
    day.bytes += row.bytes
    day.errors += row.errors
    day.failures += row.failures
    day.limited += row.limited
    day.doors.append((str(TITLES.get(row.door, row.door)), row.requests))


def _names(rows: list[Usage]) -> dict[tuple[str, int], tuple[str, str]]:
    """Client and account of each kind of row."""
    tokens = ApiToken.objects.select_related("account").in_bulk(
        {row.token_id for row in rows if row.token_id}
    )
    names = {}
    for row in rows:
        token = tokens.get(row.token_id)
        if row.kind != "token":
            names[row.kind, row.token_id] = (str(row.get_kind_display()), "")
        elif token is None:
            names[row.kind, row.token_id] = (f"#{row.token_id}", "")
        else:
            names[row.kind, row.token_id] = (token.name or f"{token.prefix}…", token.account.username)
    return names
