"""Addresses below ``/ogc/`` (design §5). A slash at the end is taken too: clients add one."""

from django.urls import re_path

from gisportal.ogc import views

app_name = "ogc"
_SLUG = r"collections/(?P<slug>[a-z0-9_-]+)"

urlpatterns = [
    re_path(r"^$", views.landing, name="landing"),
    re_path(r"^conformance/?$", views.conformance, name="conformance"),
    re_path(r"^openapi/?$", views.openapi_document, name="openapi"),
    re_path(r"^collections/?$", views.collections, name="collections"),
    re_path(rf"^{_SLUG}/?$", views.collection, name="collection"),
    re_path(rf"^{_SLUG}/queryables/?$", views.queryables, name="queryables"),
    re_path(rf"^{_SLUG}/schema/?$", views.returnables, name="schema"),
    re_path(rf"^{_SLUG}/schema/feature/?$", views.feature_schema, name="feature-schema"),
    re_path(rf"^{_SLUG}/items/?$", views.items, name="items"),
    re_path(rf"^{_SLUG}/items/(?P<feature_id>[^/]+)/?$", views.item, name="item"),
]
