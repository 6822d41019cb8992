"""Signed links: made, opened, used, revoked (R30, R39).

A token is 256 random bits; only its digest is stored, so that nobody who reads the database can use one. A link opens
the resources it names for the acts it names and nothing else; it never borrows the rights of whoever made it. Looking
does not use a link up (mail programs look at links by themselves); acts do.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from gisportal import hooks
from gisportal.accounts.addresses import client_address
from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.models import Account
from layers.access import Level, Viewer

DEFAULT_LIFE: Final = timedelta(days=90)
LONGEST_LIFE: Final = timedelta(days=400)
LOOKS_ARE_NOTED_EVERY: Final = timedelta(minutes=1)
GUESSES_ALLOWED: Final = 20
GUESSES_WINDOW: Final = 600  # seconds


class LinkUnknown(Exception):
    """There is no such link: altered, cut off, or guessed."""


class LinkOver(Exception):
    """The link was known but opens no more. ``reason``: ``revoked``, ``used`` or ``expired``."""

    def __init__(self, link: SignedLink, reason: str) -> None:
        super().__init__(reason)
        self.link = link
        self.reason = reason


@sensitive_variables("token")
def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@sensitive_variables("token")
def make_link(
    kind: str,
    *,
    resource_ids: Iterable[int],
    acts: Iterable[str],
    made_by: Account | None,
    expires_at: datetime | None = None,
    max_uses: int | None = None,
    label: str = "",
    **data: Any,
) -> str:
    """Makes a link and returns its token, which cannot be read again. ``data``: plain values its kind needs.

    The caller has checked that ``made_by`` may do the acts to the resources.

    Raises:
        ValueError: the end lies in the past or more than ``LONGEST_LIFE`` ahead.
    """
    now = timezone.now()
    end = expires_at or now + DEFAULT_LIFE
    if not now < end <= now + LONGEST_LIFE:
        raise ValueError("expires_at")
    token = secrets.token_urlsafe(32)
    link = SignedLink.objects.create(
        kind=kind,
        label=label,
        digest=_digest(token),
        resource_ids=sorted(set(resource_ids)),
        acts=sorted({str(act) for act in acts}),
        data=data,
        max_uses=max_uses,
        made_by=made_by,
        expires_at=end,
    )
    hooks.tell("link.created", actor=made_by, target=link, kind=kind, resources=link.resource_ids)
    return token


@sensitive_variables("token")
def find_link(token: str) -> SignedLink:
    """The link of a token.

    Raises:
        LinkUnknown: there is none.
        LinkOver: it is revoked, used up or past its time.
    """
    link = SignedLink.objects.select_related("made_by__organisation").filter(digest=_digest(token)).first()
    if link is None:
        raise LinkUnknown
    if link.ending:
        raise LinkOver(link, link.ending)
    return link


@sensitive_variables("token")
def open_link(token: str) -> SignedLink | None:
    """The link of a token, or None where it opens nothing."""
    try:
        return find_link(token)
    except (LinkUnknown, LinkOver):
        return None


def note_look(link: SignedLink) -> None:
    """Notes and records that the link was looked at; once a minute, whatever a phone's browser asks for."""
    now = timezone.now()
    due = Q(opened_at=None) | Q(opened_at__lt=now - LOOKS_ARE_NOTED_EVERY)
    if SignedLink.objects.filter(due, pk=link.pk).update(opened_at=now):
        hooks.tell("link.opened", target=link, kind=link.kind)


def use_link(link: SignedLink, act: str, **details: Any) -> None:
    """Counts and records one act through the link, in the transaction of the act. Call it before the act.

    Raises:
        LinkOver: another use, an end or a revocation came first.
    """
    now = timezone.now()
    free = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
    rows = SignedLink.objects.filter(free, pk=link.pk, revoked_at=None, expires_at__gt=now)
    if not rows.update(uses=F("uses") + 1, last_used_at=now):
        link.refresh_from_db(fields=["uses", "max_uses", "revoked_at", "expires_at"])
        raise LinkOver(link, link.ending or "used")
    hooks.tell("link.used", target=link, kind=link.kind, act=str(act), **details)


def revoke_link(link: SignedLink, *, actor: Account | None = None) -> None:
    """Ends a link; its row stays, so that its use can still be told."""
    if SignedLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        hooks.tell("link.revoked", actor=actor, target=link, kind=link.kind)


def viewer_of_link(link: SignedLink) -> Viewer:
    """Who looks through a link: level C without an account, over the link's resources, with its acts only."""
    from layers.access import Act

    known = set(Act)
    return Viewer(
        level=Level.C,
        granted_ids=tuple(link.resource_ids),
        name=link.label,
        acts=frozenset(Act(act) for act in link.acts if act in known),
    )


@sensitive_variables("token")
def link_path(token: str) -> str:
    """The address of a link within the site."""
    return reverse("link", args=[token])


@sensitive_variables("token")
def link_url(request: HttpRequest, token: str) -> str:
    """The whole address of a link, for a mail or a QR code."""
    return request.build_absolute_uri(link_path(token))


def _guesses(request: HttpRequest) -> str:
    return f"wrong-links:{client_address(request)}"


def may_try(request: HttpRequest) -> bool:
    """Whether so few unknown tokens came from this address that another may be looked up."""
    return int(cache.get(_guesses(request), 0)) < GUESSES_ALLOWED


@sensitive_variables("token")
def count_guess(request: HttpRequest, token: str) -> None:
    """Counts different unknown tokens of an address: somebody who tries one cut-off link again is no thief."""
    counter = _guesses(request)
    seen = cache.add(f"{counter}:{_digest(token)}", True, GUESSES_WINDOW)
    if seen and not cache.add(counter, 1, GUESSES_WINDOW):
        cache.incr(counter)
