"""A proposal as pages show it: the values proposed beside those the author saw and those of today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gisportal.modules.proposals.models import Kind, Proposal
from gisportal.modules.proposals.source import seen_resource
from layers.access import Viewer
from layers.editing.items import items_for
from layers.editing.values import current_values, in_words, point_of, same


@dataclass(frozen=True, slots=True)
class Line:
    """One item. ``has_moved_on``: today's value is no longer the one the author saw."""

    key: str
    title: str
    seen: str
    today: str
    proposed: str
    has_moved_on: bool
    is_taken: bool


def lines(viewer: Viewer, proposal: Proposal) -> list[Line]:
    """Items of a proposal, in the order of the form."""
    today = todays_values(viewer, proposal)
    category = str(proposal.changes.get("category") or (today or {}).get("category") or "") or None
    items = items_for(viewer, category)
    found = []
    for key, item in items.items():
        if key not in proposal.changes:
            continue
        seen, now = proposal.seen.get(key), (today or {}).get(key)
        found.append(
            Line(
                key=key,
                title=str(item.title),
                seen=in_words(item, seen),
                today=in_words(item, now),
                proposed=in_words(item, proposal.changes[key]),
                has_moved_on=proposal.kind == Kind.UPDATE and today is not None and not same(seen, now),
                is_taken=key in proposal.accepted,
            )
        )
    return found


def todays_values(viewer: Viewer, proposal: Proposal) -> dict[str, Any] | None:
    """Values of the entry now, where the viewer sees it."""
    if proposal.resource_id is None:
        return None
    row = seen_resource(viewer, proposal.resource_id)
    return None if row is None else current_values(row, viewer)


def pins(viewer: Viewer, proposal: Proposal) -> tuple[Any, Any] | None:
    """The pin today and as proposed (EPSG:4326), where it moves; None where the position is no part of it."""
    if not {"lat", "lon"} & set(proposal.changes):
        return None
    today: Mapping[str, Any] = todays_values(viewer, proposal) or {}
    return point_of(today), point_of({**today, **proposal.changes})
