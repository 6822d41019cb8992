"""Styles of raster layers: MapLibre document, legends. Asked by ``styles/views.py`` before it looks for features."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation import get_language

from layers.access import Viewer
from layers.rasters.catalogue import RasterLayer, rasters_for
from layers.rasters.style import RasterStyle
from styles import documents, raster_legend


def raster_of(request: HttpRequest, slug: str) -> RasterLayer | None:
    """The raster an address names; None where it names none the viewer may see."""
    if not slug.startswith("layer-"):
        return None
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    return next((layer for layer in rasters_for(viewer) if layer.slug == slug), None)


def shown_style(layer: RasterLayer) -> RasterStyle:
    """How a layer is drawn: a picture as it is, whatever is kept."""
    return RasterStyle(opacity=layer.style.opacity) if layer.raster.is_picture else layer.style


def document(request: HttpRequest, layer: RasterLayer, *, with_base_map: bool) -> dict[str, Any]:
    """A MapLibre style with the raster's tiles as its source; ``with_base_map`` puts our own base map below."""
    style, slug = shown_style(layer), layer.slug
    tiles = {"type": "raster", "url": request.build_absolute_uri(f"/tiles/{slug}.json"), "tileSize": 256}
    if layer.layer.attribution:
        tiles["attribution"] = escape(layer.layer.attribution)
    sources: dict[str, Any] = {slug: tiles}
    layers: list[dict[str, Any]] = [
        {
            "id": slug,
            "type": "raster",
            "source": slug,
            "paint": {"raster-opacity": style.opacity, "raster-resampling": "nearest"},
        }
    ]
    if with_base_map:
        base = request.build_absolute_uri("/tiles/basemap.json")
        sources["basemap"] = {"type": "vector", "url": base}
        layers = documents.base_map() + layers
    box = layer.bounds
    return documents.document(
        layer.layer.title,
        sources=sources,
        layers=layers,
        metadata={
            "gisportal:source": slug,
            "gisportal:language": get_language(),
            "gisportal:legend": raster_legend.data(layer.layer.title, style),
        },
        center=[round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)] if box else None,
    )
