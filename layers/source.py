"""FeatureSource: anything that can be published (design §2).

List, map, tiles, OGC API, exports and crosstab all ask a source; none of them knows what is behind it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet
from django.utils.functional import Promise

from layers.access import Viewer
from layers.errors import SourceNotFound
from layers.fields import Field
from layers.query import FeatureQuery, Resolvers


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

    @abstractmethod
    def select(
        self, rows: "QuerySet[Any]", keys: Sequence[str] | None = None, **more: Any
    ) -> "QuerySet[Any, dict[str, Any]]":
        """Rows as dictionaries ``id, shown_geom, p_<key> …``, values masked; ``more``: further expressions."""

    @abstractmethod
    def load(
        self,
        query: FeatureQuery,
        *,
        offset: int = 0,
        limit: int | None = None,
        keys: Sequence[str] | None = None,
    ) -> list[Feature]:
        """Features found, from ``offset`` on, at most ``limit``."""

    @abstractmethod
    def get(self, feature_id: int) -> Feature:
        """One feature. Raises :class:`layers.errors.FeatureNotFound` where the viewer may not see it."""

    @abstractmethod
    def count(self, query: FeatureQuery, *, cap: int | None = None) -> Count:
        """How many are found; with ``cap`` counting may stop there."""

    @abstractmethod
    def facets(self, query: FeatureQuery, key: str) -> list[Facet]:
        """Choices of one parameter or field with counts that ignore the field's own condition."""

    @abstractmethod
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of what the viewer sees; None when empty."""

    @abstractmethod
    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Changes when what the viewer sees may have changed; with ``(z, x, y)`` only around that tile."""

    writer: None = None


Factory = Callable[[Viewer], Iterable[FeatureSource]]
_factories: list[Factory] = []


def register(factory: Factory) -> Factory:
    """Register what makes sources for a viewer; modules add theirs here."""
    if factory not in _factories:
        _factories.append(factory)
    return factory


def sources(viewer: Viewer | None) -> list[FeatureSource]:
    """All sources a viewer may use."""
    return [source for factory in _factories for source in factory(viewer or Viewer())]


def get_source(slug: str, viewer: Viewer | None) -> FeatureSource:
    """One source by its slug. Raises :class:`layers.errors.SourceNotFound`."""
    for factory in _factories:
        for source in factory(viewer or Viewer()):
            if source.slug == slug:
                return source
    raise SourceNotFound(slug)
