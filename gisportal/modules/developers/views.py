"""``/developers/``: what can be read and how, tried out and explained; each viewer sees what he may use (D4)."""

import shlex
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gisportal.gate.limits import client_of
from gisportal.modules.developers import catalogue
from gisportal.modules.developers.examples import EXAMPLES, by_slug, program
from gisportal.modules.developers.operations import Operation, Reader
from gisportal.ogc import openapi
from gisportal.portal.answers import private
from gisportal.portal.search_views import viewer_of

#: Words of a search are cut here.
LONGEST = 200


def base_of(request: HttpRequest) -> str:
    """Absolute address of the portal without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The catalogue of interfaces and data, examples, and the limits that hold for whoever looks."""
    viewer, words = viewer_of(request), request.GET.get("q", "")[:LONGEST]
    context = {
        "words": words,
        "interfaces": catalogue.chosen(catalogue.interfaces(viewer), words),
        "collections": catalogue.chosen(catalogue.collections(viewer), words),
        "examples": EXAMPLES,
        "policies": client_of(request).policies,
        "rate_token": settings.RATE_TOKEN,
        "base": base_of(request),
    }
    return private(render(request, "developers/index.html", context))


@require_safe
def try_out(request: HttpRequest) -> HttpResponse:
    """One operation of the definition as a form that can be sent from the page."""
    base = base_of(request) + reverse("ogc:landing").rstrip("/")
    groups = Reader(openapi.document(base, viewer_of(request))).groups()
    known = {operation.identifier: operation for group in groups for operation in group.operations}
    asked = request.GET.get("op", "")
    if asked and asked not in known:
        raise Http404
    operation = known.get(asked) or next(iter(known.values()))
    context: dict[str, Any] = {
        "groups": groups,
        "operation": operation,
        "base": base,
        "curl": curl(operation, base),
    }
    return private(render(request, "developers/try.html", context))


def curl(operation: Operation, base: str) -> str:
    """The bare request for a command line; the script writes it anew as the form is filled in."""
    method = "" if operation.method == "get" else f" -X {operation.method.upper()}"
    return f"curl{method} {shlex.quote(base + operation.path)}"


@require_safe
def example(request: HttpRequest, example: str) -> HttpResponse:
    """One worked example; QGIS is told in steps."""
    if example == "qgis":
        return private(render(request, "developers/qgis.html", {"base": base_of(request)}))
    found = by_slug(example)
    if found is None:
        raise Http404
    context = {"example": found, "program": program(found, base_of(request)), "examples": EXAMPLES}
    return private(render(request, "developers/example.html", context))
