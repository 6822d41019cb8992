"""JSON Schema from fields: what forms, imports, OGC queryables and schemas and validation all read (design §3).

Roles (``x-ogc-role``) and units (``x-ogc-unit``) are those of OGC API – Features Part 5 (OGC 23-058).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from layers.fields import Field, Kind
from layers.models.field_definition import FieldKind
from layers.source import FeatureSource
from layers.vocabulary import DefinedField, Vocabulary

if TYPE_CHECKING:
    from layers.editing.items import EditItem

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MAX_TEXT: Final = 1_000
MAX_LONG_TEXT: Final = 10_000

_TYPES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.TEXT: {"type": "string"},
    Kind.LONG_TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.CHOICES: {"type": "array"},
    Kind.NUMBER: {"type": "number"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.URL: {"type": "string", "format": "uri"},
}
_ROLES: Final = {"updated_at": "primary-instant", "category": "type"}
_GEOMETRY_FORMATS: Final = {"Point": "geometry-point", "MultiPolygon": "geometry-multipolygon"}


def property_schema(field: Field) -> dict[str, Any]:
    """Schema of one property: title in the language in force, type, choices with their titles, unit, role."""
    found: dict[str, Any] = {"title": str(field.title), **_TYPES[field.kind]}
    if field.help_text:
        found["description"] = field.help_text
    if field.unit:
        found["x-ogc-unit"] = field.unit
    if field.key in _ROLES:
        found["x-ogc-role"] = _ROLES[field.key]
    if field.kind is Kind.CHOICES:
        found["items"] = {"type": "string", **_choices(field)}
    elif field.kind is Kind.CHOICE:
        found |= _choices(field)
    return found


def _choices(field: Field) -> dict[str, Any]:
    if not field.choices:
        return {}
    return {
        "enum": [code for code, _title in field.choices],
        "oneOf": [{"const": code, "title": str(title)} for code, title in field.choices],
    }


def returnables(source: FeatureSource, *, identifier: str = "") -> dict[str, Any]:
    """Schema of a feature's properties, in order; ``identifier``: the address it is served under.

    For whoever may write to the source it says what he may write: what is read-only, needed, and how long. Nothing
    that does not stand there is returned or taken.
    """
    writer = source.writer
    items = writer.items() if writer else None
    properties: dict[str, Any] = {
        "id": {**_id(), "readOnly": True},
        "geometry": _geometry(source),
    }
    properties |= {
        key: property_schema(field) | ({} if items is None else _writing(items.get(key)))
        for key, field in source.fields().items()
    }
    for number, member in enumerate(properties.values()):
        member["x-ogc-propertySeq"] = number
    needed = {"required": list(writer.required())} if writer else {}
    return {**_document(source, identifier, properties), **needed, "additionalProperties": False}


def _writing(item: "EditItem | None") -> dict[str, Any]:
    """What may be written into a property; without an item nothing may."""
    if item is None:
        return {"readOnly": True}
    found: dict[str, Any] = {}
    if item.max_length and item.kind in {Kind.TEXT, Kind.LONG_TEXT, Kind.URL}:
        found["maxLength"] = item.max_length
    if item.is_required and item.kind in {Kind.TEXT, Kind.CHOICE}:
        found["minLength"] = 1
    if item.form == "count":
        found["minimum"] = 0
    return found


def feature_schema(source: FeatureSource, *, identifier: str = "") -> dict[str, Any]:
    """Schema of a whole GeoJSON feature; GDAL reads the types of properties here instead of guessing them."""
    geometry = {
        "type": ["object", "null"],
        "required": ["type", "coordinates"],
        "properties": _geometry_members(source.geometry_type),
    }
    fields = {key: property_schema(field) for key, field in source.fields().items()}
    members = {
        "type": {"type": "string", "const": "Feature"},
        "id": {"title": _("id"), "type": "integer"},
        "geometry": geometry,
        "properties": {"type": "object", "properties": fields},
    }
    return {**_document(source, identifier, members), "required": ["type", "geometry", "properties"]}


def _geometry_members(kind: str) -> dict[str, Any]:
    """``Geometry`` is any of them: a comment stands at a point or on an area."""
    if kind == "Geometry":
        return {"type": {"type": "string"}, "coordinates": {"type": "array"}}
    items = {"type": "number" if kind == "Point" else "array"}
    return {"type": {"const": kind}, "coordinates": {"type": "array", "items": items}}


def queryables(
    source: FeatureSource, keys: Iterable[str] | None = None, *, identifier: str = ""
) -> dict[str, Any]:
    """Schema of what may stand in a condition; ``keys``: those of the fields that may (None: all)."""
    fields = source.fields()
    properties = {"geometry": _geometry(source), "id": _id()}
    properties |= {key: property_schema(fields[key]) for key in (fields if keys is None else keys)}
    return {**_document(source, identifier, properties), "additionalProperties": False}


def _id() -> dict[str, Any]:
    return {"title": _("id"), "type": "integer", "x-ogc-role": "id"}


def _geometry(source: FeatureSource) -> dict[str, Any]:
    return {
        "title": _("position") if source.geometry_type == "Point" else _("boundary"),
        "format": _GEOMETRY_FORMATS.get(source.geometry_type, "geometry-any"),
        "x-ogc-role": "primary-geometry",
    }


def _document(source: FeatureSource, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        **({"$id": identifier} if identifier else {}),
        "type": "object",
        "title": str(source.metadata.title),
        "properties": properties,
    }


@dataclass(frozen=True, slots=True)
class PropertyError:
    """What is wrong with one city-defined value; ``message`` says what would be right."""

    key: str
    message: str


def validate_properties(
    properties: Mapping[str, Any], vocabulary: Vocabulary, category: str | None = None
) -> list[PropertyError]:
    """What is wrong with a resource's city-defined values (``Resource.properties``); an empty list: nothing.

    ``category``: code of the resource's category; fields of other categories are refused. Null counts as missing.
    """
    found = []
    for key, value in properties.items():
        if value is None:
            continue
        if (item := vocabulary.fields.get(key)) is None:
            found.append(PropertyError(key, _("There is no field “%(key)s”.") % {"key": key}))
        elif not applies(item, category, vocabulary):
            found.append(
                PropertyError(key, _("“%(field)s” is not for this category.") % {"field": item.title})
            )
        elif message := _problem(item, value):
            found.append(PropertyError(key, message))
    return found


def applies(item: DefinedField, category: str | None, vocabulary: Vocabulary) -> bool:
    """Whether a field is for a category: it names none, the category itself, or one above it."""
    if not item.categories or category is None:
        return True
    info = vocabulary.categories.get(category)
    while info is not None:
        if info.code in item.categories:
            return True
        info = vocabulary.categories.get(info.parent) if info.parent else None
    return False


def _problem(item: DefinedField, value: Any) -> str:
    match item.kind:
        case FieldKind.NUMBER:
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return "" if is_number and math.isfinite(value) else _("Must be a number.")
        case FieldKind.BOOLEAN:
            return "" if isinstance(value, bool) else _("Must be true or false.")
        case FieldKind.CHOICE:
            return _unknown_choice(item, [value])
        case FieldKind.CHOICES:
            return _unknown_choice(item, value) if isinstance(value, list) else _("Must be a list.")
        case _:
            return _text_problem(item.kind, value)


def _unknown_choice(item: DefinedField, values: list[Any]) -> str:
    codes = [code for code, _title in item.choices]
    wrong = [str(value) for value in values if value not in codes]
    if not wrong:
        return ""
    return _("“%(value)s” is none of: %(known)s.") % {"value": wrong[0], "known": ", ".join(codes)}


def _text_problem(kind: FieldKind, value: Any) -> str:
    if not isinstance(value, str):
        return _("Must be text.")
    longest = MAX_LONG_TEXT if kind is FieldKind.LONG_TEXT else MAX_TEXT
    if len(value) > longest:
        return _("Too long: at most %(count)d characters.") % {"count": longest}
    if "\x00" in value:
        return _("Holds a character that cannot be used.")
    if kind is FieldKind.DATE and not _is_date(value):
        return _("Must be a date like 2026-04-01.")
    if kind is FieldKind.URL and not is_url(value):
        return _("Must be a web address that starts with https:// or http://.")
    return ""


def _is_date(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False


def is_url(value: str) -> bool:
    """Whether a text is an http(s) address with a host."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
