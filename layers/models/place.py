"""A place as sites and resources share it: address, position and how far it may be told."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.crs import STORAGE_SRID


class Disclosure(models.TextChoices):
    """Disclosure of place (design §3)."""

    OPEN = "open", pgettext_lazy("disclosure of place", "open")
    AREA = "area", _("district only")
    CONTACT = "contact", _("contact only")


class PlaceOrigin(models.TextChoices):
    """Where a position came from; one set by hand is never moved by a later address edit."""

    FILE = "file", _("from the file")
    GEOCODED = "geocoded", _("from the address")
    HAND = "hand", _("set by hand")


class Place(models.Model):
    """Address and position. ``geom``: WGS 84, longitude first. ``town``: the gazetteer's 大字・町・丁目."""

    postcode = models.CharField(_("postcode"), max_length=8, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    building = models.CharField(_("building"), max_length=200, blank=True)
    lg_code = models.CharField(_("municipality code"), max_length=6, blank=True)
    town = models.CharField(_("town"), max_length=120, blank=True)
    geom = models.PointField(_("position"), srid=STORAGE_SRID, null=True, blank=True, spatial_index=False)
    geom_origin = models.CharField(
        _("origin of the position"), max_length=10, choices=PlaceOrigin, blank=True
    )
    geom_precision = models.CharField(_("precision of the position"), max_length=12, blank=True)

    class Meta:
        abstract = True


def place_constraints(prefix: str) -> list[models.BaseConstraint]:
    """Named constraints every table with a place carries."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_position_has_origin",
            condition=models.Q(geom=None, geom_origin="")
            | (models.Q(geom__isnull=False) & ~models.Q(geom_origin="")),
        ),
    ]
