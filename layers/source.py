"""FeatureSource: anything that can be published (design §2).

List, map, tiles, OGC API, exports and crosstab all ask a source; none of them knows what is behind it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F, QuerySet
from django.utils.functional import Promise

from layers.access import Viewer
from layers.cql2 import filter_q
from layers.errors import FeatureNotFound, SourceNotFound
from layers.fields import Field
from layers.query import FeatureQuery, Resolvers
from layers.writing import FeatureWriter

#: Begins the columns of values in a row of :meth:`FeatureSource.select`.
PREFIX: Final = "p_"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as a viewer sees it. ``geom``: EPSG:4326; ``distance``: metres from the query's spot."""

    id: int
    properties: dict[str, Any]
    geom: GEOSGeometry | None = None
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many features a query finds. Not exact: at least ``number``, counting stopped there."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a catalogue says of a source. ``attributions``: words the licences ask for."""

    title: str | Promise
    description: str | Promise = ""
    keywords: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    is_approximate: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A choice of a field with the number of features found if it were chosen."""

    value: str
    title: str
    count: int
    depth: int = 0
    is_chosen: bool = field(default=False)


class FeatureSource(ABC):
    """A source as one viewer may use it; get one from :func:`get_source`."""

    slug: str
    #: ``Point``, ``MultiPolygon``, or ``Geometry`` where both may stand
    geometry_type: str
    viewer: Viewer

    @property
    @abstractmethod
    def metadata(self) -> Metadata:
        """Title, description and attribution, in the language in force."""

    @abstractmethod
    def fields(self) -> dict[str, Field]:
        """Fields the viewer sees, by key, in order."""

    @abstractmethod
    def parse(
        self,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> FeatureQuery:
        """Read a query string for this source. Raises :class:`layers.errors.ParameterError`."""

    @abstractmethod
    def features(self, query: FeatureQuery) -> "QuerySet[Any]":
        """Rows found, in the query's order, ties broken by id; neither paged nor loaded.

        Rows carry raw columns: hand them to :meth:`select` or :meth:`load` before anything is shown.
        """

    def rows(self, query: FeatureQuery) -> "QuerySet[Any]":
        """All rows features come from, one a feature, for ids already found."""
        rows: QuerySet[Any] = self.features(query).model._default_manager.all()
        return rows

    def narrowed(self, rows: "QuerySet[Any]", query: FeatureQuery) -> "QuerySet[Any]":
        """Rows that meet the query's filter, over the values the viewer sees; every source's ``features`` does so."""
        return (
            rows
            if query.filter is None
            else rows.filter(filter_q(query.filter, self.fields(), self.shown_geom()))
        )

    @abstractmethod
    def visible(self) -> "QuerySet[Any]":
        """The rows the viewer may see: the one place reads of the source start from."""

    def shown_geom(self) -> Any:
        """The geometry a viewer sees, as an expression: never a column he may not see."""
        return F("geom_public")

    def drawn_geom(self) -> str | None:
        """Name of the column of the shown geometry in EPSG:3857, where one with an index is kept for tiles."""
        return None

    #: Whether low zooms would hold more shapes than pixels: tiles then thin the small ones out.
    is_crowded = False

    def select(
        self, rows: "QuerySet[Any]", keys: Sequence[str] | None = None, **more: Any
    ) -> "QuerySet[Any, dict[str, Any]]":
        """Rows as dictionaries ``id, shown_geom, p_<key> …``, values masked; ``more``: further expressions."""
        fields = self.fields()
        wanted = fields if keys is None else {key: fields[key] for key in keys}
        values = {PREFIX + key: field.value() for key, field in wanted.items()}
        return rows.values("id", shown_geom=self.shown_geom(), **values, **more)

    def load(
        self,
        query: FeatureQuery,
        *,
        offset: int = 0,
        limit: int | None = None,
        keys: Sequence[str] | None = None,
    ) -> list[Feature]:
        """Features found, from ``offset`` on, at most ``limit``."""
        stop = None if limit is None else offset + limit
        return [self.feature(row) for row in self.select(self.features(query), keys)[offset:stop]]

    def feature(self, row: Mapping[str, Any]) -> Feature:
        """A feature out of a row of :meth:`select`."""
        properties = {key.removeprefix(PREFIX): value for key, value in row.items() if key.startswith(PREFIX)}
        return Feature(row["id"], properties, row["shown_geom"], row.get("distance"))

    def get(self, feature_id: int) -> Feature:
        """One feature. Raises :class:`layers.errors.FeatureNotFound` where the viewer may not see it."""
        return self._one(self.visible().filter(pk=feature_id), feature_id)

    def _one(self, rows: "QuerySet[Any]", feature_id: int) -> Feature:
        row = self.select(rows).first()
        if row is None:
            raise FeatureNotFound(str(feature_id))
        return self.feature(row)

    def count(self, query: FeatureQuery, *, cap: int | None = None) -> Count:
        """How many are found; with ``cap`` counting may stop there."""
        return capped(self.features(query).order_by(), cap)

    def facets(self, query: FeatureQuery, key: str) -> list[Facet]:
        """Choices of one parameter or field with counts that ignore the field's own condition."""
        return []

    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of what the viewer sees; None when empty."""
        found = self.visible().aggregate(box=Extent(self.shown_geom()))["box"]
        return tuple(found) if found else None

    @abstractmethod
    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Changes when what the viewer sees may have changed; with ``(z, x, y)`` only around that tile."""

    @property
    def writer(self) -> FeatureWriter | None:
        """Where the viewer may write: how. None where he may not, or where nobody may."""
        return None

    #: Whether anybody may write to it.
    is_editable = False


def capped(rows: "QuerySet[Any]", cap: int | None) -> Count:
    """How many rows there are, counted up to ``cap``."""
    if cap is None:
        return Count(rows.count())
    number = rows[: cap + 1].count()
    return Count(min(number, cap), number <= cap)


Factory = Callable[[Viewer], Iterable[FeatureSource]]
_factories: list[Factory] = []


def register(factory: Factory) -> Factory:
    """Register what makes sources for a viewer; modules add theirs here."""
    if factory not in _factories:
        _factories.append(factory)
    return factory


def sources(viewer: Viewer | None) -> list[FeatureSource]:
    """All sources a viewer may use; of a limited token, those within its limits alone (D8)."""
    viewer = viewer or Viewer()
    found = [source for factory in _factories for source in factory(viewer)]
    return found if viewer.sources is None else [source for source in found if viewer.may_use(source.slug)]


def get_source(slug: str, viewer: Viewer | None) -> FeatureSource:
    """One source by its slug. Raises :class:`layers.errors.SourceNotFound`."""
    viewer = viewer or Viewer()
    if viewer.may_use(slug):
        for factory in _factories:
            for source in factory(viewer):
                if source.slug == slug:
                    return source
    raise SourceNotFound(slug)
