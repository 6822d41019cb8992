"""What the page of an entry offers whoever may change it, and what it says after a change."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from gisportal.portal.search_views import viewer_of
from layers.access import Act
from layers.editing.opening import allowed_acts, succession
from layers.editing.people import may_assign
from layers.editing.undo import own_change


def editing_context(request: HttpRequest, resource_id: int) -> dict[str, Any]:
    """Buttons, the note after saving with its way back, successor and those succeeded."""
    viewer = viewer_of(request)
    acts = allowed_acts(viewer, resource_id)
    successor, predecessors = succession(viewer, resource_id)
    given = request.GET.get("saved", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    would = allowed_acts(replace(viewer, proposes=False), resource_id) if viewer.proposes else acts
    return {
        "may_edit": Act.UPDATE in would,
        "proposes": viewer.proposes,
        "may_delete": Act.DELETE in acts,
        "may_merge": Act.MERGE in acts,
        "may_assign": may_assign(viewer),
        "saved": own_change(viewer, resource_id, version) if version else None,
        "version": version,
        "successor": successor,
        "predecessors": predecessors,
    }
