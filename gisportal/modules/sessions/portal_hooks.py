"""Meetings on the page of an entry."""

from typing import Any

from gisportal.hooks import Panel, detail_panel
from gisportal.modules.sessions import source
from layers.access import Viewer


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """Its meetings with their next dates; for who may edit it, also the way to change them."""
    meetings = source.meetings_of(viewer, resource.id)
    may_edit = source.may_edit(viewer, resource.id)
    if not meetings and not may_edit:
        return None
    return {"meetings": meetings, "may_edit": may_edit, "id": resource.id}


detail_panel(Panel("sessions/detail_panel.html", of_resource, order=8))
