"""Pages of sign-in."""

from dataclasses import dataclass
from typing import Any

from allauth.account.views import AccountInactiveView, LoginView
from django.conf import settings

from gisportal.accounts.demo import DEMO_ACCOUNTS, read_credentials


@dataclass(frozen=True, slots=True)
class DemoChoice:
    """A demo account as the sign-in page offers it."""

    user: str
    password: str
    title: str
    may: str


def demo_choices() -> list[DemoChoice]:
    """The demo's accounts with what each may do; none where the demo is off."""
    if not settings.DEMO:
        return []
    known = read_credentials()
    return [
        DemoChoice(demo.user, known[demo.user].password, demo.display_name, str(demo.may))
        for demo in DEMO_ACCOUNTS
        if demo.user in known
    ]


class OwnSite:
    """Gives ``site`` back to the portal: allauth means the host's name by it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without allauth's ``site``, which would hide the one of the context processor."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.pop("site", None)
        return context


class InactiveView(OwnSite, AccountInactiveView):  # type: ignore[misc]
    """What somebody sees whose account is switched off."""


class SignInView(OwnSite, LoginView):  # type: ignore[misc]
    """Sign-in by user name and password; in the demo, also by one click on an account."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the demo's choices; asked anew, as the file may be written while the portal runs."""
        return {**super().get_context_data(**kwargs), "demo_choices": demo_choices()}
