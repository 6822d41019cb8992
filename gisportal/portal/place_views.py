"""The person's point: posted, kept under a token, never in an address (design §2, R1)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from gisportal.accounts.places import CLEAR_LEAD, keep_place
from gisportal.portal.links import PERSON
from gisportal.portal.search_views import refusal, viewer_of
from gisportal.problems import parameter_problem
from layers.errors import ParameterError
from layers.geocoding.candidates import Candidate, MatchLevel
from layers.geocoding.service import LocatedCandidate, locate
from layers.parameters import latitude_longitude, number
from layers.query import MAX_RADIUS, Spot

MAX_ADDRESS = 200
MAX_CHOICES = 8


@dataclass(frozen=True, slots=True)
class Answers:
    """What an address may mean; ``is_clear``: the first is meant."""

    found: list[LocatedCandidate]
    is_clear: bool


@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Takes an address or a position and sends to the search around it."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:search"))
    if refused := refusal(request):
        return refused
    try:
        if request.POST.get("lat") or request.POST.get("lon"):
            return _sent(request, _posted_position(request))
        return _by_address(request)
    except ParameterError as error:
        return parameter_problem(request, error, without_url=_search_url(request, []))


def _posted_position(request: HttpRequest) -> Spot:
    value = f"{request.POST.get('lat', '')},{request.POST.get('lon', '')}"
    lat, lon = latitude_longitude("lat", value)
    named = {"here": _("where you are now")}
    return Spot(lon, lat, label=named.get(request.POST.get("origin", ""), _("the point chosen on the map")))


@sensitive_variables()
def _by_address(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("address", "").strip()
    if len(text) > MAX_ADDRESS:
        raise ParameterError("address", _("At most %(count)d characters.") % {"count": MAX_ADDRESS})
    if "\x00" in text:
        raise ParameterError("address", _("Holds a character that cannot be used."))
    answers = _answers(request, text) if text else Answers([], False)
    choice = request.POST.get("choice", "")
    if choice:
        return _sent(request, _spot(_chosen(answers.found, choice), text))
    if answers.is_clear:
        return _sent(request, _spot(answers.found[0], text))
    context = {"address": text, "answers": answers.found, "radius": request.POST.get("radius", ""),
               "query": request.POST.get("query", ""), "search_url": _search_url(request, [])}  # fmt: skip
    response = render(request, "portal/place.html", context)
    response["Cache-Control"] = "no-store"
    return response


@sensitive_variables()
def _answers(request: HttpRequest, text: str) -> Answers:
    located = locate(viewer_of(request), text, limit=MAX_CHOICES)
    found = [item for item in located if item.candidate.level >= MatchLevel.TOWN]
    return Answers(found, bool(found) and _is_clear(found))


def _is_clear(found: list[LocatedCandidate]) -> bool:
    scores = [item.candidate.score for item in found[:2] if isinstance(item.candidate, Candidate)]
    return len(scores) < 2 or scores[0] - scores[1] >= CLEAR_LEAD


def _chosen(found: list[LocatedCandidate], choice: str) -> LocatedCandidate:
    if not (choice.isascii() and choice.isdigit() and 1 <= int(choice) <= len(found)):
        raise ParameterError("choice", _("Choose one of the places listed."))
    return found[int(choice) - 1]


def _spot(item: LocatedCandidate, text: str) -> Spot:
    found = item.candidate
    return Spot(found.lon, found.lat, label=text, lg_code=found.lg_code, town=found.town)


def _sent(request: HttpRequest, spot: Spot) -> HttpResponse:
    """303 to the search around the spot, the other conditions kept."""
    radius = request.POST.get("radius", "").strip()
    number("radius", {"radius": [radius] if radius else []}, 1, MAX_RADIUS)
    pairs = [("place", keep_place(request, spot)), *([("radius", radius)] if radius else [])]
    response = HttpResponseRedirect(_search_url(request, pairs))
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def _search_url(request: HttpRequest, pairs: list[tuple[str, str]]) -> str:
    """The search the form came from with another place; of the posted query only parameters are taken."""
    given = QueryDict(request.POST.get("query", "")[:20_000])
    kept = [
        (key, value)
        for key, values in given.lists()
        for value in values
        if key not in {*PERSON, "page"} and value
    ]
    if not pairs:
        kept = [(key, value) for key, value in kept if not (key == "sort" and "distance" in value)]
    query = urlencode([*kept, *pairs])
    return f"{reverse('portal:search')}?{query}" if query else reverse("portal:search")
