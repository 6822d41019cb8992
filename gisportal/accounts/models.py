"""Accounts and their levels (R18, R19, R21)."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.access import Level
from layers.models import Organisation


class Account(AbstractUser):
    """A person who signs in. ``level`` decides what the person sees and changes; see ``layers.access``."""

    LEVELS = [
        (Level.D.value, _("D: group boards only")),
        (Level.C.value, _("C: reads and edits what it is responsible for")),
        (Level.B.value, _("B: reads all, edits what it is responsible for")),
        (Level.A.value, _("A: reads and edits all")),
        (Level.ADMINISTRATOR.value, _("administrator")),
    ]

    level = models.CharField(_("level"), max_length=13, choices=LEVELS, default=Level.D.value)
    display_name = models.CharField(_("name on screen"), max_length=100, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="accounts", verbose_name=_("organisation")
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                name="account_level_is_known",
                condition=models.Q(level__in=[level.value for level in Level if level is not Level.ANONYMOUS]),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username
