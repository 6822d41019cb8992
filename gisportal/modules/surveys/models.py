"""A survey of entries: each is asked once, answers once, and is settled by the city (R39)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.models import Resource


class Campaign(models.Model):
    """基礎調査. ``sheets_*``: the printed sheets, made by the worker."""

    class Sheets(models.TextChoices):
        NONE = "", _("no sheets yet")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being printed")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")

    title = models.CharField(_("title"), max_length=100)
    letter = models.TextField(_("letter"), max_length=4000, blank=True)
    answer_by = models.DateField(_("answer by"))
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    closed_at = models.DateTimeField(_("ended on"), null=True, blank=True)
    sheets_state = models.CharField(max_length=8, choices=Sheets, blank=True, default="")
    sheets_file = models.CharField(max_length=200, blank=True)
    sheets_done = models.PositiveIntegerField(default=0)
    sheets_tries = models.PositiveSmallIntegerField(default=0)
    sheets_told_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(name="campaign_has_title", condition=~Q(title=""))]

    def __str__(self) -> str:
        return self.title


class CampaignEntry(models.Model):
    """One entry asked. ``changes``: what the answer would have the directory say, until somebody settles it."""

    class State(models.TextChoices):
        OPEN = "open", _("no answer yet")
        UNCHANGED = "unchanged", _("nothing has changed")
        CHANGED = "changed", _("changes to settle")
        CLOSED = "closed", _("service has ended, to settle")
        SETTLED = "settled", _("settled")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="entries", verbose_name=_("survey"))
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", verbose_name=_("entry"))
    state = models.CharField(_("kind of answer"), max_length=9, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_how = models.CharField(_("answered by way of"), max_length=8, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=100, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    seen = models.JSONField(_("values before"), default=dict)
    text = models.TextField(_("words of the answer"), blank=True, max_length=2000)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by_name = models.CharField(_("settled by"), max_length=150, blank=True)
    accepted = models.JSONField(default=list)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("entry of a survey")
        verbose_name_plural = _("entries of a survey")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="campaign_asks_an_entry_once", fields=["campaign", "resource"]),
            models.CheckConstraint(
                name="campaign_entry_state_is_known",
                condition=Q(state__in=["open", "unchanged", "changed", "closed", "settled"]),
            ),
            models.CheckConstraint(
                name="campaign_answer_has_time", condition=Q(state="open") | Q(answered_at__isnull=False)
            ),
        ]
        indexes = [models.Index(name="campaign_entry_by_state", fields=["campaign", "state"])]

    def __str__(self) -> str:
        return f"{self.campaign_id}-{self.resource_id}"
