"""``items`` and ``item``: bodies built in PostGIS, links and headers around them."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.ogc.collections import matched
from gisportal.ogc.editing.preconditions import feature_tag
from gisportal.ogc.features.parameters import After, ItemsRequest
from gisportal.ogc.kept import is_kept, may_keep, pages
from gisportal.ogc.negotiation import CSV, FLATGEOBUF, HTML, JSON, JSONFG, MEDIA, base_url
from layers import geojson
from layers.crs import Crs
from layers.geojson import Page, Shape
from layers.source import Count, FeatureSource

GEOJSON: Final = "application/geo+json"
Link = dict[str, str]


def conditional_etag(request: HttpRequest, source: FeatureSource, version: str) -> str:
    """A weak tag of an answer by version, scope, language and address; empty where no version covers it."""
    if not is_kept(source.viewer):
        return ""
    parts = [version, source.viewer.scope_key, get_language() or "", request.build_absolute_uri()]
    return tag("\n".join(parts).encode())


def tag(content: bytes) -> str:
    """A weak tag of an answer by what it holds."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 where the client holds this already."""
    if not etag or "HTTP_IF_NONE_MATCH" not in request.META:
        return None
    response = get_conditional_response(request, etag=etag)
    if response is not None:
        response["ETag"] = etag
    return response


def items_json(request: HttpRequest, source: FeatureSource, asked: ItemsRequest) -> HttpResponse:
    """A page of features as GeoJSON, or 304."""
    version = source.version()
    etag = conditional_etag(request, source, version) if asked.query.stale is None else ""
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    page, count = read_page(source, asked, version)
    if not etag:
        etag = tag(page.features + str(count).encode() + request.build_absolute_uri().encode())
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
    links = items_links(request, source, asked, page, JSON)
    response = HttpResponse(_collection(page, count, links), content_type=GEOJSON)
    return finished(response, asked.shape.crs, links, etag)


def read_page(source: FeatureSource, asked: ItemsRequest, version: str) -> tuple[Page, Count]:
    """The page and how many match; a last page tells the number itself."""
    page = _page(source, asked, version)
    is_last = not page.has_more and asked.after is None and (page.number_returned or not asked.offset)
    if is_last:
        return page, Count(asked.offset + page.number_returned)
    return page, matched(source, asked.query, version)


def _page(source: FeatureSource, asked: ItemsRequest, version: str) -> Page:
    after = asked.after.id if asked.after else None
    keeps = may_keep(source.viewer, asked.query)
    key = (source.slug, source.viewer.scope_key, version, get_language(), asked) if keeps else None
    if key is not None and (kept := pages.get(key)) is not None:
        found: Page = kept
        return found
    found = geojson.page(
        source, asked.query, limit=asked.limit, offset=asked.offset, after=after, shape=asked.shape
    )
    if key is not None:
        pages.put(key, found, len(found.features) + 1_000)
    return found


def _collection(page: Page, count: Count, links: list[Link]) -> bytes:
    tail: dict[str, Any] = {"numberMatched": count.number} if count.is_exact else {}
    tail |= {"numberReturned": page.number_returned, "links": links, "timeStamp": now()}
    written = json.dumps(tail, ensure_ascii=False, separators=(",", ":")).encode()
    return b'{"type":"FeatureCollection","features":[' + page.features + b"]," + written[1:]


def now() -> str:
    """The time an answer is written."""
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def finished(response: HttpResponse, crs: Crs, links: list[Link], etag: str) -> HttpResponse:
    """An answer with the headers all formats have."""
    response["Content-Crs"] = f"<{crs.uri}>"
    response["Link"] = ", ".join(
        f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"' for link in links
    )
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def items_links(
    request: HttpRequest, source: FeatureSource, asked: ItemsRequest, page: Page, written: str
) -> list[Link]:
    """Links of a page of features: self, alternate, next, prev, collection."""
    address = f"{base_url(request)}/collections/{source.slug}"
    replaced = {"f", "offset", "after"}
    kept = urlencode(
        [(key, value) for key, given in request.GET.lists() if key not in replaced for value in given]
    )
    here = f"after={asked.after}" if asked.after else f"offset={asked.offset}" if asked.offset else ""

    def link(rel: str, form: str, title: str, place: str) -> Link:
        query = "&".join(filter(None, (f"f={form}", kept, place)))
        return {"rel": rel, "type": _media(form), "title": title, "href": f"{address}/items?{query}"}

    links = [
        link("self" if written == form else "alternate", form, title, here)
        for form, title in format_titles().items()
    ]
    if asked.position:
        back = max(0, asked.position - asked.limit)
        links.append(link("prev", written, _("Items (prev)"), f"offset={back}" if back else ""))
    if page.has_more and page.last_id is not None:
        links.append(
            link("next", written, _("Items (next)"), _next(asked, page.number_returned, page.last_id))
        )
    links.append(
        {"rel": "collection", "type": "application/json", "title": str(source.slug), "href": address}
    )
    return links


def _next(asked: ItemsRequest, returned: int, last_id: int) -> str:
    """Behind the last id where that is the order: the thousandth page then costs what the first does."""
    position = asked.position + returned
    return f"after={After(position, last_id)}" if asked.is_by_id else f"offset={position}"


def _media(form: str) -> str:
    return GEOJSON if form == JSON else MEDIA[form][0]


def format_titles() -> dict[str, str]:
    """Formats of features by the name ``f`` takes, with the titles of their links."""
    return {
        JSON: _("This document as GeoJSON"),
        HTML: _("This document as HTML"),
        JSONFG: _("This document as JSON-FG"),
        CSV: _("This document as CSV"),
        FLATGEOBUF: _("This document as FlatGeobuf"),
    }


def item_json(request: HttpRequest, source: FeatureSource, feature_id: int, crs: Crs) -> HttpResponse:
    """One feature as GeoJSON, or 304. Raises :class:`layers.errors.FeatureNotFound`."""
    body = geojson.feature(source, feature_id, shape=Shape(crs=crs))
    links = item_links(request, source, feature_id, JSON)
    etag = feature_tag(source, feature_id, body + crs.uri.encode() + request.build_absolute_uri().encode())
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    written = json.dumps({"links": links}, ensure_ascii=False, separators=(",", ":")).encode()
    response = HttpResponse(body[:-1] + b"," + written[1:], content_type=GEOJSON)
    return finished(response, crs, links, etag)


def item_links(request: HttpRequest, source: FeatureSource, feature_id: int, written: str) -> list[Link]:
    """Links of one feature: self, alternate, collection, root."""
    base = base_url(request)
    address = f"{base}/collections/{source.slug}"
    kept = [(key, value) for key, value in request.GET.items() if key != "f"]
    here = f"{address}/items/{feature_id}?"
    return [
        *({"rel": "self" if written == form else "alternate", "type": _media(form), "title": title,
           "href": here + urlencode([("f", form), *kept])} for form, title in format_titles().items()),
        {"rel": "collection", "type": "application/json", "title": source.slug, "href": address},
        {"rel": "root", "type": "application/json", "title": _("Landing page"), "href": f"{base}/?f=json"},
    ]  # fmt: skip


__all__ = [
    "conditional_etag",
    "finished",
    "format_titles",
    "item_json",
    "item_links",
    "items_json",
    "items_links",
    "not_modified",
    "now",
    "read_page",
    "tag",
]
