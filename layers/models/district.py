"""Divisions of the city (日常生活圏域, 小学校区, 町 …): several at once, each with its districts."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from layers.crs import STORAGE_SRID
from layers.models.category import CODE
from layers.models.data_source import DataSource
from layers.models.site import Organisation


class DistrictScheme(models.Model):
    """One way of dividing the city. ``code`` names the source ``districts-<code>``."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    is_approximate = models.BooleanField(
        _("boundaries are approximate"), default=False, help_text=_("Said wherever the districts appear.")
    )
    is_care_area = models.BooleanField(
        _("answers first"),
        default=False,
        help_text=_("The scheme an address is answered with first, with its office."),
    )
    source = models.ForeignKey(
        DataSource, models.SET_NULL, null=True, blank=True, verbose_name=_("data source")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("district scheme")
        verbose_name_plural = _("district schemes")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                name="district_scheme_code_is_key",
                condition=models.Q(code__regex=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class District(models.Model):
    """地区: polygon, population, and the office responsible (担当包括 …). Named ``scheme:code`` outside."""

    scheme = models.ForeignKey(
        DistrictScheme, models.CASCADE, related_name="districts", verbose_name=_("scheme")
    )
    code = models.CharField(_("code"), max_length=40)
    key = models.CharField(_("key"), max_length=81, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=80)
    reading = models.CharField(_("reading"), max_length=120, blank=True)
    geom = models.MultiPolygonField(_("boundary"), srid=STORAGE_SRID, null=True, blank=True)
    office = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="districts",
        verbose_name=_("office responsible"),
    )
    office_phone = models.CharField(_("telephone of the office"), max_length=60, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_by_age = models.JSONField(
        _("population by age"), default=dict, blank=True, help_text=_('{"0-4": 120, …, "85+": 33}')
    )
    population_on = models.DateField(_("date of the population"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["scheme", "order", "code"]
        constraints = [
            models.UniqueConstraint(name="district_code_is_unique_in_scheme", fields=["scheme", "code"]),
            models.CheckConstraint(
                name="district_code_is_plain", condition=models.Q(code__regex=r"^[A-Za-z0-9][A-Za-z0-9_\-]*$")
            ),
            models.CheckConstraint(
                name="district_boundary_is_valid",
                condition=models.Q(geom=None) | models.Q(geom__isvalid=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DistrictTown(models.Model):
    """One line of a scheme's table of towns: a 大字・町 that lies in a district, whatever the polygon says."""

    scheme = models.ForeignKey(DistrictScheme, models.CASCADE, related_name="towns", verbose_name=_("scheme"))
    lg_code = models.CharField(_("municipality code"), max_length=6)
    town = models.CharField(_("town"), max_length=120)
    district = models.ForeignKey(District, models.CASCADE, related_name="towns", verbose_name=_("district"))

    class Meta:
        verbose_name = _("town of a district")
        verbose_name_plural = _("table of towns")
        ordering = ["scheme", "town"]
        constraints = [
            models.UniqueConstraint(
                name="district_town_is_unique_in_scheme", fields=["scheme", "lg_code", "town"]
            ),
        ]

    def __str__(self) -> str:
        return self.town
