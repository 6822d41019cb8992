"""A proposal: what somebody would have the directory say, and what was decided (R49)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.models import Resource


class Kind(models.TextChoices):
    """What is proposed."""

    CREATE = "create", _("new entry")
    UPDATE = "update", _("change")
    DELETE = "delete", _("removal")
    REPORT = "report", _("report of a mistake")


class State(models.TextChoices):
    """What became of it."""

    PENDING = "pending", _("waiting for a decision")
    SENT_BACK = "sent_back", _("sent back")
    APPROVED = "approved", _("approved")
    PARTLY = "partly", _("approved in part")
    DONE = "done", _("settled")
    WITHDRAWN = "withdrawn", _("withdrawn")


#: States in which nothing is waiting any more.
SETTLED = frozenset({State.APPROVED, State.PARTLY, State.DONE, State.WITHDRAWN})


class Proposal(models.Model):
    """``changes``: values by key of the item (``layers.editing``), checked when proposed and again when approved.

    ``seen``: the values they are to replace, as the author saw them; ``version``: of the entry he saw.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PENDING)
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, blank=True, related_name="proposals", verbose_name=_("resource")
    )
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    seen = models.JSONField(_("values before"), default=dict)
    text = models.TextField(_("words of the proposal"), blank=True, max_length=4000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposer")
    )
    author_name = models.CharField(_("proposer"), max_length=150)
    created_at = models.DateTimeField(_("proposed"), default=timezone.now)
    changed_at = models.DateTimeField(_("last changed"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_by_name = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    accepted = models.JSONField(_("items taken"), default=list)

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(name="proposal_kind_is_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="proposal_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="proposal_names_a_resource_or_makes_one",
                condition=Q(resource__isnull=False) | Q(kind="create"),
            ),
            models.CheckConstraint(
                name="proposal_decided_has_time",
                condition=Q(state__in=["pending", "withdrawn"]) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="proposal_waiting", fields=["state", "-changed_at"]),
            models.Index(name="proposal_of_author", fields=["author", "-changed_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state not in SETTLED
