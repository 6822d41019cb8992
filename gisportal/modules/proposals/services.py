"""Propose, decide, send back, withdraw: each in one transaction, told to the record and by mail."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.accounts.mail import send_mail
from gisportal.hooks import tell
from gisportal.modules.proposals.access import decidable_q, may_propose_on, own_open_q
from gisportal.modules.proposals.models import Kind, Proposal, State
from layers.access import Level, Viewer, visible_q
from layers.editing.cleaning import clean
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.items import PLACE, items_for
from layers.editing.services import create_resource, trash_resource, update_resource
from layers.editing.values import changed_keys, current_values, picked
from layers.errors import FeatureNotFound
from layers.models import Resource, Responsibility

LONGEST_TEXT: Final = 4000


def propose_new(actor: Viewer, values: Mapping[str, Any], text: str = "") -> Proposal:
    """Proposes a new entry. Raises :class:`NotAllowed`, :class:`InvalidValues`."""
    if actor.account_id is None or actor.acts is not None or actor.level is Level.D:
        raise NotAllowed("create")
    category = values.get("category")
    items = items_for(actor, category if isinstance(category, str) else None)
    cleaned = {
        key: value for key, value in clean(items, values, actor).items() if value not in ("", None, [])
    }
    missing = {key: [_("This is needed.")] for key in ("name", "category") if key not in cleaned}
    if missing:
        raise InvalidValues(missing)
    return _keep(actor, Proposal(kind=Kind.CREATE, changes=cleaned, text=_text(text)))


def propose_change(
    actor: Viewer, resource_id: int, version: int, changes: Mapping[str, Any], text: str = ""
) -> Proposal:
    """Proposes a change of an entry the actor sees.

    Raises ``FeatureNotFound``, :class:`InvalidValues` (also where nothing differs from today).
    """
    row = _resource(actor, resource_id)
    items = items_for(actor, row.category.code)
    cleaned = clean(items, changes, actor)
    before = current_values(row, actor)
    wanted = picked(cleaned, changed_keys(before, cleaned))
    if {"lat", "lon"} & set(wanted):
        wanted |= picked(cleaned, ("lat", "lon", "geom_origin"))
    if not wanted:
        raise InvalidValues({"": [_("Nothing differs from what the entry says now.")]})
    if row.disclosure != "open" and (set(wanted) & set(PLACE) or "disclosure" in wanted):
        # A proposal lies in a table of its own: no place that is not disclosed may come to lie there.
        raise InvalidValues(
            {"address": [_("The place of this entry is not disclosed; tell its change by telephone.")]}
        )
    if wanted.get("disclosure", "open") != "open" and set(wanted) & set(PLACE):
        raise InvalidValues({"address": [_("Propose the new disclosure first, and the place afterwards.")]})
    seen = picked(before, wanted)
    return _keep(
        actor,
        Proposal(
            kind=Kind.UPDATE, resource=row, version=version, changes=wanted, seen=seen, text=_text(text)
        ),
    )


def propose_removal(actor: Viewer, resource_id: int, text: str) -> Proposal:
    """Proposes that an entry be taken out; the reason is needed."""
    row = _resource(actor, resource_id)
    return _keep(
        actor, Proposal(kind=Kind.DELETE, resource=row, version=row.version, text=_text(text, needed=True))
    )


def report_mistake(actor: Viewer, resource_id: int, text: str) -> Proposal:
    """Reports a mistake in words (R49); whoever decides corrects the entry himself."""
    row = _resource(actor, resource_id)
    return _keep(
        actor, Proposal(kind=Kind.REPORT, resource=row, version=row.version, text=_text(text, needed=True))
    )


def _text(text: str, *, needed: bool = False) -> str:
    cleaned = (
        "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
        .strip()
        .replace("\x00", "")
    )
    if needed and not cleaned:
        raise InvalidValues({"text": [_("Say in a few words what is wrong.")]})
    if len(cleaned) > LONGEST_TEXT:
        raise InvalidValues({"text": [_("At most %(most)d characters.") % {"most": LONGEST_TEXT}]})
    return cleaned


def _resource(actor: Viewer, resource_id: int) -> Resource:
    row = Resource.unscoped.filter(visible_q(actor), pk=resource_id).select_related("category").first()
    if row is None or not may_propose_on(actor, resource_id):
        raise FeatureNotFound(str(resource_id))
    return row


@transaction.atomic
def _keep(actor: Viewer, proposal: Proposal) -> Proposal:
    proposal.author_id, proposal.author_name = actor.account_id, actor.name[:150]
    proposal.save()
    _tell(actor, "proposal.made", proposal)
    return proposal


@transaction.atomic
def approve(actor: Viewer, proposal_id: int, keys: Iterable[str] | None = None, answer: str = "") -> Proposal:
    """Takes the changes over, all or those of ``keys``; history names who proposed them.

    Raises ``FeatureNotFound``, :class:`InvalidValues`, ``Conflict`` where the entry has changed since in those items.
    """
    proposal = _decidable(actor, proposal_id)
    chosen = [key for key in proposal.changes if keys is None or key in set(keys)]
    note = _("proposed by %(name)s (no. %(number)d)") % {"name": proposal.author_name, "number": proposal.pk}
    if proposal.kind in {Kind.CREATE, Kind.UPDATE} and not chosen:
        raise InvalidValues({"keys": [_("Choose at least one item, or send the proposal back.")]})
    if proposal.kind == Kind.CREATE:
        _create(actor, proposal, chosen, note)
    elif proposal.kind == Kind.UPDATE:
        _update(actor, proposal, chosen, note)
    elif proposal.kind == Kind.DELETE and proposal.resource_id is not None:
        trash_resource(actor, proposal.resource_id, note)
    partly = proposal.kind in {Kind.CREATE, Kind.UPDATE} and len(chosen) < len(proposal.changes)
    state = State.DONE if proposal.kind == Kind.REPORT else State.PARTLY if partly else State.APPROVED
    proposal.accepted = chosen
    return _decide(actor, proposal, state, answer)


def _create(actor: Viewer, proposal: Proposal, chosen: list[str], note: str) -> None:
    row = create_resource(actor, picked(proposal.changes, {*chosen, "name", "category"}), note)
    if proposal.author_id is not None and _wants_own(proposal):
        Responsibility.unscoped.get_or_create(resource=row, account_id=proposal.author_id, organisation=None)
    proposal.resource = row


def _wants_own(proposal: Proposal) -> bool:
    """What B or C would have registered becomes its own when it is approved (design §4)."""
    level = get_user_model().objects.filter(pk=proposal.author_id).values_list("level", flat=True).first()
    return level in {Level.B.value, Level.C.value}


def _update(actor: Viewer, proposal: Proposal, chosen: list[str], note: str) -> None:
    if proposal.resource_id is None or proposal.version is None:
        raise FeatureNotFound(str(proposal.pk))
    changes = picked(proposal.changes, chosen)
    if {"lat", "lon"} & set(changes):
        changes |= picked(proposal.changes, ("lat", "lon", "geom_origin"))
    update_resource(actor, proposal.resource_id, proposal.version, changes, note)


@transaction.atomic
def send_back(actor: Viewer, proposal_id: int, answer: str) -> Proposal:
    """差戻し: the author reads why and may propose again. Raises :class:`InvalidValues` without a reason."""
    proposal = _decidable(actor, proposal_id)
    if not answer.strip():
        raise InvalidValues({"answer": [_("Say why, so that the author can put it right.")]})
    return _decide(actor, proposal, State.SENT_BACK, answer)


def _decidable(actor: Viewer, proposal_id: int) -> Proposal:
    proposal = (
        Proposal.unscoped.filter(decidable_q(actor), pk=proposal_id).select_for_update(of=("self",)).first()
    )
    if proposal is None:
        raise FeatureNotFound(str(proposal_id))
    return proposal


def _decide(actor: Viewer, proposal: Proposal, state: State, answer: str) -> Proposal:
    proposal.state, proposal.answer = state, _answer(answer)
    proposal.decided_by_id, proposal.decided_by_name = actor.account_id, actor.name[:150]
    proposal.decided_at = proposal.changed_at = timezone.now()
    proposal.save()
    _tell(actor, f"proposal.{state.value}", proposal)
    _mail_author(proposal)
    return proposal


def _answer(text: str) -> str:
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(cleaned) > 2000:
        raise InvalidValues({"answer": [_("At most %(most)d characters.") % {"most": 2000}]})
    return cleaned


def _mail_author(proposal: Proposal) -> None:
    author = get_user_model().objects.filter(pk=proposal.author_id, is_active=True).first()
    if author is None or not author.email or author.pk == proposal.decided_by_id:
        return
    subject = _("Your proposal no. %(number)d: %(state)s") % {
        "number": proposal.pk, "state": proposal.get_state_display(),
    }  # fmt: skip
    path = reverse("proposals:item", args=[proposal.pk])
    lines = [subject, "", proposal.answer, "", f"{settings.SITE_URL}{path}" if settings.SITE_URL else path]
    send_mail([author.email], subject, "\n".join(lines))


@transaction.atomic
def withdraw(actor: Viewer, proposal_id: int) -> Proposal:
    """The author takes it back. Raises ``FeatureNotFound``."""
    proposal = (
        Proposal.unscoped.filter(own_open_q(actor), pk=proposal_id).select_for_update(of=("self",)).first()
    )
    if proposal is None:
        raise FeatureNotFound(str(proposal_id))
    proposal.state, proposal.changed_at = State.WITHDRAWN, timezone.now()
    proposal.save()
    _tell(actor, "proposal.withdrawn", proposal)
    return proposal


def _tell(actor: Viewer, action: str, proposal: Proposal) -> None:
    account = get_user_model().objects.filter(pk=actor.account_id).first()
    tell(action, actor=account, target=proposal, kind=proposal.kind, resource=proposal.resource_id)
