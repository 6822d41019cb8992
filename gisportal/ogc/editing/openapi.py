"""The OpenAPI definition of writing: only verbs the viewer may use, on collections he may write to."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.collections import crs_list
from gisportal.ogc.editing.bodies import MAX_BODY, PARTS, WHOLE
from gisportal.ogc.openapi import reference, refusal
from gisportal.ogc.part import Schema
from layers.access import Act, Viewer
from layers.crs import CRS84
from layers.schema import returnables
from layers.source import FeatureSource, sources
from layers.writing import FeatureWriter

_GEOJSON: Final = "application/geo+json"
_POINT: Final[Schema] = {
    "type": "object", "nullable": True, "required": ["type", "coordinates"], "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}}}  # fmt: skip
#: What OpenAPI 3.0 knows of a property's schema.
_KNOWN: Final = ("title", "description", "type", "format", "enum", "maxLength", "minimum", "readOnly")


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """Verbs of every collection the viewer may write to."""
    for source in sources(viewer):
        if (writer := source.writer) is not None:
            yield from _source_paths(source, writer)


def _source_paths(source: FeatureSource, writer: FeatureWriter) -> Iterator[tuple[str, Any]]:
    slug, name = source.slug, source.slug.replace("-", "_")
    path, acts = f"/collections/{slug}/items", writer.acts()
    properties = _properties(source)
    if writer.may_create():
        whole = _feature(properties, writer.required())
        yield (
            path,
            {"post": _operation(f"create_{name}", slug, _("Add a feature"), "201", _body(whole, WHOLE))},
        )
    if Act.UPDATE in acts:
        whole = _feature(properties, writer.required())
        one = f"{path}/{{featureId}}"
        yield (
            one,
            {
                "put": _operation(
                    f"replace_{name}", slug, _("Replace a feature"), "204", _body(whole, WHOLE), True
                )
            },
        )
        part = {"type": "object", "properties": {"properties": _object(properties), "geometry": _POINT}}
        yield (
            one,
            {
                "patch": _operation(
                    f"update_{name}", slug, _("Change parts of a feature"), "204", _body(part, PARTS), True
                )
            },
        )
    if Act.DELETE in acts:
        yield (
            f"{path}/{{featureId}}",
            {
                "delete": _operation(
                    f"delete_{name}", slug, _("Put a feature in the trash"), "204", None, True
                )
            },
        )


def _operation(
    identifier: str, tag: str, summary: str, status: str, body: Schema | None, is_one: bool = False
) -> dict[str, Any]:
    one = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "format": "int64"},
    }
    names = [*(["If-Match"] if is_one else []), *(["Content-Crs", "Prefer", "crs"] if body else [])]
    done = (
        {"201": "Created"}
        if status == "201"
        else {"200": "Feature", "204": "Done"}
        if body
        else {"204": "Done"}
    )
    codes = [
        "400",
        "401",
        "403",
        "404",
        "422",
        *(["412"] if is_one else []),
        *(["413", "415"] if body else []),
    ]
    return {
        "operationId": identifier,
        "tags": [tag],
        "summary": summary,
        "parameters": [*([one] if is_one else []), reference("parameters", "lang"),
                       *(reference("parameters", name) for name in names)],
        **({"requestBody": body} if body else {}),
        "security": [{"bearer": []}, {"basic": []}],
        "responses": {
            **{code: reference("responses", name) for code, name in done.items()},
            "202": reference("responses", "Proposed"),
            **{code: reference("responses", _REFUSALS[code]) for code in codes},
        },
    }  # fmt: skip


_REFUSALS: Final = {
    "400": "Refused", "401": "WrongToken", "403": "NotYours", "404": "NotFound", "412": "Outdated", "413": "TooLong",
    "415": "UnknownMedia", "422": "WrongValues",
}  # fmt: skip


def _body(schema: Schema, media: tuple[str, ...]) -> Schema:
    return {"required": True, "content": {name: {"schema": schema} for name in media}}


def _properties(source: FeatureSource) -> Schema:
    """Properties that may be written, as OpenAPI 3.0 puts it: null empties."""
    found = returnables(source)["properties"]
    return {key: _simple(value) for key, value in found.items()
            if key not in {"id", "geometry"} and not value.get("readOnly")}  # fmt: skip


def _simple(value: Schema) -> Schema:
    found = {key: value[key] for key in _KNOWN if key in value}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    if "items" in value:
        found["items"] = {key: value["items"][key] for key in ("type", "enum") if key in value["items"]}
    return {**found, "nullable": True}


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **needed}


def _feature(properties: Schema, required: tuple[str, ...]) -> Schema:
    return {"type": "object", "required": ["type", "properties", "geometry"], "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "properties": _object(properties, required), "geometry": _POINT}}  # fmt: skip


def components() -> dict[str, dict[str, Schema]]:
    """What the verbs refer to."""
    return {"parameters": _parameters(), "responses": _responses(), "schemas": _schemas()}


def _parameters() -> dict[str, Schema]:
    def header(name: str, description: str, schema: Schema) -> Schema:
        return {"name": name, "in": "header", "description": description, "schema": schema}

    names = [crs.uri for crs in crs_list()]
    return {
        "If-Match": header("If-Match", _("ETag the feature was read with; 412 where it has changed since."),
                           {"type": "string"}),
        "Content-Crs": header("Content-Crs", _("CRS of the geometry sent, axes in its own order."),
                              {"type": "string", "enum": [*names, *(f"<{name}>" for name in names)],
                               "default": CRS84}),
        "Prefer": header("Prefer", _("return=representation: the feature comes back; handling=lenient: positions outside the city are taken."),  # noqa: E501
                         {"type": "string"}),
    }  # fmt: skip


def _responses() -> dict[str, Any]:
    tag = {"ETag": {"description": _("Version of the feature"), "schema": {"type": "string"}}}
    place = {
        "Location": {
            "description": _("Address of the feature"),
            "schema": {"type": "string", "format": "uri"},
        }
    }
    page = {
        "Location": {"description": _("Page of the proposal"), "schema": {"type": "string", "format": "uri"}}
    }
    feature = {_GEOJSON: {"schema": reference("schemas", "Feature")}}
    proposed = {"application/json": {"schema": reference("schemas", "Proposed")}}
    return {
        "Created": {"description": _("Added"), "headers": {**tag, **place}, "content": feature},
        "Done": {"description": _("Done")},
        "Proposed": {"description": _("Waiting for approval"), "headers": page, "content": proposed},
        "NotYours": refusal(_("Your account may not do this.")),
        "Outdated": refusal(_("The feature has changed since it was read.")),
        "TooLong": refusal(_("At most %(most)d bytes.") % {"most": MAX_BODY}),
        "UnknownMedia": refusal(_("The body is of a media type that is not known here.")),
        "WrongValues": refusal(_("Values that cannot be kept; every one of them is named in errors.")),
    }


def _schemas() -> dict[str, Schema]:
    text = {"type": "string"}
    return {
        "Proposed": {"type": "object", "required": ["status", "proposal"], "properties": {
            "title": text, "status": {"type": "integer"}, "detail": text,
            "proposal": {"type": "string", "format": "uri"}}},
    }  # fmt: skip
