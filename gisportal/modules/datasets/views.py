"""The list of layers, and the page of one: what it is, how it looks, where it can be had."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gisportal.modules.datasets import source
from gisportal.modules.datasets.downloads import FORMATS
from gisportal.portal.answers import private
from gisportal.portal.map_config import base_config
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import may_keep_layers
from layers.models import StoredLayer
from layers.stored.report import findings
from layers.stored.services import editions_of
from layers.stored.uploads import waiting


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All layers the viewer may see; for keepers also what waits for them and the trash."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    keeps = may_keep_layers(viewer)
    context = {
        "layers": source.listed(viewer),
        "keeps": keeps,
        "waiting": waiting(viewer),
        "trash": source.trash(viewer) if keeps else [],
    }
    return private(render(request, "datasets/index.html", context))


@require_safe
def layer(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one layer in the catalogue (D4)."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    row = source.layer_of(viewer, slug)
    keeps = may_keep_layers(viewer)
    context: dict[str, Any] = {
        "layer": row,
        "keeps": keeps,
        "addresses": _addresses(request, row) if row.current else [],
        "formats": list(FORMATS) if row.current and row.is_vector else [],
        "editions": editions_of(row) if keeps else [],
        "loading": [item for item in waiting(viewer) if item.layer_id == row.pk],
        "findings": findings(row.current.report) if keeps and row.current else [],
        "has_statistics": bool(row.current) and not row.is_vector and row.style.get("kind") != "rgb",
        "map_config": base_config(request),
        "map_layer": source.as_map_layer(row),
    }
    return private(render(request, "datasets/layer.html", context))


def _addresses(request: HttpRequest, row: StoredLayer) -> list[tuple[str, str]]:
    """Where programs find it."""
    slug = row.source_slug
    found = [("OGC API", f"/ogc/collections/{slug}")] if row.is_vector else []
    found += [("TileJSON", f"/tiles/{slug}.json"), ("MapLibre", f"/styles/{slug}.json")]
    found.append(("HTML", reverse("datasets:layer", args=[row.slug])))
    return [(name, request.build_absolute_uri(address)) for name, address in found]
