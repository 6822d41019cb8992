"""One change taken back: the values before it, written as a change of their own (R28)."""

from layers.access import Viewer
from layers.editing.errors import NotAllowed
from layers.editing.opening import entry_items, open_entry
from layers.editing.services import update_resource
from layers.editing.values import changed_keys, current_values, picked
from layers.errors import FeatureNotFound
from layers.models import Resource, ResourceVersion


def undo_change(actor: Viewer, resource_id: int, version: int, note: str = "") -> Resource:
    """Takes back what the actor himself changed in the state ``version``; what others changed since stays.

    Raises ``FeatureNotFound`` where there is no such change of his, and whatever ``update_resource`` raises:
    :class:`layers.editing.errors.Conflict` where others have since changed the same items.
    """
    row = open_entry(actor, resource_id)
    states = ResourceVersion.unscoped.filter(resource_id=resource_id)
    after = states.filter(version=version).first()
    before = states.filter(version__lt=version).order_by("-version").first()
    if after is None or before is None:
        raise FeatureNotFound(f"{resource_id} v{version}")
    if after.actor_id != actor.account_id or actor.account_id is None:
        raise NotAllowed("undo")
    old, new = current_values(before), current_values(after)
    keys = [key for key in changed_keys(new, {**dict.fromkeys(new), **old}) if key in entry_items(actor, row)]
    changes = {**dict.fromkeys(keys), **picked(old, keys)}
    if {"lat", "lon"} & set(changes):
        changes |= picked(old, ("lat", "lon", "geom_origin"))
    if "category" in changes and changes["category"] is None:
        changes.pop("category")
    return update_resource(actor, resource_id, version, changes, note)
