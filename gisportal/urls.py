"""Addresses of the portal (design §5)."""

from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from gisportal.portal import geocode_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("gisportal.accounts.urls")),
    path("tiles/", include("tiles.urls")),
    path("styles/", include("styles.urls")),
    path("ogc/", include("gisportal.ogc.urls")),
    path("geocode", geocode_views.geocode, name="geocode"),
    path("geocode/reverse", geocode_views.geocode_reverse, name="geocode-reverse"),
]
