"""The search page (R1–R6), its exports and what stands on one point."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.accounts.places import can_keep_place, find_address, keep_place, resolvers
from gisportal.portal.answers import private
from gisportal.portal.chips import radius_title
from gisportal.portal.links import PERSON, checked_at, checked_layers, checked_view
from gisportal.portal.map_config import map_config
from gisportal.portal.search import SearchPage
from gisportal.problems import parameter_problem, problem_response, wants_page
from layers.access import Level, Viewer
from layers.cql2 import FILTER_PARAMETERS
from layers.errors import ParameterError, SourceNotFound
from layers.parameters import latitude_longitude
from layers.query import Spot
from layers.resources import ResourceSource
from layers.source import get_source

#: Radii offered, in metres; any up to the limit may stand in the address.
RADII = (300, 500, 1000, 2000, 3000, 5000, 10000)


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking."""
    viewer: Viewer = getattr(request, "viewer", Viewer())
    return viewer


def resource_source(request: HttpRequest) -> ResourceSource:
    """The source of 地域資源 for this request. Raises ``SourceNotFound`` for whoever may see none."""
    source = get_source("resources", viewer_of(request))
    if not isinstance(source, ResourceSource):
        raise SourceNotFound("resources")
    return source


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Sign-in for whoever has not, 403 for level D; None for who may search."""
    viewer = viewer_of(request)
    if viewer.is_served:
        return None
    if viewer.level is Level.ANONYMOUS and not wants_page(request):
        response = problem_response(
            request, 401, _("Sign in first"), _("Sign in, or send an API token (Authorization: Bearer).")
        )
        response["WWW-Authenticate"] = 'Bearer realm="gisportal"'
        return response
    if viewer.level is Level.ANONYMOUS:
        kept = QueryDict(mutable=True)
        for key, values in request.GET.lists():
            if key not in PERSON:
                kept.setlist(key, values)
        return redirect_to_login(_joined(request.path, kept.urlencode()))
    return problem_response(
        request,
        403,
        _("Not for this level"),
        _("Level D takes part in group boards; community resources are for levels A to C."),
    )


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """List and map of what is found."""
    if refused := refusal(request):
        return refused
    try:
        if tidied := _tidied(request):
            return HttpResponseRedirect(tidied)
        page = SearchPage(request, resource_source(request), resolvers(request))
        context = _context(request, page)
    except ParameterError as error:
        return parameter_problem(request, error, without_url=_without(request, error.parameter))
    return _answer(request, page, context)


def _tidied(request: HttpRequest) -> str:
    """The same address without empty parameters and without a person's point in the open, or nothing if it is so."""
    pairs = [(key, value) for key, values in request.GET.lists() for value in values]
    kept = [(key, value) for key, value in pairs if value.strip()]
    if any(key in {"near", "address"} for key, _value in kept) and can_keep_place(request):
        kept = _with_token(request, kept)
    return "" if kept == pairs else _joined(request.path, urlencode(kept))


def _with_token(request: HttpRequest, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A place given in the open is kept under a token: pages make no address that holds one."""
    given = [(key, value) for key, value in pairs if key in {"near", "address", "place"}]
    if len(given) > 1:
        raise ParameterError(given[1][0], _("Give only one of near, place and address."))
    key, value = given[0]
    if key == "near":
        lat, lon = latitude_longitude("near", value)
        spot = Spot(lon, lat)
    else:
        spot = find_address(request, value)
    rest = [pair for pair in pairs if pair not in given]
    return [*rest, ("place", keep_place(request, spot))]


def _context(request: HttpRequest, page: SearchPage) -> dict[str, Any]:
    view = checked_view(request.GET) or "both"
    at = checked_at(request.GET)
    checked_layers(request.GET)
    radius = f"{page.query.radius:g}" if page.query.radius else ""
    radii = {f"{metres}": radius_title(metres) for metres in RADII}
    if radius and radius not in radii:
        radii[radius] = radius_title(float(radius))
    return {
        "page": page,
        "view": view,
        "views": [
            (name, title, page.links.search(view=name, page=str(page.query.page)), name == view)
            for name, title in (("list", _("List")), ("map", _("Map")), ("both", _("List and map")))
        ],
        "radii": [(value, title, value == radius) for value, title in radii.items()],
        "words": " ".join(request.GET.getlist("q")),
        "kept": _kept(page),
        "place_query": page.query.to_query_string(leave_out=("page", *PERSON)),
        "map_config": map_config(request, page, view, at),
        "near_url": page.links.search(query=page.query.without("serves")),
        "serves_url": page.links.search(serves="place"),
        "first_number": (page.query.page - 1) * page.query.per_page + 1,
        "viewer_is_c": viewer_of(request).level is Level.C,
        "without_person_url": page.links.without_person(),
    }


def _kept(page: SearchPage) -> list[tuple[str, str]]:
    """Parameters the form has no field for: kept as hidden ones."""
    hidden = {"place", "serves", "bbox", "within", "per_page", "radius", *FILTER_PARAMETERS}
    if page.query.spot is not None:
        hidden -= {"radius", "serves"}
    kept = [(key, value) for key, value in page.query.pairs if key in hidden]
    return kept + [
        (key, page.request.GET[key]) for key in ("view", "layers", "lang") if key in page.request.GET
    ]


def _without(request: HttpRequest, parameter: str) -> str:
    """The same search without what was wrong with it."""
    dropped = {*PERSON, "sort"} if parameter in PERSON else {parameter}
    kept = [(key, value) for key, values in request.GET.lists() for value in values if key not in dropped]
    return _joined(reverse("portal:search"), urlencode(kept))


def _answer(request: HttpRequest, page: SearchPage, context: dict[str, Any]) -> HttpResponse:
    partial = bool(getattr(request, "htmx", False)) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "portal/parts/results_swap.html" if partial else "portal/search.html", context)
    if partial:
        response["HX-Push-Url"] = (
            page.links.search(page=str(page.query.page)) if page.query.page > 1 else (page.links.search())
        )
    patch_vary_headers(response, ["HX-Request"])
    return private(response)
