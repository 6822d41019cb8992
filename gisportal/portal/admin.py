"""What administrators settle beside accounts and beside the portal's own settings pages: the site, sources."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gisportal.portal.models import SiteSetting
from layers.models import DataSource, DirectorySetting, FieldDefinition, FieldOfSupport


@admin.register(SiteSetting)
class SiteSettingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row, made when it is first opened."""

    list_display = ("__str__", "city_name", "base_map", "uses_wareki")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Once."""
        return super().has_add_permission(request) and not SiteSetting.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: empty values are the defaults."""
        return False


class KeyedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows with a key others refer to: it is set once."""

    key_field = "code"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The key of an existing row."""
        return (self.key_field,) if obj else ()


@admin.register(FieldOfSupport)
class FieldOfSupportAdmin(KeyedAdmin):
    """対象分野."""

    list_display = ("title", "code", "order")


@admin.register(FieldDefinition)
class FieldDefinitionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A way to the portal's own screens of the fields, and no second one (R22)."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Over there."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nowhere: a field is taken out of use and keeps its values."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list over there."""
        return HttpResponseRedirect(reverse("portal:settings:fields"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The field over there."""
        row = FieldDefinition.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if row is None:
            return self.changelist_view(request)
        return HttpResponseRedirect(reverse("portal:settings:field", args=[row.key]))


@admin.register(DataSource)
class DataSourceAdmin(KeyedAdmin):
    """Sources and the words their licences ask for (R51)."""

    key_field = "slug"
    list_display = ("title", "publisher", "licence", "dated_on", "is_share_alike")


@admin.register(DirectorySetting)
class DirectorySettingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The date from which everything asks for an update (R32); one row."""

    list_display = ("__str__", "stale_before")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Once."""
        return super().has_add_permission(request) and not DirectorySetting.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: an empty date means none."""
        return False
