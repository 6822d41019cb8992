from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FreshnessConfig(AppConfig):
    """変更なしで確認, what has not been updated, and reminders (R5, R32, R39)."""

    name = "gisportal.modules.freshness"
    label = "freshness"
    verbose_name = _("Freshness")
    default_auto_field = "django.db.models.BigAutoField"
