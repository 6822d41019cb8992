from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """基礎調査: sheets, answers by link or fax, reminders, totals (R39)."""

    name = "gisportal.modules.surveys"
    label = "surveys"
    verbose_name = _("Surveys")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal.modules.surveys import source
        from layers.media.store import register_folder

        register_folder(source.FOLDER, source.files_in_use)
