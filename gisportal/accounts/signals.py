"""What happens when somebody signs in."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from gisportal.accounts.models import Account
from gisportal.accounts.session_times import begin_session, end_oldest_sessions


@receiver(user_logged_in, dispatch_uid="gisportal.accounts.sessions")
def start_session(sender: object, request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """Starts the clocks of the new session and ends the oldest ones over the limit."""
    begin_session(request)
    end_oldest_sessions(request, user)
