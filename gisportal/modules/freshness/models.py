"""Reminders sent: who, when, about which entries."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """One mail that asked a person to look at his entries."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("account")
    )
    resource_ids = ArrayField(models.BigIntegerField(), verbose_name=_("entries"))
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sent_by_name = models.CharField(_("sent by"), max_length=150, blank=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(name="reminder_names_entries", condition=~models.Q(resource_ids=[])),
        ]
        indexes = [models.Index(name="reminder_by_account", fields=["account", "-sent_at"])]

    def __str__(self) -> str:
        return f"{self.account_id} {self.sent_at:%Y-%m-%d}"
