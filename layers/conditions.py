"""A FeatureQuery as a condition on resources, over exactly what the viewer may see.

Every condition on a value goes through the field's own masked expression, so that a withheld value can be neither
found, counted nor sorted by.
"""

from django.contrib.gis.geos import Polygon
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from layers import parameters as read
from layers.access import Audience, Viewer, audiences, members_rows_q
from layers.crs import STORAGE_SRID
from layers.errors import ParameterError
from layers.fields import Field, Kind
from layers.freshness import stale_q
from layers.functions import (
    ArrayHas,
    AtLeast,
    AtMost,
    CityDay,
    Contains,
    JsonHas,
    Normalise,
    Same,
    Weave,
    WithinMetres,
    WovenLike,
    geometry_value,
)
from layers.models import SessionDate
from layers.query import NEAR_SERVES, FeatureQuery, Spot
from layers.text import like_pattern, normalise, spellings
from layers.vacancy import vacancy_q
from layers.vocabulary import Vocabulary


def conditions(query: FeatureQuery, viewer: Viewer, fields: dict[str, Field], vocabulary: Vocabulary) -> Q:
    """All conditions of a query, combined with AND. The caller has already narrowed to the visible rows."""
    found = Q()
    for word in query.words:
        found &= word_q(word, viewer)
    if query.categories:
        found &= Q(category_id__in=vocabulary.category_ids(query.categories))
    if query.fields_of_support:
        found &= Q(fields_of_support__overlap=list(query.fields_of_support))
    found &= _districts_q(query.districts)
    found &= _place_q(query)
    if query.vacancy:
        found &= vacancy_q(query.vacancy, vocabulary)
    if query.operation:
        found &= Q(operation__in=query.operation)
    if query.formal is not None:
        found &= Q(formal=query.formal)
    if query.updated_after:
        found &= Q(updated_at__gte=query.updated_after)
    if query.updated_before:
        found &= Q(updated_at__lte=query.updated_before)
    if query.stale is not None:
        found &= stale_q(vocabulary) if query.stale else ~stale_q(vocabulary)
    if query.session_on or query.session_day:
        found &= sessions_q(query)
    for key, values in query.fields:
        found &= field_q(fields[key], values)
    return found


def word_q(word: str, viewer: Viewer) -> Q:
    """Rows in whose text, as far as the viewer may see it, a word or another spelling of it stands."""
    seen = audiences(viewer)
    members = members_rows_q(viewer)
    found = Q()
    for spelling in spellings(word):
        found |= _text_q("search_public", spelling)
        if Audience.MEMBERS in seen:
            more = _text_q("search_members", spelling)
            found |= more if members is None else more & members
        if Audience.STAFF in seen:
            found |= _text_q("search_staff", spelling)
    return found


def _text_q(column: str, spelling: str) -> Q:
    """``LIKE`` on the woven column: exact, and served by its trigram index. Extra columns are mostly empty."""
    like = Q(WovenLike(Weave(F(column)), Value(like_pattern(spelling))))
    return like if column == "search_public" else ~Q(**{column: ""}) & like


def _districts_q(keys: tuple[str, ...]) -> Q:
    """OR within a scheme, AND between schemes."""
    by_scheme: dict[str, list[str]] = {}
    for key in keys:
        by_scheme.setdefault(key.partition(":")[0], []).append(key)
    found = Q()
    for wanted in by_scheme.values():
        found &= Q(district_keys__overlap=wanted)
    return found


def _place_q(query: FeatureQuery) -> Q:
    found = Q()
    if query.bbox:
        box = Polygon.from_bbox(query.bbox)
        box.srid = STORAGE_SRID
        found &= Q(geom_public__intersects=box)
    if query.within:
        found &= Q(geom_public__coveredby=query.within)
    if query.serves:
        found &= serves_q(query.serves, query.radius or NEAR_SERVES)
    elif query.spot and query.radius:
        found &= Q(WithinMetres(F("geom_public"), geometry_value(query.spot.point), query.radius))
    return found


def serves_q(spot: Spot, metres: float) -> Q:
    """Services whose area covers a point, or that stand near it."""
    keys = RawSQL(
        "(SELECT layers_districts_of(%s::geometry, %s, %s, '{}'))::varchar[]",
        (spot.point.hexewkb.decode(), spot.lg_code, spot.town),
        ArrayField(CharField()),
    )
    return (
        Q(service_area="city")
        | Q(service_area="districts", served_keys__overlap=keys)
        | Q(service_area="polygon", service_geom__covers=spot.point)
        | Q(WithinMetres(F("geom_public"), geometry_value(spot.point), metres))
    )


def sessions_q(query: FeatureQuery) -> Q:
    """Rows of which a meeting takes place on one of the days, or on such a weekday within the next 13 weeks."""
    found = Q()
    days = SessionDate.unscoped.filter(resource=OuterRef("pk"))
    if query.session_on:
        found &= Q(Exists(days.filter(on__in=query.session_on)))
    if query.session_day:
        soon = days.filter(on__gte=CityDay(), on__lt=CityDay(WEEKS_AHEAD * 7))
        found &= Q(Exists(soon.filter(weekday__in=query.session_day)))
    return found


#: How far ahead a search by weekday looks.
WEEKS_AHEAD = 13


def field_q(field: Field, values: tuple[str, ...]) -> Q:
    """Repeated values of one field combine with OR."""
    found = Q()
    for value in values:
        found |= _value_q(field, value)
    return found


def _value_q(field: Field, value: str) -> Q:
    match field.kind:
        case Kind.CHOICES:
            return Q(JsonHas(field.value(), Value(value)))
        case Kind.BOOLEAN:
            return Q(Same(field.value(), Value(value == "true")))
        case Kind.CHOICE:
            return Q(Same(field.value(), Value(value)))
        case Kind.NUMBER | Kind.DATE:
            low, high = read.span(f"field.{field.key}", value, field.kind)
            return _span_q(field, low, high)
        case _:
            return Q(Contains(Normalise(field.value()), Value(normalise(value))))


def _span_q(field: Field, low: str | None, high: str | None) -> Q:
    convert = float if field.kind is Kind.NUMBER else str
    found = Q()
    if low is not None:
        found &= Q(AtLeast(field.value(), Value(convert(low))))
    if high is not None:
        found &= Q(AtMost(field.value(), Value(convert(high))))
    return found


def equal_q(field: Field, value: str) -> Q:
    """Exact equality with a property, as OGC API's query parameters mean it (OGC 17-069r4, 7.15.5)."""
    match field.kind:
        case Kind.NUMBER:
            return Q(Same(field.value(), Value(_number(field.key, value))))
        case Kind.BOOLEAN:
            return Q(Same(field.value(), Value(bool(read.boolean(field.key, {field.key: [value]})))))
        case Kind.CHOICES if field.is_base:
            return Q(ArrayHas(field.value(), Value(value)))
        case Kind.CHOICES:
            return Q(JsonHas(field.value(), Value(value)))
        case Kind.DATETIME:
            return Q(
                Same(field.value(), Value(read.moment(field.key, {field.key: [value]}, end_of_day=False)))
            )
        case _:
            return Q(Same(field.value(), Value(value)))


def _number(key: str, value: str) -> float:
    found = read.number(key, {key: [value]}, -1e15, 1e15)
    if found is None:
        raise ParameterError(key, "")
    return found
