"""Register, edit, verify, delete and restore resources (R21, R28–R30): one act, one transaction."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Viewer, acting_q, may_create, visible_q
from layers.editing.cleaning import clean
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.items import PLACE, EditItem, items_for
from layers.editing.opening import OF_PLACE, is_place_secret
from layers.editing.place import settle_place, settle_protected
from layers.editing.transactions import acting, through
from layers.editing.values import apply_values, changed_keys, current_values, differences, same
from layers.errors import FeatureNotFound
from layers.models import Category, District, Resource, ResourceVersion, Responsibility
from layers.signals import resource_changed

#: How a content was verified (内容確認).
CONFIRMED_HOW: Final = ("phone", "visit", "fax", "self", "mail")

_CONSTRAINTS: Final = {
    "resource_office_number_is_unique_with_service": "office_number",
    "resource_closed_has_date": "closed_on",
    "resource_drawn_area_has_polygon": "service_geom",
}


def locked(actor: Viewer, resource_id: int, act: Act) -> Resource:
    """The row, locked for an act, inside a transaction.

    Raises :class:`NotAllowed` for a row the actor sees but may not change, ``FeatureNotFound`` for one he does not see.
    """
    row = (
        Resource.unscoped.filter(acting_q(actor, act), pk=resource_id).select_for_update(of=("self",)).first()
    )
    if row is None:
        if Resource.unscoped.filter(visible_q(actor), pk=resource_id).exists():
            raise NotAllowed(str(act))
        raise FeatureNotFound(str(resource_id))
    return row


def create_resource(actor: Viewer, values: Mapping[str, Any], note: str = "") -> Resource:
    """Registers an entry. One that B or C registers becomes its own (design §4).

    Raises :class:`NotAllowed`, :class:`InvalidValues`.
    """
    if not may_create(actor):
        raise NotAllowed(Act.CREATE)
    with acting(actor, note):
        items = items_for(actor, _category(values))
        cleaned = clean(items, {**_defaults(), **values}, actor)
        _require(items, cleaned)
        row = Resource(updated_at=timezone.now())
        apply_values(row, cleaned)
        exact = settle_place(row, cleaned, {})
        _save(row, cleaned)
        settle_protected(row, exact, actor)
        if not actor.reads_all or actor.level == "b":
            Responsibility.unscoped.create(resource=row, account_id=actor.account_id)
        tell(actor, "resource.created", row, sorted(cleaned))
    return Resource.unscoped.get(pk=row.pk)


def update_resource(
    actor: Viewer, resource_id: int, version: int, changes: Mapping[str, Any], note: str = ""
) -> Resource:
    """Changes items of an entry. ``version``: the one the editor saw; items others have changed since are refused.

    Items changed by others that this editor does not touch stay as they are: nothing is overwritten blindly.
    Raises :class:`NotAllowed`, ``FeatureNotFound``, :class:`InvalidValues`, :class:`Conflict`.
    """
    with acting(actor, note):
        row = locked(actor, resource_id, Act.UPDATE)
        items = items_for(actor, _category(changes) or row.category.code)
        cleaned = clean(items, changes, actor)
        before = current_values(row, actor)
        _check_version(row, version, cleaned, before, items)
        effective = {key: cleaned[key] for key in changed_keys(before, cleaned)}
        if "address" in effective and "lat" in cleaned:
            # The position was stated with the address: it stays as stated.
            effective |= {key: cleaned[key] for key in ("lat", "lon")}
        if {"lat", "lon"} & set(effective) and "geom_origin" in cleaned:
            effective["geom_origin"] = cleaned["geom_origin"]
        _check_place_is_his(actor, row, effective)
        if effective:
            _write(actor, row, effective, before)
            tell(actor, "resource.updated", row, sorted(effective))
    return Resource.unscoped.get(pk=resource_id)


def _write(actor: Viewer, row: Resource, effective: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    apply_values(row, effective)
    exact = settle_place(row, effective, before)
    row.updated_at = timezone.now()
    _save(row, effective)
    settle_protected(row, exact, actor)


def _check_version(
    row: Resource,
    version: int,
    cleaned: Mapping[str, Any],
    before: Mapping[str, Any],
    items: Mapping[str, EditItem],
) -> None:
    """Refuses items another has changed since ``version`` to something else than is wanted now."""
    if row.version == version:
        return
    seen = ResourceVersion.unscoped.filter(resource_id=row.pk, version=version).first()
    base = current_values(seen) if seen else {}
    if row.disclosure != "open":
        base.update({key: before[key] for key in PLACE})
    clash = {
        key: value
        for key, value in cleaned.items()
        if not same(before.get(key), value) and (seen is None or not same(base.get(key), before.get(key)))
    }
    if clash:
        raise Conflict(row.pk, row.version, differences(before, clash, items))


def _check_place_is_his(actor: Viewer, row: Resource, effective: Mapping[str, Any]) -> None:
    """An exact place named accounts read is changed, disclosed or dropped by them alone (design §3)."""
    keys = OF_PLACE & set(effective)
    if keys and is_place_secret(row, actor):
        text = _("Only the accounts named as readers of the exact place change it.")
        raise InvalidValues({key: [text] for key in sorted(keys)})


def _save(row: Resource, values: Mapping[str, Any]) -> None:
    """Saves the row and the districts it serves; constraints become messages beside their item."""
    if row.operation == "closed" and row.closed_on is None:
        row.closed_on = timezone.localdate()
    if row.operation == "suspended" and row.suspended_on is None:
        row.suspended_on = timezone.localdate()
    if row.service_area == "polygon" and row.service_geom is None:
        raise InvalidValues({"service_geom": [_("Draw the area served, or choose another service area.")]})
    if row.successor_id and row.successor_id == row.pk:
        raise InvalidValues({"successor": [_("An entry does not succeed itself.")]})
    if row.office_number:
        _check_office_number(row)
    try:
        row.save()
    except IntegrityError as error:
        raise _as_message(error) from error
    if "service_districts" in values:
        row.service_districts.set(District.unscoped.filter(key__in=values["service_districts"]))


def _check_office_number(row: Resource) -> None:
    others = Resource.unscoped.filter(
        office_number=row.office_number, category=row.category, deleted_at=None
    ).exclude(pk=row.pk)
    if others.exists():
        raise InvalidValues({"office_number": [_("Another entry of this category has this office number.")]})


def _as_message(error: IntegrityError) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    key = _CONSTRAINTS.get(name)
    if key is None:
        return error
    return InvalidValues({key: [_("This value does not go together with the others.")]})


def _category(values: Mapping[str, Any]) -> str | None:
    given = values.get("category")
    given = given[-1] if isinstance(given, list | tuple) and given else given
    return given if isinstance(given, str) and Category.objects.filter(code=given).exists() else None


def _defaults() -> dict[str, Any]:
    return {"disclosure": "open", "delivery": "on_site", "publication": "draft", "operation": "open"}


def _require(items: Mapping[str, EditItem], cleaned: Mapping[str, Any]) -> None:
    missing = {
        key: [_("This is needed.")] for key, item in items.items() if item.is_required and key not in cleaned
    }
    if missing:
        raise InvalidValues(missing)


def confirm_resource(actor: Viewer, resource_id: int, how: str, by: str = "") -> Resource:
    """変更なしで確認: moves 内容確認日, not 最終更新日. ``how``: one of :data:`CONFIRMED_HOW`; ``by``: who answered."""
    if how not in CONFIRMED_HOW:
        raise InvalidValues({"how": [_("“%(value)s” is none of the choices.") % {"value": how[:60]}]})
    with acting(actor):
        row = locked(actor, resource_id, Act.CONFIRM)
        row.verified_at, row.verified_how = timezone.now(), how
        row.verified_by = " ".join((by or actor.name).split())[:100]
        row.save(update_fields=["verified_at", "verified_by", "verified_how"])
        tell(actor, "resource.confirmed", row, ["verified_at"], how=how)
    return row


def trash_resource(actor: Viewer, resource_id: int, note: str = "") -> Resource:
    """Puts an entry in the trash; nothing of it is lost."""
    with acting(actor, note):
        row = locked(actor, resource_id, Act.DELETE)
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
        tell(actor, "resource.trashed", row, ["deleted_at"])
    return row


def restore_resource(actor: Viewer, resource_id: int, note: str = "") -> Resource:
    """Takes an entry out of the trash again, also one that was merged away.

    Raises ``FeatureNotFound`` where there is nothing the actor may restore.
    """
    with acting(actor, note):
        row = locked(actor, resource_id, Act.RESTORE)
        if row.office_number:
            _check_office_number(row)
        row.deleted_at, row.merged_into = None, None
        row.save(update_fields=["deleted_at", "merged_into"])
        tell(actor, "resource.restored", row, ["deleted_at"])
    return row


def tell(actor: Viewer, action: str, row: Resource, keys: list[str], **more: Any) -> None:
    """Says what was done, inside the transaction, for the record: keys of items, never their values."""
    door = {"through": through.get()} if through.get() else {}
    resource_changed.send(
        sender=Resource,
        actor=actor,
        action=action,
        resource_id=row.pk,
        details={"items": keys, **door, **more},
    )
