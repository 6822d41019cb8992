"""Django's error handlers in the house's style (``handler400`` … in ``gisportal.urls``)."""

import sys

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisportal.problems import answer_for, not_found, problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 that no view has answered itself."""
    return answer_for(request, exception) or problem_response(
        request, 400, _("The request cannot be read"), _("Please go back and try again.")
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return problem_response(request, 403, _("Not for this account"), _("Your account may not use this page."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose protection has run out."""
    return problem_response(
        request,
        403,
        _("The form has expired"),
        _("Please load the page again and send the form once more. Cookies must be allowed."),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return not_found(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is to blame."""
    return answer_for(request, sys.exc_info()[1]) or problem_response(
        request,
        500,
        _("Something went wrong here"),
        _("The error has been recorded. Please try again later, or tell the administrator of the portal."),
    )
