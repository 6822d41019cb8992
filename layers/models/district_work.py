"""Work on districts that takes longer than a request: memberships computed anew, files waiting for a person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.models.district import DistrictScheme


class MembershipRun(models.Model):
    """One recomputation of every resource's districts, with its progress; resources are taken in the order of id.

    What is done is committed part by part together with ``last_id``: whoever takes over goes on from there.
    """

    reason = models.CharField(_("reason"), max_length=200)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    beat_at = models.DateTimeField(_("last sign of life"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    last_id = models.BigIntegerField(_("done up to"), default=0)
    total_count = models.PositiveIntegerField(_("resources"), default=0)
    done_count = models.PositiveIntegerField(_("resources done"), default=0)
    changed_count = models.PositiveIntegerField(_("resources changed"), default=0)

    class Meta:
        verbose_name = _("recomputation of districts")
        verbose_name_plural = _("recomputations of districts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="membership_run_is_the_only_open_one",
                fields=["finished_at"],
                nulls_distinct=False,
                condition=models.Q(finished_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def percent(self) -> int:
        """Share done, 0 to 100."""
        if self.finished_at is not None:
            return 100
        return min(99, self.done_count * 100 // self.total_count) if self.total_count else 0


class DistrictImport(models.Model):
    """A file of boundaries between upload and a person's word. The file is read anew for every look at it."""

    class State(models.TextChoices):
        """Where it stands."""

        STAGED = "staged", _("waiting for your decision")
        APPLIED = "applied", _("taken over")
        DISMISSED = "dismissed", _("not taken over")

    scheme = models.ForeignKey(
        DistrictScheme, models.CASCADE, related_name="imports", verbose_name=_("district scheme")
    )
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    data = models.BinaryField(_("contents of the file"))
    options = models.JSONField(_("how it is read"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STAGED)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    applied_at = models.DateTimeField(_("taken over at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of districts")
        verbose_name_plural = _("imports of districts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="district_import_state_is_known",
                condition=models.Q(state__in=["staged", "applied", "dismissed"]),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
