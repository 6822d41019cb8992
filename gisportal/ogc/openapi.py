"""The OpenAPI 3.0 definition, made for whoever asks: only collections and properties he may see stand in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal import __version__
from gisportal.ogc.collections import crs_list
from gisportal.ogc.parameters import equality_keys
from gisportal.ogc.protocol import DEFAULT_LIMIT, MAX_LIMIT
from layers.access import Viewer
from layers.crs import CRS84
from layers.query import MAX_PER_PAGE, MAX_RADIUS
from layers.schema import property_schema
from layers.source import FeatureSource, sources

Schema = dict[str, Any]
_GEOJSON: Final = "application/geo+json"
_PROBLEM: Final = "application/problem+json"


def document(base_url: str, viewer: Viewer) -> dict[str, Any]:
    """The definition. ``base_url``: absolute address of the landing page, without a slash at its end."""
    found = sources(viewer)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _("Open interface to the map"),
            "description": _("OGC API – Features, parts 1, 2, 3 (queryables) and 5 (schemas)."),
            "version": __version__,
        },
        "servers": [{"url": base_url, "description": _("This server")}],
        "tags": [
            {"name": "server", "description": _("The service")},
            *({"name": source.slug, "description": str(source.metadata.title)} for source in found),
        ],
        "security": [{}, {"bearer": []}, {"basic": []}],
        "paths": _server_paths() | {path: item for source in found for path, item in _source_paths(source)},
        "components": {"parameters": _parameters(), "responses": _responses(), "schemas": _schemas(),
                       "securitySchemes": _security()},
    }  # fmt: skip


def _security() -> dict[str, Any]:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": _("An API token.")},
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": _("Any user name, and the API token as password."),
        },
    }


def _operation(
    identifier: str, tag: str, summary: str, answer: str, parameters: list[Schema] | None = None
) -> dict[str, Any]:
    references: list[Schema] = [_reference("parameters", "f"), _reference("parameters", "lang")]
    return {
        "get": {
            "operationId": identifier,
            "tags": [tag],
            "summary": summary,
            "parameters": [*references, *(parameters or [])],
            "responses": {
                "200": _reference("responses", answer),
                "400": _reference("responses", "Refused"),
                "401": _reference("responses", "WrongToken"),
                **({} if tag == "server" else {"404": _reference("responses", "NotFound")}),
            },
        }
    }


def _reference(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _server_paths() -> dict[str, Any]:
    return {
        "/": _operation("getLandingPage", "server", _("Landing page"), "Document"),
        "/conformance": _operation("getConformance", "server", _("Conformance"), "Document"),
        "/openapi": _operation("getOpenApi", "server", _("This definition"), "Document"),
        "/collections": _operation("getCollections", "server", _("Collections"), "Document"),
    }


def _source_paths(source: FeatureSource) -> Iterator[tuple[str, Any]]:
    slug, name = source.slug, source.slug.replace("-", "_")
    title = str(source.metadata.title)
    path = f"/collections/{slug}"
    yield path, _operation(f"describe_{name}", slug, title, "Document")
    yield (
        f"{path}/queryables",
        _operation(f"queryables_{name}", slug, _("What may stand in a condition"), "Schema"),
    )
    yield f"{path}/schema", _operation(f"schema_{name}", slug, _("What a feature holds"), "Schema")
    yield (
        f"{path}/items",
        _operation(f"items_{name}", slug, _("Features"), "Features", _items_parameters(source)),
    )
    one = [
        {
            "name": "featureId",
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "format": "int64"},
        },
        _reference("parameters", "crs"),
    ]
    yield f"{path}/items/{{featureId}}", _operation(f"item_{name}", slug, _("One feature"), "Feature", one)


def _items_parameters(source: FeatureSource) -> list[Schema]:
    fields = source.fields()
    search = _search_parameters(source)
    taken = {parameter["name"] for parameter in search}
    properties = [
        {
            "name": key,
            "in": "query",
            "description": _("Equals: %(title)s") % {"title": fields[key].title},
            "schema": _simple(property_schema(fields[key])),
        }
        for key in equality_keys(source)
        if key not in taken
    ]
    return [
        *(_reference("parameters", name) for name in _parameters() if name not in {"f", "lang"}),
        *search,
        *properties,
    ]


def _simple(found: Schema) -> Schema:
    """A schema of one value, without what OpenAPI 3.0 does not know."""
    inner = found.get("items", found)
    return {key: inner[key] for key in ("type", "format", "enum") if key in inner}


def _query(name: str, description: str, schema: Schema, *, several: bool = False) -> Schema:
    if several:
        return {"name": name, "in": "query", "description": description, "style": "form", "explode": True,
                "schema": {"type": "array", "items": schema}}  # fmt: skip
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _parameters() -> dict[str, Schema]:
    """The standard's own parameters, the same for every collection."""
    addresses = {"type": "string", "format": "uri", "enum": [crs.uri for crs in crs_list()], "default": CRS84}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    return {
        "f": _query("f", _("Format"), {"type": "string", "enum": ["json", "html"]}),
        "lang": _query("lang", _("Language"), {"type": "string", "enum": ["ja", "en"]}),
        "bbox": {"name": "bbox", "in": "query", "style": "form", "explode": False, "schema": box,
                 "description": _("Lower corner, then upper corner, in the order of axes of bbox-crs.")},
        "bbox-crs": _query("bbox-crs", _("CRS of bbox"), addresses),
        "crs": _query("crs", _("CRS of the answer"), addresses),
        "datetime": _query("datetime", _("Last update: a time, or an interval from/to with .. for an open end."),
                           {"type": "string"}),
        "limit": _query("limit", _("Features at once; of more than the maximum the first ones come, with a link to the rest."),  # noqa: E501
                        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        "offset": _query("offset", _("Features to leave out before the first."), {"type": "integer", "minimum": 0}),
        "after": _query("after", _("Taken from the link to the next page."), {"type": "string"}),
        "sortby": _query("sortby", _("Properties with + or -, separated by commas."), {"type": "string"}),
        "properties": {"name": "properties", "in": "query", "style": "form", "explode": False,
                       "description": _("Only these properties."),
                       "schema": {"type": "array", "items": {"type": "string"}}},
        "skipGeometry": _query("skipGeometry", _("Without geometry."), {"type": "boolean", "default": False}),
    }  # fmt: skip


def _search_parameters(source: FeatureSource) -> list[Schema]:
    """The search's own parameters, the same as on the pages (design §5)."""
    fields = source.fields()
    text: Schema = {"type": "string"}

    def codes(key: str) -> Schema:
        return _simple(property_schema(fields[key])) if key in fields else text

    found = [
        _query("q", _("Words, all of which must be found."), text),
        _query("category", _("Category or one below it; repeated: any of them."), codes("category"), several=True),
        _query("field_of_support", _("Field of support; repeated: any of them."), codes("fields_of_support"),
               several=True),
        _query("district", _("scheme:code; repeated: any of one scheme, and one of each scheme."), text, several=True),
        _query("near", _("latitude,longitude in degrees to measure from."), text),
        _query("place", _("Token of a place typed on the search page."), text),
        _query("address", _("Address to measure from, where offered."), text),
        _query("radius", _("Metres around near or place."), {"type": "number", "minimum": 1, "maximum": MAX_RADIUS}),
        _query("serves", _("latitude,longitude: what serves this place."), text),
        _query("within", _("Polygon as WKT or GeoJSON, longitude first."), text),
        _query("vacancy", _("Vacancy; repeated: any of them."), codes("vacancy"), several=True),
        _query("operation", _("Operation; repeated: any of them."), codes("operation"), several=True),
        _query("formal", _("Formal services only, or informal only."), {"type": "boolean"}),
        _query("updated_after", _("Last update on or after."), text),
        _query("updated_before", _("Last update on or before."), text),
        _query("stale", _("Neither changed nor confirmed for long."), {"type": "boolean"}),
        _query("sort", _("As sortby."), text),
        _query("page", _("Of the search page; without effect here."), {"type": "integer", "minimum": 1}),
        _query("per_page", _("Of the search page; without effect here."),
               {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE}),
        _query("view", _("Of the search page; without effect here."), text),
        _query("at", _("Of the search page; without effect here."), text),
    ]  # fmt: skip
    own = [
        _query(f"field.{key}", str(field.title), text, several=True)
        for key, field in fields.items()
        if not field.is_base and field.is_filter
    ]
    return found + own


def _responses() -> dict[str, Any]:
    def answer(description: str, media: str, schema: str) -> Schema:
        return {"description": description, "content": {
            media: {"schema": _reference("schemas", schema)}, "text/html": {"schema": {"type": "string"}}}}  # fmt: skip

    def refusal(description: str) -> Schema:
        return {
            "description": description,
            "content": {_PROBLEM: {"schema": _reference("schemas", "Problem")}},
        }

    return {
        "Document": answer(_("A document"), "application/json", "Document"),
        "Schema": answer(_("A JSON Schema"), "application/schema+json", "Document"),
        "Features": answer(_("Features"), _GEOJSON, "FeatureCollection"),
        "Feature": answer(_("A feature"), _GEOJSON, "Feature"),
        "Refused": refusal(_("A parameter is unknown or cannot be used; it is named.")),
        "WrongToken": refusal(_("The token is not valid.")),
        "NotFound": refusal(_("There is nothing at this address, or not for you.")),
    }


def _schemas() -> dict[str, Schema]:
    link = {"type": "object", "required": ["href", "rel"], "properties": {
        name: {"type": "string"} for name in ("href", "rel", "type", "title", "hreflang")}}  # fmt: skip
    links = {"type": "array", "items": _reference("schemas", "Link")}
    geometry = {"type": "object", "nullable": True, "required": ["type", "coordinates"], "properties": {
        "type": {"type": "string", "enum": ["Point", "MultiPolygon"]},
        "coordinates": {"type": "array", "items": {}}}}  # fmt: skip
    return {
        "Link": link,
        "Document": {"type": "object", "properties": {"links": links}},
        "Feature": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
            "type": {"type": "string", "enum": ["Feature"]}, "id": {"type": "integer", "format": "int64"},
            "geometry": geometry, "properties": {"type": "object", "nullable": True}, "links": links}},
        "FeatureCollection": {"type": "object", "required": ["type", "features"], "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _reference("schemas", "Feature")},
            "links": links, "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0}, "numberReturned": {"type": "integer", "minimum": 0}}},
        "Problem": {"type": "object", "required": ["title", "status"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "parameter": {"type": "string"}}},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the HTML page shows it."""

    path: str
    summary: str
    parameters: list[Schema]


def operations(found: dict[str, Any]) -> list[Operation]:
    """Operations of a definition with their parameters looked up, for reading."""
    known = found["components"]["parameters"]

    def looked_up(parameter: Schema) -> Schema:
        return known[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter

    return [
        Operation(
            path, item["get"]["summary"], [looked_up(parameter) for parameter in item["get"]["parameters"]]
        )
        for path, item in found["paths"].items()
    ]
