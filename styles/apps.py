from django.apps import AppConfig


class StylesConfig(AppConfig):
    name = "styles"
    label = "styles"
    default_auto_field = "django.db.models.BigAutoField"
