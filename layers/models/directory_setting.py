"""Settings of the directory an administrator changes while the portal runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DirectorySetting(models.Model):
    """One row. ``stale_before``: what was neither changed nor verified since asks for an update (R32)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    stale_before = models.DateField(
        _("not updated since"),
        null=True,
        blank=True,
        help_text=_(
            "Entries neither changed nor verified since this day are marked, whatever their category says."
        ),
    )

    class Meta:
        verbose_name = _("setting of the directory")
        verbose_name_plural = _("settings of the directory")
        constraints = [
            models.CheckConstraint(name="directory_setting_is_one_row", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.stale_before or "")
