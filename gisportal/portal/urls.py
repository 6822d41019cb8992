"""Addresses of the portal's pages (design §5)."""

from django.urls import include, path

from gisportal.portal import (
    about_views,
    detail_views,
    export,
    health,
    js_catalogue,
    place_views,
    search_views,
    top_views,
)

app_name = "portal"

urlpatterns = [
    path("", top_views.top, name="top"),
    path("resources/", search_views.search, name="search"),
    path("resources/place", place_views.place, name="place"),
    path("resources/at", detail_views.resources_at, name="resources-at"),
    path("resources/export.<str:ending>", export.export, name="export"),
    path("resources/<int:resource_id>/", detail_views.detail, name="resource"),
    path("resources/<int:resource_id>/popup", detail_views.popup, name="popup"),
    path("about/data", about_views.data, name="about-data"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", about_views.favicon, name="favicon"),
    path("jsi18n/<str:language>.js", js_catalogue.words, name="js-catalogue"),
    path("robots.txt", about_views.robots, name="robots"),
    path("settings/", include("gisportal.portal.settings_urls")),
]
