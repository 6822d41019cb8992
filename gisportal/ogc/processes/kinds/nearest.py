"""``nearest``: what a search finds, in order of its distance from a point or a feature (R1, G6)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from gisportal.ogc.processes.process import Input, Inputs, Output, Process
from gisportal.ogc.processes.searches import SEARCH, resources, searched
from layers.access import Viewer
from layers.errors import FeatureNotFound, ParameterError, SourceNotFound
from layers.query import MAX_RADIUS, Spot
from layers.source import Feature, get_source

MAX_LIMIT: Final = 100
_POINT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3},
    },
}
_FEATURE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["collection", "id"],
    "additionalProperties": False,
    "properties": {
        "collection": {"type": "string", "maxLength": 80},
        "id": {"type": "integer", "minimum": 1, "maximum": 2**62},
    },
}


@sensitive_variables()
def _run(viewer: Viewer, inputs: Inputs, _seconds: float) -> dict[str, Any]:
    if ("point" in inputs) == ("feature" in inputs):
        raise ParameterError("point", _("Give either point or feature."))
    source = resources(viewer)
    lon, lat = _degrees(inputs["point"]) if "point" in inputs else _of_feature(viewer, inputs["feature"])
    query = replace(searched(source, inputs), spot=Spot(lon, lat), radius=inputs.get("radius"), sort=())
    found = source.load(query, limit=inputs.get("limit", 10))
    return {
        "type": "FeatureCollection",
        "features": [_feature(item) for item in found if item.distance is not None],
    }


def _degrees(point: dict[str, Any]) -> tuple[float, float]:
    lon, lat = point["coordinates"][:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ParameterError("point", _("Longitude comes first, in degrees; latitude lies from -90 to 90."))
    return float(lon), float(lat)


def _of_feature(viewer: Viewer, given: dict[str, Any]) -> tuple[float, float]:
    """A point of a feature the viewer may see; of a line or an area one that lies on it."""
    try:
        geom = get_source(given["collection"], viewer).get(int(given["id"])).geom
    except (SourceNotFound, FeatureNotFound) as error:
        raise ParameterError("feature", _("There is no such feature, or not for you.")) from error
    if geom is None or geom.empty:
        raise ParameterError("feature", _("This feature has no position you may see."))
    point: Any = geom if geom.geom_type == "Point" else geom.point_on_surface
    return point.x, point.y


def _feature(item: Feature) -> dict[str, Any]:
    geom: Any = item.geom
    return {
        "type": "Feature",
        "id": item.id,
        "geometry": {"type": "Point", "coordinates": list(geom.coords)} if geom else None,
        "properties": {
            **{key: _plain(value) for key, value in item.properties.items()},
            "distance": round(item.distance or 0.0, 1),
        },
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


NEAREST: Final = Process(
    key="nearest",
    version="1.0.0",
    title=gettext_lazy("Nearest resources"),
    description=gettext_lazy(
        "What a search finds, nearest first, with the geodesic distance in metres from a point or a feature. The point"
        " is neither logged nor kept after the answer."
    ),
    keywords=(gettext_lazy("nearby"),),
    inputs={
        "point": Input(
            gettext_lazy("Point as GeoJSON, longitude first (WGS 84)"),
            _POINT,
            gettext_lazy("Either this or feature."),
        ),
        "feature": Input(
            gettext_lazy("Feature of a collection to measure from"),
            _FEATURE,
            gettext_lazy("Either this or point. Of a line or an area, a point that lies on it."),
        ),
        "search": SEARCH,
        "radius": Input(
            gettext_lazy("Metres at most"), {"type": "number", "minimum": 1, "maximum": MAX_RADIUS}
        ),
        "limit": Input(
            gettext_lazy("Resources at most"),
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 10},
        ),
    },
    output=Output(
        "features",
        gettext_lazy("Resources with their distance in metres"),
        {"type": "object", "required": ["type", "features"]},
        "application/geo+json",
    ),
    run=_run,
    is_personal=True,
    example={
        "inputs": {
            "point": {"type": "Point", "coordinates": [134.0466, 34.3428]},
            "search": "category=library",
            "limit": 3,
        }
    },
)
