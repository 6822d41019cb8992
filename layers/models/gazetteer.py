"""The gazetteer: municipalities, towns and finer points the geocoder answers from (R31).

Open data, the same for everybody: no viewer, no guarded manager. Written only by
``manage.py load_gazetteer``; keys are made by :func:`layers.geocoding.normalise.fold`.
"""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from layers.crs import STORAGE_SRID


class GazetteerCity(models.Model):
    """A municipality or ward of Japan; ``lg_code`` is the six-digit code with check digit."""

    lg_code = models.CharField(_("municipality code"), max_length=6, primary_key=True)
    pref = models.CharField(_("prefecture"), max_length=10)
    county = models.CharField(_("county"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=20)
    ward = models.CharField(_("ward"), max_length=20, blank=True)
    geom = models.PointField(_("position"), srid=STORAGE_SRID, null=True)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["lg_code"]
        constraints = [
            models.CheckConstraint(
                name="gazetteer_city_code_has_six_digits", condition=models.Q(lg_code__regex=r"^[0-9]{6}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pref}{self.county}{self.city}{self.ward}"


class GazetteerTown(models.Model):
    """A town (3), 丁目 (4) or 小字 (5) with its point; ``is_derived``: the mean of the points below it."""

    lg_code = models.CharField(_("municipality code"), max_length=6)
    town = models.CharField(_("town"), max_length=80)
    koaza = models.CharField(_("koaza"), max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(_("level"))
    key = models.CharField(_("key"), max_length=160)
    geom = models.PointField(_("position"), srid=STORAGE_SRID, spatial_index=False)
    is_derived = models.BooleanField(_("derived"), default=False)
    origin = models.CharField(_("data source"), max_length=60)

    class Meta:
        verbose_name = _("town")
        verbose_name_plural = _("towns")
        constraints = [
            models.CheckConstraint(name="gazetteer_town_level", condition=models.Q(level__range=(3, 5))),
            models.CheckConstraint(name="gazetteer_town_has_key", condition=~models.Q(key="")),
        ]
        indexes = [
            models.Index(name="gazetteer_town_lg_code", fields=["lg_code"]),
            models.Index(name="gazetteer_town_key", fields=["key"]),
            GistIndex(name="gazetteer_town_geom", fields=["geom"]),
        ]

    def __str__(self) -> str:
        return f"{self.town}{self.koaza}"


class GazetteerNumber(models.Model):
    """A block (6), house number or lot (7) where finer data exists; ``key`` is that of its town."""

    lg_code = models.CharField(_("municipality code"), max_length=6)
    key = models.CharField(_("key of the town"), max_length=160)
    number = models.CharField(_("number"), max_length=40)
    level = models.PositiveSmallIntegerField(_("level"))
    geom = models.PointField(_("position"), srid=STORAGE_SRID, spatial_index=False)
    origin = models.CharField(_("data source"), max_length=60)

    class Meta:
        verbose_name = _("address number")
        verbose_name_plural = _("address numbers")
        constraints = [
            models.CheckConstraint(name="gazetteer_number_level", condition=models.Q(level__range=(6, 7))),
        ]
        indexes = [
            models.Index(name="gazetteer_number_key", fields=["lg_code", "key", "number"]),
        ]

    def __str__(self) -> str:
        return self.number


class GazetteerLoad(models.Model):
    """One run of the import; the latest one's id is the version caches go by."""

    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    scope = models.CharField(_("scope"), max_length=200)
    town_count = models.PositiveIntegerField(_("towns"))
    number_count = models.PositiveIntegerField(_("address numbers"))

    class Meta:
        verbose_name = _("gazetteer import")
        verbose_name_plural = _("gazetteer imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.scope
