from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Top page, search, detail, exports, settings of the site."""

    name = "gisportal.portal"
    label = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal.hooks import autodiscover

        autodiscover(settings.GISPORTAL_MODULES)
