"""Links that let somebody without an account do one thing to named resources (R30, R39)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignedLink(models.Model):
    """What a token of ``/link/<token>/`` opens. Only the token's SHA-256 is stored; see ``signed_links``.

    ``kind`` names the page (``hooks.link_kind``), ``acts`` what may be done there (values of ``layers.access.Act``),
    ``data`` what the kind needs besides. ``uses`` counts acts, not looks; ``max_uses`` None is no limit.
    """

    kind = models.CharField(_("kind"), max_length=40, editable=False)
    label = models.CharField(_("given to"), max_length=120, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    resource_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("resources"))
    acts = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("acts"))
    data = models.JSONField(_("more"), default=dict, blank=True)
    max_uses = models.PositiveIntegerField(_("may be used"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("signed link")
        verbose_name_plural = _("signed links")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(name="signed_link_by_kind", fields=["kind", "-created_at"])]
        constraints = [
            models.UniqueConstraint(name="signed_link_digest_is_unique", fields=["digest"]),
            models.CheckConstraint(
                name="signed_link_digest_is_sha256", condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="signed_link_has_kind", condition=~models.Q(kind="")),
            models.CheckConstraint(
                name="signed_link_is_used_within_its_limit",
                condition=models.Q(max_uses=None) | models.Q(uses__lte=models.F("max_uses")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} {self.label}".strip()

    @property
    def ending(self) -> str:
        """Why it no longer opens: ``revoked``, ``used``, ``expired``; empty while it does."""
        if self.revoked_at is not None:
            return "revoked"
        if self.max_uses is not None and self.uses >= self.max_uses:
            return "used"
        return "expired" if self.expires_at <= timezone.now() else ""
