"""The account of a session, with all the viewer needs, in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from gisportal.accounts.models import AccessSetting, Account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by user name and password. Administrators have every permission, nobody else has any."""

    def get_user(self, user_id: Any) -> Account | None:
        """The active account with its organisation and the switch of the public site, or None."""
        account = (
            Account.objects.select_related("organisation")
            .annotate(public_site=AccessSetting.as_column())
            .filter(pk=user_id)
            .first()
        )
        return account if account is not None and self.user_can_authenticate(account) else None
