"""The record, to read."""

from django.contrib import admin
from django.http import HttpRequest

from gisportal.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nobody adds, changes or deletes a line here."""

    list_display = ("at", "account_name", "action", "target_type", "target_id", "summary")
    list_filter = ("action",)
    search_fields = ("account_name", "action", "target_id")
    date_hierarchy = "at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Nobody."""
        return False
