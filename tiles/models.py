"""Tables of the tiles: the cache shared between processes, and the base map of our own."""

from django.contrib.gis.db import models

from layers.crs import WEB_MERCATOR_SRID


class CachedTile(models.Model):
    """A built tile (``tiles/cache.py``). ``key`` says what was asked, ``version`` of which data it holds the answer."""

    key = models.CharField(max_length=64, primary_key=True)
    version = models.CharField(max_length=80)
    body = models.BinaryField()
    size = models.PositiveIntegerField()
    built_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["built_at"], name="tiles_cached_built_at")]

    def __str__(self) -> str:
        return self.key


class SeededSource(models.Model):
    """How far the cache is filled ahead (``tiles/seeding.py``): the version up to which changed cells are done."""

    slug = models.SlugField(max_length=80, primary_key=True)
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class BasemapFeature(models.Model):
    """One shape of the base map of our own; ``source`` is the file it came from (``fixtures/basemap``)."""

    layer = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    min_zoom = models.PositiveSmallIntegerField(default=0)
    source = models.SlugField(max_length=60)
    geom = models.GeometryField(srid=WEB_MERCATOR_SRID)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="basemap_layer_is_known",
                condition=models.Q(layer__in=["land", "boundary", "railway", "station", "place"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.name}"


class BasemapSource(models.Model):
    """A file loaded into the base map, and the words its licence asks for."""

    slug = models.SlugField(max_length=60, primary_key=True)
    attribution = models.CharField(max_length=400)
    licence = models.CharField(max_length=100)
    licence_url = models.URLField()
    is_share_alike = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.slug
