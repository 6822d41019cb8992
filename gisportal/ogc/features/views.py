"""Views of a collection's features and schemas. What a viewer may not see does not exist."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gisportal.accounts.places import can_keep_place, keep_place, resolvers
from gisportal.ogc.editing.views import (
    WRITING_ITEM,
    WRITING_ITEMS,
    item_options,
    items_options,
    write_item,
    write_items,
)
from gisportal.ogc.features.formats import item_as, items_as
from gisportal.ogc.features.items import item_json, item_links, items_json, items_links, read_page
from gisportal.ogc.features.jsonfg import profile
from gisportal.ogc.features.parameters import crs_of, parse_items, queryable_keys
from gisportal.ogc.negotiation import (
    CSV,
    FLATGEOBUF,
    HTML,
    JSON,
    JSONFG,
    MEDIA,
    READING,
    base_url,
    json_response,
    ogc_view,
    page,
    refuse_unknown,
    source_of,
    wanted_format,
)
from gisportal.ogc.pages import feature_rows, feature_table, schema_rows
from gisportal.ogc.part import Link, link
from layers import geojson, schema
from layers import parameters as read
from layers.errors import FeatureNotFound, ParameterError
from layers.geojson import Shape
from layers.query import Spot
from layers.source import FeatureSource

SCHEMA: Final = "application/schema+json"


@ogc_view
def queryables(request: HttpRequest, slug: str) -> HttpResponse:
    """What may stand in a condition, as JSON Schema."""
    source = source_of(slug)
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
    source = source_of(slug)
    address = f"{base_url(request)}/collections/{slug}/schema"
    return _schema_answer(request, source, schema.returnables(source, identifier=address), _("Schema"))


@ogc_view
def feature_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """A whole GeoJSON feature, as JSON Schema."""
    refuse_unknown(request)
    address = f"{base_url(request)}/collections/{slug}/schema/feature"
    return json_response(schema.feature_schema(source_of(slug), identifier=address), SCHEMA)


def _schema_answer(
    request: HttpRequest, source: FeatureSource, document: dict[str, Any], title: str
) -> HttpResponse:
    refuse_unknown(request)
    if wanted_format(request) == HTML:
        return page(
            request,
            "schema",
            title,
            slug=source.slug,
            collection_title=document["title"],
            rows=schema_rows(document),
        )
    return json_response(document, SCHEMA)


#: Formats of features, the first one unless asked otherwise.
FORMATS: Final = (JSON, HTML, JSONFG, CSV, FLATGEOBUF)


@csrf_exempt  # writes ask for the token themselves, of whoever has a session
@ogc_view(formats=FORMATS, methods=(*READING, *WRITING_ITEMS, "OPTIONS"))
def items(request: HttpRequest, slug: str) -> HttpResponse:
    """Features of a collection: OGC parameters beside those of the search (design §5)."""
    source = source_of(slug)
    if request.method == "OPTIONS":
        return items_options(source)
    if request.method in WRITING_ITEMS:
        return write_items(request, source)
    asked = parse_items(source, request.GET, resolvers(request))
    if (form := _checked_format(request)) == JSON:
        return items_json(request, source, asked)
    if form != HTML:
        return items_as(request, source, asked, form)
    spot = asked.query.spot
    if spot is not None and not spot.token and can_keep_place(request):
        return _under_token(request, spot)
    found, count = read_page(source, asked, source.version())
    features = json.loads(b"[" + found.features + b"]")
    links = items_links(request, source, asked, found, HTML)
    return page(
        request, "items", str(source.metadata.title), slug=slug, collection_title=source.metadata.title,
        table=feature_table(source, features, asked.shape), count=count, **_for_page(links),
        first=asked.position + 1, last=asked.position + found.number_returned,
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


def collection_links(source: FeatureSource, base: str) -> list[Link]:
    """Links to the items in the formats pygeoapi does not tell of."""
    address = f"{base}/collections/{source.slug}/items"
    titles = {
        JSONFG: _("Items as JSON-FG"),
        CSV: _("Items as CSV"),
        FLATGEOBUF: _("Items as FlatGeobuf"),
    }
    return [link("items", MEDIA[form][0], title, f"{address}?f={form}") for form, title in titles.items()]


def _checked_format(request: HttpRequest) -> str:
    """The format wanted. Raises :class:`ParameterError` for a profile that is none of it."""
    form = wanted_format(request)
    if form == JSONFG:
        profile(request.GET)
    elif request.GET.get("profile"):
        raise ParameterError("profile", _("Goes together with f=jsonfg only."))
    return form


@csrf_exempt  # as above
@ogc_view(formats=FORMATS, methods=(*READING, *WRITING_ITEM, "OPTIONS"))
def item(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """One feature."""
    source = source_of(slug)
    if request.method == "OPTIONS":
        return item_options(source)
    if request.method in WRITING_ITEM:
        return write_item(request, source, _feature_number(feature_id))
    refuse_unknown(request, "crs", "profile")
    crs = crs_of("crs", read.multi(request.GET))
    number = _feature_number(feature_id)
    if (form := _checked_format(request)) == JSON:
        return item_json(request, source, number, crs)
    if form != HTML:
        return item_as(request, source, number, crs, form)
    feature = json.loads(geojson.feature(source, number, shape=Shape(crs=crs)))
    links = item_links(request, source, number, HTML)
    return page(
        request, "item", str(feature["properties"].get("name") or number), slug=slug,
        collection_title=source.metadata.title, rows=feature_rows(source, feature), crs=crs, **_for_page(links),
    )  # fmt: skip


def _for_page(links: list[Link]) -> dict[str, Any]:
    """Links as a page shows them: by relation, and those to the other formats."""
    return {
        "links": {found["rel"]: found["href"] for found in links},
        "formats": [found for found in links if found["rel"] == "alternate"],
    }


def _feature_number(given: str) -> int:
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        raise FeatureNotFound(given)
    return int(given)
