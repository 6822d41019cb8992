"""allauth's adapter: nobody signs up by himself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are issued by the administrator (R19)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
