"""Parameters of a search over comments, read once, and the conditions they mean."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import F, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.modules.comments.models import ClassificationTerm
from layers import parameters as read
from layers.cql2 import FILTER_PARAMETERS, read_filter
from layers.crs import STORAGE_SRID
from layers.errors import ParameterError
from layers.fields import Field
from layers.functions import Contains, Normalise
from layers.models import District
from layers.query import SHARED, FeatureQuery
from layers.text import spellings, words
from layers.vocabulary import vocabulary
from layers.written_dates import read_date

#: Parameters of comments alone.
OWN: Final = frozenset(
    ("activity_after activity_before posted_after posted_before class author resource").split()
)
#: Shared parameters that mean something here; the rest are without effect.
MEANT: Final = frozenset(
    {"q", "bbox", "within", "district", "updated_after", "updated_before", "sort", "page", "per_page"}
    | FILTER_PARAMETERS
)
SORTS: Final = {
    "acted_on": "acted_on",
    "posted_at": "posted_at",
    "updated_at": "updated_at",
    "author": "author_name",
}
DAYS: Final = ("activity_after", "activity_before", "posted_after", "posted_before")


def parse(
    params: Mapping[str, str] | Iterable[tuple[str, str]], extra: Iterable[str], fields: Mapping[str, Field]
) -> FeatureQuery:
    """The query of a query string; ``fields``: properties accepted as ``field.<key>``. Raises ``ParameterError``."""
    values = read.multi(params)
    more = frozenset(extra)
    for key in values:
        if key not in SHARED and key not in OWN and key not in more:
            known = ", ".join(sorted(MEANT | OWN))
            raise ParameterError(key, _("Unknown parameter. Known are: %(known)s.") % {"known": known})
    return FeatureQuery(
        words=words(" ".join(values.get("q", []))),
        districts=read.districts(values, vocabulary()),
        bbox=read.bbox(values),
        within=read.polygon(values),
        updated_after=read.moment("updated_after", values, end_of_day=False),
        updated_before=read.moment("updated_before", values, end_of_day=True),
        fields=_own(values),
        filter=read_filter(values, fields),
        sort=read.sort(values, [*SORTS, "id"]),
        page=read.integer("page", values, 1, 1, 100_000),
        per_page=read.integer("per_page", values, 20, 1, 200),
        pairs=tuple((key, value) for key, given in values.items() if key in MEANT | OWN for value in given),
    )


def _own(values: Mapping[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for key in DAYS:
        if text := read.single(key, values):
            found.append((key, (_day(key, text).isoformat(),)))
    if author := read.single("author", values):
        found.append(("author", (author,)))
    if resource := read.single("resource", values):
        if not re.fullmatch(r"[0-9]{1,18}", resource):
            raise ParameterError("resource", _("Must be the number of a resource."))
        found.append(("resource", (resource,)))
    if values.get("class"):
        terms = set(ClassificationTerm.objects.values_list("code", flat=True))
        found.append(("class", read.known("class", values, terms)))
    return tuple(found)


def _day(key: str, text: str) -> date:
    """A day in any writing, 令和8年4月1日 too."""
    if (found := read_date(text)) is None:
        raise ParameterError(key, _("Must be a date like 2026-04-01 or 令和8年4月1日."))
    return found


def shown_geom() -> Coalesce:
    """Where a comment is drawn: its own place, its resource's shown position, a point in its district."""
    from django.contrib.gis.db.models import GeometryField
    from django.contrib.gis.db.models.functions import PointOnSurface

    return Coalesce(
        F("geom"),
        F("resource__geom_public"),
        PointOnSurface("district__geom"),
        output_field=GeometryField(srid=STORAGE_SRID),
    )


def condition(query: FeatureQuery) -> Q:
    """What a query asks of comments beside who may see them."""
    found = Q()
    for word in query.words:
        found &= _word_q(word)
    for key, values in query.fields:
        found &= _own_q(key, values)
    if query.districts:
        found &= _districts_q(query.districts)
    if query.updated_after:
        found &= Q(updated_at__gte=query.updated_after)
    if query.updated_before:
        found &= Q(updated_at__lte=query.updated_before)
    return found


def _word_q(word: str) -> Q:
    searched = Normalise(
        Concat(
            F("text"), Value("\n"), F("author_name"), Value("\n"), F("district_title"), Value("\n"),
            Coalesce(F("resource__name"), Value("")),
        )
    )  # fmt: skip
    found = Q()
    for spelling in spellings(word):
        found |= Q(Contains(searched, Value(spelling)))
    return found


def _own_q(key: str, values: tuple[str, ...]) -> Q:
    match key:
        case "activity_after":
            return Q(acted_on__gte=date.fromisoformat(values[0]))
        case "activity_before":
            return Q(acted_on__lte=date.fromisoformat(values[0]))
        case "posted_after":
            return Q(posted_at__gte=_midnight(date.fromisoformat(values[0])))
        case "posted_before":
            return Q(posted_at__lt=_midnight(date.fromisoformat(values[0])) + timedelta(days=1))
        case "class":
            return Q(classes__overlap=list(values))
        case "author":
            return Q(Contains(Normalise(F("author_name")), Normalise(Value(values[0]))))
        case _:
            return Q(resource=int(values[0]))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _districts_q(keys: tuple[str, ...]) -> Q:
    """On the district itself, on a resource in it, or drawn in it. OR within a scheme, AND between schemes."""
    by_scheme: dict[str, list[str]] = {}
    for key in keys:
        by_scheme.setdefault(key.partition(":")[0], []).append(key)
    found = Q()
    for wanted in by_scheme.values():
        areas = [
            Q(geom__intersects=Subquery(District.unscoped.filter(key=key).values("geom")[:1]))
            for key in wanted
        ]
        drawn = areas[0]
        for area in areas[1:]:
            drawn |= area
        found &= Q(district_key__in=wanted) | Q(resource__district_keys__overlap=wanted) | drawn
    return found


def box_of(bbox: tuple[float, float, float, float]) -> GEOSGeometry:
    """A box in EPSG:4326."""
    box = Polygon.from_bbox(bbox)
    box.srid = STORAGE_SRID
    return box


__all__ = ["OWN", "SORTS", "box_of", "condition", "parse", "shown_geom"]
