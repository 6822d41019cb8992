"""The record of who did what (R18): rows are added, never changed; the database refuses."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One thing somebody did. Account and target are kept as they were called; the rows they name may go.

    No addresses of clients, no search words and no places of persons are ever written here.
    """

    at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    account_id = models.BigIntegerField(_("account number"), null=True, editable=False)
    account_name = models.CharField(_("account"), max_length=150, blank=True, editable=False)
    action = models.CharField(_("action"), max_length=60, editable=False)
    target_type = models.CharField(_("kind of target"), max_length=60, blank=True, editable=False)
    target_id = models.CharField(_("number of target"), max_length=60, blank=True, editable=False)
    summary = models.JSONField(_("summary"), default=dict, editable=False, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="audit_entry_has_action", condition=~models.Q(action=""))]
        indexes = [
            models.Index(name="audit_by_target", fields=["target_type", "target_id", "-id"]),
            models.Index(name="audit_by_account", fields=["account_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.account_name} {self.action}"
