"""The OpenAPI 3.0 definition, made for whoever asks: only collections and properties he may see stand in it.

Every part adds its addresses and what they refer to; what all of them share stands here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal import __version__
from gisportal.ogc.negotiation import MEDIA
from gisportal.ogc.part import Schema
from gisportal.ogc.parts import parts
from layers.access import Viewer
from layers.source import sources

PROBLEM: Final = "application/problem+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def document(base_url: str, viewer: Viewer) -> dict[str, Any]:
    """The definition. ``base_url``: absolute address of the landing page, without a slash at its end."""
    found = sources(viewer)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _("Open interface to the map"),
            "description": _("The map of the city by the standards of OGC API, for QGIS, GDAL and other programs."),
            "version": __version__,
        },
        "servers": [{"url": base_url, "description": _("This server")}],
        "tags": [
            {"name": "server", "description": _("The service")},
            *({"name": source.slug, "description": str(source.metadata.title)} for source in found),
        ],
        "security": [{}, {"bearer": []}, {"basic": []}],
        "paths": _paths(viewer),
        "components": {**_components(), "securitySchemes": _security()},
    }  # fmt: skip


def _paths(viewer: Viewer) -> dict[str, dict[str, Any]]:
    """Addresses of the service and of every part; two parts may answer one address by different methods."""
    found: dict[str, dict[str, Any]] = _server_paths()
    for part in parts():
        for path, item in part.paths(viewer):
            found[path] = {**found.get(path, {}), **item}
    for item in found.values():
        for method in METHODS:
            if method in item:
                item[method]["responses"] = {**_ANYWHERE, **item[method]["responses"]}
    return found


def _components() -> dict[str, dict[str, Schema]]:
    found: dict[str, dict[str, Schema]] = {
        "parameters": _parameters(),
        "responses": _responses(),
        "schemas": _schemas(),
    }
    for part in parts():
        for kind, members in part.components().items():
            found[kind] = {**found.get(kind, {}), **members}
    return found


def _security() -> dict[str, Any]:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": _("An API token.")},
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": _("Any user name, and the API token as password."),
        },
    }


def operation(
    identifier: str,
    tag: str,
    summary: str,
    answer: str,
    parameters: Iterable[Schema] = (),
    *,
    method: str = "get",
    body: Schema | None = None,
    refusals: tuple[str, ...] = ("400", "401"),
    form: str = "f",
) -> dict[str, Any]:
    """One operation as a path item. ``answer``: name of a response of the components, sent with 200; ``form``: name of
    the parameter of formats there.
    """
    codes = refusals if tag == "server" else (*refusals, "404")
    return {
        method: {
            "operationId": identifier,
            "tags": [tag],
            "summary": summary,
            "parameters": [reference("parameters", form), reference("parameters", "lang"), *parameters],
            **({"requestBody": body} if body else {}),
            "responses": {
                "200": reference("responses", answer),
                **{code: reference("responses", _REFUSALS[code]) for code in codes},
            },
        }
    }


#: Responses of the components that refuse, by status.
_REFUSALS: Final = {"400": "Refused", "401": "WrongToken", "404": "NotFound"}


#: What any address may answer: a wrong token, a client's limit, a database that did not answer in time.
_ANYWHERE: Final = {
    code: {"$ref": f"#/components/responses/{name}"}
    for code, name in (("401", "WrongToken"), ("429", "TooManyRequests"), ("503", "Overloaded"))
}


def reference(kind: str, name: str) -> Schema:
    """A reference into the components."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _server_paths() -> dict[str, Any]:
    return {
        "/": operation("getLandingPage", "server", _("Landing page"), "Document"),
        "/conformance": operation("getConformance", "server", _("Conformance"), "Document"),
        "/openapi": operation("getOpenApi", "server", _("This definition"), "Definition"),
        "/collections": operation("getCollections", "server", _("Collections"), "Document"),
    }


def query(name: str, description: str, schema: Schema, *, several: bool = False) -> Schema:
    """A parameter of the query string; ``several``: it may be repeated."""
    if several:
        return {"name": name, "in": "query", "description": description, "style": "form", "explode": True,
                "schema": {"type": "array", "items": schema}}  # fmt: skip
    return {"name": name, "in": "query", "description": description, "style": "form", "explode": False,
            "schema": schema}  # fmt: skip


def _parameters() -> dict[str, Schema]:
    return {
        "f": query("f", _("Format"), {"type": "string", "enum": ["json", "html"]}),
        "lang": query("lang", _("Language"), {"type": "string", "enum": ["ja", "en"]}),
    }


def answer(description: str, media: str, schema: str, **more: Schema) -> Schema:
    """A response that is a document, or the same as a page. ``more``: schemas of further formats, by their names."""
    return {"description": description, "content": {
        media: {"schema": reference("schemas", schema)}, "text/html": {"schema": {"type": "string"}},
        **{MEDIA[form][0]: {"schema": found} for form, found in more.items()}}}  # fmt: skip


def refusal(description: str) -> Schema:
    """A response that is problem details (RFC 9457)."""
    return {
        "description": description,
        "content": {
            PROBLEM: {"schema": reference("schemas", "Problem")},
            "text/html": {"schema": {"type": "string"}},
        },
    }


def _later(description: str) -> Schema:
    """A refusal that tells when to come back."""
    seconds = {"description": _("Seconds to wait."), "schema": {"type": "integer", "minimum": 0}}
    return {**refusal(description), "headers": {"Retry-After": seconds}}


def _responses() -> dict[str, Any]:
    return {
        "Document": answer(_("A document"), "application/json", "Document"),
        "Definition": answer(_("This definition"), OPENAPI, "Document"),
        "Refused": refusal(_("A parameter is unknown or cannot be used; it is named.")),
        "WrongToken": refusal(_("The token is not valid.")),
        "TooManyRequests": _later(_("Too many requests of one client. Retry-After tells when to come back.")),
        "Overloaded": _later(_("It took too long. Narrow the request, or come back later.")),
        "NotFound": refusal(_("There is nothing at this address, or not for you.")),
    }


def _schemas() -> dict[str, Schema]:
    link = {"type": "object", "required": ["href", "rel"], "properties": {
        name: {"type": "string"} for name in ("href", "rel", "type", "title", "hreflang")}}  # fmt: skip
    links = {"type": "array", "items": reference("schemas", "Link")}
    return {
        "Link": link,
        "Document": {"type": "object", "properties": {"links": links}},
        "Problem": {"type": "object", "required": ["title", "status"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "parameter": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "properties": {
                name: {"type": "string"} for name in ("pointer", "property", "detail")}}}}},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the HTML page shows it."""

    path: str
    summary: str
    parameters: list[Schema]
    method: str = "GET"


def operations(found: dict[str, Any]) -> list[Operation]:
    """Operations of a definition with their parameters looked up, for reading."""
    known = found["components"]["parameters"]

    def looked_up(parameter: Schema) -> Schema:
        return known[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter

    return [
        Operation(
            path,
            item[method]["summary"],
            [looked_up(parameter) for parameter in item[method]["parameters"]],
            method.upper(),
        )
        for path, item in found["paths"].items()
        for method in METHODS
        if method in item
    ]
