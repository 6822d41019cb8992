"""Layers planners put in themselves: vector and raster, with their editions (issue "uploaded layers"; G1, G5, D4).

A layer keeps its address (source ``layer-<slug>``) while editions follow one another. The features of an edition are
loaded while the edition before it is still shown; showing the new one is one small UPDATE of ``StoredLayer.current``,
and so is undoing it. Which layers a viewer may see says ``layers.access.visible_layers_q`` alone.
"""

from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.access import Act, Viewer, acting_layers_q, visible_layers_q
from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.models.category import CODE

SLUG_REGEX = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"


class LayerKind(models.TextChoices):
    """What a layer is made of."""

    VECTOR = "vector", _("shapes")
    RASTER = "raster", _("picture of values")


class LayerAudience(models.TextChoices):
    """Whom a layer is for (as ``layers.access.Audience``)."""

    PUBLIC = "public", _("everyone")
    MEMBERS = "members", _("members only (levels A and B)")
    STAFF = "staff", _("city staff only")


class StoredLayerQuerySet(models.QuerySet[Any]):
    """Reads start here."""

    def visible_to(self, viewer: Viewer | None) -> Self:
        """Layers the viewer may see, those that show something already; no viewer is the anonymous one."""
        return self.filter(visible_layers_q(viewer))

    def acting(self, viewer: Viewer | None, act: Act) -> Self:
        """Layers on which the viewer may do an act; ``Act.RESTORE`` asks for those in the trash."""
        return self.filter(acting_layers_q(viewer, act))


class StoredLayer(models.Model):
    """A layer put in by hand. ``slug`` names the source ``layer-<slug>`` and never changes.

    ``fields``: ``[{"key", "title", "kind", "unit", "choices": [[code, title], …]}]`` of the edition shown, ``kind`` one
    of ``layers.fields.Kind``; keys are those of ``StoredFeature.properties``. ``style``: see
    ``layers/stored/styles.py``. ``version`` is raised by the database with every change of the row
    (``layers/sql/stored.sql``); all that is kept of a layer depends on it.
    """

    slug = models.CharField(_("name in addresses"), max_length=40, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    keywords = ArrayField(
        models.CharField(max_length=60), verbose_name=_("keywords"), default=list, blank=True
    )
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    licence_url = models.URLField(_("address of the licence"), max_length=300, blank=True)
    attribution = models.CharField(
        _("attribution"), max_length=300, blank=True, help_text=_("Stands wherever the layer is shown.")
    )
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    source_url = models.URLField(_("where it comes from"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=LayerKind, default=LayerKind.VECTOR)
    geometry_type = models.CharField(_("shapes"), max_length=20, default="Geometry", editable=False)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    style = models.JSONField(_("style"), default=dict, blank=True)
    audience = models.CharField(
        _("shown to"), max_length=8, choices=LayerAudience, default=LayerAudience.STAFF
    )
    is_on_map = models.BooleanField(_("offered on the map of the search"), default=True)
    current = models.ForeignKey(
        "layers.StoredEdition", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    version = models.BigIntegerField(default=0, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("put in"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last update"), auto_now=True)
    deleted_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, editable=False)

    unscoped = StoredLayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(name="stored_layer_slug_is_key", condition=Q(slug__regex=SLUG_REGEX)),
            models.CheckConstraint(name="stored_layer_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="stored_layer_kind_is_known", condition=Q(kind__in=["vector", "raster"])
            ),
            models.CheckConstraint(
                name="stored_layer_audience_is_known",
                condition=Q(audience__in=["public", "members", "staff"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def source_slug(self) -> str:
        """Slug of the layer's source in tiles, styles and the OGC API."""
        return f"layer-{self.slug}"

    @property
    def edition(self) -> int:
        """Number of the edition shown; 0 while there is none. Reads ``current``: select it along."""
        return self.current.number if self.current else 0

    @property
    def edition_date(self) -> Any:
        """As of which day the edition shown is; None where nobody said."""
        return self.current.as_of if self.current else None

    @property
    def is_vector(self) -> bool:
        """Whether it holds features."""
        return self.kind == LayerKind.VECTOR


class StoredEdition(models.Model):
    """One edition of a layer: what was in one file. ``fields``, ``geometry_type``, ``style``: as of this edition.

    ``extent``: west, south, east, north in degrees. ``report``: what was found while it was read
    (``layers/stored/report.py``). ``ready_at`` is empty while it is being loaded, and for ever where that failed.
    """

    layer = models.ForeignKey(StoredLayer, models.CASCADE, related_name="editions", verbose_name=_("layer"))
    number = models.PositiveIntegerField(_("edition"))
    as_of = models.DateField(_("as of"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_format = models.CharField(_("format"), max_length=40, blank=True)
    crs = models.CharField(_("reference system of the file"), max_length=200, blank=True)
    geometry_type = models.CharField(max_length=20, default="Geometry")
    fields = models.JSONField(default=list, blank=True)
    style = models.JSONField(default=dict, blank=True)
    feature_count = models.PositiveIntegerField(_("features"), default=0)
    extent = ArrayField(models.FloatField(), size=4, null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by_name = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField(_("put in"), auto_now_add=True)
    ready_at = models.DateTimeField(_("ready since"), null=True, blank=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("edition of a layer")
        verbose_name_plural = _("editions of layers")
        ordering = ["layer_id", "-number"]
        constraints = [
            models.UniqueConstraint(name="stored_edition_number_is_unique", fields=["layer", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.layer_id} #{self.number}"


class StoredFeature(models.Model):
    """One feature of an edition. ``number``: its place in the file, from 1; ``search``: its words, normalised.

    ``geom_3857`` is computed by the database: tiles are drawn from it without transforming every corner anew. Both
    indexes begin with the edition, so that layers upon one another do not slow each other down.
    """

    edition = models.ForeignKey(
        StoredEdition, models.CASCADE, related_name="features", db_index=False, verbose_name=_("edition")
    )
    number = models.PositiveIntegerField(_("number"))
    geom = models.GeometryField(_("shape"), srid=STORAGE_SRID, spatial_index=False, null=True, blank=True)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", WEB_MERCATOR_SRID),
        output_field=models.GeometryField(srid=WEB_MERCATOR_SRID, spatial_index=False, null=True),
        db_persist=True,
    )
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    search = models.TextField(default="", blank=True, editable=False)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("feature of a layer")
        verbose_name_plural = _("features of layers")
        ordering = ["edition_id", "id"]
        indexes = [
            models.Index(name="stored_feature_by_edition", fields=["edition", "id"]),
            GistIndex(name="stored_feature_place", fields=["edition", "geom"]),
            GistIndex(name="stored_feature_place_3857", fields=["edition", "geom_3857"]),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} #{self.number}"


class StoredUpload(models.Model):
    """A file between upload and the layer: looked at, confirmed, loaded. The file lies in ``layers.media.store``.

    ``layer`` is empty until a new layer is made of it. ``options``: how a person wants it read
    (``layers/stored/options.py``). ``beat_at`` tells a lost worker from one at work.
    """

    class State(models.TextChoices):
        """Where it stands."""

        STAGED = "staged", _("waiting for your decision")
        LOADING = "loading", _("being loaded")
        DONE = "done", _("taken over")
        FAILED = "failed", _("could not be loaded")
        DISMISSED = "dismissed", _("not taken over")

    layer = models.ForeignKey(
        StoredLayer, models.CASCADE, null=True, blank=True, related_name="uploads", verbose_name=_("layer")
    )
    edition = models.ForeignKey(StoredEdition, models.SET_NULL, null=True, blank=True, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    account_name = models.CharField(max_length=150, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    options = models.JSONField(_("how it is read"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STAGED)
    problem = models.TextField(_("problem"), blank=True)
    total_count = models.PositiveIntegerField(_("features"), default=0)
    done_count = models.PositiveIntegerField(_("features loaded"), default=0)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    beat_at = models.DateTimeField(_("last sign of life"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("uploaded file of a layer")
        verbose_name_plural = _("uploaded files of layers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="stored_upload_state_is_known",
                condition=Q(state__in=["staged", "loading", "done", "failed", "dismissed"]),
            ),
            models.UniqueConstraint(
                name="stored_upload_loads_a_layer_alone", fields=["layer"], condition=Q(state="loading")
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        """Share loaded, 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done_count * 100 // self.total_count) if self.total_count else 0
