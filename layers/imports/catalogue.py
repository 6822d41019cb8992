"""Categories, fields of support and field definitions from their files; what exists is left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.imports.plan import read_json
from layers.models import Category, FieldDefinition, FieldOfSupport


def load_categories(path: Path) -> dict[str, Category]:
    """All categories by code; those missing are created, parents first."""
    known = {category.code: category for category in Category.objects.all()}
    for order, raw in enumerate(read_json(path), start=1):
        if raw["code"] not in known:
            parent = known[raw["parent"]] if "parent" in raw else None
            values = {name: value for name, value in raw.items() if name != "parent"}
            known[raw["code"]] = Category.objects.create(parent=parent, order=order, **values)
    return known


def load_fields_of_support(path: Path) -> int:
    """Create the fields of support that are missing; how many."""
    known = set(FieldOfSupport.objects.values_list("code", flat=True))
    rows = [FieldOfSupport(order=order, **raw) for order, raw in enumerate(read_json(path), start=1)]
    return len(FieldOfSupport.objects.bulk_create([row for row in rows if row.code not in known]))


def read_fields(path: Path) -> dict[str, dict[str, Any]]:
    """Field definitions of a city as their file has them, with the import's own ``aliases`` of choices."""
    return {raw["key"]: raw for raw in read_json(path)}


def load_fields(fields: Mapping[str, Mapping[str, Any]], categories: Mapping[str, Category]) -> int:
    """Create the field definitions that are missing; how many."""
    known = set(FieldDefinition.objects.values_list("key", flat=True))
    created = 0
    for order, (key, raw) in enumerate(fields.items(), start=1):
        if key in known:
            continue
        values = {name: value for name, value in raw.items() if name not in {"categories", "choices"}}
        choices = [
            {name: choice[name] for name in ("code", "title", "title_en") if name in choice}
            for choice in raw.get("choices", [])
        ]
        definition = FieldDefinition.objects.create(order=order, choices=choices, **values)
        definition.categories.set([categories[code] for code in raw.get("categories", [])])
        created += 1
    return created
