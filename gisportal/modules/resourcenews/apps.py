from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourceNewsConfig(AppConfig):
    """News of resources (R11)."""

    name = "gisportal.modules.resourcenews"
    label = "resourcenews"
    verbose_name = _("News of resources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisportal.modules.resourcenews import receivers, source  # noqa: F401
        from layers.media.store import register_folder

        register_folder(source.FOLDER, source.files_in_use)
