"""Reads of uploaded layers for the pages: one layer by its name, as its viewer may see or keep it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from gisportal.portal.search_views import viewer_of
from layers.access import Act, Viewer, may_keep_layers
from layers.models import StoredLayer


def layer_of(viewer: Viewer, slug: str) -> StoredLayer:
    """A layer the viewer may see; keepers also one that shows nothing yet. Raises ``Http404``.

    A limited token finds those within its limits alone.
    """
    rows = StoredLayer.unscoped.acting(viewer, Act.READ).select_related("current")
    found: StoredLayer | None = rows.filter(slug=slug).first()
    if found is None or not viewer.may_use(found.source_slug):
        raise Http404
    return found


def kept_layer(request: HttpRequest, slug: str) -> StoredLayer:
    """A layer for its keepers. Raises ``Http404`` for everybody else."""
    viewer = viewer_of(request)
    if not may_keep_layers(viewer):
        raise Http404
    return layer_of(viewer, slug)


def listed(viewer: Viewer) -> list[StoredLayer]:
    """Layers for the list, by title."""
    rows = StoredLayer.unscoped.acting(viewer, Act.READ).select_related("current")
    return [row for row in rows if viewer.may_use(row.source_slug)]


def trash(viewer: Viewer) -> list[StoredLayer]:
    """Layers in the trash, for keepers; the last one first."""
    return list(StoredLayer.unscoped.acting(viewer, Act.RESTORE).order_by("-deleted_at")[:50])


def as_map_layer(layer: StoredLayer) -> dict[str, Any]:
    """What the page's script is told of a layer (``js/map/stored-layer.js``)."""
    return {
        "source": layer.source_slug,
        "title": layer.title,
        "kind": layer.kind,
        "style": layer.style,
        "attribution": layer.attribution,
        "extent": layer.current.extent if layer.current else None,
        "fields": [
            {"key": item["key"], "title": item["title"], "unit": item.get("unit", "")}
            for item in layer.fields
        ],
    }
