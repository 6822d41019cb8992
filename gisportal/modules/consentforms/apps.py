from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentFormsConfig(AppConfig):
    """使用承諾書: printed, received, and publication made to follow them (R33)."""

    name = "gisportal.modules.consentforms"
    label = "consentforms"
    verbose_name = _("Consent forms")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal.modules.consentforms import signals, source  # noqa: F401
        from layers.media.store import register_folder

        register_folder(source.FOLDER, source.files_in_use)
