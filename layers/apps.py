from django.apps import AppConfig


class LayersConfig(AppConfig):
    name = "layers"
    label = "layers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sources of this room."""
        from layers import districts, resources  # noqa: F401
