"""Addresses of raster layers: ``/tiles/layer-<slug>/{z}/{x}/{y}.png`` (or ``.webp``), ``/tiles/layer-<slug>/value``."""

import hashlib
import json
from math import floor, log10
from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access import Viewer
from layers.errors import ParameterError, SourceNotFound
from layers.parameters import latitude_longitude
from layers.rasters.catalogue import RasterLayer, get_raster, rasters_for
from layers.rasters.reading import Cell, value_at
from tiles import cache, problems, raster
from tiles import tilejson as documents
from tiles.answers import Terms, answer
from tiles.grid import Tile
from tiles.raster import Picture

#: Parameters of a tile; ``lang`` is without effect.
KNOWN = ("scope", "lang")


def ask(request: HttpRequest, slug: str) -> tuple[RasterLayer, Terms]:
    """The raster of an address as its viewer may see it, and who may keep the answer.

    Raises :class:`SourceNotFound` and :class:`ParameterError`.
    """
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    for key in request.GET:
        if key not in KNOWN:
            raise ParameterError(
                key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(KNOWN)}
            )
    if request.GET.get("scope") not in {None, "public"}:
        raise ParameterError("scope", _("Only scope=public may be given."))
    if "scope" not in request.GET:
        return get_raster(slug, viewer), Terms.PRIVATE
    return get_raster(slug, Viewer(public_site=viewer.public_site, sources=viewer.sources)), Terms.PUBLIC


def is_raster(request: HttpRequest, slug: str) -> bool:
    """Whether an address names a raster the viewer may see."""
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    return slug.startswith("layer-") and any(layer.slug == slug for layer in rasters_for(viewer))


@require_safe
def tile(request: HttpRequest, source: str, z: int, x: int, y: int, picture: str) -> HttpResponse:
    """One tile of a raster layer. 204 where it is empty, 304 where the client holds it, 404 beyond the zoom range.

    The rule is asked before the cache; what it gives away is then the same for everybody, so it is kept once.
    """
    place = Tile(z, x, y)
    if not place.exists:
        return problems.no_tile()
    layer, terms = ask(request, source)
    form = Picture(picture)
    key = hashlib.sha256(f"{raster.FORMAT} {layer.slug} {z}/{x}/{y}.{form}".encode()).hexdigest()
    tag = hashlib.sha256(f"{key} {layer.version}".encode()).hexdigest()
    return answer(request, lambda: _found(layer, place, form, key), tag, terms, form.content_type)


def _found(layer: RasterLayer, place: Tile, form: Picture, key: str) -> cache.Body:
    if body := cache.get(key, layer.version):
        return body
    started = perf_counter()
    body = cache.Body(_built(layer, place, form))
    cache.put(key, layer.version, body, seconds=perf_counter() - started)
    return body


def _built(layer: RasterLayer, place: Tile, form: Picture) -> bytes:
    try:
        return raster.build(layer, place, form)
    except FileNotFoundError as error:
        raise SourceNotFound(layer.slug) from error


def tilejson(request: HttpRequest, layer: RasterLayer, terms: Terms) -> HttpResponse:
    """TileJSON of a raster layer: PNG tiles, no vector layers."""
    template = request.build_absolute_uri(f"/tiles/{layer.slug}/") + "{z}/{x}/{y}.png"
    found = documents.document(
        layer.layer.title,
        template=f"{template}?scope=public" if terms is Terms.PUBLIC else template,
        layers=[],
        bounds=layer.bounds,
        attribution=documents.attribution([layer.layer.attribution]),
        description=layer.layer.description,
        version=f"1.0.{layer.version}",
    )
    del found["vector_layers"]
    found["format"] = "png"
    body = cache.Body(json.dumps(found, ensure_ascii=False).encode())
    tag = hashlib.sha256(body.plain).hexdigest()
    return answer(request, body, tag, terms, "application/json")


@require_POST
def value(request: HttpRequest, source: str) -> JsonResponse:
    """The value of a raster under a place: posted ``lat`` and ``lon`` in degrees (WGS 84), read from the full grid.

    Posted, because a place somebody points at may be a person's home and stands in no address (design §2).
    Raises :class:`SourceNotFound` and :class:`ParameterError`.
    """
    layer, _terms = ask(request, source)
    given = [request.POST.get(key, "").strip() for key in ("lat", "lon")]
    if not all(given):
        raise ParameterError("lat" if not given[0] else "lon", _("Give lat and lon in degrees."))
    lat, lon = latitude_longitude("lat", ",".join(given))
    try:
        cell = value_at(layer.path, lon, lat)
    except FileNotFoundError as error:
        raise SourceNotFound(source) from error
    response = JsonResponse(_told(layer, cell), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = Terms.NEVER.value
    return response


def _told(layer: RasterLayer, cell: Cell) -> dict[str, Any]:
    """``text`` is for people; ``value`` is None where there is no data, ``colour`` only of pictures."""
    return {
        "title": layer.layer.title,
        "inside": cell.is_inside,
        "value": cell.value,
        "colour": cell.colour or None,
        "unit": layer.style.unit,
        "text": _words(layer, cell),
    }


def _words(layer: RasterLayer, cell: Cell) -> str:
    if not cell.is_inside:
        return _("outside the layer")
    if layer.raster.is_picture:
        return cell.colour or _("no data")
    if cell.value is None:
        return _("no data")
    figure = f"{shown_number(cell.value)} {layer.style.unit}".strip()
    title, is_exact = layer.style.title_of(cell.value)
    return (title if is_exact else f"{title} ({figure})") if title else figure


def shown_number(value: float) -> str:
    """A value to seven figures, as the language in force writes it."""
    if value == 0 or float(value).is_integer():
        return number_format(value, 0, use_l10n=True, force_grouping=True)
    places = max(0, 6 - floor(log10(abs(value))))
    text = number_format(round(value, places), min(places, 12), use_l10n=True, force_grouping=True)
    return text.rstrip("0").rstrip(".") if "." in text else text
