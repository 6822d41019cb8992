"""Addresses of styles: ``/styles/<style>.json`` and their legends. A style exists for each source of the viewer."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from layers.access import Viewer
from layers.source import FeatureSource, get_source
from layers.vocabulary import vocabulary
from styles import documents, legend
from styles.categories import category_styles, top_styles

DISTRICT_COLOUR = "#3d4650"


def _source(request: HttpRequest, slug: str) -> FeatureSource:
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    return get_source(slug, viewer)


def _answer(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """The body under an ETag of its content: a changed colour shows with the next request."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def document(request: HttpRequest, source: FeatureSource, *, with_base_map: bool) -> dict[str, Any]:
    """The style of one source; ``with_base_map`` puts the base map of our own below."""
    slug, words = source.slug, vocabulary()
    sources: dict[str, Any] = {slug: _tiles(request, slug)}
    metadata: dict[str, Any] = {"gisportal:source": slug, "gisportal:language": get_language()}
    if source.geometry_type == "Point":
        styles = category_styles(words)
        metadata["gisportal:categories"] = [item.as_dict() for item in styles]
        layers = documents.points(slug, styles)
    else:
        layers = documents.areas(slug, DISTRICT_COLOUR)
    if with_base_map:
        sources["basemap"] = _tiles(request, "basemap")
        layers = documents.base_map() + layers
    box = source.extent()
    center = [round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)] if box else None
    return documents.document(
        str(source.metadata.title), sources=sources, layers=layers, metadata=metadata, center=center
    )


def _tiles(request: HttpRequest, slug: str) -> dict[str, str]:
    return {"type": "vector", "url": request.build_absolute_uri(f"/tiles/{slug}.json")}


@require_safe
def style(request: HttpRequest, style: str) -> HttpResponse:
    """One style as MapLibre style document; ``basemap=own`` draws the base map of our own below."""
    source = _source(request, style)
    found = document(request, source, with_base_map=request.GET.get("basemap") == "own")
    body = json.dumps(found, ensure_ascii=False).encode()
    return _answer(request, body, "application/json")


def _lines(source: FeatureSource) -> list[legend.Line]:
    if source.geometry_type == "Point":
        return legend.lines(top_styles(vocabulary()))
    return [legend.Line(str(source.metadata.title), DISTRICT_COLOUR, "area")]


@require_safe
def legend_svg(request: HttpRequest, style: str) -> HttpResponse:
    """The legend of a style as SVG."""
    source = _source(request, style)
    body = legend.svg(str(source.metadata.title), _lines(source)).encode()
    return _answer(request, body, "image/svg+xml; charset=utf-8")
