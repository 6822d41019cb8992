"""Addresses below ``/ogc/`` (design §5). A slash at the end is taken too: clients add one."""

from django.urls import re_path

from gisportal.ogc import views
from gisportal.ogc.parts import parts
from gisportal.ogc.paths import SLUG

app_name = "ogc"

urlpatterns = [
    re_path(r"^$", views.landing, name="landing"),
    re_path(r"^conformance/?$", views.conformance_classes, name="conformance"),
    re_path(r"^openapi/?$", views.openapi_document, name="openapi"),
    re_path(r"^collections/?$", views.collections, name="collections"),
    re_path(rf"^{SLUG}/?$", views.collection, name="collection"),
    *(pattern for part in parts() for pattern in part.urlpatterns),
]
