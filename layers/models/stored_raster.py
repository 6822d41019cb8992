"""Grids of uploaded layers: what a file below MEDIA holds, one an edition (design §3)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.models.stored import StoredEdition


class StoredRaster(models.Model):
    """The grid of one edition; never changed once made. Who sees it says the layer of the edition.

    ``file``: name in ``layers.media.store``, a tiled COG; ``cell_width``, ``cell_height``: in units of its CRS.
    ``is_picture``: red, green, blue and alpha instead of values. ``summary``: see ``layers/rasters/summary.py``;
    ``palette``: ``[[value, "#rrggbb"], …]``, the file's own colours; ``choice``: how the upload was read.
    """

    edition = models.OneToOneField(
        StoredEdition, models.CASCADE, related_name="raster", verbose_name=_("edition of a layer")
    )
    file = models.CharField(max_length=100, editable=False)
    size = models.PositiveBigIntegerField(_("bytes"), editable=False)
    width = models.PositiveIntegerField(_("columns"))
    height = models.PositiveIntegerField(_("rows"))
    dtype = models.CharField(max_length=10)
    srid = models.PositiveIntegerField(null=True, blank=True)
    cell_width = models.FloatField()
    cell_height = models.FloatField()
    is_picture = models.BooleanField(default=False)
    summary = models.JSONField(default=dict, blank=True)
    palette = models.JSONField(default=list, blank=True)
    choice = models.JSONField(default=dict, blank=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("grid of a layer")
        verbose_name_plural = _("grids of layers")
        constraints = [
            models.UniqueConstraint(name="stored_raster_file_is_its_own", fields=["file"]),
            models.CheckConstraint(
                name="stored_raster_has_cells", condition=Q(width__gt=0, height__gt=0, cell_width__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.width} × {self.height}"
