"""Jobs of OGC API – Processes: what was asked, how far it is, and for a while the answer."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.access import Viewer


class OgcJobQuerySet(models.QuerySet[Any]):
    """Reads start here."""

    def of(self, viewer: Viewer) -> Self:
        """Jobs of the viewer's account that have not expired; nobody has those of others."""
        return self.filter(account_id=viewer.account_id, account__isnull=False, expires_at__gt=timezone.now())


class OgcJob(models.Model):
    """One execution of a process by the worker.

    ``inputs`` are dropped as soon as it has ended: a person's address or point may be among them. ``scope``: the scope
    of the viewer who asked; whoever has other rights by now gets no answer. ``task_id``: its job of procrastinate.
    """

    class Status(models.TextChoices):
        """As OGC 18-062r2 names them."""

        ACCEPTED = "accepted", _("waiting")
        RUNNING = "running", _("being computed")
        SUCCESSFUL = "successful", _("finished")
        FAILED = "failed", _("failed")
        DISMISSED = "dismissed", _("dismissed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    scope = models.CharField(max_length=60)
    process = models.CharField(_("process"), max_length=40)
    inputs = models.JSONField(default=dict, blank=True)
    response = models.CharField(max_length=8, default="raw")
    language = models.CharField(max_length=8, default="ja")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACCEPTED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    message = models.CharField(_("message"), max_length=500, blank=True)
    result = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    task_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"))

    objects = OgcJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job of a process")
        verbose_name_plural = _("jobs of processes")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(name="ogc_job_by_account", fields=["account", "-created_at"]),
            models.Index(name="ogc_job_by_expiry", fields=["expires_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="ogc_job_status_is_known",
                condition=Q(status__in=["accepted", "running", "successful", "failed", "dismissed"]),
            ),
            models.CheckConstraint(
                name="ogc_job_ended_holds_no_inputs",
                condition=Q(status__in=["accepted", "running"]) | Q(inputs={}),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in {self.Status.ACCEPTED, self.Status.RUNNING}
