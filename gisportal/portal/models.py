"""Settings of the site an administrator may change while it runs."""

import time
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: For how long one process may use what it has read, in seconds.
KEPT_SECONDS = 5


def known_base_map(value: str) -> None:
    """Raises ``ValidationError`` for a base map the settings do not name."""
    known = [*settings.BASE_MAPS, "own"]
    if value and value not in known:
        raise ValidationError(_("Known base maps: %(known)s.") % {"known": ", ".join(known)})


class SiteSetting(models.Model):
    """One row. Empty values mean the default."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    site_name = models.CharField(_("name of the site"), max_length=60, blank=True)
    city_name = models.CharField(_("name of the city"), max_length=40, blank=True)
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("Shown at the foot of every page.")
    )
    base_map = models.CharField(
        _("base map"),
        max_length=40,
        blank=True,
        validators=[known_base_map],
        help_text=_("Key of a base map of the settings, or “own”; empty: the default of the settings."),
    )
    centre_lon = models.FloatField(
        _("longitude of the centre"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    centre_lat = models.FloatField(
        _("latitude of the centre"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Shown when there is nothing on the map; degrees, WGS 84."),
    )
    uses_wareki = models.BooleanField(_("dates in Japanese eras"), default=False)
    new_days = models.PositiveSmallIntegerField(
        _("days an entry counts as new or updated"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("site setting")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(name="site_setting_is_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="site_setting_centre_is_whole",
                condition=Q(centre_lon=None, centre_lat=None)
                | Q(centre_lon__isnull=False, centre_lat__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.site_name or str(_("site settings"))

    def save(self, *args: object, **kwargs: object) -> None:
        """Saves; this process uses it at once, others within :data:`KEPT_SECONDS`."""
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        forget()

    @classmethod
    def current(cls) -> "SiteSetting":
        """The settings in force: kept per process for :data:`KEPT_SECONDS`."""
        return _read(int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=1)
def _read(period: int) -> SiteSetting:
    return SiteSetting.objects.first() or SiteSetting()


def forget() -> None:
    """Drops what is kept."""
    _read.cache_clear()
