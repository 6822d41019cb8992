"""``/link/<token>/…``: the frame of all signed links.

What stands behind one is registered by ``hooks.link_kind``. The token is the whole authority here: cookies are neither
read for rights nor set, which is also why these pages need no CSRF token (whoever could forge a form would need the
address, which is the secret) and may forbid any referrer (browsers then send ``Origin: null``, which Django refuses).
"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from gisportal import hooks
from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import (
    GUESSES_WINDOW,
    LinkOver,
    LinkUnknown,
    count_guess,
    find_link,
    may_try,
    note_look,
    viewer_of_link,
)
from layers.access import current_viewer

LinkView = Callable[[HttpRequest, SignedLink, str], HttpResponse]
GONE: Final = 410


def guarded(response: HttpResponse) -> HttpResponse:
    """The headers of every answer below ``/link/``: the address goes nowhere and is kept nowhere."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@csrf_exempt
@sensitive_post_parameters()
@sensitive_variables("token")
def link(request: HttpRequest, token: str, rest: str = "") -> HttpResponse:
    """The page of a link, or why it does not open: 404 unknown, 410 over, 429 too many guesses."""
    if not may_try(request):
        response = _refusal(request, 429, _too_many())
        response["Retry-After"] = str(GUESSES_WINDOW)
        return response
    try:
        found = find_link(token)
        kind = hooks.link_kinds().get(found.kind)
        if kind is None:
            raise LinkUnknown
        return guarded(_opened(request, found, kind.view, rest))
    except LinkUnknown:
        count_guess(request, token)
        return _refusal(request, 404, _unknown())
    except LinkOver as over:
        return _refusal(request, GONE, _over(over.reason), over.link)


def _opened(request: HttpRequest, found: SignedLink, view: LinkView, rest: str) -> HttpResponse:
    """The kind's own page, seen with the rights of the link and of nobody who happens to be signed in."""
    request.user = AnonymousUser()
    request.viewer = viewer_of_link(found)  # type: ignore[attr-defined]
    note_look(found)
    mark = current_viewer.set(request.viewer)  # type: ignore[attr-defined]
    try:
        return view(request, found, rest)
    finally:
        current_viewer.reset(mark)


def _refusal(
    request: HttpRequest, status: int, words: tuple[str, str], link: SignedLink | None = None
) -> HttpResponse:
    title, detail = words
    maker = link.made_by.organisation if link and link.made_by else None
    context: dict[str, Any] = {"status": status, "title": title, "detail": detail, "maker": maker}
    return guarded(render(request, "link/refused.html", context, status=status))


def _unknown() -> tuple[str, str]:
    return (
        _("This link is not known"),
        _("Perhaps a part of the address is missing. Please open it again from the mail or read the QR code again."),
    )  # fmt: skip


def _too_many() -> tuple[str, str]:
    return _("Please wait a moment"), _(
        "Too many unknown links were tried from your connection. Please try again in ten minutes."
    )


def _over(reason: str) -> tuple[str, str]:
    words = {
        "revoked": (
            _("This link has been withdrawn"),
            _("Whoever made it has ended it. Nothing was changed. Please ask for a new one."),
        ),
        "used": (
            _("This link has been used already"),
            _("What was sent with it has been received. Nothing more was changed now."),
        ),
        "expired": (
            _("The time of this link is over"),
            _("For safety a link ends after some time. Nothing was changed. Please ask for a new one."),
        ),
    }  # fmt: skip
    return words[reason]
