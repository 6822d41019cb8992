"""Parameters of ``items``: those of OGC API – Features beside the search's own, parsed once.

A property given as a parameter means equality (OGC 17-069r4, 7.15.5), save where the search has a parameter of the same
name (``category``, ``vacancy``, ``operation``, ``formal``): that one keeps the search's meaning everywhere, so
``category`` finds what lies below it too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from typing import Final

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_duration
from django.utils.translation import gettext as _
from pyproj import Transformer

from gisportal.ogc.collections import crs_list
from gisportal.ogc.protocol import DEFAULT_LIMIT, MAX_LIMIT
from layers import parameters as read
from layers.conditions import equal_q
from layers.cql2 import with_id
from layers.crs import CRS84, STORAGE_SRID, WEB_MERCATOR_SRID, Crs
from layers.errors import ParameterError
from layers.fields import Field, Kind
from layers.geojson import DEFAULT_CRS, Shape
from layers.query import SHARED, FeatureQuery, Resolvers
from layers.source import FeatureSource

#: Parameters of OGC API on ``items``; ``after`` is our own, the place where the page before ended.
STANDARD: Final = frozenset(
    [
        "bbox",
        "bbox-crs",
        "crs",
        "datetime",
        "limit",
        "offset",
        "after",
        "sortby",
        "properties",
        "skipGeometry",
        "profile",
        "f",
        "lang",
    ]
)
#: What the search page adds to the same query string: accepted, without effect here.
OF_PAGES: Final = ("view", "at", "layers")
BY_ID: Final = (("id", False),)
MAX_OFFSET: Final = 100_000_000
_FLOAT: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$")
_GEOGRAPHIC: Final = frozenset({STORAGE_SRID, 4612, 6668})
#: Points per side when a box of a projected CRS is carried over to degrees.
_DENSE: Final = 20


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: how many features came before its end, and the id of the last one."""

    position: int
    id: int

    def __str__(self) -> str:
        return f"{self.position}-{self.id}"


@dataclass(frozen=True, slots=True)
class ItemsRequest:
    """What is asked of ``items``."""

    query: FeatureQuery
    shape: Shape
    limit: int
    offset: int
    after: After | None

    @property
    def position(self) -> int:
        """How many features come before this page."""
        return self.after.position if self.after else self.offset

    @property
    def is_by_id(self) -> bool:
        """Whether the next page can start behind an id, fast at any depth."""
        return self.query.sort == BY_ID and not self.query.words


def equality_keys(source: FeatureSource) -> list[str]:
    """Properties that may be given as parameters meaning equality."""
    return [key for key in source.fields() if key not in SHARED and key not in STANDARD]


def queryable_keys(source: FeatureSource) -> list[str]:
    """Properties that may stand in a condition under their own name."""
    return [key for key in source.fields() if key not in STANDARD]


def parse_items(source: FeatureSource, params: QueryDict, resolvers: Resolvers | None = None) -> ItemsRequest:
    """Read the query string of ``items``. Raises :class:`ParameterError` naming the parameter."""
    values = read.multi(params)
    _refuse_unknown(values, source)
    equals = tuple(
        (key, _equal(key, values, source.fields()[key])) for key in equality_keys(source) if values.get(key)
    )
    query = replace(_search(source, values, {key for key, _value in equals}, resolvers), equals=equals)
    query = _with_id(query, values, source)
    query = _with_datetime(_with_bbox(query, values), values, source)
    shape = Shape(
        keys=_property_keys(values, source),
        crs=crs_of("crs", values),
        with_geometry=not read.boolean("skipGeometry", values),
    )
    after = _after(values, query)
    return ItemsRequest(query, shape, _limit(values), read.integer("offset", values, 0, 0, MAX_OFFSET), after)


def _refuse_unknown(values: dict[str, list[str]], source: FeatureSource) -> None:
    known = {*STANDARD, *SHARED, *OF_PAGES, "id", *source.fields()}
    for key in values:
        if key not in known and not key.startswith("field."):
            names = ", ".join([*sorted({*STANDARD, *SHARED}), *equality_keys(source)])
            raise ParameterError(key, _("Unknown parameter. Known are: %(known)s.") % {"known": names})


def _search(
    source: FeatureSource, values: dict[str, list[str]], taken: set[str], resolvers: Resolvers | None
) -> FeatureQuery:
    """The search's own parameters; sorted by id unless asked otherwise, so that paging is stable."""
    left_out = STANDARD | taken | {"id"} | set(OF_PAGES)
    pairs = [(key, value) for key, given in values.items() if key not in left_out for value in given or [""]]
    sort = _sort(values, source)
    if sort:
        pairs = [pair for pair in pairs if pair[0] != "sort"] + [("sort", sort)]
    try:
        query = source.parse(pairs, resolvers=resolvers)
    except ParameterError as error:
        if error.parameter == "sort" and values.get("sortby"):
            raise ParameterError("sortby", error.message) from error
        raise
    return query if query.sort or query.spot else replace(query, sort=BY_ID)


def _sort(values: dict[str, list[str]], source: FeatureSource) -> str:
    """``sortby`` (or ``sort``) as the search writes it. A plus sign that arrived as a blank is one."""
    if values.get("sortby") and values.get("sort"):
        raise ParameterError("sortby", _("Give only one of sort and sortby."))
    name = "sortby" if values.get("sortby") else "sort"
    fields = source.fields()
    known = ["id", *(key for key, field in fields.items() if field.is_sortable)]
    parts = [part.strip() for part in (read.single(name, values) or "").split(",") if part.strip()]
    for part in parts:
        if (key := part.lstrip("+-").strip()) not in known and key != "distance":
            raise ParameterError(name, _("Cannot be sorted by “%(key)s”. Known are: %(known)s.")
                                 % {"key": key, "known": ", ".join(known)})  # fmt: skip
    return ",".join(part.lstrip("+").strip() for part in parts)


def _equal(key: str, values: dict[str, list[str]], field: Field) -> str:
    value = read.single(key, values) or ""
    codes = [code for code, _title in field.choices]
    if field.kind in {Kind.CHOICE, Kind.CHOICES} and codes and value not in codes:
        raise ParameterError(
            key, _("“%(value)s” is none of: %(known)s.") % {"value": value, "known": ", ".join(codes)}
        )
    if field.kind is Kind.DATE and not _is_date(value):
        raise ParameterError(key, _("Must be a date like 2026-04-01."))
    equal_q(field, value)
    return value


def _is_date(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False


def _property_keys(values: dict[str, list[str]], source: FeatureSource) -> tuple[str, ...] | None:
    given = read.single("properties", values)
    if given is None:
        return None
    wanted = [part.strip() for part in given.split(",") if part.strip()]
    for key in wanted:
        if key not in source.fields():
            raise ParameterError("properties", _("There is no property “%(key)s”. Known are: %(known)s.")
                                 % {"key": key, "known": ", ".join(source.fields())})  # fmt: skip
    return tuple(key for key in source.fields() if key in wanted)


def crs_of(name: str, values: dict[str, list[str]]) -> Crs:
    """A CRS by its address; CRS84 when none is given."""
    given = read.single(name, values)
    if given is None:
        return DEFAULT_CRS
    for crs in crs_list():
        if crs.uri == given:
            return crs
    raise ParameterError(
        name, _("Unknown CRS. Known are: %(known)s.") % {"known": ", ".join(crs.uri for crs in crs_list())}
    )


def _limit(values: dict[str, list[str]]) -> int:
    """At most :data:`MAX_LIMIT`: the standard forbids to refuse more; links lead to the rest (17-069r4, 7.15.2)."""
    given = read.single("limit", values)
    if given is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"\+?\d{1,18}", given) or int(given) < 1:
        raise ParameterError(
            "limit", _("Must be a whole number from 1; at most %(most)d come at once.") % {"most": MAX_LIMIT}
        )
    return min(int(given), MAX_LIMIT)


def _after(values: dict[str, list[str]], query: FeatureQuery) -> After | None:
    given = read.single("after", values)
    if given is None:
        return None
    found = re.fullmatch(r"(\d{1,12})-(\d{1,18})", given)
    if not found:
        raise ParameterError("after", _("Take it from the link to the next page as it stands."))
    if values.get("offset") or query.sort != BY_ID or query.words:
        raise ParameterError(
            "after", _("Goes together neither with offset nor with another order than that of the ids.")
        )
    return After(int(found[1]), int(found[2]))


def _with_id(query: FeatureQuery, values: dict[str, list[str]], source: FeatureSource) -> FeatureQuery:
    """``id`` is a queryable like the properties, where none of them has its name."""
    if "id" in source.fields() or read.single("id", values) is None:
        return query
    return replace(query, filter=with_id(query.filter, read.integer("id", values, 0, 0, 10**12 - 1)))


def _with_datetime(query: FeatureQuery, values: dict[str, list[str]], source: FeatureSource) -> FeatureQuery:
    given = read.single("datetime", values)
    if given is None:
        return query
    first, slash, last = given.partition("/")
    begin = _moment(first, end_of_day=False)
    end = _end(begin, last.strip()) if slash else _moment(first, end_of_day=True)
    if (not slash and begin is None) or (begin and end and begin > end):
        raise ParameterError("datetime", _("Must be a time, or an interval from/to with .. for an open end."))
    if "updated_at" not in source.fields():
        return query  # features without a time match every time (17-069r4, 7.15.4)
    return replace(
        query,
        updated_after=max(filter(None, [begin, query.updated_after]), default=None),
        updated_before=min(filter(None, [end, query.updated_before]), default=None),
    )


def _end(begin: datetime | None, last: str) -> datetime | None:
    """The end of an interval: a time, ``..``, or how long after its begin (ISO 8601, days and shorter)."""
    if not last.startswith("P") or begin is None:
        return _moment(last, end_of_day=True)
    length = parse_duration(last)
    try:
        if length is None or length < timedelta(0):
            raise OverflowError
        return begin + length
    except OverflowError:
        raise ParameterError("datetime", _("A length of time is written like P2D or PT36H.")) from None


def _moment(part: str, *, end_of_day: bool) -> datetime | None:
    part = part.strip()
    return (
        None if part in {"", ".."} else read.moment("datetime", {"datetime": [part]}, end_of_day=end_of_day)
    )


def _with_bbox(query: FeatureQuery, values: dict[str, list[str]]) -> FeatureQuery:
    given = read.single("bbox", values)
    if given is None:
        if values.get("bbox-crs"):
            raise ParameterError("bbox-crs", _("Goes together with bbox only."))
        return query
    crs = crs_of("bbox-crs", values)
    low_x, low_y, high_x, high_y = _corners(given, crs)
    if crs.srid in _GEOGRAPHIC:
        return _with_degrees(query, low_x, low_y, high_x, high_y)
    if low_x > high_x:
        raise ParameterError("bbox", _("The lower corner comes first, in the order of axes of the CRS."))
    return _with_projected(query, (low_x, low_y, high_x, high_y), crs)


def _corners(given: str, crs: Crs) -> tuple[float, float, float, float]:
    """Easting, northing of the lower, then the upper corner; of six numbers the heights have no effect."""
    parts = [part.strip() for part in given.split(",")]
    numbers = [float(part) for part in parts if _FLOAT.match(part)]
    if len(parts) not in {4, 6} or len(numbers) != len(parts) or not all(map(isfinite, numbers)):
        raise ParameterError("bbox", _("Must be four or six numbers: the lower corner, then the upper one."))
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.is_northing_first:
        low, high = low[::-1], high[::-1]
    if low[1] > high[1]:
        raise ParameterError("bbox", _("The lower corner comes first, in the order of axes of the CRS."))
    return low[0], low[1], high[0], high[1]


def _with_degrees(query: FeatureQuery, west: float, south: float, east: float, north: float) -> FeatureQuery:
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ParameterError("bbox", _("Longitude lies from -180 to 180, latitude from -90 to 90."))
    if west <= east:
        return replace(query, bbox=(west, south, east, north))
    # It spans the antimeridian.
    halves = [Polygon.from_bbox(box) for box in [(west, south, 180, north), (-180, south, east, north)]]
    return _narrowed(query, MultiPolygon(halves, srid=STORAGE_SRID))


def _with_projected(query: FeatureQuery, box: tuple[float, float, float, float], crs: Crs) -> FeatureQuery:
    low_x, low_y, high_x, high_y = box
    ring = list(_ring(low_x, low_y, high_x, high_y))
    xs, ys = _to_degrees(crs.srid).transform([x for x, _y in ring], [y for _x, y in ring])
    if not all(map(isfinite, [*xs, *ys])):
        raise ParameterError("bbox", _("Lies outside what the CRS is for."))
    if crs.srid == WEB_MERCATOR_SRID:
        return replace(query, bbox=(min(xs), min(ys), max(xs), max(ys)))
    return _narrowed(query, Polygon(list(zip(xs, ys, strict=True)), srid=STORAGE_SRID))


def _narrowed(query: FeatureQuery, area: Polygon | MultiPolygon) -> FeatureQuery:
    if query.within is not None:
        raise ParameterError("bbox", _("This box does not go together with within."))
    return replace(query, within=area)


def _ring(low_x: float, low_y: float, high_x: float, high_y: float) -> Iterable[tuple[float, float]]:
    corners = [(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y), (low_x, low_y)]
    for (x1, y1), (x2, y2) in pairwise(corners):
        for step in range(_DENSE):
            yield x1 + (x2 - x1) * step / _DENSE, y1 + (y2 - y1) * step / _DENSE
    yield corners[0]


@lru_cache(maxsize=32)
def _to_degrees(srid: int) -> Transformer:
    return Transformer.from_crs(f"EPSG:{srid}", "OGC:CRS84", always_xy=True)


__all__ = ["CRS84", "After", "ItemsRequest", "crs_of", "equality_keys", "parse_items", "queryable_keys"]
