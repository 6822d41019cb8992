from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    """When and where meetings of a resource take place (R30)."""

    name = "gisportal.modules.sessions"
    label = "meetings"
    verbose_name = _("Meetings")
