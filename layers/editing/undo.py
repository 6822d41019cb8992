"""One change taken back: the values before it, written as a change of their own (R28)."""

from layers.access import Viewer
from layers.editing.errors import Difference, NotAllowed
from layers.editing.items import items_for
from layers.editing.opening import entry_items, open_entry
from layers.editing.services import update_resource
from layers.editing.values import changed_keys, current_values, differences, picked
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


def own_change(viewer: Viewer, resource_id: int, version: int) -> list[Difference] | None:
    """What the viewer himself changed in the state ``version``, in words; ``None`` where that was not he."""
    states = ResourceVersion.unscoped.filter(resource_id=resource_id)
    after = states.filter(version=version, actor_id=viewer.account_id).first()
    before = states.filter(version__lt=version).order_by("-version").first()
    if viewer.account_id is None or after is None or before is None:
        return None
    old, new = current_values(before), current_values(after)
    items = {
        key: item for key, item in items_for(viewer, after.category.code).items() if key != "geom_origin"
    }
    return differences(old, {**dict.fromkeys(old), **new}, items)


def last_editor(resource_id: int) -> str:
    """Name of whoever wrote the state of now; empty where nobody said."""
    rows = ResourceVersion.unscoped.filter(resource_id=resource_id, valid_to=None)
    return str(rows.values_list("actor_name", flat=True).first() or "")
