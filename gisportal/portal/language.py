"""``lang=`` of any page: the language of this one answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisportal.problems import parameter_problem
from layers.errors import ParameterError

#: The protocol layer reads ``lang`` itself, with more forms of it.
LEFT_ALONE = "/ogc"


class LanguageMiddleware:
    """Stands before Django's ``LocaleMiddleware`` and hands it ``lang`` as if the cookie said so.

    Without ``lang`` and cookie a page is in the language of the settings: browsers of city offices are often set up
    in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        wanted = request.GET.get("lang")
        if not wanted:
            return self.get_response(request)
        known = [code for code, _title in settings.LANGUAGES]
        if wanted in known:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = wanted
        elif not request.path.startswith(LEFT_ALONE):
            message = _("One of: %(known)s.") % {"known": ", ".join(known)}
            return parameter_problem(request, ParameterError("lang", message))
        return self.get_response(request)
