"""FeatureQuery: the query string parsed once (design §5).

The same string drives the list, the tile address, the OGC request, the export and the crosstab cell, so they
can never disagree. Conditions combine with AND, repeated values of one with OR; districts with OR within a scheme and
AND between schemes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.translation import gettext as _

from layers import parameters as read
from layers.access import Viewer
from layers.cql2 import Filter, read_filter
from layers.crs import STORAGE_SRID
from layers.errors import ParameterError
from layers.field_aliases import todays_params
from layers.fields import Field, Kind
from layers.text import words
from layers.vocabulary import Vocabulary

MAX_RADIUS: Final = 50_000
MAX_PER_PAGE: Final = 200
DEFAULT_PER_PAGE: Final = 20
NEAR_SERVES: Final = 2_000

#: Parameters of a search, everywhere the same; any other is refused unless a page adds it (``extra``).
SHARED: Final = frozenset(
    (
        "q category field_of_support district near place address radius serves bbox within vacancy operation "
        "formal updated_after updated_before stale session_on session_day as_of filter filter-lang filter-crs "
        "sort page per_page lang"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point searched from. ``lon``, ``lat``: WGS 84 degrees. ``token`` stands in addresses in its stead.

    ``lg_code`` and ``town`` let a scheme's table of towns decide the district. ``label`` is what was typed; it is shown
    to the person who typed it and goes nowhere else.
    """

    lon: float
    lat: float
    token: str = ""
    label: str = field(default="", repr=False)
    lg_code: str = ""
    town: str = ""

    @property
    def point(self) -> Point:
        """The point in EPSG:4326, longitude first."""
        return Point(self.lon, self.lat, srid=STORAGE_SRID)


@dataclass(frozen=True, slots=True)
class Resolvers:
    """How tokens and addresses become spots; pages hand in theirs. They raise :class:`ParameterError`."""

    place: Callable[[str], Spot] | None = None
    address: Callable[[str], Spot] | None = None


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """A search. ``bbox``: west, south, east, north in degrees; ``radius``: metres; ``within``: polygon in EPSG:4326."""

    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fields_of_support: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    spot: Spot | None = None
    radius: float | None = None
    serves: Spot | None = None
    bbox: tuple[float, float, float, float] | None = None
    within: GEOSGeometry | None = field(default=None, hash=False)
    vacancy: tuple[str, ...] = ()
    operation: tuple[str, ...] = ()
    formal: bool | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    stale: bool | None = None
    session_on: tuple[date, ...] = ()
    session_day: tuple[int, ...] = ()
    as_of: datetime | None = None
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    equals: tuple[tuple[str, str], ...] = ()
    filter: Filter | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_params(
        cls,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        fields: Mapping[str, Field],
        vocabulary: Vocabulary,
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> "FeatureQuery":
        """Read a query string. ``params``: a QueryDict, a mapping, or pairs; ``extra``: parameters the page adds.

        Raises:
            ParameterError: a parameter is unknown, or its value unusable.
        """
        values = todays_params(read.multi(params), vocabulary)
        _refuse_unknown(values, fields, frozenset(extra))
        spot = _spot(values, resolvers or Resolvers())
        radius = _radius(values, spot)
        return cls(
            words=words(" ".join(values.get("q", []))),
            categories=vocabulary.current_categories(
                read.known("category", values, vocabulary.category_codes)
            ),
            fields_of_support=read.known("field_of_support", values, vocabulary.supports),
            districts=read.districts(values, vocabulary),
            spot=spot,
            radius=radius,
            serves=_serves(values, spot, resolvers or Resolvers()),
            bbox=read.bbox(values),
            within=read.polygon(values),
            vacancy=read.choices("vacancy", values, fields["vacancy"]) if "vacancy" in fields else (),
            operation=read.choices("operation", values, fields["operation"]) if "operation" in fields else (),
            formal=read.boolean("formal", values),
            updated_after=read.moment("updated_after", values, end_of_day=False),
            updated_before=read.moment("updated_before", values, end_of_day=True),
            stale=read.boolean("stale", values),
            session_on=read.days("session_on", values),
            session_day=read.weekdays("session_day", values),
            as_of=read.past("as_of", values),
            fields=_field_conditions(values, fields),
            filter=read_filter(values, fields, vocabulary.renamed_fields),
            sort=_sort(values, fields, spot),
            page=read.integer("page", values, 1, 1, 100_000),
            per_page=read.integer("per_page", values, DEFAULT_PER_PAGE, 1, MAX_PER_PAGE),
            pairs=tuple(
                (key, value) for key, given in values.items() for value in given if key not in set(extra)
            ),
        )

    def without(self, *keys: str) -> "FeatureQuery":
        """The same search without the conditions of some parameters (``category``, ``field.<key>`` …)."""
        dropped: dict[str, object] = {
            _ATTRIBUTES[key]: _EMPTY[_ATTRIBUTES[key]] for key in keys if key in _ATTRIBUTES
        }
        if custom := {key.removeprefix("field.") for key in keys if key.startswith("field.")}:
            dropped["fields"] = tuple(item for item in self.fields if item[0] not in custom)
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in keys), **dropped)  # type: ignore[arg-type]

    def to_query_string(
        self, *, leave_out: Iterable[str] = ("page",), **changes: str | list[str] | None
    ) -> str:
        """The canonical query string; never holds the person's point, only its token.

        ``changes``: parameters to set or, with None, to drop; ``field.key`` is written ``field__key``.
        """
        given = {key.replace("__", ".", 1): value for key, value in changes.items()}
        left = set(leave_out) | set(given)
        pairs = [pair for pair in self.pairs if pair[0] not in left]
        for key, value in given.items():
            for item in [value] if isinstance(value, str) else value or []:
                pairs.append((key, item))
        return urlencode(sorted(pairs, key=lambda pair: pair[0]))

    @property
    def is_timed(self) -> bool:
        """Whether the answer changes with the date alone: what is kept of it needs the date in its key."""
        return self.stale is not None or bool(self.vacancy or self.session_day or self.filter)

    @property
    def has_conditions(self) -> bool:
        """Whether anything narrows the search."""
        return self.filter is not None or any(key not in _NO_CONDITIONS for key, _value in self.pairs)


_NO_CONDITIONS: Final = frozenset("as_of sort page per_page lang filter filter-lang filter-crs".split())
_ATTRIBUTES: Final = {
    "q": "words", "category": "categories", "field_of_support": "fields_of_support", "district": "districts",
    "near": "spot", "place": "spot", "address": "spot", "radius": "radius", "serves": "serves", "bbox": "bbox",
    "within": "within", "vacancy": "vacancy", "operation": "operation", "formal": "formal",
    "updated_after": "updated_after", "updated_before": "updated_before", "stale": "stale", "as_of": "as_of",
    "session_on": "session_on", "session_day": "session_day", "filter": "filter",
    "sort": "sort",
}  # fmt: skip
_EMPTY: Final[dict[str, object]] = {
    "words": (), "categories": (), "fields_of_support": (), "districts": (), "spot": None, "radius": None,
    "serves": None, "bbox": None, "within": None, "vacancy": (), "operation": (), "formal": None,
    "updated_after": None, "updated_before": None, "stale": None, "as_of": None,
    "session_on": (), "session_day": (), "filter": None,
    "sort": (),
}  # fmt: skip


def _refuse_unknown(
    values: Mapping[str, list[str]], fields: Mapping[str, Field], extra: frozenset[str]
) -> None:
    for key in values:
        if key in SHARED or key in extra:
            continue
        if key.startswith("field."):
            if (found := fields.get(key.removeprefix("field."))) and not found.is_base and found.is_filter:
                continue
            raise ParameterError(key, _("There is no such field to search by."))
        raise ParameterError(
            key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(sorted(SHARED))}
        )


def _spot(values: Mapping[str, list[str]], resolvers: Resolvers) -> Spot | None:
    given = [key for key in ("near", "place", "address") if any(values.get(key, []))]
    if len(given) > 1:
        raise ParameterError(given[1], _("Give only one of near, place and address."))
    if not given:
        return None
    key, value = given[0], read.single(given[0], values) or ""
    if key == "near":
        lat, lon = read.latitude_longitude("near", value)
        return Spot(lon, lat)
    resolve = resolvers.place if key == "place" else resolvers.address
    if resolve is None:
        raise ParameterError(key, _("This parameter is not offered here."))
    return resolve(value)


def _serves(values: Mapping[str, list[str]], spot: Spot | None, resolvers: Resolvers) -> Spot | None:
    value = read.single("serves", values)
    if not value:
        return None
    if value == "place":
        if spot is None:
            raise ParameterError("serves", _("serves=place needs a place, near or address."))
        return spot
    if "," in value:
        lat, lon = read.latitude_longitude("serves", value)
        return Spot(lon, lat)
    if resolvers.place is None:
        raise ParameterError("serves", _("Give latitude,longitude."))
    try:
        return resolvers.place(value)
    except ParameterError as error:
        raise ParameterError("serves", error.message) from error


def _radius(values: Mapping[str, list[str]], spot: Spot | None) -> float | None:
    value = read.number("radius", values, 1, MAX_RADIUS)
    if value is not None and spot is None and not values.get("serves"):
        raise ParameterError("radius", _("A radius needs a place, near or address to be measured from."))
    return value


def _field_conditions(
    values: Mapping[str, list[str]], fields: Mapping[str, Field]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for key, given in values.items():
        if key.startswith("field.") and (wanted := tuple(value for value in given if value.strip())):
            item = fields[key.removeprefix("field.")]
            for value in wanted:
                read.check_field_value(key, value, item)
            found.append((item.key, wanted))
    return tuple(found)


def _sort(
    values: Mapping[str, list[str]], fields: Mapping[str, Field], spot: Spot | None
) -> tuple[tuple[str, bool], ...]:
    found = read.sort(values, ["distance", "id", *(item.key for item in fields.values() if item.is_sortable)])
    if spot is None and any(key == "distance" for key, _descending in found):
        raise ParameterError("sort", _("Sorting by distance needs a place, near or address."))
    return found


def shared_values(
    params: Mapping[str, str] | Iterable[tuple[str, str]], extra: Iterable[str]
) -> dict[str, list[str]]:
    """Values of a search for a source that knows fewer conditions than 地域資源.

    Shared parameters that mean nothing to it are accepted, others refused (design §5).
    Raises :class:`layers.errors.ParameterError`.
    """
    values = read.multi(params)
    known = {*SHARED, *extra}
    for key in values:
        if key not in known and not key.startswith("field."):
            raise ParameterError(key, _("Unknown parameter."))
    return values


def query_for(viewer: Viewer | None, params: Mapping[str, str], vocabulary: Vocabulary) -> FeatureQuery:
    """A query over the fields of 地域資源 a viewer sees, without places; for scripts and tests."""
    from layers.fields import fields_for

    return FeatureQuery.from_params(params, fields_for(viewer, vocabulary), vocabulary)


__all__ = ["SHARED", "FeatureQuery", "Kind", "Resolvers", "Spot", "query_for"]
