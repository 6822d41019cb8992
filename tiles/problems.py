"""Refusals of tile addresses as RFC 9457 problem details: the clients are programs, whatever they accept."""

from django.http import JsonResponse
from django.utils.translation import gettext as _


def no_tile() -> JsonResponse:
    """404 beyond the matrix set; never kept by caches."""
    body = {
        "type": "about:blank",
        "title": _("There is no such tile"),
        "status": 404,
        "detail": _("z is 0 to 22, x and y are 0 to 2 to the power of z, less one."),
    }
    response = JsonResponse(body, status=404, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return response
