from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VacancyConfig(AppConfig):
    """Room for guests: one page per office, by sign-in or by signed link (R30)."""

    name = "gisportal.modules.vacancy"
    label = "vacancy"
    verbose_name = _("Vacancy")
