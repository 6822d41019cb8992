"""Make a survey, ask, remind, take answers in, settle them: each in one transaction, told to the record."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.accounts.mail import send_mail
from gisportal.accounts.signed_links import LONGEST_LIFE, link_path, make_link
from gisportal.hooks import tell
from gisportal.modules.surveys.models import Campaign, CampaignEntry
from gisportal.modules.surveys.source import ASKED, answerable, campaigns, may_run
from layers.access import Act, Viewer, acting_q
from layers.editing.cleaning import clean
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.items import PLACE, EditItem, items_for
from layers.editing.services import CONFIRMED_HOW, confirm_resource, update_resource
from layers.editing.values import changed_keys, current_values, picked
from layers.errors import FeatureNotFound
from layers.models import Resource, Responsibility

KIND: Final = "survey"
MOST: Final = 5_000
MOST_REMINDERS: Final = 2
#: Answers still come in after the date asked for.
GRACE: Final = timedelta(days=60)
State = CampaignEntry.State


@transaction.atomic
def create_campaign(
    actor: Viewer, title: str, letter: str, answer_by: date | None, resource_ids: Iterable[int]
) -> Campaign:
    """A survey of entries the actor may edit. Raises :class:`NotAllowed`, :class:`InvalidValues`."""
    if not may_run(actor):
        raise NotAllowed("survey")
    ids = list(
        Resource.unscoped.filter(acting_q(actor, Act.UPDATE), pk__in=resource_ids)
        .order_by("sort_name", "id")
        .values_list("pk", flat=True)
    )
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = [_("This is needed.")]
    elif len(title) > 100:
        errors["title"] = [_("At most %(most)d characters.") % {"most": 100}]
    if len(letter) > 4000:
        errors["letter"] = [_("At most %(most)d characters.") % {"most": 4000}]
    if answer_by is None or answer_by < timezone.localdate():
        errors["answer_by"] = [_("A day from today on is needed.")]
    if not ids or len(ids) > MOST:
        errors["entries"] = [_("A survey asks between 1 and %(most)d entries.") % {"most": MOST}]
    if errors or answer_by is None:
        raise InvalidValues(errors)
    campaign = Campaign.unscoped.create(
        title=" ".join(title.split()),
        letter=letter.replace("\r\n", "\n").strip(),
        answer_by=answer_by,
        made_by_id=actor.account_id,
    )
    CampaignEntry.unscoped.bulk_create([CampaignEntry(campaign=campaign, resource_id=pk) for pk in ids], 1000)
    _tell(actor, "survey.created", campaign, entries=len(ids))
    return campaign


def link_for(actor_id: int | None, entry: CampaignEntry, label: str) -> str:
    """The token of a link that answers for one entry and does nothing else."""
    end = timezone.make_aware(datetime.combine(entry.campaign.answer_by, time.max)) + GRACE
    return make_link(
        KIND,
        resource_ids=[entry.resource_id],
        acts=[Act.CONFIRM],
        made_by=get_user_model().objects.filter(pk=actor_id).first(),
        expires_at=max(min(end, timezone.now() + LONGEST_LIFE), timezone.now() + timedelta(days=1)),
        label=label[:100],
        entry=entry.pk,
    )


@transaction.atomic
def ask_by_mail(actor: Viewer, campaign_id: int, *, again: bool) -> tuple[int, int]:
    """Mails the persons responsible: everyone not asked yet, or again those who have not answered.

    One mail a person and an entry; an entry is asked again at most :data:`MOST_REMINDERS` times and not twice a day.
    Returns how many entries were mailed about and how many had nobody with a mail address.
    """
    campaign = _running(actor, campaign_id)
    rows = (
        campaign.entries.filter(state=State.OPEN)
        .select_related("resource", "campaign")
        .select_for_update(of=("self",))
    )
    if again:
        yesterday = timezone.now() - timedelta(days=1)
        rows = rows.filter(asked_at__isnull=False, reminders__lt=MOST_REMINDERS).exclude(
            reminded_at__gt=yesterday
        )
    else:
        rows = rows.filter(asked_at=None)
    sent = left = 0
    for entry in rows:
        if addresses := _addresses(entry.resource):
            _mail(actor, entry, addresses, again=again)
            _mark_asked(entry, again=again)
            sent += 1
        else:
            left += 1
    _tell(actor, "survey.reminded" if again else "survey.asked", campaign, sent=sent, left=left)
    return sent, left


def _addresses(resource: Resource) -> list[str]:
    """Mail addresses of the accounts responsible, else the entry's own."""
    accounts = get_user_model().objects.filter(is_active=True).exclude(email="")
    rows = Responsibility.unscoped.filter(resource=resource)
    own = accounts.filter(pk__in=rows.values("account_id"))
    of_organisations = accounts.filter(
        organisation_id__in=rows.values("organisation_id"), level__in=["b", "c"]
    )
    found = list((own | of_organisations).distinct().order_by("pk").values_list("email", flat=True))
    return found or ([resource.email] if resource.email else [])


def _mail(actor: Viewer, entry: CampaignEntry, addresses: list[str], *, again: bool) -> None:
    token = link_for(actor.account_id, entry, entry.resource.name)
    title = entry.campaign.title
    subject = _("Reminder: %(title)s") % {"title": title} if again else title
    text = _(
        "%(letter)s\n\nEntry: %(name)s\nPlease answer by %(day)s on this page; you need not sign in:\n%(link)s"
    ) % {
        "letter": entry.campaign.letter,
        "name": entry.resource.name,
        "day": entry.campaign.answer_by.isoformat(),
        "link": f"{settings.SITE_URL}{link_path(token)}",
    }
    send_mail(addresses, subject, text)


def _mark_asked(entry: CampaignEntry, *, again: bool) -> None:
    now = timezone.now()
    if again:
        entry.reminded_at, entry.reminders = now, entry.reminders + 1
    else:
        entry.asked_at = now
    entry.save(update_fields=["asked_at", "reminded_at", "reminders"])


def mark_sheets_sent(campaign: Campaign, ids: Iterable[int]) -> None:
    """Entries whose sheets were printed count as asked."""
    campaign.entries.filter(pk__in=ids, asked_at=None).update(asked_at=timezone.now())


def asked_items(viewer: Viewer, resource: Resource) -> dict[str, EditItem]:
    """Items a survey asks about: the basic ones and the city's own; no place that is not disclosed."""
    items = items_for(viewer, resource.category.code)
    hidden = PLACE if resource.disclosure != "open" or resource.site_id else ()
    return {
        key: item
        for key, item in items.items()
        if (key in ASKED or key.startswith("field.")) and key not in hidden
    }


@transaction.atomic
def answer(
    actor: Viewer,
    entry_id: int,
    outcome: str,
    raw: Mapping[str, Any],
    *,
    how: str,
    by: str = "",
    text: str = "",
) -> CampaignEntry:
    """Takes an answer in. ``outcome``: ``unchanged``, ``changed`` or ``closed``; ``how`` as in ``confirm_resource``.

    "Unchanged" verifies the entry at once; changes wait for whoever settles them. A later answer replaces one that is
    not settled. Raises ``FeatureNotFound``, :class:`InvalidValues`.
    """
    entry = answerable(actor).filter(pk=entry_id).select_for_update(of=("self",)).first()
    if entry is None:
        raise FeatureNotFound(str(entry_id))
    if entry.state == State.SETTLED:
        raise InvalidValues({"outcome": [_("This answer has been settled already. Please telephone.")]})
    if how not in CONFIRMED_HOW or outcome not in {State.UNCHANGED, State.CHANGED, State.CLOSED}:
        raise InvalidValues({"outcome": [_("Choose one of the answers.")]})
    changes, seen = _changes(actor, entry, raw) if outcome == State.CHANGED else ({}, {})
    said = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(said) > 2000:
        raise InvalidValues({"text": [_("At most %(most)d characters.") % {"most": 2000}]})
    if outcome == State.CHANGED and not changes and not said:
        raise InvalidValues(
            {"outcome": [_("Nothing differs from today. If that is right, choose “nothing has changed”.")]}
        )
    if outcome == State.UNCHANGED:
        confirm_resource(actor, entry.resource_id, how, by)
    entry.state, entry.changes, entry.seen, entry.text = outcome, changes, seen, said
    entry.version = entry.resource.version
    entry.answered_at, entry.answered_how = timezone.now(), how
    entry.answered_by = " ".join((by or actor.name).split())[:100]
    entry.save()
    _tell(actor, "survey.answered", entry, outcome=outcome, how=how)
    return entry


def _changes(
    actor: Viewer, entry: CampaignEntry, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    items = asked_items(actor, entry.resource)
    cleaned = clean(items, {key: value for key, value in raw.items() if key in items}, actor)
    before = current_values(entry.resource, actor)
    changed = picked(cleaned, changed_keys(before, cleaned))
    return changed, picked(before, changed)


@transaction.atomic
def settle(actor: Viewer, entry_id: int, keys: Iterable[str]) -> CampaignEntry:
    """Takes the chosen changes over and verifies the entry; an ended service is closed.

    Raises ``FeatureNotFound``, :class:`NotAllowed`, :class:`InvalidValues`, ``Conflict``.
    """
    if not may_run(actor):
        raise NotAllowed("survey")
    rows = CampaignEntry.unscoped.filter(pk=entry_id, state__in=[State.CHANGED, State.CLOSED])
    entry = rows.select_for_update(of=("self",)).select_related("campaign", "resource").first()
    if entry is None or entry.version is None:
        raise FeatureNotFound(str(entry_id))
    chosen = [key for key in entry.changes if key in set(keys)]
    note = _("answer to the survey “%(title)s”") % {"title": entry.campaign.title}
    changes = picked(entry.changes, chosen)
    if entry.state == State.CLOSED:
        changes = {"operation": "closed"}
    if changes:
        update_resource(actor, entry.resource_id, entry.version, changes, note)
    confirm_resource(actor, entry.resource_id, entry.answered_how, entry.answered_by)
    entry.state, entry.accepted = State.SETTLED, sorted(changes)
    entry.settled_at, entry.settled_by_name = timezone.now(), actor.name[:150]
    entry.save()
    _tell(actor, "survey.settled", entry, items=sorted(changes))
    return entry


@transaction.atomic
def close_campaign(actor: Viewer, campaign_id: int) -> Campaign:
    """Ends a survey: no more answers; what came in stays to be settled."""
    campaign = _running(actor, campaign_id)
    campaign.closed_at = timezone.now()
    campaign.save(update_fields=["closed_at"])
    _tell(actor, "survey.closed", campaign)
    return campaign


def _running(actor: Viewer, campaign_id: int) -> Campaign:
    campaign = campaigns(actor).filter(pk=campaign_id, closed_at=None).select_for_update().first()
    if campaign is None:
        raise FeatureNotFound(str(campaign_id))
    return campaign


def _tell(actor: Viewer, action: str, target: Any, **details: Any) -> None:
    account = get_user_model().objects.filter(pk=actor.account_id).first()
    tell(action, actor=account, target=target, **details)
