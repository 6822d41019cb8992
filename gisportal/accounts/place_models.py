"""The person's point, kept on the server for a few hours (design §2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonPlace(models.Model):
    """A point somebody searches from. Only digests of its token and of its session's secret are stored.

    ``lon``, ``lat``: WGS 84 degrees. ``label``: what was typed, shown to nobody but the session that typed it.
    """

    token_digest = models.CharField(max_length=64, editable=False)
    owner_digest = models.CharField(max_length=64, editable=False)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    label = models.CharField(_("label"), max_length=300, blank=True)
    lg_code = models.CharField(_("municipality code"), max_length=6, blank=True)
    town = models.CharField(_("town"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"), db_index=True)

    class Meta:
        verbose_name = _("person's point")
        verbose_name_plural = _("persons' points")
        constraints = [
            models.UniqueConstraint(name="person_place_token_is_unique", fields=["token_digest"]),
            models.CheckConstraint(
                name="person_place_is_on_earth",
                condition=models.Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
            ),
        ]

    def __str__(self) -> str:
        """Never the place."""
        return f"#{self.pk}"
