"""Organisations (法人・団体) and their sites (拠点)."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from layers.models.place import Place, place_constraints


class Organisation(models.Model):
    """A corporation or group: runs resources, employs accounts, is responsible for entries and districts."""

    name = models.CharField(_("name"), max_length=200)
    reading = models.CharField(_("reading"), max_length=200, blank=True)
    corporate_number = models.CharField(_("corporate number"), max_length=13, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    url = models.URLField(_("web page"), max_length=500, blank=True)
    is_city = models.BooleanField(
        _("belongs to the city"), default=False, help_text=_("Its A and B are city staff.")
    )

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["reading", "name", "id"]
        constraints = [
            models.CheckConstraint(
                name="organisation_corporate_number_has_13_digits",
                condition=models.Q(corporate_number="") | models.Q(corporate_number__regex=r"^\d{13}$"),
            ),
            models.UniqueConstraint(
                name="organisation_corporate_number_is_unique",
                fields=["corporate_number"],
                condition=~models.Q(corporate_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Site(Place):
    """拠点: several resources share it; address, position and telephone are kept once."""

    name = models.CharField(_("name"), max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sites",
        verbose_name=_("organisation"),
    )
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    barrier_free = models.JSONField(_("barrier-free features"), default=dict, blank=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name", "id"]
        constraints = place_constraints("site")

    def __str__(self) -> str:
        return self.name
