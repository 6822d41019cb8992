"""What stands in the body of a write: one GeoJSON feature, or a JSON merge patch of one (RFC 7946, RFC 7396).

Every refusal tells what would be right; nothing of a body is guessed, and nothing of it comes into a log.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from pyproj import Transformer

from gisportal.ogc.collections import crs_list
from layers.crs import STORAGE_SRID, Crs
from layers.editing.errors import InvalidValues
from layers.geojson import DEFAULT_CRS
from layers.writing import FeatureEdit

#: Bytes of a body. The longest feature the fields allow is far below.
MAX_BODY: Final = 1_048_576
WHOLE: Final = ("application/geo+json", "application/json")
PARTS: Final = ("application/merge-patch+json", "application/geo+json", "application/json")
_GEOGRAPHIC: Final = frozenset({STORAGE_SRID, 4612, 6668})
#: Members of a patch beside ``properties`` and ``geometry``: said by clients, without effect.
_KNOWN: Final = frozenset({"type", "id", "links", "bbox", "timeStamp", "conformsTo", "featureType"})
#: Members that would place the feature somewhere else than ``geometry`` says.
_ELSEWHERE: Final = ("crs", "coordRefSys", "place")


@dataclass
class BadBody(Exception):
    """A body that cannot be read. ``headers``: what the answer names beside it."""

    status: int
    detail: str
    headers: dict[str, str] = field(default_factory=dict)


def media_of(request: HttpRequest, known: tuple[str, ...]) -> str:
    """Media type of the body. Raises :class:`BadBody`: 400 without one, 415 for others than ``known``."""
    given = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    header = "Accept-Patch" if request.method == "PATCH" else "Accept-Post"
    listed = ", ".join(known)
    if not given:
        raise BadBody(400, _("Say what the body is: Content-Type, one of %(known)s.") % {"known": listed})
    if given not in known:
        raise BadBody(415, _("Known are: %(known)s.") % {"known": listed}, {header: listed})
    return given


def document_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body. Raises :class:`BadBody`: 400, or 413 where it is too long."""
    content = _content(request)
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_members)
        # Half of a pair of surrogates is JSON, but no text.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadBody(400, _("The body is not readable as JSON in UTF-8.")) from None
    if not isinstance(found, dict):
        raise BadBody(400, _("The body is one JSON object."))
    return found


def _content(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "")
    announced = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
    if announced > MAX_BODY:
        raise BadBody(413, _("At most %(most)d bytes.") % {"most": MAX_BODY})
    try:
        content = request.body
    except UnreadablePostError:
        raise BadBody(400, _("The body ended too early.")) from None
    if len(content) > MAX_BODY:
        raise BadBody(413, _("At most %(most)d bytes.") % {"most": MAX_BODY})
    if len(content) < announced:
        raise BadBody(400, _("The body ended too early."))
    return content


def _no_number(name: str) -> None:
    raise ValueError(name)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def whole_edit(
    document: Mapping[str, Any], crs: Crs, feature_id: int | None, *, is_lenient: bool
) -> FeatureEdit:
    """A whole feature. ``feature_id``: the one it replaces; another id in the body is refused.

    Raises :class:`BadBody`, and ``InvalidValues`` for a geometry that is no point.
    """
    if document.get("type") != "Feature":
        raise BadBody(400, _('One GeoJSON feature is expected: "type": "Feature".'))
    if feature_id is not None:
        _check_id(document, feature_id)
    if "properties" not in document or "geometry" not in document:
        raise BadBody(
            400, _("A feature has properties and a geometry; one without a position has a geometry of null.")
        )
    return FeatureEdit(_properties(document), _geometry(document, crs), True, is_lenient)


def part_edit(document: Mapping[str, Any], crs: Crs, feature_id: int, *, is_lenient: bool) -> FeatureEdit:
    """A merge patch: only what is to change. Raises :class:`BadBody`, ``InvalidValues``."""
    _check_id(document, feature_id)
    if strange := sorted(document.keys() - _KNOWN - {"properties", "geometry", *_ELSEWHERE}):
        text = _('Values stand below "properties"; unknown here: %(names)s.')
        raise BadBody(400, text % {"names": ", ".join(name[:60] for name in strange[:10])})
    if document.get("type", "Feature") != "Feature":
        raise BadBody(400, _('One GeoJSON feature is expected: "type": "Feature".'))
    if "properties" in document and document["properties"] is None:
        raise BadBody(400, _("Properties are emptied one by one."))
    return FeatureEdit(_properties(document), _geometry(document, crs), "geometry" in document, is_lenient)


def _check_id(document: Mapping[str, Any], feature_id: int) -> None:
    given = document.get("id")
    if "id" in document and (isinstance(given, bool) or str(given) != str(feature_id)):
        raise BadBody(400, _("The id of a feature never changes; this one is %(id)d.") % {"id": feature_id})


def _properties(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("properties")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadBody(400, _("Properties are a JSON object."))
    return found


def _geometry(document: Mapping[str, Any], crs: Crs) -> Point | None:
    for name in _ELSEWHERE:
        if document.get(name) is not None:
            raise BadBody(
                400,
                _("“%(name)s” is not read here; name another CRS by the header Content-Crs.")
                % {"name": name},
            )
    given = document.get("geometry")
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("type"), str):
        raise BadBody(400, _("The geometry is not readable as GeoJSON."))
    if given["type"] != "Point":
        raise InvalidValues({"geometry": [_("The geometry of these features is a Point.")]})
    return _point(given.get("coordinates"), crs)


def _point(given: Any, crs: Crs) -> Point:
    if not isinstance(given, list) or len(given) not in {2, 3} or not all(map(_is_number, given)):
        raise BadBody(400, _("A Point has two coordinates, both numbers."))
    first, second = float(given[0]), float(given[1])
    x, y = (second, first) if crs.is_northing_first else (first, second)
    if crs.srid not in _GEOGRAPHIC:
        x, y = _to_degrees(crs.srid).transform(x, y)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InvalidValues({"geometry": [_("Lies outside what the CRS is for.")]})
    return Point(x, y, srid=STORAGE_SRID)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


@lru_cache(maxsize=32)
def _to_degrees(srid: int) -> Transformer:
    return Transformer.from_crs(f"EPSG:{srid}", "OGC:CRS84", always_xy=True)


def crs_of_body(request: HttpRequest) -> Crs:
    """The CRS of the geometry in the body: CRS84, or that of ``Content-Crs``, with or without angle brackets."""
    given = request.headers.get("Content-Crs", "").strip()
    name = given.removeprefix("<").removesuffix(">").strip()
    if not name:
        return DEFAULT_CRS
    for crs in crs_list():
        if crs.uri == name:
            return crs
    known = ", ".join(crs.uri for crs in crs_list())
    raise BadBody(400, _("Content-Crs: known are %(known)s.") % {"known": known})
