"""Refusals of tile addresses as RFC 9457 problem details: the clients are programs, whatever they accept."""

from django.http import JsonResponse
from django.utils.translation import gettext as _

from layers.errors import ParameterError


def problem(status: int, title: str, detail: str, **more: str) -> JsonResponse:
    """A problem as ``application/problem+json``; never kept by caches."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return response


def bad_parameter(error: ParameterError) -> JsonResponse:
    """400 that names the parameter and says what would be right."""
    return problem(400, _("Bad parameter"), str(error.message), parameter=error.parameter)


def no_source(slug: str) -> JsonResponse:
    """404 of a source that does not exist for this viewer."""
    return problem(404, _("Not found"), _("There is no source “%(slug)s”.") % {"slug": slug})


def no_tile() -> JsonResponse:
    """404 beyond the matrix set."""
    return problem(
        404,
        _("Not found"),
        _("There is no such tile: z is 0 to 22, x and y are 0 to 2 to the power of z, less one."),
    )
