"""Where data came from, and the words its licence asks for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataSource(models.Model):
    """One file or service data was taken from; its attribution is shown wherever the data is (R51)."""

    slug = models.SlugField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    licence_url = models.URLField(_("licence address"), blank=True)
    attribution = models.CharField(_("attribution"), max_length=400)
    url = models.URLField(_("address"), blank=True)
    dated_on = models.DateField(_("date of the file"), null=True, blank=True)
    is_share_alike = models.BooleanField(_("share-alike"), default=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title
