"""Words of the browser code, one script per language (R48)."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

_catalogue = JavaScriptCatalog.as_view(packages=["gisportal.portal"])


@require_safe
def words(request: HttpRequest, language: str) -> HttpResponseBase:
    """``/jsi18n/<language>.js``. The language stands in the address, so that the answer may be kept for an hour."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        response = _catalogue(request)
    response["Cache-Control"] = "public, max-age=3600"
    return response
