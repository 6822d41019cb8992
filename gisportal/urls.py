"""Addresses of the portal (design §5)."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.i18n import set_language

from gisportal.portal import geocode_views

handler400 = "gisportal.portal.error_views.bad_request"
handler403 = "gisportal.portal.error_views.permission_denied"
handler404 = "gisportal.portal.error_views.page_not_found"
handler500 = "gisportal.portal.error_views.server_error"

#: Modules stand beside the portal's own addresses; each names its own.
MODULES = [f"gisportal.modules.{name}.urls" for name in settings.GISPORTAL_MODULES]

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("gisportal.accounts.urls")),
    path("link/", include("gisportal.accounts.link_urls")),
    path("tiles/", include("tiles.urls")),
    path("styles/", include("styles.urls")),
    path("ogc/", include("gisportal.ogc.urls")),
    path("planning/", include("gisportal.planning.urls")),
    path("language/", set_language, name="set_language"),
    path("geocode", geocode_views.geocode, name="geocode"),
    path("geocode/reverse", geocode_views.geocode_reverse, name="geocode-reverse"),
    *[path("", include(module)) for module in MODULES if find_spec(module)],
    path("", include("gisportal.portal.urls")),
]
