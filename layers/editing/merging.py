"""Two entries of the same thing become one; both histories stay, and the old address leads to the one kept."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Viewer
from layers.editing.errors import InvalidValues
from layers.editing.items import items_for
from layers.editing.services import _write, locked, tell
from layers.editing.transactions import acting
from layers.editing.values import changed_keys, current_values, picked
from layers.models import Resource, Responsibility
from layers.signals import resources_merged


def merge_resources(
    actor: Viewer, kept_id: int, merged_id: int, take: Iterable[str] = (), note: str = ""
) -> Resource:
    """``merged_id`` goes into ``kept_id``. ``take``: keys of items whose value comes from the merged one.

    Those responsible for either are responsible for the kept one. Raises as ``update_resource``.
    """
    if kept_id == merged_id:
        raise InvalidValues({"merged": [_("Choose two different entries.")]})
    with acting(actor, note):
        # Always in the same order: two people merging the other way round do not wait for each other.
        rows = {pk: locked(actor, pk, Act.MERGE) for pk in sorted((kept_id, merged_id))}
        kept, merged = rows[kept_id], rows[merged_id]
        items = items_for(actor, kept.category.code)
        values = picked(current_values(merged, actor), [key for key in take if key in items])
        before = current_values(kept, actor)
        effective = {key: values[key] for key in changed_keys(before, values)}
        merged.deleted_at, merged.merged_into = timezone.now(), kept
        merged.save(update_fields=["deleted_at", "merged_into"])
        Resource.unscoped.filter(merged_into=merged).update(merged_into=kept)
        if effective:
            _write(actor, kept, effective, before)
        _move_responsibilities(kept, merged)
        resources_merged.send(sender=Resource, actor=actor, kept_id=kept_id, merged_id=merged_id)
        tell(actor, "resource.merged", kept, sorted(effective), merged=merged_id)
    return Resource.unscoped.get(pk=kept_id)


def _move_responsibilities(kept: Resource, merged: Resource) -> None:
    for row in Responsibility.unscoped.filter(resource=merged):
        known = Responsibility.unscoped.filter(
            resource=kept, account=row.account_id, organisation=row.organisation_id
        )
        if not known.exists():
            row.pk, row.resource = None, kept
            row.save(force_insert=True)
