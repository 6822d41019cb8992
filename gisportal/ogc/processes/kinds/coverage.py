"""``coverage``: how many inhabitants live within reach of what a search finds (R34, G6)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.ogc.processes.process import Input, Inputs, Output, Process
from gisportal.ogc.processes.searches import SEARCH, resources, searched
from layers.access import Viewer
from layers.analysis import coverage as measured
from layers.analysis.coverage import Coverage, Population, Reached
from layers.districts import DistrictSource
from layers.errors import ParameterError, SourceNotFound
from layers.source import get_source

_CODE: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 80}
_POPULATION: Final[dict[str, Any]] = {
    "oneOf": [
        {
            "type": "object",
            "required": ["scheme"],
            "additionalProperties": False,
            "properties": {"scheme": _CODE},
        },
        {
            "type": "object",
            "required": ["collection", "fields"],
            "additionalProperties": False,
            "properties": {
                "collection": _CODE,
                "fields": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "properties": dict.fromkeys(measured.GROUPS, _CODE),
                },
            },
        },
    ]
}


def _run(viewer: Viewer, inputs: Inputs, seconds: float) -> dict[str, Any]:
    source = resources(viewer)
    found = measured.coverage(
        source,
        searched(source, inputs),
        _population(viewer, inputs["population"]),
        distance=float(inputs["distance"]),
        detour=float(inputs.get("detour", measured.DETOUR)),
        districts=_districts(viewer, inputs.get("districts")),
        seconds=seconds,
    )
    return _written(found)


def _population(viewer: Viewer, given: Mapping[str, Any]) -> Population:
    if "scheme" in given:
        return measured.district_population(viewer, given["scheme"])
    return measured.layer_population(viewer, given["collection"], given["fields"])


def _districts(viewer: Viewer, scheme: str | None) -> DistrictSource | None:
    if not scheme:
        return None
    try:
        found = get_source(f"districts-{scheme}", viewer)
    except SourceNotFound as error:
        raise ParameterError(
            "districts", _("There is no scheme “%(scheme)s”.") % {"scheme": scheme}
        ) from error
    return found if isinstance(found, DistrictSource) else None


def _written(found: Coverage) -> dict[str, Any]:
    return {
        "distance": found.distance,
        "detour": found.detour,
        "radius": round(found.radius, 1),
        "places": found.places,
        "without_place": found.without_place,
        "polygons_without_population": found.polygons_without,
        "groups": _groups(found.groups),
        "districts": [
            {"key": each.key, "title": each.title, "groups": _groups(each.groups)} for each in found.districts
        ],
        "method": measured.method(found),
    }


def _groups(found: Mapping[str, Reached]) -> dict[str, dict[str, float | None]]:
    return {
        group: {
            "inhabitants": round(each.inhabitants, 1),
            "covered": round(each.covered, 1),
            "share": None if each.share is None else round(each.share, 5),
        }
        for group, each in found.items()
    }


COVERAGE: Final = Process(
    key="coverage",
    version="1.0.0",
    title=gettext_lazy("Coverage of inhabitants"),
    description=gettext_lazy(
        "Number and share of the inhabitants (total, up to 14, 65 and over, 75 and over) within a distance on foot of"
        " at least one resource of a search, in total and by district. The answer says how it was computed."
    ),
    keywords=(gettext_lazy("population"), gettext_lazy("statistics")),
    inputs={
        "search": SEARCH,
        "distance": Input(
            gettext_lazy("Metres on foot"),
            {"type": "number", "minimum": measured.LEAST_DISTANCE, "maximum": measured.MOST_DISTANCE},
            is_required=True,
        ),
        "detour": Input(
            gettext_lazy("Detour factor"),
            {"type": "number", "minimum": 1, "maximum": measured.MOST_DETOUR, "default": measured.DETOUR},
            gettext_lazy("How much longer the way on foot is than the straight line."),
        ),
        "population": Input(
            gettext_lazy("Inhabitants"),
            _POPULATION,
            gettext_lazy(
                "Where inhabitants are counted: {scheme} of districts, or {collection, fields} with the number fields"
                " of total, child, 65, 75."
            ),
            is_required=True,
        ),
        "districts": Input(gettext_lazy("Scheme of districts the answer is divided by"), _CODE),
    },
    output=Output(
        "coverage",
        gettext_lazy("Coverage"),
        {"type": "object", "required": ["groups", "districts", "method"]},
    ),
    run=_run,
    example={
        "inputs": {
            "search": "category=medical",
            "distance": 800,
            "population": {"scheme": "towns"},
            "districts": "former",
        }
    },
)
