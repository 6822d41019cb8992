from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    """What is printed: PDF, maps of our own vectors, QR codes. Whoever prints hands in what may be shown."""

    name = "gisportal.papers"
    label = "papers"
    verbose_name = _("Papers")
