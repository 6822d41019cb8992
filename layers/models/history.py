"""History of 地域資源: every state a row was in, written by a trigger (``layers/sql/history.sql``)."""

from typing import Any

from django.contrib.gis.db import models
from django.db.models import Q

from layers.access import Viewer, past_q
from layers.models.category import Category
from layers.models.data_source import DataSource
from layers.models.resource_columns import ResourceColumns
from layers.models.site import Organisation, Site


def _kept(to: type[models.Model] | str) -> Any:
    """What a past row named; it need not exist any more."""
    return models.ForeignKey(
        to, models.DO_NOTHING, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )


class PastColumns(ResourceColumns):
    """A row of the directory as it stood in a half-open period, and who made it so."""

    category = _kept(Category)
    site = _kept(Site)
    organisation = _kept(Organisation)
    source = _kept(DataSource)
    successor = _kept("layers.Resource")
    merged_into = _kept("layers.Resource")
    created_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class ResourceVersion(PastColumns):
    """One state. ``change``: what wrote it, a service's call or a transaction; its later writes replace the first.

    When an entry's place is disclosed no longer, the place is taken out of its whole history (decision
    ``history``): no door to the past may give away what today's disclosure keeps.
    """

    resource_id = models.BigIntegerField()
    change = models.CharField(max_length=40, blank=True, default="", editable=False)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=150, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")

    unscoped = models.Manager()

    class Meta:
        ordering = ["resource_id", "version"]
        constraints = [
            models.CheckConstraint(
                name="resource_version_period_is_forward",
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                name="resource_version_is_open_once", fields=["resource_id"], condition=Q(valid_to=None)
            ),
        ]
        indexes = [
            models.Index(name="resource_version_by_time", fields=["resource_id", "valid_from"]),
            models.Index(name="resource_version_by_start", fields=["valid_from", "valid_to"]),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} v{self.version}"


class PastResourceQuerySet(models.QuerySet["PastResource"]):
    """Reads of the past start here."""

    def visible_to(self, viewer: Viewer | None) -> "PastResourceQuerySet":
        """Rows of the past the viewer may see by today's rights."""
        return self.filter(past_q(viewer))


class PastResource(PastColumns):
    """The history as the view ``layers_pastresource``: the columns of :class:`Resource`, one row a state.

    Its ``id`` is the resource's, so it is unique only among the rows of one moment. Place and withheld items
    follow today's disclosure, search text today's audiences.
    """

    id = models.BigIntegerField(primary_key=True)
    search_public = models.TextField()
    search_members = models.TextField()
    search_staff = models.TextField()

    unscoped = PastResourceQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "layers_pastresource"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
