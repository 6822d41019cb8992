"""JSON-FG (OGC 21-045r1): GeoJSON with the time, the type and the CRS of a feature told as members of their own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from layers import parameters as read
from layers.crs import CRS84, Crs
from layers.errors import ParameterError
from layers.geojson import Shape
from layers.source import FeatureSource

_SPEC: Final = "http://www.opengis.net/spec/json-fg-1/1.0/conf"
CONFORMANCE: Final = (f"{_SPEC}/core", f"{_SPEC}/types-schemas")
#: With ``jsonfg-plus`` a position in another CRS stands in degrees beside it, for readers of plain GeoJSON.
PLAIN, PLUS = "jsonfg", "jsonfg-plus"
#: Property that tells a feature's time, as ``datetime`` does.
TIME: Final = "updated_at"
#: Kinds of geometry, with the dimension of each.
DIMENSIONS: Final = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2,
                      "MultiPolygon": 2}  # fmt: skip


def profile(params: QueryDict) -> str:
    """The profile asked for. Raises :class:`ParameterError`."""
    given = read.single("profile", read.multi(params)) or PLAIN
    if given not in {PLAIN, PLUS}:
        raise ParameterError("profile", _("Known are: %(known)s.") % {"known": f"{PLAIN}, {PLUS}"})
    return given


def shape_with_time(source: FeatureSource, shape: Shape) -> Shape:
    """What to read: the time is told even where it is not among the properties asked for."""
    if shape.keys is None or TIME in shape.keys or TIME not in source.fields():
        return shape
    return replace(shape, keys=(*shape.keys, TIME))


def collection(
    source: FeatureSource, features: Iterable[Mapping[str, Any]], shape: Shape, plain: Mapping[int, Any]
) -> dict[str, Any]:
    """A collection without its links and counts. ``plain``: positions in CRS84 by id, to stand beside others."""
    return {
        "type": "FeatureCollection",
        **_about(source, shape.crs),
        "features": [_feature(item, shape, plain) for item in features],
    }


def feature(
    source: FeatureSource, item: Mapping[str, Any], shape: Shape, plain: Mapping[int, Any]
) -> dict[str, Any]:
    """One feature without its links."""
    return {**_feature(item, shape, plain), **_about(source, shape.crs)}


def _about(source: FeatureSource, crs: Crs) -> dict[str, Any]:
    dimension = DIMENSIONS.get(source.geometry_type)
    return {
        "conformsTo": list(CONFORMANCE),
        "featureType": source.slug,
        "coordRefSys": crs.uri,
        **({} if dimension is None else {"geometryDimension": dimension}),
    }


def _feature(item: Mapping[str, Any], shape: Shape, plain: Mapping[int, Any]) -> dict[str, Any]:
    properties, geometry = dict(item["properties"]), item["geometry"]
    moment = properties.get(TIME)
    if shape.keys is not None and TIME not in shape.keys:
        properties.pop(TIME, None)
    is_plain = shape.crs.uri == CRS84
    return {
        "type": "Feature",
        "id": item["id"],
        "time": {"timestamp": moment} if moment else None,
        "place": None if is_plain else geometry,
        "geometry": geometry if is_plain else plain.get(item["id"]),
        "properties": properties,
    }
