"""allauth's adapter: nobody signs up by himself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from gisportal.accounts.addresses import client_address


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are issued by the administrator (R19)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else; see ``client_address``."""
        return client_address(request)
