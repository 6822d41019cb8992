"""Filters: OGC API – Features Part 3 (19-079r2) with CQL2 (21-065r2)."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.collections import crs_list
from gisportal.ogc.conformance import SPEC
from gisportal.ogc.negotiation import JSON, json_response, ogc_view, refuse_unknown
from gisportal.ogc.openapi import operation, query
from gisportal.ogc.part import Link, Part, Schema, link
from layers.access import Viewer
from layers.cql2 import LANGUAGES
from layers.crs import CRS84

_CQL2: Final = (
    "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
    "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
    "temporal-functions", "array-functions", "property-property", "arithmetic", "functions",
)  # fmt: skip
CONFORMANCE: Final = (
    f"{SPEC}/ogcapi-features-3/1.0/conf/filter",
    f"{SPEC}/ogcapi-features-3/1.0/conf/features-filter",
    *(f"{SPEC}/cql2/1.0/conf/{name}" for name in _CQL2),
    # The name of the draft: QGIS before 3.44 pushes a box down only where it reads this one.
    f"{SPEC}/cql2/1.0/conf/basic-spatial-operators",
)
RELATION: Final = "http://www.opengis.net/def/rel/ogc/1.0/functions"


def parameters() -> list[Schema]:
    """The parameters of a filter, as the OpenAPI definition tells them."""
    addresses = {"type": "string", "format": "uri", "enum": [crs.uri for crs in crs_list()], "default": CRS84}
    languages = {"type": "string", "enum": list(LANGUAGES), "default": "cql2-text"}
    return [
        query("filter", _("A condition in CQL2 over the queryables."), {"type": "string"}),
        query("filter-lang", _("How the filter is written."), languages),
        query("filter-crs", _("CRS of the geometries in the filter."), addresses),
    ]


def documents() -> dict[str, Any]:
    """The functions a filter may use beside those of CQL2 (19-079r2, 6.3)."""
    geometry = {"type": ["geometry"]}
    return {
        "functions": [
            {
                "name": "s_dwithin",
                "description": _("Whether two geometries lie within so many metres of each other, on the ellipsoid."),
                "arguments": [
                    {"title": _("Geometry"), **geometry},
                    {"title": _("Other geometry"), **geometry},
                    {"title": _("Metres, at most 50,000"), "type": ["number"]},
                ],
                "returns": ["boolean"],
            },
            {
                "name": "normalise",
                "description": _("A text as the search box compares it: width, case and kana folded, blanks left out."),
                "arguments": [{"title": _("Text to compare"), "type": ["string"]}],
                "returns": ["string"],
            },
        ]
    }  # fmt: skip


@ogc_view(formats=(JSON,))
def functions(request: HttpRequest) -> HttpResponse:
    """Functions beside those of CQL2."""
    refuse_unknown(request)
    return json_response(documents())


def landing(base: str) -> list[Link]:
    """The link to the functions."""
    return [link(RELATION, "application/json", _("Functions for filters"), f"{base}/functions")]


def paths(_viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """The address of the functions."""
    yield "/functions", operation("getFunctions", "server", _("Functions for filters"), "Document")


PART: Final = Part(
    name="filters",
    conformance=CONFORMANCE,
    urlpatterns=(re_path(r"^functions/?$", functions, name="functions"),),
    landing=landing,
    paths=paths,
)
