"""What the OpenAPI definition says of the catalogue."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.openapi import operation, query, reference
from gisportal.ogc.part import Schema
from gisportal.ogc.records.documents import CATALOGUE
from gisportal.ogc.records.query import DEFAULT_LIMIT, MAX_LIMIT, SORTABLES
from gisportal.ogc.records.record import GEOJSON, TYPES, has_catalogue
from layers.access import Viewer

TAG: Final = CATALOGUE


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """Addresses of the catalogue, for whom there is one."""
    if not has_catalogue(viewer):
        return
    path = f"/collections/{CATALOGUE}"
    number = {"name": "recordId", "in": "path", "required": True, "schema": {"type": "string"}}
    found = [
        (path, operation("describe_catalogue", TAG, _("Catalogue of data"), "Catalogue")),
        (f"{path}/items", operation("getRecords", TAG, _("Records"), "Records", _parameters())),
        (f"{path}/items/{{recordId}}", operation("getRecord", TAG, _("One record"), "Record", [number])),
    ]
    for _path, item in found:
        item["get"]["parameters"][0] = reference("parameters", "fOfRecords")
    yield from found
    yield f"{path}/sortables", operation("getSortables", TAG, _("What records may be sorted by"), "Schema")


def _parameters() -> list[Schema]:
    def several(name: str, description: str, items: Schema) -> Schema:
        return {"name": name, "in": "query", "description": description, "style": "form", "explode": False,
                "schema": {"type": "array", "items": items}}  # fmt: skip

    text: Schema = {"type": "string"}
    signed = [sign + key for key in SORTABLES for sign in ("", "+", "-")]
    return [
        several("q", _("Words in title, description and keywords; separated by commas: any of them."), text),
        reference("parameters", "bbox"),
        query("datetime", _("A time, or an interval from/to with .. for an open end."), text),
        several("type", _("Kinds of records."), {"type": "string", "enum": list(TYPES)}),
        several("ids", _("Records by id."), text),
        several("externalIds", _("Records by the address their data came from."), text),
        several("keywords", _("Records with one of these keywords."), text),
        several("sortby", _("Properties with + or -, separated by commas."), {"type": "string", "enum": signed}),
        query("limit", _("Records at once."), {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),  # noqa: E501
        query("offset", _("Records to leave out before the first."), {"type": "integer", "minimum": 0, "maximum": 10**6}),  # noqa: E501
    ]  # fmt: skip


def _answer(description: str, media: str, schema: str) -> Schema:
    content: Schema = {media: {"schema": reference("schemas", schema)}, "text/html": {"schema": {"type": "string"}},
                       "application/ld+json": {"schema": {"type": "object"}}}  # fmt: skip
    return {"description": description, "content": content}


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    formats: Schema = {"type": "string", "enum": ["json", "html", "jsonld"]}
    links = {"type": "array", "items": reference("schemas", "Link")}
    record = {
        "type": "object", "required": ["id", "type", "geometry", "properties", "links"], "properties": {
            "id": {"type": "string"}, "type": {"type": "string", "enum": ["Feature"]},
            "time": {"type": "object", "nullable": True}, "geometry": {"type": "object", "nullable": True},
            "conformsTo": {"type": "array", "items": {"type": "string"}}, "links": links,
            "properties": {"type": "object", "required": ["type", "title"], "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}}}},
    }  # fmt: skip
    several = {
        "type": "object", "required": ["type", "features"], "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]}, "links": links,
            "features": {"type": "array", "items": reference("schemas", "Record")},
            "numberMatched": {"type": "integer"}, "numberReturned": {"type": "integer"}},
    }  # fmt: skip
    catalogue = {
        "type": "object", "required": ["id", "type", "itemType", "title", "links"], "properties": {
            "id": {"type": "string"}, "type": {"type": "string", "enum": ["Collection"]},
            "itemType": {"type": "string", "enum": ["record"]}, "title": {"type": "string"}, "links": links},
    }  # fmt: skip
    return {
        "parameters": {"fOfRecords": query("f", _("Format"), formats)},
        "responses": {
            "Catalogue": _answer(_("The catalogue"), "application/json", "Catalogue"),
            "Records": _answer(_("Records"), GEOJSON, "Records"),
            "Record": _answer(_("A record"), GEOJSON, "Record"),
        },
        "schemas": {"Record": record, "Records": several, "Catalogue": catalogue},
    }
