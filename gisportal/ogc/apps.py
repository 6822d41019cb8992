from django.apps import AppConfig


class OgcConfig(AppConfig):
    name = "gisportal.ogc"
    label = "ogc"
    default_auto_field = "django.db.models.BigAutoField"
