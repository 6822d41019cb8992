"""Errors as HTTP answers: a page, or problem details (RFC 9457), as the client asks. Logs hold no query strings."""

import logging
import re
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from layers.errors import FeatureNotFound, ParameterError, SourceNotFound

#: Addresses of machines: their errors are problem details unless a page is asked for by name.
MACHINES: Final = ("/tiles/", "/ogc", "/geocode", "/styles/")
PROBLEM_TYPE: Final = "application/problem+json"
_QUERY: Final = re.compile(r"\?[^\s\"'<>]*")
#: Whoever reads a signed link in a log could use it.
_LINK: Final = re.compile(r"/link/[^/\s\"'<>?]+")


def wants_page(request: HttpRequest) -> bool:
    """Whether the client would rather read HTML than problem details."""
    accept = request.headers.get("Accept", "")
    if request.path.startswith(MACHINES):
        return "text/html" in accept
    kinds = [part.partition(";")[0].strip() for part in accept.split(",")]
    first = next((kind for kind in kinds if kind in {"text/html", "application/json", PROBLEM_TYPE}), "")
    return first in {"", "text/html"}


def problem_response(
    request: HttpRequest,
    status: int,
    title: str,
    detail: str,
    parameter: str | None = None,
    **context: Any,
) -> HttpResponse:
    """One error. ``parameter``: the query parameter at fault; ``context``: more for the page (never for the JSON)."""
    response: HttpResponse
    if wants_page(request):
        response = _page(
            request, status, {"title": title, "detail": detail, "parameter": parameter, **context}
        )
    else:
        body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        if parameter is not None:
            body["parameter"] = parameter
        response = JsonResponse(
            body, status=status, content_type=PROBLEM_TYPE, json_dumps_params={"ensure_ascii": False}
        )
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept"])
    return response


def _page(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    """The error page; where even that needs what is broken, a page that needs nothing."""
    context = {"status": status, **context}
    if status < 500:
        return HttpResponse(render_to_string("portal/error.html", context, request), status=status)
    return HttpResponse(render_to_string("portal/error_bare.html", context), status=status)


def answer_for(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer for an exception this portal knows, else None."""
    match error:
        case ParameterError():
            return parameter_problem(request, error)
        case SourceNotFound() | FeatureNotFound() | Http404():
            return not_found(request)
        case OperationalError() | InterfaceError():
            return overloaded(request)
    return None


def parameter_problem(request: HttpRequest, error: ParameterError, **context: Any) -> HttpResponse:
    """400 that names the parameter and what would be right."""
    return problem_response(
        request, 400, _("This search cannot be carried out"), error.message, error.parameter, **context
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404."""
    return problem_response(
        request,
        404,
        _("Page not found"),
        _("There is nothing at this address, or it may only be seen after signing in."),
    )


def overloaded(request: HttpRequest) -> HttpResponse:
    """503 with advice."""
    response = problem_response(
        request,
        503,
        _("The search took too long or the database cannot be reached"),
        _("Please try again in a moment, or narrow the search: fewer conditions, a smaller area."),
    )
    response["Retry-After"] = "10"
    return response


class ProblemMiddleware:
    """Turns what views raise into answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """For the errors of ``layers`` and of the database; Django handles the others."""
        if isinstance(error, Http404 | PermissionDenied):
            return None
        if isinstance(error, OperationalError | InterfaceError):
            logging.getLogger("gisportal.problems").error("database: %s", type(error).__name__)
        return answer_for(request, error)


class StripQueryFilter(logging.Filter):
    """Takes out of what is logged: query strings, which may hold words or places of a person, and tokens of links."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through, without what follows a question mark or ``/link/`` in an address."""
        message = record.getMessage()
        stripped = _LINK.sub("/link/…", _QUERY.sub("?…", message))
        if stripped != message:
            record.msg, record.args = stripped, ()
        return True
