from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GateConfig(AppConfig):
    """What every request of a program passes: limits, usage, CORS, compression, conditional requests (D8, I5)."""

    name = "gisportal.gate"
    label = "gate"
    verbose_name = _("Gate")
    default_auto_field = "django.db.models.BigAutoField"
