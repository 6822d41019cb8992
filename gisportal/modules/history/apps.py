from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    """Past states of resources, and the way back (R28)."""

    name = "gisportal.modules.history"
    label = "history"
    verbose_name = _("History")
