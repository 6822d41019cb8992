"""Addresses of what the administrator settles on pages of the portal: ``/settings/…``."""

from django.urls import include, path

from gisportal.portal import fields_change_views, fields_preview, fields_views, settings_views

app_name = "settings"

urlpatterns = [
    path("", settings_views.index, name="index"),
    path("fields/", fields_views.field_list, name="fields"),
    path("fields/add", fields_views.add, name="field-add"),
    path("fields/preview", fields_preview.preview, name="fields-preview"),
    path("fields/<str:field_key>/", fields_views.edit, name="field"),
    path("fields/<str:field_key>/move", fields_views.move, name="field-move"),
    path("fields/<str:field_key>/use", fields_views.use, name="field-use"),
    path("fields/<str:field_key>/key", fields_change_views.key, name="field-key"),
    path("fields/<str:field_key>/kind", fields_change_views.kind, name="field-kind"),
    path("fields/<str:field_key>/choices", fields_change_views.choices, name="field-choices"),
    path("fields/<str:field_key>/merge", fields_change_views.merge, name="field-merge"),
    path("", include("gisportal.portal.divisions_urls")),
]
