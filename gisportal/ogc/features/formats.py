"""``items`` and ``item`` in the formats beside GeoJSON and HTML: JSON-FG, CSV, FlatGeobuf.

All are written from the page GeoJSON is made of, so that every mask, limit and order is the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from gisportal.ogc.editing.preconditions import feature_tag
from gisportal.ogc.features import jsonfg, tables
from gisportal.ogc.features.items import (
    Link,
    conditional_etag,
    finished,
    item_links,
    items_links,
    not_modified,
    now,
    read_page,
    tag,
)
from gisportal.ogc.features.parameters import ItemsRequest
from gisportal.ogc.negotiation import CSV, FLATGEOBUF, JSONFG, MEDIA, base_url
from layers import geojson
from layers.crs import Crs
from layers.geojson import DEFAULT_CRS, Shape
from layers.source import Count, FeatureSource

_CONTENT_TYPES: Final = {
    JSONFG: MEDIA[JSONFG][0],
    CSV: "text/csv; charset=utf-8; header=present",
    FLATGEOBUF: MEDIA[FLATGEOBUF][0],
}
_ENDINGS: Final = {CSV: "csv", FLATGEOBUF: "fgb"}
Features = list[dict[str, Any]]


def items_as(request: HttpRequest, source: FeatureSource, asked: ItemsRequest, form: str) -> HttpResponse:
    """A page of features in one of the formats, or 304."""
    version = source.version()
    known = conditional_etag(request, source, version) if asked.query.stale is None else ""
    etag = tag(f"{form}{known}".encode()) if known else ""
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    page, count = read_page(source, replace(asked, shape=_read_shape(source, asked.shape, form)), version)
    features = _parsed(page.features)
    links = items_links(request, source, asked, page, form)
    if form == JSONFG:
        plain = _plain_geometries(request, source, asked, version)
        document = jsonfg.collection(source, features, asked.shape, plain)
        body = _dumped(document | _schema(request, source) | _counts(count, len(features), links))
    else:
        body = _table(source, features, asked.shape, form)
    response = _answer(body, source, form, links, asked.shape.crs)
    response["ETag"] = etag or tag(body + request.build_absolute_uri().encode())
    response["OGC-NumberReturned"] = str(len(features))
    if count.is_exact:
        response["OGC-NumberMatched"] = str(count.number)
    return response


def item_as(
    request: HttpRequest, source: FeatureSource, feature_id: int, crs: Crs, form: str
) -> HttpResponse:
    """One feature in one of the formats, or 304. Raises :class:`layers.errors.FeatureNotFound`."""
    shape = Shape(crs=crs)
    found = _parsed(geojson.feature(source, feature_id, shape=_read_shape(source, shape, form)))
    links = item_links(request, source, feature_id, form)
    if form == JSONFG:
        plain = {}
        if crs != DEFAULT_CRS and jsonfg.profile(request.GET) == jsonfg.PLUS:
            plain = _by_id(_parsed(geojson.feature(source, feature_id, shape=Shape())))
        document = jsonfg.feature(source, found[0], shape, plain)
        body = _dumped(document | _schema(request, source) | {"links": links})
    else:
        body = _table(source, found, shape, form)
    etag = feature_tag(source, feature_id, body + form.encode() + request.build_absolute_uri().encode())
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    response = _answer(body, source, form, links, crs)
    response["ETag"] = etag
    return response


def _read_shape(source: FeatureSource, shape: Shape, form: str) -> Shape:
    """What to read for a format: JSON-FG tells the time, FlatGeobuf puts the easting first in every CRS."""
    if form == JSONFG:
        return jsonfg.shape_with_time(source, shape)
    if form == FLATGEOBUF:
        return replace(shape, crs=replace(shape.crs, is_northing_first=False))
    return shape


def _plain_geometries(
    request: HttpRequest, source: FeatureSource, asked: ItemsRequest, version: str
) -> Mapping[int, Any]:
    """Positions in CRS84 by id, where the profile wants them beside those of another CRS."""
    if jsonfg.profile(request.GET) != jsonfg.PLUS or asked.shape.crs == DEFAULT_CRS:
        return {}
    shape = replace(asked.shape, keys=(), crs=DEFAULT_CRS)
    page, _count = read_page(source, replace(asked, shape=shape), version)
    return _by_id(_parsed(page.features))


def _by_id(features: Features) -> dict[int, Any]:
    return {item["id"]: item["geometry"] for item in features}


def _parsed(features: bytes) -> Features:
    found: Features = json.loads(b"[" + features + b"]")
    return found


def _table(source: FeatureSource, features: Features, shape: Shape, form: str) -> bytes:
    write = tables.as_csv if form == CSV else tables.as_flatgeobuf
    return write(source, features, shape)


def _schema(request: HttpRequest, source: FeatureSource) -> dict[str, str]:
    return {"featureSchema": f"{base_url(request)}/collections/{source.slug}/schema"}


def _counts(count: Count, returned: int, links: list[Link]) -> dict[str, Any]:
    matched = {"numberMatched": count.number} if count.is_exact else {}
    return {**matched, "numberReturned": returned, "links": links, "timeStamp": now()}


def _dumped(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(body: bytes, source: FeatureSource, form: str, links: list[Link], crs: Crs) -> HttpResponse:
    response = HttpResponse(body, content_type=_CONTENT_TYPES[form])
    if ending := _ENDINGS.get(form):
        response["Content-Disposition"] = f'inline; filename="{source.slug}.{ending}"'
    return finished(response, crs, links, "")
