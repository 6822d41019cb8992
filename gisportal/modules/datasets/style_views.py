"""How a layer is drawn: a field, a division, colours; seen on the map before it is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gisportal.modules.datasets import source, styling
from gisportal.modules.datasets.guards import for_keepers
from gisportal.portal.map_config import base_config
from gisportal.portal.search_views import viewer_of
from layers.editing.errors import InvalidValues
from layers.models import StoredLayer
from layers.stored import services


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps a style, or, asked by ``propose``, proposes colours anew."""
    layer = source.kept_layer(request, slug)
    if layer.current is None or not layer.is_vector:
        raise Http404
    if request.method != "POST":
        return _page(request, layer, dict(layer.style))
    if "propose" in request.POST:
        return _page(request, layer, styling.proposed(layer, request.POST.dict()))
    wanted = styling.posted(layer, request.POST)
    try:
        services.set_style(viewer_of(request), layer.pk, wanted)
    except InvalidValues as error:
        texts = [text for texts in error.errors.values() for text in texts]
        return _page(request, layer, wanted, errors=texts)
    messages.success(request, _("The layer is drawn so from now on."))
    return redirect("datasets:layer", slug=slug)


@require_POST
@for_keepers
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Rules proposed for other choices: the part of the page that holds them."""
    layer = source.kept_layer(request, slug)
    wanted = styling.proposed(layer, request.POST.dict())
    return render(request, "datasets/rules.html", {"layer": layer, "style": wanted})


def _page(
    request: HttpRequest, layer: StoredLayer, shown: dict[str, Any], errors: list[str] | None = None
) -> HttpResponse:
    context = {
        "layer": layer,
        "style": shown,
        "opacity": round(float(shown.get("opacity", 0.6)) * 100),
        "fields": [
            (item, [kind for kind, kinds in styling.FIELD_KINDS.items() if item["kind"] in kinds])
            for item in layer.fields
        ],
        "kinds": [
            ("single", _("one colour")),
            ("categories", _("by value")),
            ("classes", _("by classes of numbers")),
        ],
        "palettes": styling.palette_titles(),
        "ramps": styling.ramp_titles(),
        "methods": styling.method_titles(),
        "said": request.POST,
        "class_counts": range(2, 8),
        "map_config": base_config(request),
        "map_layer": {**source.as_map_layer(layer), "style": shown},
        "all_forms_errors": [{"anchor": "", "label": "", "message": text} for text in errors or []],
    }
    return render(request, "datasets/style.html", context, status=422 if errors else 200)
