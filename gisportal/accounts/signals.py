"""What happens when somebody signs in."""

from typing import Any

from allauth.account.signals import password_changed, user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from gisportal import hooks
from gisportal.accounts.models import Account
from gisportal.accounts.session_times import begin_session, end_oldest_sessions


@receiver(user_logged_in, dispatch_uid="gisportal.accounts.sessions")
def start_session(sender: object, request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """Starts the clocks of the new session and ends the oldest ones over the limit."""
    begin_session(request)
    end_oldest_sessions(request, user)


@receiver(password_changed, dispatch_uid="gisportal.accounts.password")
def note_password(sender: object, user: Account, **kwargs: Any) -> None:
    """Somebody changed the own password; Django ends the account's other sessions."""
    hooks.tell("password.changed", actor=user, target=user)
