"""The words of the form, what came back signed, and batches of forms to print."""

from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.models import Resource

TITLE: Final = "地域資源情報の掲載に関する使用承諾書"
INTRODUCTION: Final = (
    "{city}では、地域の皆さまが必要なサービスや活動を見つけられるよう、地域資源の情報を地図とともに掲載しています。\n\n"
    "下記は「{name}」について{city}が掲載する（している）内容です。項目ごとに「公開してよい」「不可」のどちらかに"
    "✓を付け、誤りは赤字で直してください。"
)
CLOSING: Final = (
    "上のとおり掲載することを承諾します。"
    "掲載の取りやめや内容の変更は、いつでも下の問合せ先に申し出ることができます。"
)


class ConsentTemplate(models.Model):
    """One row: the words an administrator may change, and whether publication waits for a consent."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    title = models.CharField(_("title of the form"), max_length=100, default=TITLE)
    introduction = models.TextField(_("introduction"), max_length=2000, blank=True, default=INTRODUCTION)
    closing = models.TextField(_("closing"), max_length=2000, blank=True, default=CLOSING)
    contact = models.TextField(_("contact and where to send it"), max_length=500, blank=True)
    requires_consent = models.BooleanField(
        _("the public sees only what has been consented to"),
        default=False,
        help_text=_(
            "Contact, hours, description and the like are withheld without a consent; so is an entry that was refused."
        ),
    )

    objects = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(name="consent_template_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def current(cls) -> "ConsentTemplate":
        """The words in force."""
        return cls.objects.first() or cls()


class Consent(models.Model):
    """A form that came back. ``answers``: item → may be published; items not ticked are missing.

    The newest by ``received_on`` counts; older ones stay as they were.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    received_on = models.DateField(_("received on"))
    answers = models.JSONField(default=dict)
    signed_by = models.CharField(_("signed by"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    scan = models.CharField(max_length=120, blank=True, editable=False)
    scan_type = models.CharField(max_length=60, blank=True, editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=150, blank=True)

    unscoped = models.Manager()

    class Meta:
        ordering = ["-received_on", "-id"]
        indexes = [models.Index(name="consent_by_resource", fields=["resource", "-received_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.received_on}"


class ConsentBatch(models.Model):
    """Forms of many resources in one file. ``told_at`` moves with the work: what stands still is begun again."""

    class State(models.TextChoices):
        """How far a batch is."""

        WAITING = "waiting", pgettext_lazy("batch", "waiting")
        RUNNING = "running", pgettext_lazy("batch", "being printed")
        DONE = "done", pgettext_lazy("batch", "ready")
        FAILED = "failed", pgettext_lazy("batch", "failed")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    resource_ids = ArrayField(models.BigIntegerField())
    address = models.URLField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(auto_now_add=True)

    unscoped = models.Manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="consent_batch_done_has_file", condition=~Q(state="done") | ~Q(file="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def total(self) -> int:
        """Number of forms."""
        return len(self.resource_ids)
