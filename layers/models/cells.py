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


class SearchGram(models.Model):
    """Share of resources in whose search text one or two characters stand, from a sample (``layers/sql/grams.sql``)."""

    gram = models.CharField(max_length=2, primary_key=True, db_collation="C")
    share = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="search_gram_share_is_share", condition=models.Q(share__gt=0, share__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gram}: {self.share}"
