from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    """Comments on community activity (R35)."""

    name = "gisportal.modules.comments"
    label = "comments"
    verbose_name = _("Comments on activities")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal.modules.comments import receivers, source  # noqa: F401
        from layers.media.store import register_folder

        register_folder(source.FOLDER, source.files_in_use)
