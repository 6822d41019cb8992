from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasetsConfig(AppConfig):
    """Uploaded layers: put in, described, drawn, replaced, removed; and a page of each for whoever may see it."""

    name = "gisportal.modules.datasets"
    label = "datasets"
    verbose_name = _("Map layers")
