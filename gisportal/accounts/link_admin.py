"""Signed links, to look at and revoke; they are made where they are needed (R30)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import revoke_link


@admin.register(SignedLink)
class SignedLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every link anybody made, with its last use."""

    list_display = (
        "kind",
        "label",
        "made_by",
        "created_at",
        "expires_at",
        "uses",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("made_by",)
    list_filter = ("kind",)
    search_fields = ("label", "made_by__username")
    fields = (*list_display, "resource_ids", "acts", "max_uses", "opened_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: SignedLink | None = None) -> bool:
        """Nothing to change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SignedLink | None = None) -> bool:
        """Revoked ones stay."""
        return False

    @admin.action(description=gettext_lazy("Revoke"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[SignedLink]) -> None:
        """Ends the links at once."""
        for link in chosen:
            revoke_link(link, actor=request.user)  # type: ignore[arg-type]
