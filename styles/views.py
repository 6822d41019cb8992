"""Addresses of styles: ``/styles/<style>.json`` and their legends. A style exists for each source of the viewer."""

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers import parameters as read
from layers.access import Viewer
from layers.errors import ParameterError
from layers.source import FeatureSource, get_source
from layers.vocabulary import vocabulary
from styles import documents, legend, qml, raster_legend, raster_views, sld
from styles.categories import category_styles, top_styles
from styles.raster import png
from styles.symbology import Symbology, symbology

BASE_MAP = "basemap"
#: Fields a tile carries without being asked.
IN_TILES = frozenset({"name", "category"})


def _source(request: HttpRequest, slug: str) -> FeatureSource:
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    return get_source(slug, viewer)


def answer(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
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
    slug, found = source.slug, symbology(source)
    sources: dict[str, Any] = {slug: _tiles(request, slug, found)}
    metadata: dict[str, Any] = {"gisportal:source": slug, "gisportal:language": get_language()}
    if found.field == "category":
        metadata["gisportal:categories"] = [item.as_dict() for item in category_styles(vocabulary())]
    else:
        metadata["gisportal:symbology"] = found.as_dict()
    layers = documents.layers_of(found)
    if with_base_map:
        sources[BASE_MAP] = _tiles(request, BASE_MAP)
        layers = documents.base_map() + layers
    box = source.extent()
    center = [round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)] if box else None
    return documents.document(
        str(source.metadata.title), sources=sources, layers=layers, metadata=metadata, center=center
    )


def base_map_document(request: HttpRequest) -> dict[str, Any]:
    """The style of the base map of our own, alone."""
    return documents.document(
        _("Own base map"),
        sources={BASE_MAP: _tiles(request, BASE_MAP)},
        layers=documents.base_map(),
        metadata={"gisportal:source": BASE_MAP, "gisportal:language": get_language()},
        center=None,
    )


def _tiles(request: HttpRequest, slug: str, style: Symbology | None = None) -> dict[str, str]:
    """Where the tiles are, with the fields the style needs beside those they carry anyway."""
    asked = [field for field in style.fields if field not in IN_TILES] if style else []
    query = "?" + urlencode({"fields": ",".join(asked)}) if asked else ""
    return {"type": "vector", "url": request.build_absolute_uri(f"/tiles/{slug}.json{query}")}


@require_safe
def style(request: HttpRequest, style: str) -> HttpResponse:
    """One style as MapLibre style document; ``basemap=own`` draws the base map of our own below."""
    _only(request, ("basemap", "lang"))
    if request.GET.get("basemap") not in {None, "own"}:
        raise ParameterError("basemap", _("Only basemap=own may be given."))
    if style == BASE_MAP:
        found = base_map_document(request)
    elif layer := raster_views.raster_of(request, style):
        found = raster_views.document(request, layer, with_base_map="basemap" in request.GET)
    else:
        found = document(request, _source(request, style), with_base_map="basemap" in request.GET)
    body = json.dumps(found, ensure_ascii=False).encode()
    return answer(request, body, "application/json")


@require_safe
def style_sld(request: HttpRequest, style: str) -> HttpResponse:
    """One style as SLD 1.1 with SE 1.1 (OGC 05-078r4, 05-077r4), for QGIS, GeoServer and MapServer."""
    _only(request, ("lang",))
    found = symbology(_source(request, style))
    return answer(request, sld.document(found), sld.MEDIA)


@require_safe
def style_qml(request: HttpRequest, style: str) -> HttpResponse:
    """One style as QGIS keeps it."""
    _only(request, ("lang",))
    source = _source(request, style)
    return answer(request, qml.document(symbology(source), source), qml.MEDIA)


def _lines(request: HttpRequest, source: FeatureSource) -> list[legend.Line]:
    """Lines of a legend; with a search in the address and ``counts=true``, how many each line finds."""
    found = symbology(source)
    if found.field != "category":
        return legend.lines_of(found)
    tops = top_styles(vocabulary())
    if not read.boolean("counts", {"counts": request.GET.getlist("counts")}):
        return legend.lines(tops)
    query = source.parse(request.GET, extra=("counts",), resolvers=getattr(request, "resolvers", None))
    counts = {facet.value: facet.count for facet in source.facets(query, "category")}
    return legend.lines(tops, counts)


def _only(request: HttpRequest, known: tuple[str, ...]) -> None:
    for key in request.GET:
        if key not in known:
            raise ParameterError(
                key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(known)}
            )


@require_safe
def legend_svg(request: HttpRequest, style: str) -> HttpResponse:
    """The legend of a style as SVG; with ``counts=true`` and a search, with numbers."""
    if layer := raster_views.raster_of(request, style):
        _only(request, ("lang",))
        drawn = raster_legend.svg(layer.layer.title, raster_views.shown_style(layer))
        return answer(request, drawn.encode(), "image/svg+xml; charset=utf-8")
    source = _source(request, style)
    body = legend.svg(str(source.metadata.title), _checked_lines(request, source)).encode()
    return answer(request, body, "image/svg+xml; charset=utf-8")


@require_safe
def legend_png(request: HttpRequest, style: str) -> HttpResponse:
    """The legend of a style as PNG, twice as fine as the screen."""
    if layer := raster_views.raster_of(request, style):
        _only(request, ("lang",))
        picture = raster_legend.picture(layer.layer.title, raster_views.shown_style(layer))
        return answer(request, picture, "image/png")
    source = _source(request, style)
    return answer(request, png(str(source.metadata.title), _checked_lines(request, source)), "image/png")


def _checked_lines(request: HttpRequest, source: FeatureSource) -> list[legend.Line]:
    if "counts" not in request.GET:
        _only(request, ("lang", "counts"))
    return _lines(request, source)
