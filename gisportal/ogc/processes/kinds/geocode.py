"""``geocode``: an address to candidates with position, districts and offices (R31), as ``/geocode`` answers."""

from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from gisportal.ogc.processes.process import Input, Inputs, Output, Process
from layers.access import Viewer
from layers.errors import ParameterError
from layers.geocoding.service import LocatedCandidate, is_known_city, locate

MAX_LIMIT: Final = 50


@sensitive_variables()
def _run(viewer: Viewer, inputs: Inputs, _seconds: float) -> list[dict[str, Any]]:
    city = inputs.get("city")
    if city and not is_known_city(city):
        raise ParameterError("city", _("A municipality is wanted: code of 5 or 6 digits, or name."))
    found = locate(viewer, inputs["address"], city=city or None, limit=inputs.get("limit", 5))
    return [_candidate(item) for item in found]


def _candidate(item: LocatedCandidate) -> dict[str, Any]:
    return {
        **asdict(item.candidate),
        "level": item.candidate.level.name.lower(),
        "districts": [asdict(district) for district in item.districts],
    }


GEOCODE: Final = Process(
    key="geocode",
    version="1.0.0",
    title=gettext_lazy("Address to position"),
    description=gettext_lazy(
        "Candidates of an address with level, score, position (degrees, WGS 84), districts and responsible offices. The"
        " address is neither logged nor kept after the answer."
    ),
    keywords=(gettext_lazy("address"), gettext_lazy("position")),
    inputs={
        "address": Input(
            gettext_lazy("Address"), {"type": "string", "minLength": 1, "maxLength": 200}, is_required=True
        ),
        "city": Input(
            gettext_lazy("Municipality, by code or name; without it the city of this portal"),
            {"type": "string", "maxLength": 40},
        ),
        "limit": Input(
            gettext_lazy("Candidates at most"),
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 5},
        ),
    },
    output=Output(
        "candidates", gettext_lazy("Candidates, best first"), {"type": "array", "items": {"type": "object"}}
    ),
    run=_run,
    is_personal=True,
    example={"inputs": {"address": "高松市番町1-8-15", "limit": 3}},
)
