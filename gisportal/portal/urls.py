"""Addresses of the portal's pages (design §5)."""

from django.urls import include, path

from gisportal.portal import (
    about_views,
    detail_views,
    export,
    handout_views,
    health,
    js_catalogue,
    media_views,
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
    path("resources/handout.pdf", handout_views.handout_list, name="handout-list"),
    path("resources/<int:resource_id>/handout.pdf", handout_views.handout, name="handout"),
    path("resources/", include("gisportal.portal.edit_urls")),
    path("resources/<int:resource_id>/", detail_views.detail, name="resource"),
    path("resources/<int:resource_id>/popup", detail_views.popup, name="popup"),
    path("resources/<int:resource_id>/media/", media_views.manage, name="media"),
    path("resources/<int:resource_id>/photos/<int:photo_id>/", media_views.photo_page, name="photo-page"),
    path("resources/<int:resource_id>/photos/<int:photo_id>.jpg", media_views.photo, name="photo"),
    path(
        "resources/<int:resource_id>/photos/<int:photo_id>/thumb", media_views.thumbnail, name="photo-thumb"
    ),
    path(
        "resources/<int:resource_id>/files/<int:attachment_id>/<str:name>",
        media_views.attachment,
        name="attachment",
    ),
    path("about/data", about_views.data, name="about-data"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", about_views.favicon, name="favicon"),
    path("jsi18n/<str:language>.js", js_catalogue.words, name="js-catalogue"),
    path("robots.txt", about_views.robots, name="robots"),
    path("settings/", include("gisportal.portal.settings_urls")),
]
