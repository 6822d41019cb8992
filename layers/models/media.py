"""Photos and attachments of resources (R10, R30). The files lie in ``layers.media.store``."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.access import Viewer, visible_media_q
from layers.media.sizes import THUMBNAIL_SIDE
from layers.models.resource import Resource


class MediaAudience(models.TextChoices):
    """Whom a photo or attachment is for, among those who see the resource (as ``layers.access.Audience``)."""

    PUBLIC = "public", pgettext_lazy("audience of a photo", "everyone who sees the entry")
    MEMBERS = "members", pgettext_lazy("audience of a photo", "members only")
    STAFF = "staff", pgettext_lazy("audience of a photo", "city staff only")


class MediaQuerySet(models.QuerySet[Any]):
    """Reads start here."""

    def visible_to(self, viewer: Viewer | None) -> Self:
        """What the viewer may see, in order; no viewer is the anonymous one."""
        needs_consent = issubclass(self.model, Photo)
        return self.filter(visible_media_q(viewer, needs_consent=needs_consent)).order_by("order", "id")


class Medium(models.Model):
    """What photos and attachments have in common. ``removed_at``: in the trash, to be restored until it is emptied."""

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name=_("resource"))
    audience = models.CharField(
        _("shown to"), max_length=8, choices=MediaAudience, default=MediaAudience.PUBLIC
    )
    order = models.PositiveIntegerField(_("order"), default=0)
    file = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_by_name = models.CharField(max_length=150, blank=True, editable=False)
    removed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["resource_id", "order", "id"]


class Photo(Medium):
    """A photo. ``width`` and ``height`` in pixels; without consent (撮影・掲載の承諾) only members see it."""

    caption = models.CharField(_("caption"), max_length=200, blank=True)
    alt = models.CharField(
        _("description of the picture"),
        max_length=300,
        help_text=_("Read to people who cannot see the picture."),
    )
    has_consent = models.BooleanField(_("consent to being shown"), default=False)
    consent_on = models.DateField(_("date of the consent"), null=True, blank=True)
    consent_note = models.CharField(_("note on the consent"), max_length=300, blank=True)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    thumbnail = models.CharField(max_length=100, editable=False)

    unscoped = MediaQuerySet.as_manager()

    class Meta(Medium.Meta):
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        default_related_name = "photos"
        constraints = [
            models.CheckConstraint(name="photo_is_described", condition=~Q(alt="")),
            models.CheckConstraint(
                name="photo_audience_is_known", condition=Q(audience__in=MediaAudience.values)
            ),
            models.CheckConstraint(
                name="photo_consent_has_date", condition=Q(has_consent=False) | Q(consent_on__isnull=False)
            ),
            models.UniqueConstraint(name="photo_file_is_its_own", fields=["file"]),
        ]
        indexes = [models.Index(name="photo_by_resource", fields=["resource", "order", "id"])]

    def __str__(self) -> str:
        return self.caption or self.alt

    @property
    def is_for_everyone(self) -> bool:
        """Whether whoever sees the entry may see it, strangers included."""
        return self.has_consent and self.audience == MediaAudience.PUBLIC

    @property
    def thumb_width(self) -> int:
        """Pixels of the thumbnail, so that a page keeps its place while it loads."""
        return max(1, round(self.width * self._shrunk))

    @property
    def thumb_height(self) -> int:
        """Pixels of the thumbnail."""
        return max(1, round(self.height * self._shrunk))

    @property
    def _shrunk(self) -> float:
        return min(1.0, THUMBNAIL_SIDE / max(self.width, self.height))


class Attachment(Medium):
    """A file to be saved. ``name``: as it was called, made fit; ``content_type`` by its content."""

    title = models.CharField(_("title"), max_length=200)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("kind"), max_length=100, editable=False)

    unscoped = MediaQuerySet.as_manager()

    class Meta(Medium.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_related_name = "attachments"
        constraints = [
            models.CheckConstraint(name="attachment_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="attachment_audience_is_known", condition=Q(audience__in=MediaAudience.values)
            ),
            models.UniqueConstraint(name="attachment_file_is_its_own", fields=["file"]),
        ]
        indexes = [models.Index(name="attachment_by_resource", fields=["resource", "order", "id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def ending(self) -> str:
        """PDF, DOCX …, as people call the kind."""
        return self.name.rpartition(".")[2].upper()
