"""Administration of accounts, their tokens and the public site (R19, R21); for administrators only."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal import hooks
from gisportal.accounts import link_admin, lockout  # noqa: F401
from gisportal.accounts.models import AccessSetting, Account, ApiToken
from gisportal.accounts.services import (
    account_saved,
    generate_password,
    reset_password,
    set_active,
    set_level_c_proposes,
    set_public_site,
)
from gisportal.accounts.tokens import create_token, revoke_token
from layers.models import Organisation


def shown_once(request: HttpRequest, title: str, secret: str, account: Account) -> HttpResponse:
    """A page with a secret stored nowhere: not in a message, whose cookie anyone at the desk could read."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "secret": secret,
        "account": account,
        "opts": Account._meta,
    }
    response = TemplateResponse(request, "admin/accounts/shown_once.html", context)
    response["Cache-Control"] = "no-store"
    return response


class AccountForm(ModelForm):  # type: ignore[type-arg]
    """Keeps administrators from shutting themselves out."""

    acting: Account

    class Meta:
        model = Account
        fields = ("username", "display_name", "email", "level", "organisation", "proposes", "is_active")

    def clean(self) -> dict[str, Any]:
        """Refuses to take the own level or sign-in away."""
        cleaned = super().clean() or {}
        own = self.instance.pk is not None and self.instance.pk == self.acting.pk
        if own and (not cleaned.get("is_active") or cleaned.get("level") != self.acting.level):
            raise ValidationError(_("You cannot take away your own level or sign-in."))
        return cleaned


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts are switched off, never deleted: the record names them."""

    form = AccountForm
    fields = (
        "username",
        "display_name",
        "email",
        "level",
        "organisation",
        "proposes",
        "is_active",
        "last_login",
        "date_joined",
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "display_name", "level", "organisation", "is_active", "last_login")
    list_filter = ("level", "is_active")
    list_select_related = ("organisation",)
    search_fields = ("username", "display_name", "organisation__name")
    ordering = ("username",)
    actions = ("give_new_password", "give_token", "switch_on", "switch_off", "unlock")

    def get_form(
        self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form knows who is acting."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"acting": request.user})

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Nobody."""
        return False

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """A new account gets a random password, shown on the next page."""
        if not change:
            obj.new_password = generate_password(obj)  # type: ignore[attr-defined]
            obj.set_password(obj.new_password)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
        account_saved(obj, changed=form.changed_data if change else None, actor=request.user)

    def response_add(
        self, request: HttpRequest, obj: Account, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Shows the password once."""
        return shown_once(request, _("Password of the new account"), obj.new_password, obj)  # type: ignore[attr-defined]

    def _only_one(self, request: HttpRequest, chosen: QuerySet[Account]) -> Account | None:
        accounts = list(chosen[:2])
        if len(accounts) == 1:
            return accounts[0]
        self.message_user(request, _("Choose exactly one account."), messages.WARNING)
        return None

    @admin.action(description=gettext_lazy("Give a new password"))
    def give_new_password(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        """A random password, shown once; all sessions of the account end."""
        if (account := self._only_one(request, chosen)) is None:
            return None
        return shown_once(request, _("New password"), reset_password(account, actor=request.user), account)

    @admin.action(description=gettext_lazy("Give an API token"))
    def give_token(self, request: HttpRequest, chosen: QuerySet[Account]) -> HttpResponse | None:
        """A token without an end, shown once."""
        if (account := self._only_one(request, chosen)) is None:
            return None
        return shown_once(request, _("New API token"), create_token(account, actor=request.user), account)  # type: ignore[arg-type]

    @admin.action(description=gettext_lazy("Switch on"))
    def switch_on(self, request: HttpRequest, chosen: QuerySet[Account]) -> None:
        """The accounts may sign in again."""
        for account in chosen:
            set_active(account, True, actor=request.user)

    @admin.action(description=gettext_lazy("Switch off"))
    def switch_off(self, request: HttpRequest, chosen: QuerySet[Account]) -> None:
        """The accounts may sign in no more; their sessions end, their tokens fail."""
        for account in chosen.exclude(username=request.user.get_username()):
            set_active(account, False, actor=request.user)
        if chosen.filter(username=request.user.get_username()).exists():
            self.message_user(request, _("You cannot take away your own level or sign-in."), messages.WARNING)

    @admin.action(description=gettext_lazy("Lift the lock after wrong passwords"))
    def unlock(self, request: HttpRequest, chosen: QuerySet[Account]) -> None:
        """Forgets the failures counted."""
        for account in chosen:
            lockout.unlock(account)
            hooks.tell("account.unlocked", actor=request.user, target=account)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Organisations accounts belong to and answer through; the switch "of the city" makes its A and B staff."""

    fields = ("name", "reading", "corporate_number", "phone", "url", "is_city")
    list_display = ("name", "corporate_number", "phone", "is_city")
    list_filter = ("is_city",)
    search_fields = ("name", "reading", "corporate_number")

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """Not here: responsibilities would go with it."""
        return False

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        """Recorded: who is staff depends on it."""
        super().save_model(request, obj, form, change)
        action = "organisation.changed" if change else "organisation.created"
        hooks.tell(action, actor=request.user, target=obj, fields=form.changed_data, is_city=obj.is_city)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens to look at and revoke; they are made at the account."""

    list_display = (
        "prefix", "name", "account", "may_write", "sources", "created_at", "last_used_at", "expires_at", "revoked_at",
    )  # fmt: skip
    list_select_related = ("account",)
    search_fields = ("prefix", "name", "account__username")
    fields = (
        "account",
        "name",
        "prefix",
        "sources",
        "may_write",
        "rate_per_minute",
        "daily_quota",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Nothing to change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Revoked ones stay."""
        return False

    @admin.action(description=gettext_lazy("Revoke"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        """Ends the tokens at once."""
        for token in chosen.select_related("account"):
            revoke_token(token, actor=request.user)  # type: ignore[arg-type]


@admin.register(AccessSetting)
class AccessSettingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The switch of the public site, and whether level C proposes its changes (R49)."""

    fields = ("public_site", "level_c_proposes", "changed_at")
    readonly_fields = ("changed_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessSetting | None = None) -> bool:
        """There is always one."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Straight to the one row."""
        AccessSetting.objects.get_or_create(id=1)
        return HttpResponseRedirect(reverse("admin:accounts_accesssetting_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: AccessSetting, form: Any, change: bool) -> None:
        """As the command does, and recorded."""
        set_public_site(obj.public_site, actor=request.user)  # type: ignore[arg-type]
        set_level_c_proposes(obj.level_c_proposes, actor=request.user)  # type: ignore[arg-type]
