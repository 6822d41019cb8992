"""What a form needs before anything is changed: the entry, its items, what this person saw and what he touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, QuerySet, Value, When

from layers.access import Act, Viewer, acting_q, visible_q
from layers.editing.errors import NotAllowed
from layers.editing.items import PLACE, EditItem, items_for
from layers.editing.values import changed_keys, current_values, protected_place
from layers.errors import FeatureNotFound
from layers.models import ProtectedPlace, Resource, ResourceVersion

#: Items that tell the place, or decide who is told.
OF_PLACE: Final = frozenset({*PLACE, "disclosure", "site"})


@dataclass(frozen=True, slots=True)
class Named:
    """An entry by its number and name, for links."""

    id: int
    name: str


def open_entry(actor: Viewer, resource_id: int, act: Act = Act.UPDATE) -> Resource:
    """The row an act is about to be done on, as it stands.

    Raises :class:`NotAllowed` for a row the actor sees but may not change, ``FeatureNotFound`` for one he does not see.
    """
    rows = Resource.unscoped.select_related("category", "site", "organisation")
    row = rows.filter(acting_q(actor, act), pk=resource_id).first()
    if row is None:
        if Resource.unscoped.filter(visible_q(actor), pk=resource_id).exists():
            raise NotAllowed(str(act))
        raise FeatureNotFound(str(resource_id))
    return row


def allowed_acts(viewer: Viewer, resource_id: int) -> frozenset[Act]:
    """What the viewer may do with one entry that is not in the trash."""
    acts = (Act.UPDATE, Act.VACANCY, Act.CONFIRM, Act.ATTACH, Act.DELETE, Act.MERGE, Act.APPROVE)
    columns = {
        f"may_{act}": Case(When(acting_q(viewer, act), then=Value(True)), default=Value(False))
        for act in acts
    }
    row = Resource.unscoped.filter(visible_q(viewer), pk=resource_id).annotate(**columns).values(*columns)
    found = row.first() or {}
    return frozenset(act for act in acts if found.get(f"may_{act}"))


def is_place_secret(row: Resource, actor: Viewer) -> bool:
    """Whether the exact place of an ``area`` entry is kept from the actor: it has readers, and he is none of them.

    Where no reader is left who may sign in, whoever may edit the entry may give it a place anew, unread.
    """
    if row.disclosure != "area" or protected_place(row, actor) is not None:
        return False
    return ProtectedPlace.unscoped.filter(resource=row, readers__is_active=True).exists()


def entry_items(
    actor: Viewer, row: Resource | None = None, category: str | None = None
) -> dict[str, EditItem]:
    """Items the actor may edit of one entry: a secret place is not among them."""
    items = items_for(actor, category or (row.category.code if row else None))
    if row is not None and is_place_secret(row, actor):
        return {key: item for key, item in items.items() if key not in OF_PLACE}
    return items


def seen_values(actor: Viewer, row: Resource, version: int) -> dict[str, Any]:
    """The values of an entry at the version a form was made from; those of now where that is not kept."""
    now = current_values(row, actor)
    if version == row.version:
        return now
    past = ResourceVersion.unscoped.filter(resource_id=row.pk, version=version).first()
    if past is None:
        return now
    then = current_values(past)
    if row.disclosure != "open":
        then.update({key: now[key] for key in PLACE})
    return then


def touched(seen: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from what was seen; latitude and longitude go together."""
    keys = set(changed_keys(seen, values))
    if {"lat", "lon"} & keys:
        keys |= {"lat", "lon", "geom_origin"}
    return {key: value for key, value in values.items() if key in keys}


def kept_instead(viewer: Viewer, resource_id: int) -> int | None:
    """The entry another was merged into, if the viewer sees that one."""
    into = Resource.unscoped.filter(pk=resource_id, merged_into__isnull=False).values("merged_into")
    found: int | None = (
        Resource.unscoped.filter(visible_q(viewer), pk__in=into).values_list("pk", flat=True).first()
    )
    return found


def succession(viewer: Viewer, resource_id: int) -> tuple[Named | None, list[Named]]:
    """The successor of an entry and those it succeeds, as far as the viewer sees them."""
    seen = Resource.unscoped.filter(visible_q(viewer))
    own = Resource.unscoped.filter(pk=resource_id).values("successor_id")
    after = seen.filter(pk__in=own).values_list("pk", "name").first()
    before = seen.filter(successor_id=resource_id).order_by("sort_name", "id").values_list("pk", "name")
    return (Named(*after) if after else None), [Named(*pair) for pair in before]


def trash_of(viewer: Viewer) -> QuerySet[Resource]:
    """What lies in the trash and the viewer may restore, the latest first."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.RESTORE))
    return rows.select_related("category", "merged_into").order_by("-deleted_at", "-id")


def name_of(viewer: Viewer, resource_id: int | None) -> str:
    """Name of an entry the viewer sees; empty for others."""
    if resource_id is None:
        return ""
    rows = Resource.unscoped.filter(visible_q(viewer), pk=resource_id)
    return str(rows.values_list("name", flat=True).first() or "")
