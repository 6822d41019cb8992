"""What is kept of comments on community activity (R35)."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gisportal.portal.photos import StoredPhoto, no_photo_without_words
from layers.crs import STORAGE_SRID
from layers.models import District, Resource


class ClassificationTerm(models.Model):
    """A word of the free classification, as the administrator defines it. A retired one stays on old comments."""

    code = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=60)
    order = models.PositiveIntegerField(_("order"), default=0)
    is_retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("class of comments")
        verbose_name_plural = _("classes of comments")
        ordering = ["is_retired", "order", "id"]
        constraints = [
            models.CheckConstraint(name="comment_class_code_is_key", condition=Q(code__regex=r"^c[0-9]+$")),
            models.CheckConstraint(name="comment_class_has_title", condition=~Q(title="")),
            models.UniqueConstraint(name="comment_class_title_is_unique", fields=["title"]),
        ]

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """A comment on exactly one of: a resource, a district, a place drawn (``geom``: point or polygon, EPSG:4326).

    ``district_key`` and ``district_title`` outlive the district. ``author_name`` outlives the account.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.SET_NULL, null=True, blank=True, related_name="+")
    district_key = models.CharField(max_length=81, blank=True)
    district_title = models.CharField(max_length=200, blank=True)
    geom = models.GeometryField(_("place"), srid=STORAGE_SRID, null=True, blank=True)
    acted_on = models.DateField(_("date of the activity"))
    text = models.TextField(_("body"))
    classes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_open_to_responsible = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(_("author"), max_length=150)
    posted_at = models.DateTimeField(_("posted"))
    updated_at = models.DateTimeField(_("last update"))
    updated_by = models.CharField(max_length=150, blank=True)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    unscoped: models.Manager["Comment"] = models.Manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-acted_on", "-id"]
        constraints = [
            models.CheckConstraint(name="comment_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="comment_is_on_one_thing",
                condition=Q(resource__isnull=False, district_key="", geom=None)
                | Q(resource=None, geom=None) & ~Q(district_key="")
                | Q(resource=None, district_key="", geom__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_district_has_key", condition=Q(district=None) | ~Q(district_key="")
            ),
            models.CheckConstraint(
                name="comment_place_is_valid", condition=Q(geom=None) | Q(geom__isvalid=True)
            ),
            models.CheckConstraint(
                name="comment_is_opened_on_resources_only",
                condition=Q(is_open_to_responsible=False) | Q(resource__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="comment_by_activity", fields=["-acted_on", "-id"], condition=Q(deleted_at=None)
            ),
            models.Index(name="comment_of_resource", fields=["resource", "-acted_on"]),
            GinIndex(name="comment_classes", fields=["classes"]),
        ]

    def __str__(self) -> str:
        return f"{self.acted_on} {self.text[:30]}"


class CommentPhoto(StoredPhoto):
    """A photo of a comment."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="photos")

    unscoped: models.Manager["CommentPhoto"] = models.Manager()

    class Meta:
        verbose_name = _("photo of a comment")
        verbose_name_plural = _("photos of comments")
        ordering = ["order", "id"]
        constraints = [no_photo_without_words("comment_photo_has_words")]
