"""Handouts as PDF: one entry on A4, or a list of up to 20 a caseworker hands over (R10)."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.papers.qr import qr_svg
from gisportal.papers.resource_maps import resource_map, resources_map
from gisportal.portal import handouts
from gisportal.portal.search import MAX_LISTED
from gisportal.portal.search_views import refusal, resource_source
from gisportal.problems import parameter_problem
from layers.errors import ParameterError
from layers.resources import ResourceSource

SIZES: Final = ("", "large")
#: No ``place``, ``near`` or ``address``: where a person lives stands on no paper.
KNOWN: Final = frozenset({"size", "lang"})
PAPER: Final = "portal/css/handout.css"


@require_safe
def handout(request: HttpRequest, resource_id: int) -> HttpResponse:
    """``/resources/<id>/handout.pdf?size=large``: one entry for a client."""
    if refused := refusal(request):
        return refused
    source = resource_source(request)
    try:
        size = _size(request, KNOWN)
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:handout", args=[resource_id]))
    found = handouts.entries(source, [resource_id])
    context = _single(request, source, found[0], size)
    return _answer(request, "portal/papers/handout.html", context, f"handout-{resource_id}.pdf")


@require_safe
def handout_list(request: HttpRequest) -> HttpResponse:
    """``/resources/handout.pdf?ids=1,2,3``, or ``ids`` several times: a chosen set with one map."""
    if refused := refusal(request):
        return refused
    source = resource_source(request)
    try:
        size, ids = _size(request, KNOWN | {"ids"}), _ids(request)
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:search"))
    found = handouts.entries(source, ids)
    context = _several(request, source, found, size)
    return _answer(request, "portal/papers/handout_list.html", context, "handout-list.pdf")


def _size(request: HttpRequest, known: frozenset[str]) -> str:
    for key in request.GET:
        if key not in known:
            names = ", ".join(sorted(known))
            raise ParameterError(key, _("Unknown parameter. Known are: %(known)s.") % {"known": names})
    size = request.GET.get("size", "")
    if size not in SIZES:
        raise ParameterError("size", _("Leave it out, or write “large”."))
    return size


def _ids(request: HttpRequest) -> list[int]:
    text = ",".join(request.GET.getlist("ids"))
    if not re.fullmatch(r"\d{1,18}(,\d{1,18})*", text) or text.count(",") >= MAX_LISTED:
        raise ParameterError(
            "ids",
            _("Choose between 1 and %(count)d entries; their numbers are separated by commas.")
            % {"count": MAX_LISTED},
        )
    return [int(part) for part in text.split(",")]


def _single(request: HttpRequest, source: ResourceSource, entry: handouts.Entry, size: str) -> dict[str, Any]:
    drawn = resource_map(
        source.viewer,
        entry.feature.geom,
        entry.category,
        name=entry.values["name"],
        width_mm=180,
        height_mm=95 if size else 85,
        title=_("Map around %(name)s") % {"name": entry.values["name"]},
    )
    address = handouts.page_address(request, entry.feature.id)
    return {
        "entry": entry,
        "map": drawn,
        "size": size,
        "qr": qr_svg(address, size_mm=24, title=_("QR code of the page of this entry")),
        "page_address": address,
        "paper_title": handouts.file_title([entry]),
        **handouts.frame([entry]),
    }


def _several(
    request: HttpRequest, source: ResourceSource, found: Sequence[handouts.Entry], size: str
) -> dict[str, Any]:
    places = [(str(entry.number), entry.feature.geom, entry.category) for entry in found]
    return {
        "entries": [
            (entry, qr_svg(handouts.page_address(request, entry.feature.id), size_mm=16)) for entry in found
        ],
        "map": resources_map(source.viewer, places, title=_("Map of the entries of this list")),
        "size": size,
        "paper_title": handouts.file_title(found),
        **handouts.frame(found),
    }


def _answer(request: HttpRequest, template: str, context: dict[str, Any], name: str) -> HttpResponse:
    # Half a second of imports only a printing process needs.
    from gisportal.papers.pdf import render_pdf

    response = HttpResponse(
        render_pdf(template, context, request, stylesheets=[PAPER]), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
