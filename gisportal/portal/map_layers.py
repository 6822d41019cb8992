"""Uploaded layers as the map's script is told of them: where their tiles are, how they look, what their legend says."""

from typing import Any, Final
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from layers.access import Viewer
from layers.errors import SourceNotFound
from layers.models import LayerKind
from layers.rasters.catalogue import RasterLayer, get_raster
from layers.source import get_source
from layers.stored.services import MapLayer, map_layers
from styles import raster_legend
from styles.raster_views import shown_style
from styles.symbology import Rule, Symbology, symbology

#: Fields a popup shows at most.
POPUP_FIELDS: Final = 40


def layers_config(viewer: Viewer) -> list[dict[str, Any]]:
    """Layers the viewer may lay over the map, by title."""
    found = []
    for layer in map_layers(viewer):
        try:
            found.append(_config(layer, viewer))
        except SourceNotFound:  # taken away a moment ago
            continue
    return found


def _config(layer: MapLayer, viewer: Viewer) -> dict[str, Any]:
    if layer.kind == LayerKind.RASTER:
        return raster_config(get_raster(layer.source, viewer))
    return vector_config(layer, symbology(get_source(layer.source, viewer)))


def raster_config(layer: RasterLayer) -> dict[str, Any]:
    """One raster. ``extent``: west, south, east, north in degrees."""
    style = shown_style(layer)
    return {
        **_common(layer.layer.slug, layer.layer.title, layer.layer.attribution),
        "kind": "raster",
        "extent": layer.bounds,
        "opacity": style.opacity,
        "tiles": f"/tiles/{layer.slug}/{{z}}/{{x}}/{{y}}.png",
        "value": reverse("tiles:raster-value", args=[layer.slug]),
        "legend": raster_legend.data(layer.layer.title, style),
    }


def vector_config(layer: MapLayer, look: Symbology) -> dict[str, Any]:
    """One layer of shapes, with the rules it is drawn by."""
    asked = [key for key in look.fields if key != "name"]
    query = "?" + urlencode({"fields": ",".join(asked)}) if asked else ""
    return {
        **_common(layer.slug, layer.title, layer.attribution),
        "kind": "vector",
        "extent": layer.extent,
        "opacity": 1,
        "tiles": f"/tiles/{layer.source}/{{z}}/{{x}}/{{y}}.mvt{query}",
        "item": f"/ogc/collections/{layer.source}/items/{{id}}?f=json",
        "rules": [_rule(rule) for rule in look.rules],
        "legend": _legend(layer.title, look),
        "fields": [
            {
                "key": item["key"],
                "title": item["title"],
                "unit": item.get("unit", ""),
                "choices": dict(item.get("choices") or []),
            }
            for item in layer.fields[:POPUP_FIELDS]
        ],
    }


def _common(slug: str, title: str, attribution: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "source": f"layer-{slug}",
        "title": title,
        "attribution": attribution,
        "about": _page_of(slug),
    }


def _page_of(slug: str) -> str:
    """The layer's page in the catalogue; nothing where that module is switched off."""
    try:
        return reverse("datasets:layer", args=[slug])
    except NoReverseMatch:
        return ""


def _rule(rule: Rule) -> dict[str, Any]:
    symbol, condition = rule.symbol, rule.condition
    return {
        "colour": symbol.colour,
        "opacity": symbol.opacity,
        "stroke": symbol.stroke,
        "width": symbol.width,
        "radius": symbol.radius,
        "when": None
        if condition is None
        else {
            "field": condition.field,
            "values": list(condition.values),
            "low": condition.low,
            "high": condition.high,
            "closed": condition.is_closed,
        },
    }


def _legend(title: str, look: Symbology) -> dict[str, Any]:
    entries = [
        {
            "title": rule.title or title,
            "colour": rule.symbol.colour,
            "shape": rule.symbol.shape,
            "stroke": rule.symbol.stroke,
        }
        for rule in look.rules
        if rule.is_told
    ]
    return {"title": title, "kind": "classes", "unit": "", "entries": entries}
