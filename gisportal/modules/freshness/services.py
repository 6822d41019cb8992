"""Reminders: one mail a person with a link that confirms without signing in, not oftener than the city allows."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gisportal.accounts.mail import send_mail
from gisportal.accounts.signed_links import link_path, make_link
from gisportal.hooks import tell
from gisportal.modules.freshness.models import Reminder
from gisportal.modules.freshness.source import entries_by_person
from layers.access import EDITS_ALL, Act, Viewer
from layers.editing.errors import NotAllowed

KIND: Final = "confirm"
LINK_LIFE: Final = timedelta(days=60)


def may_remind(viewer: Viewer) -> bool:
    """A and the administrator."""
    return viewer.level in EDITS_ALL and viewer.acts is None


@transaction.atomic
def remind(actor: Viewer, account_ids: Iterable[int]) -> tuple[int, int]:
    """Sends one mail to each person; returns how many were sent and how many left out.

    Left out is whoever has no mail address, or had a mail within ``GISPORTAL_REMINDER_DAYS``, or nothing to look at any
    more. Raises :class:`NotAllowed`.
    """
    if not may_remind(actor):
        raise NotAllowed("remind")
    chosen = list(dict.fromkeys(account_ids))
    # Two clerks pressing at once send one mail: the accounts are locked one after the other.
    accounts = (
        get_user_model().objects.select_for_update().filter(pk__in=chosen, is_active=True).order_by("pk")
    )
    entries = entries_by_person(actor, chosen)
    since = timezone.now() - timedelta(days=settings.REMINDER_DAYS)
    lately = set(Reminder.unscoped.filter(sent_at__gte=since).values_list("account_id", flat=True))
    sent = 0
    for account in accounts:
        if account.email and account.pk in entries and account.pk not in lately:
            _send(actor, account, entries[account.pk])
            sent += 1
    return sent, len(chosen) - sent


def _send(actor: Viewer, account: Any, resource_ids: list[int]) -> None:
    maker = get_user_model().objects.filter(pk=actor.account_id).first()
    token = make_link(
        KIND,
        resource_ids=resource_ids,
        acts=[Act.CONFIRM],
        made_by=maker,
        expires_at=timezone.now() + LINK_LIFE,
        label=str(account)[:100],
    )
    count = len(resource_ids)
    subject = ngettext(
        "Please look at %(count)d entry", "Please look at %(count)d entries", count
    ) % {"count": count}  # fmt: skip
    text = _(
        "Dear %(name)s\n\nThese entries of the community resource map have not been updated for long. "
        "Please open the page below. If nothing has changed, one tap is enough; you need not sign in.\n\n%(link)s\n\n"
        "The link is for you alone and ends after %(days)d days."
    ) % {"name": account, "link": f"{settings.SITE_URL}{link_path(token)}", "days": LINK_LIFE.days}
    send_mail([account.email], subject, text)
    reminder = Reminder.unscoped.create(
        account=account, resource_ids=resource_ids, sent_by_name=actor.name[:150]
    )
    tell("reminder.sent", actor=maker, target=reminder, entries=count)
