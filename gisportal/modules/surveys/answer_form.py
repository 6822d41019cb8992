"""The form of an answer: three outcomes, and the entry's items with their present values."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from gisportal.modules.surveys.models import CampaignEntry
from gisportal.modules.surveys.services import asked_items
from gisportal.portal.edit_fields import FormField, form_field, inputs_of
from layers.access import Viewer
from layers.editing.values import current_values


def raw_values(viewer: Viewer, entry: CampaignEntry, posted: QueryDict) -> dict[str, Any]:
    """What was posted of the items asked; check boxes leave no trace when none is chosen."""
    shown = set(posted.getlist("shown"))
    items = asked_items(viewer, entry.resource)
    return {key: posted.getlist(key) for key in items if key in posted or key in shown}


def form_fields(
    viewer: Viewer, entry: CampaignEntry, posted: QueryDict | None, errors: Mapping[str, list[str]]
) -> list[FormField]:
    """Controls with what was typed, else the answer given before, else the values of today."""
    values = {**current_values(entry.resource, viewer), **entry.changes}
    typed = raw_values(viewer, entry, posted) if posted is not None else {}
    return [
        form_field(
            item,
            typed.get(key, inputs_of(item, values.get(key))),
            errors.get(key, []),
            withheld=(),
            is_formal=True,
        )
        for key, item in asked_items(viewer, entry.resource).items()
    ]
