"""How a city's files are read: ``fixtures/cities/<city>/city.json`` and its neighbours, as typed values.

``city.json`` names the sources with their licences, and for each file which column holds what. Columns go by role
(``name lon lat address building phone fax url capacity opened_on note weekdays start end hours_note reading
organisation corporate_number office_number former``); further columns become city-defined fields (``properties``).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from layers.imports.readers import ImportFailure

ROLES = frozenset(
    "name reading lon lat address building phone fax url capacity opened_on note weekdays start end hours_note "
    "organisation corporate_number office_number former publisher_note".split()
)


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A data source with the words its licence asks for. ``dated_on``: see "Date of a file" in PROVENANCE.md."""

    slug: str
    title: str
    publisher: str
    licence: str
    attribution: str
    dated_on: datetime.date | None = None
    licence_url: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """The category of a row: always ``default``, or by what stands in ``column``."""

    default: str
    column: str = ""
    map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file of resources. ``key``: the columns that name a row for good."""

    path: str
    source: str
    key: tuple[str, ...]
    category: CategoryRule
    columns: Mapping[str, str]
    sheet: str = ""
    support: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""
    strip_titles: bool = False
    sites: str = ""
    merge_into: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    def needed(self) -> list[str]:
        """Columns the file must have."""
        by_rule = [self.category.column] if self.category.column else []
        return [*self.key, *by_rule, *self.columns.values(), *self.properties.values(), *self.notes.values()]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """Everything about one demo city. ``centre``: degrees, longitude first (EPSG:4326)."""

    folder: Path
    slug: str
    lg_code: str
    title: str
    pref: str
    centre: tuple[float, float]
    boundary: str
    sources: tuple[SourcePlan, ...]
    files: tuple[FilePlan, ...]
    organisations: tuple[Mapping[str, Any], ...]
    districts: Mapping[str, Any]
    demo: Mapping[str, Any]
    delivery: Mapping[str, str]


def read_plan(folder: Path) -> CityPlan:
    """The plan of a city's folder; :class:`ImportFailure` where it is missing or says what we do not know."""
    raw = read_json(folder / "city.json")
    try:
        return CityPlan(
            folder=folder,
            sources=tuple(_source(item) for item in raw["sources"]),
            files=tuple(_file(item) for item in raw["files"]),
            centre=(raw["centre"][0], raw["centre"][1]),
            organisations=tuple(raw["organisations"]),
            delivery=raw.get("delivery", {}),
            **{
                name: raw[name]
                for name in ("slug", "lg_code", "title", "pref", "boundary", "districts", "demo")
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ImportFailure(_("This cannot be read: %(error)s") % {"error": error}, "city.json") from error


def read_json(path: Path) -> Any:
    """A JSON file; :class:`ImportFailure` where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ImportFailure(_("No JSON: %(error)s") % {"error": error}, path.name) from error


def _source(raw: dict[str, Any]) -> SourcePlan:
    dated_on = raw.pop("dated_on", None)
    return SourcePlan(dated_on=datetime.date.fromisoformat(dated_on) if dated_on else None, **raw)


def _file(raw: dict[str, Any]) -> FilePlan:
    rule = raw.pop("category")
    category = CategoryRule(rule) if isinstance(rule, str) else CategoryRule(**rule)
    key = raw.pop("key")
    if unknown := set(raw["columns"]) - ROLES:
        raise ValueError(f"columns: {', '.join(sorted(unknown))}")
    keys = (key,) if isinstance(key, str) else tuple(key)
    return FilePlan(category=category, key=keys, support=tuple(raw.pop("support", ())), **raw)
