"""The top page: a search box for those who may search, else what this is and how to come in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gisportal.hooks import top_panels
from gisportal.portal.chips import radius_title
from gisportal.portal.filters import Option
from gisportal.portal.filters import options as filter_options
from gisportal.portal.search_views import RADII, resource_source, viewer_of
from layers.access import Level
from layers.facet_sets import facet_sets
from layers.query import FeatureQuery
from layers.resources import ResourceSource

#: A scheme with more districts than this is too long for the top page.
MAX_DISTRICTS = 60
#: Counting beside quick choices stops being worth its time beyond this many entries.
COUNTED_UP_TO = 100_000


@require_safe
def top(request: HttpRequest) -> HttpResponse:
    """The top page for every level."""
    viewer = viewer_of(request)
    context: dict[str, Any] = {"panels": top_panels(viewer), "is_served": viewer.is_served,
                               "is_d": viewer.level is Level.D and not viewer.public_site}  # fmt: skip
    if viewer.is_served:
        context |= _quick_choices(resource_source(request))
        context["radii"] = [(str(metres), radius_title(metres), metres == 1000) for metres in RADII]
    return render(request, "portal/top.html", context)


def _quick_choices(source: ResourceSource) -> dict[str, Any]:
    schemes = source.vocabulary.schemes
    keys = ["category", *(f"district:{code}" for code in schemes)]
    everything = FeatureQuery()
    total = source.count(everything, cap=COUNTED_UP_TO)
    sets = facet_sets(source, everything, keys, counted=total.is_exact)
    categories = filter_options("category", sets.pop("category"), source.vocabulary.categories)
    quick = _quick_scheme(source, {key.removeprefix("district:"): found for key, found in sets.items()})
    return {"total": total, "categories": _grouped(categories), **quick}


def _grouped(found: tuple[Option, ...]) -> list[tuple[Option, list[Option]]]:
    """First-level categories with the second level below each."""
    groups: list[tuple[Option, list[Option]]] = []
    for option in found:
        if option.depth == 0:
            groups.append((option, []))
        elif option.depth == 1 and groups and option.count != 0:
            groups[-1][1].append(option)
    return groups


def _quick_scheme(source: ResourceSource, sets: dict[str, Any]) -> dict[str, Any]:
    """The scheme that answers first, else the first that is short enough."""
    short = {code: found for code, found in sets.items() if 0 < len(found) <= MAX_DISTRICTS}
    schemes = source.vocabulary.schemes
    for code in sorted(short, key=lambda code: not schemes[code].is_care_area):
        return {
            "scheme_title": schemes[code].full_title,
            "districts": filter_options(f"district:{code}", short[code]),
        }
    return {"scheme_title": "", "districts": ()}
