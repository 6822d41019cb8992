"""Which format and language an answer takes, and what refusals look like (RFC 9457)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from layers import parameters as read
from layers.access import Viewer, current_viewer
from layers.errors import FeatureNotFound, ParameterError, SourceNotFound

JSON: Final = "json"
HTML: Final = "html"
_MEDIA: Final = ["application/json", "application/geo+json", "application/schema+json", "text/html"]
ALLOWED: Final = "GET, HEAD, OPTIONS"
#: Parameters every page here takes.
COMMON: Final = frozenset({"f", "lang"})

View = Callable[..., HttpResponse]


def ogc_view(view: View) -> View:
    """A view of this room: reading only, the viewer and the language set, refusals as problem details or a page."""

    @wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return _not_read(request)
        viewer: Viewer = getattr(request, "viewer", None) or Viewer()
        mark = current_viewer.set(viewer)
        try:
            with translation.override(_language(request)):
                response = _guarded(view, request, parts)
                response.headers.setdefault("Content-Language", translation.get_language() or "ja")
        finally:
            current_viewer.reset(mark)
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return response

    return answer


def _not_read(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=200)
    else:
        response = problem(request, 405, _("Not allowed"), _("This service is for reading."))
    response["Allow"] = ALLOWED
    return response


def _guarded(view: View, request: HttpRequest, parts: dict[str, Any]) -> HttpResponse:
    try:
        _check_language(request)
        wanted_format(request)
        return view(request, **parts)
    except ParameterError as error:
        return problem(
            request, 400, _("The request cannot be used"), error.message, parameter=error.parameter
        )
    except (SourceNotFound, FeatureNotFound):
        return problem(request, 404, _("Not found"), _("There is nothing at this address, or not for you."))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "").strip().lower().partition("-")[0]
    current = translation.get_language() or settings.LANGUAGE_CODE
    return asked if asked in dict(settings.LANGUAGES) else current


def _check_language(request: HttpRequest) -> None:
    known = dict(settings.LANGUAGES)
    given = read.single("lang", read.multi(request.GET))
    if given and given.lower().partition("-")[0] not in known:
        raise ParameterError("lang", _("Known are: %(known)s.") % {"known": ", ".join(known)})


def wanted_format(request: HttpRequest) -> str:
    """``json`` or ``html``: by ``f``, else by the Accept header, else JSON."""
    given = read.single("f", {"f": [value for value in request.GET.getlist("f") if value.strip()]})
    if given is not None:
        if given.lower() not in {JSON, HTML}:
            raise ParameterError("f", _("Known are: %(known)s.") % {"known": f"{JSON}, {HTML}"})
        return given.lower()
    return HTML if request.get_preferred_type(_MEDIA) == "text/html" else JSON


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """Raise where a parameter is none of those known."""
    for key in request.GET:
        if key not in COMMON and key not in known:
            raise ParameterError(
                key,
                _("Unknown parameter. Known are: %(known)s.")
                % {"known": ", ".join(sorted({*COMMON, *known}))},
            )


def problem(
    request: HttpRequest, status: int, title: str, detail: str, *, parameter: str = ""
) -> HttpResponse:
    """A refusal in the format asked for."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if parameter:
        body |= {"detail": f"{parameter}: {detail}", "parameter": parameter}
    try:
        is_page = wanted_format(request) == HTML
    except ParameterError:
        is_page = False
    if is_page:
        response = render(request, "ogc/problem.html", {"problem": body, "title": title}, status=status)
    else:
        response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
        response["Content-Type"] = "application/problem+json"
    response["Cache-Control"] = "no-store"
    return response


def base_url(request: HttpRequest) -> str:
    """Absolute address of the landing page without the slash at its end; behind a proxy the outer one."""
    return request.build_absolute_uri(reverse("ogc:landing")).rstrip("/")


def json_response(document: dict[str, Any], content_type: str = "application/json") -> HttpResponse:
    """A JSON document; Japanese stands as it is."""
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = content_type
    return response
