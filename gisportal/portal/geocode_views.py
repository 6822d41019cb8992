"""``/geocode`` and ``/geocode/reverse``: address to position and back, as JSON (R31).

GET or POST with the same parameters; POST keeps an address out of the address bar. Neither is logged.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from gisportal.portal.answers import private
from gisportal.problems import problem_response
from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.geocoding.candidates import Candidate, NearbyTown
from layers.geocoding.service import LocatedCandidate, LocatedDistrict, is_known_city, locate, locate_point

MAX_LIMIT = 50
MAX_LENGTH = 200
_METHODS = ["GET", "HEAD", "POST"]


# Reading only, and a caseworker's page posts the address: nothing a forged request could change.
@csrf_exempt
@require_http_methods(_METHODS)
@sensitive_variables("params", "text")
def geocode(request: HttpRequest) -> HttpResponse:
    """Candidates of the address ``q`` with level, score, position, districts and responsible offices."""
    params = _params(request, {"q", "city", "limit", "lang"})
    refusal = _refusal(request)
    if refusal:
        return refusal
    text = _one(params, "q")
    if not text:
        raise ParameterError("q", _("An address is wanted, such as q=高松市番町1-8-15."))
    if len(text) > MAX_LENGTH:
        raise ParameterError("q", _("At most %(count)d characters.") % {"count": MAX_LENGTH})
    found = locate(_viewer(request), text, city=_city(params), limit=_limit(params))
    return _answer({"candidates": [_located(item) for item in found]})


@csrf_exempt
@require_http_methods(_METHODS)
@sensitive_variables("params", "lon", "lat")
def geocode_reverse(request: HttpRequest) -> HttpResponse:
    """Districts of the position ``lat``, ``lon`` (degrees) and the nearest towns with their distance."""
    params = _params(request, {"lat", "lon", "limit", "lang"})
    refusal = _refusal(request)
    if refusal:
        return refusal
    lat, lon = _degrees(params, "lat", 90), _degrees(params, "lon", 180)
    districts, towns = locate_point(_viewer(request), lon, lat, limit=_limit(params))
    return _answer(
        {"districts": [_district(d) for d in districts], "candidates": [_located(t) for t in towns]}
    )


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = getattr(request, "viewer", Viewer())
    return viewer


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """401 for who has not signed in, 403 for level D; None for who may use the service."""
    viewer = _viewer(request)
    if viewer.is_served:
        return None
    status = 401 if viewer.level is Level.ANONYMOUS else 403
    title = _("Sign in first") if status == 401 else _("Not for this level")
    detail = _("Districts and geocoding are for levels A to C and administrators.")
    response = problem_response(request, status, title, detail)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="gisportal"'
    return response


_JSON = {"ensure_ascii": False}


def _answer(body: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(body, json_dumps_params=_JSON)
    return private(response)


def _params(request: HttpRequest, known: set[str]) -> QueryDict:
    params = request.GET.copy()
    if request.method == "POST":
        params.update(request.POST)
    for name in params:
        if name not in known and name != "csrfmiddlewaretoken":
            raise ParameterError(
                name, _("Unknown parameter; known are: %(names)s.") % {"names": ", ".join(sorted(known))}
            )
    return params


def _one(params: QueryDict, name: str) -> str:
    values = params.getlist(name)
    if len(values) > 1:
        raise ParameterError(name, _("May be given once only."))
    value = values[0].strip() if values else ""
    if "\x00" in value:
        raise ParameterError(name, _("Holds a character that cannot be used."))
    return value


def _limit(params: QueryDict) -> int:
    value = _one(params, "limit")
    if not value:
        return 5
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MAX_LIMIT):
        raise ParameterError("limit", _("A whole number from 1 to %(most)d is wanted.") % {"most": MAX_LIMIT})
    return int(value)


def _city(params: QueryDict) -> str | None:
    value = _one(params, "city")
    if len(value) > 40:
        raise ParameterError("city", _("At most %(count)d characters.") % {"count": 40})
    if value and not is_known_city(value):
        raise ParameterError("city", _("A municipality is wanted: code of 5 or 6 digits, or name."))
    return value or None


def _degrees(params: QueryDict, name: str, most: int) -> float:
    try:
        value = float(_one(params, name))
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise ParameterError(name, _("Degrees from -%(most)d to %(most)d are wanted.") % {"most": most})
    return value


def _located(item: LocatedCandidate) -> dict[str, Any]:
    return {**_place(item.candidate), "districts": [_district(d) for d in item.districts]}


def _place(candidate: Candidate | NearbyTown) -> dict[str, Any]:
    body = asdict(candidate)
    body["level"] = candidate.level.name.lower()
    return body


def _district(district: LocatedDistrict) -> dict[str, Any]:
    return asdict(district)
