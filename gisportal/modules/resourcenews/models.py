"""What is kept of news (R11)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gisportal.portal.photos import StoredPhoto, no_photo_without_words
from layers.models import Resource


class NewsKind(models.TextChoices):
    """What a piece of news is about."""

    NOTICE = "notice", _("notice")
    EVENT = "event", _("event")
    VOLUNTEERS = "volunteers", _("volunteers wanted")
    PARTICIPANTS = "participants", _("participants wanted")
    CHANGE = "change", _("change or closure")
    REPORT = "report", _("report of activities")


class NewsAudience(models.TextChoices):
    """Who reads it, of those who see the resource."""

    ALL = "all", _("everyone who sees the resource")
    MEMBERS = "members", _("members only")


class NewsItem(models.Model):
    """A piece of news. Shown from ``shown_from`` to ``shown_until``, both days included, in the city's time.

    ``video_id`` is YouTube's; ``links`` are ``[{"url", "title"}]``. Who wrote it is kept by name, too: accounts go.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", verbose_name=_("resource"))
    kind = models.CharField(_("kind"), max_length=12, choices=NewsKind, default=NewsKind.NOTICE)
    title = models.CharField(_("headline"), max_length=100)
    text = models.TextField(_("body"), blank=True)
    audience = models.CharField(
        _("who reads it"), max_length=8, choices=NewsAudience, default=NewsAudience.ALL
    )
    shown_from = models.DateField(_("shown from"), default=timezone.localdate)
    shown_until = models.DateField(_("shown until"), null=True, blank=True)
    event_on = models.DateField(_("day of the event"), null=True, blank=True)
    event_until = models.DateField(_("last day of the event"), null=True, blank=True)
    event_from_time = models.TimeField(_("begins at"), null=True, blank=True)
    event_to_time = models.TimeField(_("ends at"), null=True, blank=True)
    event_place = models.CharField(_("place of the event"), max_length=200, blank=True)
    video_id = models.CharField(_("YouTube video"), max_length=11, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.CharField(max_length=150, blank=True)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    unscoped: models.Manager["NewsItem"] = models.Manager()
    photos: "models.Manager[Any]"

    class Meta:
        verbose_name = _("news of a resource")
        verbose_name_plural = _("news of resources")
        ordering = ["-shown_from", "-id"]
        constraints = [
            models.CheckConstraint(name="news_has_title", condition=~Q(title="")),
            models.CheckConstraint(name="news_kind_is_known", condition=Q(kind__in=NewsKind.values)),
            models.CheckConstraint(
                name="news_audience_is_known", condition=Q(audience__in=NewsAudience.values)
            ),
            models.CheckConstraint(
                name="news_is_shown_before_it_ends",
                condition=Q(shown_until=None) | Q(shown_until__gte=models.F("shown_from")),
            ),
            models.CheckConstraint(
                name="news_event_ends_after_it_began",
                condition=Q(event_until=None) | Q(event_until__gte=models.F("event_on")),
            ),
            models.CheckConstraint(
                name="news_time_has_day",
                condition=Q(event_from_time=None, event_to_time=None, event_until=None)
                | Q(event_on__isnull=False),
            ),
            models.CheckConstraint(
                name="news_video_is_an_id",
                condition=Q(video_id="") | Q(video_id__regex=r"^[A-Za-z0-9_-]{11}$"),
            ),
        ]
        indexes = [
            models.Index(
                name="news_of_resource", fields=["resource", "-shown_from"], condition=Q(deleted_at=None)
            ),
            models.Index(name="news_by_day", fields=["-shown_from", "-id"], condition=Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_planned(self) -> bool:
        """Its time has not come."""
        return self.shown_from > timezone.localdate()

    @property
    def is_past(self) -> bool:
        """Its time is over."""
        return self.shown_until is not None and self.shown_until < timezone.localdate()


class NewsPhoto(StoredPhoto):
    """A photo of a piece of news."""

    item = models.ForeignKey(NewsItem, models.CASCADE, related_name="photos")

    unscoped: models.Manager["NewsPhoto"] = models.Manager()

    class Meta:
        verbose_name = _("photo of news")
        verbose_name_plural = _("photos of news")
        ordering = ["order", "id"]
        constraints = [no_photo_without_words("news_photo_has_words")]
