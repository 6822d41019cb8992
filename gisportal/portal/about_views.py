"""Sources and licences (R51), favicon, robots."""

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gisportal.portal.map_config import base_maps
from gisportal.portal.models import SiteSetting
from gisportal.problems import not_found
from layers.models import DataSource


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Where the data and the base map come from, and on what terms."""
    chosen = SiteSetting.current().base_map or settings.BASE_MAP
    context = {
        "sources": DataSource.objects.all(),
        "base_maps": [{**base, "is_chosen": base["key"] == chosen} for base in base_maps()],
    }
    return render(request, "portal/about_data.html", context)


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponseBase:
    """``/favicon.ico`` for browsers that ask for it unasked."""
    path = finders.find("portal/img/favicon.ico")
    return FileResponse(open(path, "rb"), content_type="image/x-icon") if path else not_found(request)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """No search engine is wanted."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
