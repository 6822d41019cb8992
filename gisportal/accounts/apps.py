from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, levels, sign-in, API tokens, ``request.viewer``."""

    name = "gisportal.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal import checks  # noqa: F401
        from gisportal.accounts import grants, signals  # noqa: F401

        grants.connect(self)
