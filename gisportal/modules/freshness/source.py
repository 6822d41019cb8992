"""What has not been updated, by category, district and person responsible (R32)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Func, Max, Q, QuerySet

from gisportal.modules.freshness.models import Reminder
from layers.access import Act, Viewer, acting_q, visible_q
from layers.district_names import districts_named
from layers.freshness import stale_q
from layers.models import Resource, Responsibility
from layers.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the overview; ``parameter`` and ``value`` lead to the same entries in the search."""

    title: str
    count: int
    parameter: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody responsible for entries that ask for an update."""

    account_id: int
    name: str
    organisation: str
    has_mail: bool
    count: int
    reminded_at: datetime | None


def stale_rows(viewer: Viewer | None) -> QuerySet[Resource]:
    """Entries a viewer sees that ask for an update; closed ones do not."""
    rows = Resource.unscoped.filter(visible_q(viewer)).filter(stale_q(vocabulary()))
    return rows.exclude(operation="closed")


def confirmable(viewer: Viewer) -> QuerySet[Resource]:
    """Entries a viewer may verify, by name."""
    return Resource.unscoped.filter(acting_q(viewer, Act.CONFIRM)).order_by("sort_name", "id")


def verified_by(viewer: Viewer, resource_id: int) -> tuple[str, str]:
    """Who answered and how, when an entry was last verified; empty where the viewer does not see it."""
    rows = Resource.unscoped.filter(visible_q(viewer), pk=resource_id)
    return rows.values_list("verified_by", "verified_how").first() or ("", "")


def by_category(viewer: Viewer) -> list[Group]:
    """Counts by category, in the order of the tree."""
    counts = dict(stale_rows(viewer).order_by().values_list("category__code").annotate(n=Count("id")))
    return [
        Group(info.title, counts[code], "category", code)
        for code, info in vocabulary().categories.items()
        if code in counts
    ]


def by_district(viewer: Viewer, scheme: str) -> list[Group]:
    """Counts by district of a scheme."""
    keys = Func(F("district_keys"), function="unnest")
    rows = stale_rows(viewer).order_by().annotate(key=keys).values_list("key").annotate(n=Count("id"))
    counts = {key: number for key, number in rows if key.startswith(f"{scheme}:")}
    named = districts_named(viewer, counts)
    return [Group(item.title, counts[key], "district", key) for key, item in named.items()]


def people(viewer: Viewer) -> list[Person]:
    """Persons responsible for entries that ask for an update, most entries first."""
    owned = entries_by_person(viewer)
    accounts = get_user_model().objects.filter(pk__in=owned, is_active=True).select_related("organisation")
    last = dict(Reminder.unscoped.order_by().values_list("account_id").annotate(at=Max("sent_at")))
    found = [
        Person(
            account.pk,
            str(account),
            str(account.organisation or ""),
            bool(account.email),
            len(owned[account.pk]),
            last.get(account.pk),
        )
        for account in accounts
    ]
    return sorted(found, key=lambda person: (-person.count, person.name, person.account_id))


def entries_by_person(viewer: Viewer, account_ids: Iterable[int] | None = None) -> dict[int, list[int]]:
    """Ids of entries that ask for an update, by each account responsible itself or by its organisation."""
    rows = list(
        Responsibility.unscoped.filter(resource__in=stale_rows(viewer)).values_list(
            "resource_id", "account_id", "organisation_id"
        )
    )
    organisations = {organisation for _resource, _account, organisation in rows if organisation}
    members: dict[int, list[int]] = {}
    wanted = Q(organisation_id__in=organisations, level__in=["b", "c"], is_active=True)
    for account_id, organisation_id in (
        get_user_model().objects.filter(wanted).values_list("pk", "organisation_id")
    ):
        members.setdefault(organisation_id, []).append(account_id)
    found: dict[int, set[int]] = {}
    for resource_id, account_id, organisation_id in rows:
        for person in [account_id] if account_id else members.get(organisation_id, []):
            found.setdefault(person, set()).add(resource_id)
    chosen = None if account_ids is None else set(account_ids)
    return {person: sorted(ids) for person, ids in found.items() if chosen is None or person in chosen}
