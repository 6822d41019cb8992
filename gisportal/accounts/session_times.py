"""How long a sign-in lasts: idle time that renews itself, an absolute end, sessions at once (R18)."""

import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal import hooks
from gisportal.accounts.models import Account

SIGNED_IN = "signed_in_at"
SEEN = "seen_at"
#: A session is written again at most this often; between, its end moves by at most as much.
RENEWED_EVERY = timedelta(minutes=5).total_seconds()


def begin_session(request: HttpRequest) -> None:
    """Notes when the sign-in was; called at sign-in."""
    request.session[SIGNED_IN] = request.session[SEEN] = int(time.time())


def keep_session(request: HttpRequest) -> None:
    """Renews the idle time of a signed-in session, or ends one that has reached its absolute end."""
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    signed_in = request.session.setdefault(SIGNED_IN, now)
    if now - signed_in >= settings.SESSION_ABSOLUTE_AGE:
        logout(request)
        messages.info(request, _("You have been signed out because the longest time of a sign-in is over."))
    elif now - request.session.get(SEEN, 0) >= RENEWED_EVERY:
        request.session[SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )


def end_oldest_sessions(request: HttpRequest, account: Account) -> None:
    """Ends sessions of the account beyond the number allowed, the oldest first; never this one."""
    others = [
        session
        for session in UserSession.objects.purge_and_list(account)
        if session.session_key != request.session.session_key
    ]
    others.sort(key=lambda session: session.created_at, reverse=True)
    for session in others[settings.SESSIONS_PER_ACCOUNT - 1 :]:
        session.end()
        hooks.tell("session.ended", actor=account, target=account, reason="limit")


def end_all_sessions(account: Account) -> None:
    """Ends every session of an account: its password was reset, or it was switched off."""
    for session in UserSession.objects.filter(user=account):
        session.end()
