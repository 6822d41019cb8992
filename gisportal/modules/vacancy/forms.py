"""From what a form sends to the values of the service."""

from typing import Any

from django.http import QueryDict

#: What a form may send of the whole; classes come as ``state.<code>`` and ``count.<code>``.
WHOLE = ("vacancy", "vacancy_count", "capacity", "vacancy_note")


def sent(data: QueryDict) -> dict[str, Any]:
    """Values of a posted form, only those it has."""
    found: dict[str, Any] = {key: data[key] for key in WHOLE if key in data}
    table: dict[str, dict[str, str]] = {}
    for key in data:
        part, dot, code = key.partition(".")
        if dot and part in {"state", "count"}:
            table.setdefault(code, {})[part] = data[key]
    if table:
        found["vacancy_detail"] = table
    return found
