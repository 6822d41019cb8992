"""Rows and tables of the HTML pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from layers.fields import Field, Kind
from layers.geojson import Shape
from layers.source import FeatureSource


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a definition list; ``url`` makes its value a link."""

    title: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Features as a table: headings, and for each feature its id and cells."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def shown(field: Field, value: Any) -> str:
    """A value as a person reads it: titles of choices, dates in the city's time."""
    if value is None:
        return ""
    match field.kind:
        case Kind.CHOICE:
            return field.choice_title(value)
        case Kind.CHOICES:
            return "、".join(field.choice_title(item) for item in value)
        case Kind.BOOLEAN:
            return str(_("yes") if value else _("no"))
        case Kind.DATETIME:
            return _moment(str(value))
        case Kind.NUMBER:
            return f"{localize(value)}{field.unit}"
        case _:
            return str(value)


def _moment(value: str) -> str:
    found = parse_datetime(value)
    return str(localize(localtime(found))) if found else value


def feature_table(source: FeatureSource, features: list[dict[str, Any]], shape: Shape) -> Table:
    """The listed base fields of features, or those asked for with ``properties``."""
    fields = [field for key, field in source.fields().items() if _is_shown(key, field, shape)]
    return Table(
        headings=[str(field.title) for field in fields],
        rows=[
            (item["id"], [shown(field, item["properties"].get(field.key)) for field in fields])
            for item in features
        ],
    )


def _is_shown(key: str, field: Field, shape: Shape) -> bool:
    return key in shape.keys if shape.keys is not None else field.is_listed and field.is_base


def feature_rows(source: FeatureSource, feature: Mapping[str, Any]) -> list[Row]:
    """Every value of one feature, and its position where it has a point."""
    rows = [Row(_("id"), str(feature["id"]))]
    for key, field in source.fields().items():
        value = feature["properties"].get(key)
        if value is not None and value != []:
            rows.append(Row(str(field.title), shown(field, value), value if field.kind is Kind.URL else ""))
    geometry = feature["geometry"]
    if geometry and geometry["type"] == "Point":
        rows.append(Row(_("coordinates"), ", ".join(map(str, geometry["coordinates"]))))
    return rows


def collection_rows(document: Mapping[str, Any]) -> list[Row]:
    """What a collection says of itself."""
    rows = [Row(_("id"), document["id"]), Row(_("description"), document["description"])]
    extent = document.get("extent", {})
    if "spatial" in extent:
        box = ", ".join(f"{number:.5f}" for number in extent["spatial"]["bbox"][0])
        rows.append(Row(_("extent"), box))
    if "temporal" in extent:
        first, last = extent["temporal"]["interval"][0]
        rows.append(Row(_("last updates"), f"{_moment(first or '')} – {_moment(last or '')}"))
    if "attribution" in document:
        rows.append(Row(_("attribution"), document["attribution"]))
    rows.append(Row(_("stored CRS"), document["storageCrs"]))
    return rows


def schema_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Properties of a schema with their choices."""
    rows = []
    for key, member in document["properties"].items():
        choices = member.get("oneOf") or member.get("items", {}).get("oneOf", [])
        rows.append(
            {
                "key": key,
                "title": member.get("title", ""),
                "type": member.get("type", ""),
                "format": member.get("format", ""),
                "unit": member.get("x-ogc-unit", ""),
                "choices": choices,
            }
        )
    return rows
