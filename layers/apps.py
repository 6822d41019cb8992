from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LayersConfig(AppConfig):
    name = "layers"
    label = "layers"
    verbose_name = _("Map data")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sources of this room; the one asked for most comes first."""
        from layers import resources  # noqa: F401, I001
        from layers import districts  # noqa: F401
        from layers.sessions import merging, source  # noqa: F401
        from layers.stored import source as stored  # noqa: F401
        from layers.geocoding import checks  # noqa: F401
        from layers.editing import media  # noqa: F401
