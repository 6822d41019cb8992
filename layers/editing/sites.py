"""Sites several services share: edited once, and it is said whom that touches (R31, design §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from layers.access import EDITS_ALL, Act, Viewer, acting_q, visible_q
from layers.editing.cleaning import clean
from layers.editing.errors import Conflict, NotAllowed
from layers.editing.items import EditItem, items_for
from layers.editing.opening import Named
from layers.editing.place import place_columns
from layers.editing.transactions import acting
from layers.editing.values import changed_keys, differences, same
from layers.errors import FeatureNotFound
from layers.models import Resource, Site
from layers.signals import resource_changed

SITE_KEYS: Final = ("name", "phone", "postcode", "address", "building", "lat", "lon")


@dataclass(frozen=True, slots=True)
class SharedSite:
    """A site, and the entries that stand there: those the viewer sees by name, the others by number."""

    id: int
    name: str
    values: dict[str, Any]
    resources: list[Named] = field(default_factory=list)
    hidden: int = 0
    may_edit: bool = False

    @property
    def count(self) -> int:
        """How many entries a change touches."""
        return len(self.resources) + self.hidden


def site_items(actor: Viewer) -> dict[str, EditItem]:
    """The items of a site, named as those of a resource."""
    items = items_for(actor)
    return {key: items[key] for key in SITE_KEYS}


def site_values(site: Site) -> dict[str, Any]:
    """The items of a site as plain values."""
    point = site.geom
    found: dict[str, Any] = {key: getattr(site, key) for key in SITE_KEYS if key not in {"lat", "lon"}}
    return {**found, "lat": point.y if point else None, "lon": point.x if point else None}


def shared_site(viewer: Viewer, site_id: int) -> SharedSite:
    """A site some entry of which the viewer sees. Raises ``FeatureNotFound``."""
    site = Site.unscoped.filter(pk=site_id).first()
    here = Resource.unscoped.filter(site_id=site_id, deleted_at=None)
    shown = [
        Named(*pair)
        for pair in here.filter(visible_q(viewer)).order_by("sort_name", "id").values_list("pk", "name")
    ]
    if site is None or not shown:
        raise FeatureNotFound(f"site {site_id}")
    return SharedSite(
        site.pk,
        site.name,
        site_values(site),
        shown,
        here.count() - len(shown),
        may_edit_site(viewer, site_id),
    )


def sites_offered(viewer: Viewer, row: Resource | None, limit: int = 20) -> list[Named]:
    """Sites an entry may join: its own, and those of its organisation that hold an entry the viewer sees."""
    if row is None:
        return []
    wanted = Q(pk=row.site_id)
    if row.organisation_id is not None:
        seen = Resource.unscoped.filter(visible_q(viewer), organisation_id=row.organisation_id)
        wanted |= Q(pk__in=seen.exclude(site=None).values("site_id"))
    rows = Site.unscoped.filter(wanted).order_by("name", "id").values_list("pk", "name", "address")[:limit]
    return [Named(pk, " ".join(part for part in (name, address) if part)) for pk, name, address in rows]


def may_edit_site(actor: Viewer, site_id: int) -> bool:
    """A and administrator, and whoever may edit every entry that stands there."""
    if actor.acts is not None or actor.proposes:
        return False
    if actor.level in EDITS_ALL:
        return True
    here = Resource.unscoped.filter(site_id=site_id, deleted_at=None)
    mine = here.filter(acting_q(actor, Act.UPDATE)).count()
    return mine > 0 and mine == here.count()


def update_site(
    actor: Viewer, site_id: int, seen: Mapping[str, Any], changes: Mapping[str, Any], note: str = ""
) -> Site:
    """Changes a site for all its entries. ``seen``: the values the form was made from.

    Raises ``FeatureNotFound``, :class:`NotAllowed`, ``InvalidValues``, and :class:`Conflict` where somebody has
    changed the same item since.
    """
    shared_site(actor, site_id)
    with acting(actor, note):
        site = Site.unscoped.select_for_update().get(pk=site_id)
        if not may_edit_site(actor, site_id):
            raise NotAllowed("site")
        items = site_items(actor)
        cleaned = clean({**items, **_origin(actor)}, changes, actor)
        before = site_values(site)
        _check_seen(site, seen, cleaned, before, items)
        effective = {key: cleaned[key] for key in changed_keys(before, cleaned) if key in cleaned}
        if effective.keys() - {"geom_origin"}:
            _write(actor, site, effective, before)
    return site


def _origin(actor: Viewer) -> dict[str, EditItem]:
    return {"geom_origin": items_for(actor)["geom_origin"]}


def _check_seen(
    site: Site,
    seen: Mapping[str, Any],
    cleaned: Mapping[str, Any],
    before: Mapping[str, Any],
    items: Mapping[str, EditItem],
) -> None:
    clash = {
        key: value
        for key, value in cleaned.items()
        if key in items and not same(before[key], value) and not same(seen.get(key), before[key])
    }
    if clash:
        raise Conflict(site.pk, 0, differences(before, clash, items))


def _write(actor: Viewer, site: Site, effective: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    for key in ("name", "phone"):
        if key in effective:
            setattr(site, key, effective[key])
    for key, value in place_columns(site, {**before, **effective}, effective).items():
        setattr(site, key, value)
    site.save()
    touched = Resource.unscoped.filter(site=site, deleted_at=None)
    touched.update(updated_at=timezone.now())
    for pk in touched.values_list("pk", flat=True):
        resource_changed.send(
            sender=Resource, actor=actor, action="resource.site_updated", resource_id=pk,
            details={"items": sorted(effective), "site": site.pk},
        )  # fmt: skip
