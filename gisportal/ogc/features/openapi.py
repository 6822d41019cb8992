"""The OpenAPI definition of features and their schemas."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.collections import crs_list
from gisportal.ogc.features import jsonfg
from gisportal.ogc.features.items import format_titles
from gisportal.ogc.features.parameters import equality_keys
from gisportal.ogc.filters import part as filters
from gisportal.ogc.negotiation import CSV, FLATGEOBUF, JSONFG
from gisportal.ogc.openapi import answer, operation, query, reference
from gisportal.ogc.part import Schema
from gisportal.ogc.protocol import DEFAULT_LIMIT, MAX_LIMIT
from layers.access import Viewer
from layers.crs import CRS84
from layers.query import MAX_PER_PAGE, MAX_RADIUS
from layers.schema import property_schema
from layers.source import FeatureSource, sources

_GEOJSON: Final = "application/geo+json"


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """Addresses of every collection the viewer may see."""
    for source in sources(viewer):
        yield from _source_paths(source)


def _source_paths(source: FeatureSource) -> Iterator[tuple[str, Any]]:
    slug, name = source.slug, source.slug.replace("-", "_")
    title = str(source.metadata.title)
    path = f"/collections/{slug}"
    yield path, operation(f"describe_{name}", slug, title, "Document")
    yield (
        f"{path}/queryables",
        operation(f"queryables_{name}", slug, _("What may stand in a condition"), "Schema"),
    )
    yield f"{path}/schema", operation(f"schema_{name}", slug, _("What a feature holds"), "Schema")
    yield (
        f"{path}/items",
        operation(
            f"items_{name}", slug, _("Features"), "Features", _items_parameters(source), form="f-features"
        ),
    )
    one = [
        {
            "name": "featureId",
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "format": "int64"},
        },
        reference("parameters", "crs"),
        reference("parameters", "profile"),
    ]
    yield (
        f"{path}/items/{{featureId}}",
        operation(f"item_{name}", slug, _("One feature"), "Feature", one, form="f-features"),
    )


def _items_parameters(source: FeatureSource) -> list[Schema]:
    fields = source.fields()
    search = search_parameters(source)
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
        *(reference("parameters", name) for name in _parameters()),
        *search,
        *properties,
    ]


def _simple(found: Schema) -> Schema:
    """A schema of one value, without what OpenAPI 3.0 does not know."""
    inner = found.get("items", found)
    return {key: inner[key] for key in ("type", "format", "enum") if key in inner}


def _parameters() -> dict[str, Schema]:
    """The standard's own parameters, the same for every collection."""
    addresses = {"type": "string", "format": "uri", "enum": [crs.uri for crs in crs_list()], "default": CRS84}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    return {
        "bbox": {"name": "bbox", "in": "query", "style": "form", "explode": False, "schema": box,
                 "description": _("Lower corner, then upper corner, in the order of axes of bbox-crs.")},
        "bbox-crs": query("bbox-crs", _("CRS of bbox"), addresses),
        "crs": query("crs", _("CRS of the answer"), addresses),
        "datetime": query("datetime", _("Last update: a time, or an interval from/to with .. for an open end."),
                           {"type": "string"}),
        "limit": query("limit", _("Features at once; of more than the maximum the first ones come, with a link to the rest."),  # noqa: E501
                        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        "offset": query("offset", _("Features to leave out before the first."), {"type": "integer", "minimum": 0}),
        "after": query("after", _("Taken from the link to the next page."), {"type": "string"}),
        "sortby": query("sortby", _("Properties with + or -, separated by commas."), {"type": "string"}),
        "properties": {"name": "properties", "in": "query", "style": "form", "explode": False,
                       "description": _("Only these properties."),
                       "schema": {"type": "array", "items": {"type": "string"}}},
        "profile": query("profile", _("Of JSON-FG: jsonfg-plus tells positions in another CRS in degrees too."),
                         {"type": "string", "enum": [jsonfg.PLAIN, jsonfg.PLUS]}),
        "skipGeometry": query("skipGeometry", _("Without geometry."), {"type": "boolean", "default": False}),
    }  # fmt: skip


def search_parameters(source: FeatureSource) -> list[Schema]:
    """The search's own parameters, the same as on the pages (design §5)."""
    fields = source.fields()
    text: Schema = {"type": "string"}

    def codes(key: str) -> Schema:
        return _simple(property_schema(fields[key])) if key in fields else text

    found = [
        query("q", _("Words, all of which must be found."), text),
        query("category", _("Category or one below it; repeated: any of them."), codes("category"), several=True),
        query("field_of_support", _("Field of support; repeated: any of them."), codes("fields_of_support"),
               several=True),
        query("district", _("scheme:code; repeated: any of one scheme, and one of each scheme."), text, several=True),
        query("near", _("latitude,longitude in degrees to measure from."), text),
        query("place", _("Token of a place typed on the search page."), text),
        query("address", _("Address to measure from, where offered."), text),
        query("radius", _("Metres around near or place."), {"type": "number", "minimum": 1, "maximum": MAX_RADIUS}),
        query("serves", _("latitude,longitude: what serves this place."), text),
        query("within", _("Polygon as WKT or GeoJSON, longitude first."), text),
        query("vacancy", _("Vacancy; repeated: any of them."), codes("vacancy"), several=True),
        query("operation", _("Operation; repeated: any of them."), codes("operation"), several=True),
        query("formal", _("Formal services only, or informal only."), {"type": "boolean"}),
        query("updated_after", _("Last update on or after."), text),
        query("updated_before", _("Last update on or before."), text),
        query("stale", _("Neither changed nor confirmed for long."), {"type": "boolean"}),
        *filters.parameters(),
        query("sort", _("As sortby."), text),
        query("page", _("Of the search page; without effect here."), {"type": "integer", "minimum": 1}),
        query("per_page", _("Of the search page; without effect here."),
               {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE}),
        query("view", _("Of the search page; without effect here."), text),
        query("at", _("Of the search page; without effect here."), text),
    ]  # fmt: skip
    own = [
        query(f"field.{key}", str(field.title), text, several=True)
        for key, field in fields.items()
        if not field.is_base and field.is_filter
    ]
    return found + own


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    formats = {"type": "string", "enum": list(format_titles())}
    tables: dict[str, Schema] = {
        CSV: {"type": "string"},
        FLATGEOBUF: {"type": "string", "format": "binary"},
    }
    return {
        "parameters": {**_parameters(), "f-features": query("f", _("Format"), formats)},
        "responses": {
            "Schema": answer(_("A JSON Schema"), "application/schema+json", "Document"),
            "Features": answer(
                _("Features"),
                _GEOJSON,
                "FeatureCollection",
                **{JSONFG: reference("schemas", "JsonFgCollection")},
                **tables,
            ),
            "Feature": answer(
                _("A feature"),
                _GEOJSON,
                "Feature",
                **{JSONFG: reference("schemas", "JsonFgFeature")},
                **tables,
            ),
        },
        "schemas": _schemas(),
    }


def _schemas() -> dict[str, Schema]:
    links = {"type": "array", "items": reference("schemas", "Link")}
    geometry = {"type": "object", "nullable": True, "required": ["type", "coordinates"], "properties": {
        "type": {"type": "string", "enum": list(jsonfg.DIMENSIONS)},
        "coordinates": {"type": "array", "items": {}}}}  # fmt: skip
    return {
        "Feature": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
            "type": {"type": "string", "enum": ["Feature"]}, "id": {"type": "integer", "format": "int64"},
            "geometry": geometry, "properties": {"type": "object", "nullable": True}, "links": links}},
        "FeatureCollection": {"type": "object", "required": ["type", "features"], "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": reference("schemas", "Feature")},
            "links": links, "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0}, "numberReturned": {"type": "integer", "minimum": 0}}},
        **_jsonfg_schemas(geometry),
    }  # fmt: skip


def _jsonfg_schemas(geometry: Schema) -> dict[str, Schema]:
    """JSON-FG: the same with a time, a place in any CRS, and what the document conforms to."""
    time = {
        "type": "object",
        "nullable": True,
        "properties": {"timestamp": {"type": "string", "format": "date-time"}},
    }
    about = {"type": "object", "required": ["conformsTo", "featureType", "coordRefSys"], "properties": {
        "conformsTo": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "featureType": {"type": "string"}, "featureSchema": {"type": "string", "format": "uri"},
        "coordRefSys": {"type": "string", "format": "uri"},
        "geometryDimension": {"type": "integer", "minimum": 0, "maximum": 3}}}  # fmt: skip
    placed = {"allOf": [reference("schemas", "Feature"), {
        "type": "object", "required": ["time", "place"], "properties": {"time": time, "place": geometry}}]}  # fmt: skip
    return {
        "JsonFgPlaced": placed,
        "JsonFgFeature": {"allOf": [reference("schemas", "JsonFgPlaced"), about]},
        "JsonFgCollection": {"allOf": [reference("schemas", "FeatureCollection"), about, {
            "type": "object", "properties": {
                "features": {"type": "array", "items": reference("schemas", "JsonFgPlaced")}}}]},
    }  # fmt: skip
