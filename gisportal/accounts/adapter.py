"""allauth's adapter: nobody signs up by himself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gisportal.accounts.addresses import client_address


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are issued by the administrator (R19)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is not correct."),
        "enter_current_password": _("The current password is not correct."),
    }

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """One's own account, where the message is read."""
        return reverse("usersessions_list")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else; see ``client_address``."""
        return client_address(request)
