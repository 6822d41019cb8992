from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DevelopersConfig(AppConfig):
    """For people who write programs: what can be read and how, tokens, and what they use (D4, D8, I5)."""

    name = "gisportal.modules.developers"
    label = "developers"
    verbose_name = _("Developers")
    default_auto_field = "django.db.models.BigAutoField"
