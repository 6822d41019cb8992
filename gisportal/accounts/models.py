"""Accounts, their levels, tokens of external clients and the switch of the public site (R18, R19, R21)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.access import Level
from layers.models import Organisation


class AccessSetting(models.Model):
    """One row: settings of access an administrator may change while the portal runs."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    public_site = models.BooleanField(
        _("public site"), default=False, help_text=_("Everyone sees what is published to the public.")
    )
    level_c_proposes = models.BooleanField(
        _("level C proposes"),
        default=False,
        help_text=_("Changes by level C wait for approval instead of taking effect at once."),
    )
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        verbose_name = _("access setting")
        verbose_name_plural = _("access settings")
        constraints = [models.CheckConstraint(name="access_setting_is_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return str(_("public site on") if self.public_site else _("public site off"))

    @classmethod
    def public_site_is_on(cls) -> bool:
        """Whether the public site is on; asked anew by every request, so it acts at once everywhere."""
        return cls.objects.filter(public_site=True).exists()

    @classmethod
    def level_c_must_propose(cls) -> bool:
        """Whether changes by level C wait for approval (R49)."""
        return cls.objects.filter(level_c_proposes=True).exists()

    @classmethod
    def as_column(cls) -> Combinable:
        """The switch as a column of another query, which saves a request the query of its own."""
        return models.Exists(cls.objects.filter(public_site=True))


class AccountManager(UserManager["Account"]):
    """Makes accounts; a superuser is an account of the administrator's level."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "Account":
        """An administrator, for tools that know Django's word for it."""
        extra = {key: value for key, value in extra.items() if key not in {"is_staff", "is_superuser"}}
        return self.create_user(username, email, password, **{**extra, "level": Level.ADMINISTRATOR.value})

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "Account":
        """An account of level D unless told otherwise."""
        account = self.model(username=self.model.normalize_username(username), email=email or "", **extra)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractUser):
    """A person who signs in. ``level`` decides what the person sees and changes; see ``layers.access``.

    Django's ``is_staff`` and ``is_superuser`` are no columns here but follow from the level: they cannot
    disagree.
    """

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
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("organisation"),
    )
    proposes = models.BooleanField(
        _("proposes changes"),
        default=False,
        help_text=_(
            "What this person registers and changes waits for approval instead of taking effect at once."
        ),
    )

    objects = AccountManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]
        verbose_name_plural = _("accounts")  # type: ignore[assignment]
        constraints = [
            # Sign-in does not tell Taro from taro.
            models.UniqueConstraint(Lower("username"), name="account_username_is_unique_in_any_case"),
            models.CheckConstraint(
                name="account_level_is_known",
                condition=models.Q(
                    level__in=[level.value for level in Level if level is not Level.ANONYMOUS]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_administrator(self) -> bool:
        """Settles accounts, fields, categories and districts."""
        return self.is_active and self.level == Level.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """May open ``/admin/``."""
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        """Has every permission."""
        return self.is_administrator


class ApiToken(models.Model):
    """A token of an external client (QGIS, a script); only its SHA-256 is stored. See ``tokens``."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    sources = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("collections"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Only these; without any, all the account may see."),
    )
    may_write = models.BooleanField(_("may write"), default=False, editable=False)
    rate_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    daily_quota = models.PositiveIntegerField(_("requests a day"), null=True, blank=True)
    prefix = models.CharField(
        _("beginning"), max_length=12, editable=False, help_text=_("To recognise it by.")
    )
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="api_token_digest_is_unique", fields=["digest"]),
            models.CheckConstraint(
                name="api_token_digest_is_sha256", condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}".strip()

    @property
    def is_valid(self) -> bool:
        """Neither revoked nor past its time."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


from gisportal.accounts.link_models import SignedLink  # noqa: E402, F401
from gisportal.accounts.place_models import PersonPlace  # noqa: E402, F401
