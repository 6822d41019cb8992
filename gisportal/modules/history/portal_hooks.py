"""The way from a resource to its history, for members."""

from typing import Any

from gisportal.hooks import Panel, detail_panel
from layers.access import Viewer
from layers.editing.history import resource_with_history
from layers.errors import FeatureNotFound


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """A link, where the viewer is a member of the row."""
    try:
        row = resource_with_history(viewer, resource.id)
    except FeatureNotFound:
        return None
    return {"resource_id": row.pk, "version": row.version}


detail_panel(Panel("history/detail_panel.html", of_resource, order=900))
