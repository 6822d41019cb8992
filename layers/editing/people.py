"""Who is responsible for an entry (R29), and who reads the exact place of one shown by district only (design §3)."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from layers.access import EDITS_ALL, Viewer, visible_q
from layers.editing.errors import NotAllowed
from layers.editing.services import tell
from layers.editing.transactions import acting
from layers.editing.values import protected_place
from layers.errors import FeatureNotFound
from layers.models import Organisation, ProtectedPlace, Resource, Responsibility


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by number and name. ``kind``: account or organisation; ``id``: of the row, ``target``: of him."""

    id: int
    kind: str
    target: int
    name: str


def may_assign(viewer: Viewer) -> bool:
    """Whether a viewer says who is responsible: A and administrator."""
    return viewer.level in EDITS_ALL and viewer.acts is None and not viewer.proposes


def responsible_for(viewer: Viewer, resource_id: int) -> list[Person]:
    """Accounts and organisations responsible for an entry the viewer sees."""
    seen = Resource.unscoped.filter(visible_q(viewer), pk=resource_id)
    rows = (
        Responsibility.unscoped.filter(resource__in=seen)
        .select_related("account", "organisation")
        .order_by("id")
    )
    return [
        Person(row.pk, "account", row.account.pk, str(row.account))
        if row.account
        else Person(row.pk, "organisation", row.organisation_id or 0, str(row.organisation))
        for row in rows
    ]


def assign(
    actor: Viewer, resource_id: int, *, account: int | None = None, organisation: int | None = None
) -> None:
    """Makes an account or an organisation responsible. Raises :class:`NotAllowed`, ``FeatureNotFound``."""
    with acting(actor):
        row = _assigned(actor, resource_id)
        if account is not None and get_user_model().objects.filter(pk=account, is_active=True).exists():
            _row, made = Responsibility.unscoped.get_or_create(
                resource=row, account_id=account, organisation=None
            )
        elif organisation is not None and Organisation.unscoped.filter(pk=organisation).exists():
            _row, made = Responsibility.unscoped.get_or_create(
                resource=row, account=None, organisation_id=organisation
            )
        else:
            raise FeatureNotFound("person")
        if made:
            tell(actor, "resource.assigned", row, [], account=account, organisation=organisation)


def unassign(actor: Viewer, resource_id: int, responsibility_id: int) -> None:
    """Takes a responsibility away. Raises :class:`NotAllowed`, ``FeatureNotFound``."""
    with acting(actor):
        row = _assigned(actor, resource_id)
        found = Responsibility.unscoped.filter(resource=row, pk=responsibility_id).first()
        if found is None:
            raise FeatureNotFound("person")
        account, organisation = found.account_id, found.organisation_id
        found.delete()
        tell(actor, "resource.unassigned", row, [], account=account, organisation=organisation)


def _assigned(actor: Viewer, resource_id: int) -> Resource:
    row = Resource.unscoped.filter(visible_q(actor), pk=resource_id).select_for_update(of=("self",)).first()
    if row is None:
        raise FeatureNotFound(str(resource_id))
    if not may_assign(actor):
        raise NotAllowed("assign")
    return row


def find_organisations(name: str, limit: int = 10) -> list[Organisation]:
    """Organisations whose name or reading holds a text, exact ones first."""
    text = " ".join(name.split())
    if not text:
        return []
    exact = list(Organisation.unscoped.filter(name=text)[:limit])
    more = Organisation.unscoped.filter(name__icontains=text).exclude(name=text)[: limit - len(exact)]
    return [*exact, *more]


def place_readers(viewer: Viewer, row: Resource) -> list[Person] | None:
    """Who reads the exact place; ``None`` for whoever does not read it himself, or where there is none."""
    hidden = protected_place(row, viewer)
    if hidden is None:
        return None
    return [Person(row.pk, "account", reader.pk, str(reader)) for reader in hidden.readers.order_by("pk")]


def add_place_reader(actor: Viewer, resource_id: int, account: int) -> None:
    """Lets another account read the exact place. Raises :class:`NotAllowed`, ``FeatureNotFound``."""
    with acting(actor):
        row, hidden = _hidden(actor, resource_id)
        if not get_user_model().objects.filter(pk=account, is_active=True).exists():
            raise FeatureNotFound("account")
        hidden.readers.add(account)
        tell(actor, "resource.place_reader_added", row, [], account=account)


def remove_place_reader(actor: Viewer, resource_id: int, account: int) -> None:
    """Takes the right to read the exact place away; the last reader stays.

    Raises :class:`NotAllowed`, ``FeatureNotFound``.
    """
    with acting(actor):
        row, hidden = _hidden(actor, resource_id)
        if not hidden.readers.exclude(pk=account).filter(is_active=True).exists():
            raise NotAllowed("last reader")
        hidden.readers.remove(account)
        tell(actor, "resource.place_reader_removed", row, [], account=account)


def _hidden(actor: Viewer, resource_id: int) -> tuple[Resource, ProtectedPlace]:
    row = Resource.unscoped.filter(visible_q(actor), pk=resource_id).select_for_update(of=("self",)).first()
    if row is None:
        raise FeatureNotFound(str(resource_id))
    hidden = protected_place(row, actor)
    if hidden is None or actor.acts is not None:
        raise NotAllowed("place")
    return row, hidden
