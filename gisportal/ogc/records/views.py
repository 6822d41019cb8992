"""Addresses of the catalogue (OGC 20-004r1): a collection of records, which is no source of features."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.ogc.features.items import not_modified
from gisportal.ogc.negotiation import (
    HTML,
    JSON,
    JSONLD,
    base_url,
    json_response,
    ogc_view,
    page,
    refuse_unknown,
    wanted_format,
)
from gisportal.ogc.part import Link, link
from gisportal.ogc.records.dcat import catalogue_graph, record_graph
from gisportal.ogc.records.documents import (
    CATALOGUE,
    catalogue_document,
    format_links,
    record_document,
    record_links,
    sortables_document,
)
from gisportal.ogc.records.pages import link_lists, record_rows, type_titles
from gisportal.ogc.records.query import RecordQuery, found_records, parse_records
from gisportal.ogc.records.record import GEOJSON, Record, has_catalogue, records
from layers.access import current_viewer
from layers.errors import FeatureNotFound, SourceNotFound

FORMATS: Final = (JSON, HTML, JSONLD)
LD: Final = "application/ld+json"


def _records(request: HttpRequest) -> list[Record]:
    """Raises :class:`SourceNotFound` for whom there is no catalogue."""
    viewer = current_viewer.get()
    if not has_catalogue(viewer):
        raise SourceNotFound(CATALOGUE)
    return records(viewer, base_url(request), request.build_absolute_uri("/").rstrip("/"))


@ogc_view(formats=FORMATS)
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue itself; as JSON-LD with all that is in it."""
    refuse_unknown(request)
    found, base, written = _records(request), base_url(request), wanted_format(request)
    if written == JSONLD:
        return _kept(request, catalogue_graph(found, base), LD)
    document = catalogue_document(found, base, written)
    if written == HTML:
        context = {"number": len(found), "types": type_titles()}
        return page(request, "catalogue", document["title"], document=document, **context)
    return _kept(request, document, "application/json")


@ogc_view
def sortables(request: HttpRequest) -> HttpResponse:
    """What records may be sorted by."""
    refuse_unknown(request)
    if not has_catalogue(current_viewer.get()):
        raise SourceNotFound(CATALOGUE)
    return json_response(sortables_document(base_url(request)), "application/schema+json")


@ogc_view(formats=FORMATS)
def items(request: HttpRequest) -> HttpResponse:
    """Records found; as JSON-LD those of this page."""
    asked = parse_records(request.GET)
    base, written = base_url(request), wanted_format(request)
    found = found_records(_records(request), asked)
    shown = found[asked.offset : asked.offset + asked.limit]
    links = _items_links(request, asked, len(found), base, written)
    if written == JSONLD:
        return _kept(request, catalogue_graph(shown, base), LD, links)
    if written == HTML:
        return _items_page(request, asked, found, shown, links)
    document = {
        "type": "FeatureCollection",
        "features": [record_document(record, base) for record in shown],
        "numberMatched": len(found),
        "numberReturned": len(shown),
        "links": links,
    }
    return _kept(request, document, GEOJSON, links)


def _items_page(
    request: HttpRequest, asked: RecordQuery, found: list[Record], shown: list[Record], links: list[Link]
) -> HttpResponse:
    return page(
        request, "records", _("Catalogue of data"), records=shown, total=len(found), first=asked.offset + 1,
        last=asked.offset + len(shown), links={each["rel"]: each["href"] for each in links},
        types=type_titles(), words=request.GET.get("q", ""), chosen=asked.types,
    )  # fmt: skip


def _items_links(request: HttpRequest, asked: RecordQuery, total: int, base: str, written: str) -> list[Link]:
    address = f"{base}/collections/{CATALOGUE}/items"
    given = [
        (key, value) for key, values in request.GET.lists() for value in values if key not in {"f", "offset"}
    ]
    here = [*given, ("offset", str(asked.offset))] if asked.offset else given
    found = format_links(address, written, urlencode(here))
    media = next(each["type"] for each in found if each["rel"] == "self")
    for rel, offset, is_there, title in (
        ("prev", max(0, asked.offset - asked.limit), asked.offset > 0, _("Items (prev)")),
        ("next", asked.offset + asked.limit, asked.offset + asked.limit < total, _("Items (next)")),
    ):
        if is_there:
            query = urlencode([("f", written), *given, ("offset", str(offset))])
            found.append(link(rel, media, title, f"{address}?{query}"))
    return [*found, link("collection", "application/json", _("Catalogue"), f"{base}/collections/{CATALOGUE}")]


@ogc_view(formats=FORMATS)
def item(request: HttpRequest, record_id: str) -> HttpResponse:
    """One record."""
    refuse_unknown(request)
    base, written = base_url(request), wanted_format(request)
    found = next((record for record in _records(request) if record.id == record_id), None)
    if found is None:
        raise FeatureNotFound(record_id)
    links = record_links(found, base, written)
    if written == JSONLD:
        return _kept(request, record_graph(found, base), LD, links)
    if written == HTML:
        lists = link_lists(links)
        return page(request, "record", found.title, record=found, rows=record_rows(found), lists=lists)
    return _kept(request, record_document(found, base), GEOJSON, links)


def _kept(
    request: HttpRequest, document: dict[str, Any], media: str, links: list[Link] | None = None
) -> HttpResponse:
    """A document with a tag of what it holds, or 304."""
    body = json.dumps(document, ensure_ascii=False).encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    if document.get("type") == "FeatureCollection":
        document["timeStamp"] = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    response = json_response(document, media)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    if links:
        shown = [each for each in links if each["rel"] in {"self", "alternate", "next", "prev", "collection"}]
        response["Link"] = ", ".join(
            f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"' for each in shown
        )
    return response
