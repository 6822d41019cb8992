"""The source ``sessions``: meetings as points with their times, under the rights of their resource (R30)."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Exists, F, Min, OrderBy, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers import parameters as read
from layers.access import Viewer
from layers.conditions import WEEKS_AHEAD, equal_q
from layers.cql2 import FILTER_PARAMETERS, read_filter
from layers.crs import STORAGE_SRID
from layers.fields import Field, Kind
from layers.functions import CityDay, ClockText, Contains, Normalise
from layers.models import Resource, Session, SessionDate
from layers.query import FeatureQuery, Resolvers, shared_values
from layers.source import FeatureSource, Metadata, register
from layers.text import normalise, words
from layers.versions import tile_version
from layers.vocabulary import vocabulary

#: Parameters of a search that mean something for meetings; the rest of the shared ones are without effect.
MEANT = frozenset(
    {"q", "bbox", "within", "category", "session_on", "session_day", "sort", *FILTER_PARAMETERS}
)


def _text(name: str) -> Any:
    return NullIf(F(name), Value(""), output_field=TextField())


def _next_day() -> Any:
    days = SessionDate.unscoped.filter(session=OuterRef("pk"), on__gte=CityDay()).order_by()
    return Subquery(days.values("session").annotate(first=Min("on")).values("first"))


class SessionSource(FeatureSource):
    """Meetings of the resources a viewer sees. A place its resource does not disclose is in no column of it."""

    slug = "sessions"
    geometry_type = "Point"

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    @property
    def metadata(self) -> Metadata:
        """Title and description."""
        return Metadata(
            title=_("Meetings"),
            description=_("When and where groups and salons meet, with the next date."),
        )

    @cached_property
    def _fields(self) -> dict[str, Field]:
        found = [
            Field("name", gettext_lazy("name"), Kind.TEXT, _name, is_listed=True, is_sortable=True),
            Field("resource", gettext_lazy("number of the entry"), Kind.NUMBER, lambda: F("resource_id")),
            Field("resource_name", gettext_lazy("entry"), Kind.TEXT, lambda: F("resource__name"), is_listed=True),
            Field("category", gettext_lazy("category"), Kind.CHOICE, lambda: F("resource__category__code"),
                  choices=tuple((info.code, info.title) for info in vocabulary().categories.values())),
            Field("venue", gettext_lazy("venue"), Kind.TEXT, lambda: _text("venue"), is_listed=True),
            Field("address", gettext_lazy("address"), Kind.TEXT, lambda: _text("address_public")),
            Field("schedule", gettext_lazy("times in words"), Kind.TEXT, lambda: _text("schedule"), is_listed=True),
            Field("next_on", gettext_lazy("next date"), Kind.DATE, _next_day, is_listed=True, is_sortable=True),
            Field("start_time", gettext_lazy("begins at"), Kind.TEXT, lambda: _clock("start_time")),
            Field("end_time", gettext_lazy("ends at"), Kind.TEXT, lambda: _clock("end_time")),
            Field("fee", gettext_lazy("fee"), Kind.TEXT, lambda: _text("fee")),
            Field("capacity", gettext_lazy("capacity"), Kind.NUMBER, lambda: F("capacity")),
            Field("note", gettext_lazy("note"), Kind.TEXT, lambda: _text("note")),
        ]  # fmt: skip
        return {item.key: item for item in found}

    def fields(self) -> dict[str, Field]:
        """Fields, by key; all are for whoever sees the entry."""
        return self._fields

    def parse(
        self,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> FeatureQuery:
        """Read a search. Shared parameters that mean nothing here are accepted; unknown ones are refused."""
        values = shared_values(params, extra)
        return FeatureQuery(
            words=words(" ".join(values.get("q", []))),
            categories=read.known("category", values, vocabulary().categories),
            bbox=read.bbox(values),
            within=read.polygon(values),
            filter=read_filter(values, self._fields),
            session_on=read.days("session_on", values),
            session_day=read.weekdays("session_day", values),
            sort=read.sort(values, ["id", *(item.key for item in self._fields.values() if item.is_sortable)]),
            page=read.integer("page", values, 1, 1, 100_000),
            per_page=read.integer("per_page", values, 20, 1, 200),
            pairs=tuple((key, value) for key, given in values.items() if key in MEANT for value in given),
        )

    def visible(self) -> "QuerySet[Session]":
        """Meetings of the entries the viewer sees: the one place reads of them start from."""
        seen = Resource.unscoped.all().visible_to(self.viewer)
        return Session.unscoped.filter(resource__in=seen.values("pk"))

    def features(self, query: FeatureQuery) -> "QuerySet[Session]":
        """Meetings found, by name unless asked otherwise."""
        rows = self.narrowed(self.visible(), query).filter(self._conditions(query))
        for word in query.words:
            text = Coalesce(F("title"), Value(""))
            found = Q()
            for column in (text, F("venue"), F("resource__name"), F("schedule")):
                found |= Q(Contains(Normalise(column), Value(normalise(word))))
            rows = rows.filter(found)
        for key, value in query.equals:
            rows = rows.filter(equal_q(self._fields[key], value))
        asked = [
            OrderBy(F("id") if key == "id" else self._fields[key].value(), descending=down, nulls_last=True)
            for key, down in query.sort
        ]
        return rows.order_by(*(asked or [OrderBy(_name())]), "id")

    def _conditions(self, query: FeatureQuery) -> Q:
        found = Q()
        if query.categories:
            found &= Q(resource__category_id__in=vocabulary().category_ids(query.categories))
        if query.bbox:
            box = Polygon.from_bbox(query.bbox)
            box.srid = STORAGE_SRID
            found &= Q(geom_public__intersects=box)
        if query.within:
            found &= Q(geom_public__coveredby=query.within)
        days = SessionDate.unscoped.filter(session=OuterRef("pk"))
        if query.session_on:
            found &= Q(Exists(days.filter(on__in=query.session_on)))
        if query.session_day:
            soon = days.filter(on__gte=CityDay(), on__lt=CityDay(WEEKS_AHEAD * 7))
            found &= Q(Exists(soon.filter(weekday__in=query.session_day)))
        return found

    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Version of all meetings and words, and the date: the next one is another tomorrow."""
        return f"{tile_version(self.slug)}-{vocabulary().version}-{timezone.localdate()}"


def _name() -> Any:
    return Coalesce(NullIf(F("title"), Value("")), F("resource__name"), output_field=TextField())


def _clock(name: str) -> Any:
    return ClockText(F(name))


@register
def session_sources(viewer: Viewer) -> list[FeatureSource]:
    """For A–C and administrator; for everyone while the public site is on."""
    return [SessionSource(viewer)] if viewer.is_served else []
