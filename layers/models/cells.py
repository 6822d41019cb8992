"""Versions of map cells: what a cached tile or answer depends on (design §6)."""

from django.db import models


class CellVersion(models.Model):
    """Version of one cell of a source. ``x, y``: tile of zoom 14 (WebMercatorQuad); ``-1, -1``: the whole source.

    Kept by triggers (``layers/sql/cells.sql``): a change raises the old and the new cell and the source.
    """

    source = models.CharField(max_length=60)
    x = models.IntegerField()
    y = models.IntegerField()
    version = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="cell_version_is_unique", fields=["source", "x", "y"])]

    def __str__(self) -> str:
        return f"{self.source} {self.x}/{self.y}: {self.version}"
