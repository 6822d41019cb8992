"""Views of ``/ogc/`` (issue item 9). What a viewer may not see does not exist."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from gisportal.accounts.places import can_keep_place, keep_place, resolvers
from gisportal.ogc import openapi
from gisportal.ogc.collections import collection_info, collection_infos
from gisportal.ogc.conformance import CONFORMANCE
from gisportal.ogc.items import item_json, item_links, items_json, items_links, read_page
from gisportal.ogc.negotiation import (
    HTML,
    JSON,
    base_url,
    json_response,
    ogc_view,
    refuse_unknown,
    wanted_format,
)
from gisportal.ogc.pages import collection_rows, feature_rows, feature_table, schema_rows
from gisportal.ogc.parameters import crs_of, parse_items, queryable_keys
from layers import geojson, schema
from layers import parameters as read
from layers.access import current_viewer
from layers.errors import FeatureNotFound
from layers.geojson import Shape
from layers.query import Spot
from layers.source import FeatureSource, get_source

SCHEMA: Final = "application/schema+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"


def _page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    trail = [(_("OGC API"), reverse("ogc:landing"))]
    if slug := context.get("slug"):
        trail += [
            (_("Collections"), reverse("ogc:collections")),
            (context["collection_title"], reverse("ogc:collection", args=[slug])),
        ]
    return render(request, f"ogc/{template}.html", {"title": title, "trail": trail, **context})


def _source(slug: str) -> FeatureSource:
    return get_source(slug, current_viewer.get())


@ogc_view
def landing(request: HttpRequest) -> HttpResponse:
    """The landing page."""
    refuse_unknown(request)
    base, written = base_url(request), wanted_format(request)
    as_json, as_html = ("self", "alternate") if written == JSON else ("alternate", "self")
    document = {
        "title": _("Open interface to the map"),
        "description": _(
            "Community resources and districts of the city by OGC API – Features, for QGIS, GDAL and other programs."
        ),
        "links": [
            _link(as_json, "application/json", _("This document as JSON"), f"{base}/?f=json"),
            _link(as_html, "text/html", _("This document as HTML"), f"{base}/?f=html"),
            _link("service-desc", OPENAPI, _("The OpenAPI definition as JSON"), f"{base}/openapi?f=json"),
            _link("service-doc", "text/html", _("The OpenAPI definition as HTML"), f"{base}/openapi?f=html"),
            _link("conformance", "application/json", _("Conformance"), f"{base}/conformance"),
            _link("data", "application/json", _("Collections"), f"{base}/collections"),
        ],
    }  # fmt: skip
    if written == HTML:
        return _page(request, "landing", str(document["title"]), document=document, address=f"{base}/")
    return json_response(document)


def _link(rel: str, media: str, title: str, href: str) -> dict[str, str]:
    return {"rel": rel, "type": media, "title": title, "href": href}


@ogc_view
def conformance(request: HttpRequest) -> HttpResponse:
    """What this service conforms to."""
    refuse_unknown(request)
    if wanted_format(request) == HTML:
        return _page(request, "conformance", _("Conformance"), classes=CONFORMANCE)
    return json_response({"conformsTo": list(CONFORMANCE)})


@ogc_view
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.0 definition of what this viewer may use."""
    refuse_unknown(request)
    document = openapi.document(base_url(request), current_viewer.get())
    if wanted_format(request) == HTML:
        return _page(
            request,
            "openapi",
            document["info"]["title"],
            document=document,
            operations=openapi.operations(document),
        )
    return json_response(document, OPENAPI)


@ogc_view
def collections(request: HttpRequest) -> HttpResponse:
    """Collections the viewer may see."""
    from gisportal.ogc.protocol import describe

    refuse_unknown(request)
    document = describe(request, base_url(request), collection_infos(current_viewer.get()))
    if wanted_format(request) == HTML:
        return _page(request, "collections", _("Collections"), collections=document["collections"])
    return json_response(document)


@ogc_view
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """One collection."""
    from gisportal.ogc.protocol import describe

    refuse_unknown(request)
    info = collection_info(_source(slug))
    document = describe(request, base_url(request), [info], slug)
    if wanted_format(request) == HTML:
        return _page(request, "collection", info.title, collection=document, rows=collection_rows(document))
    return json_response(document)


@ogc_view
def queryables(request: HttpRequest, slug: str) -> HttpResponse:
    """What may stand in a condition, as JSON Schema."""
    source = _source(slug)
    address = f"{base_url(request)}/collections/{slug}/queryables"
    return _schema_answer(
        request,
        source,
        schema.queryables(source, queryable_keys(source), identifier=address),
        _("Queryables"),
    )


@ogc_view
def returnables(request: HttpRequest, slug: str) -> HttpResponse:
    """What a feature holds, as JSON Schema."""
    source = _source(slug)
    address = f"{base_url(request)}/collections/{slug}/schema"
    return _schema_answer(request, source, schema.returnables(source, identifier=address), _("Schema"))


@ogc_view
def feature_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """A whole GeoJSON feature, as JSON Schema."""
    refuse_unknown(request)
    address = f"{base_url(request)}/collections/{slug}/schema/feature"
    return json_response(schema.feature_schema(_source(slug), identifier=address), SCHEMA)


def _schema_answer(
    request: HttpRequest, source: FeatureSource, document: dict[str, Any], title: str
) -> HttpResponse:
    refuse_unknown(request)
    if wanted_format(request) == HTML:
        return _page(
            request,
            "schema",
            title,
            slug=source.slug,
            collection_title=document["title"],
            rows=schema_rows(document),
        )
    return json_response(document, SCHEMA)


@ogc_view
def items(request: HttpRequest, slug: str) -> HttpResponse:
    """Features of a collection: OGC parameters beside those of the search (design §5)."""
    source = _source(slug)
    asked = parse_items(source, request.GET, resolvers(request))
    if wanted_format(request) == JSON:
        return items_json(request, source, asked)
    spot = asked.query.spot
    if spot is not None and not spot.token and can_keep_place(request):
        return _under_token(request, spot)
    page, count = read_page(source, asked, source.version())
    features = json.loads(b"[" + page.features + b"]")
    links = {link["rel"]: link["href"] for link in items_links(request, source, asked, page, HTML)}
    return _page(
        request, "items", str(source.metadata.title), slug=slug, collection_title=source.metadata.title,
        table=feature_table(source, features, asked.shape), count=count, links=links,
        first=asked.position + 1, last=asked.position + page.number_returned,
    )  # fmt: skip


def _under_token(request: HttpRequest, spot: Spot) -> HttpResponse:
    """The same page with a person's point under a token of the session: no page makes an address that holds one."""
    left = [
        (key, value)
        for key, given in request.GET.lists()
        if key not in {"near", "address"}
        for value in given
    ]
    response = redirect(f"{request.path}?{urlencode([*left, ('place', keep_place(request, spot))])}")
    response["Cache-Control"] = "no-store"
    return response


@ogc_view
def item(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """One feature."""
    source = _source(slug)
    refuse_unknown(request, "crs")
    crs = crs_of("crs", read.multi(request.GET))
    number = _feature_number(feature_id)
    if wanted_format(request) == JSON:
        return item_json(request, source, number, crs)
    feature = json.loads(geojson.feature(source, number, shape=Shape(crs=crs)))
    links = {link["rel"]: link["href"] for link in item_links(request, source, number, HTML)}
    return _page(
        request, "item", str(feature["properties"].get("name") or number), slug=slug,
        collection_title=source.metadata.title, rows=feature_rows(source, feature), links=links, crs=crs,
    )  # fmt: skip


def _feature_number(given: str) -> int:
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        raise FeatureNotFound(given)
    return int(given)
