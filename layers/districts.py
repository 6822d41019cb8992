"""The sources ``districts-<scheme>``: divisions of the city with population and the office responsible."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.contrib.gis.geos import Polygon
from django.db.models import F, OrderBy, Q, QuerySet, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy

from layers import parameters as read
from layers.access import NOTHING, Viewer
from layers.conditions import equal_q
from layers.cql2 import FILTER_PARAMETERS, read_filter
from layers.crs import STORAGE_SRID
from layers.fields import Field, Kind
from layers.functions import Contains, Normalise
from layers.models import District, DistrictScheme
from layers.query import FeatureQuery, Resolvers, shared_values
from layers.source import FeatureSource, Metadata, register
from layers.text import normalise, words
from layers.versions import tile_version
from layers.vocabulary import SchemeInfo, vocabulary

#: Parameters of a search that mean something for districts; the rest of the shared ones are without effect.
MEANT = frozenset({"q", "bbox", "within", "district", "sort", *FILTER_PARAMETERS})


def visible_districts(viewer: Viewer | None) -> Q:
    """Which districts a viewer may see: A–C and administrator all, everyone while the public site is on."""
    viewer = viewer or Viewer()
    return Q() if viewer.is_served else NOTHING


class DistrictSource(FeatureSource):
    """Districts of one scheme (R1, G3)."""

    geometry_type = "MultiPolygon"

    def __init__(self, viewer: Viewer, scheme: SchemeInfo) -> None:
        self.viewer = viewer
        self.scheme = scheme
        self.slug = scheme.slug

    @property
    def metadata(self) -> Metadata:
        """Title of the scheme, with a word where its boundaries are approximate."""
        row = DistrictScheme.objects.select_related("source").get(pk=self.scheme.id)
        return Metadata(
            title=self.scheme.full_title,
            description=row.description,
            keywords=(self.scheme.title,),
            attributions=(row.source.attribution,) if row.source else (),
            is_approximate=row.is_approximate,
        )

    @cached_property
    def _fields(self) -> dict[str, Field]:
        found = [
            Field("key", gettext_lazy("key"), Kind.TEXT, lambda: F("key")),
            Field("code", gettext_lazy("code"), Kind.TEXT, lambda: F("code"), is_sortable=True),
            Field("name", gettext_lazy("name"), Kind.TEXT, lambda: F("title"), is_sortable=True, is_listed=True),
            Field("scheme", gettext_lazy("district scheme"), Kind.TEXT, lambda: F("scheme__code")),
            Field("scheme_title", gettext_lazy("title of the scheme"), Kind.TEXT, lambda: F("scheme__title")),
            Field("approximate", gettext_lazy("boundaries are approximate"), Kind.BOOLEAN,
                  lambda: F("scheme__is_approximate")),
            Field("office", gettext_lazy("office responsible"), Kind.TEXT, lambda: F("office__name"), is_listed=True),
            Field("office_phone", gettext_lazy("telephone of the office"), Kind.TEXT,
                  lambda: NullIf(F("office_phone"), Value("")), is_listed=True),
            Field("population", gettext_lazy("population"), Kind.NUMBER, lambda: F("population"), is_sortable=True),
            Field("households", gettext_lazy("households"), Kind.NUMBER, lambda: F("households"), is_sortable=True),
            Field("population_on", gettext_lazy("date of the population"), Kind.DATE, lambda: F("population_on")),
        ]  # fmt: skip
        return {item.key: item for item in found}

    def fields(self) -> dict[str, Field]:
        """Fields, by key."""
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
            bbox=read.bbox(values),
            within=read.polygon(values),
            filter=read_filter(values, self._fields),
            districts=tuple(values.get("district", [])),
            sort=read.sort(values, ["id", *(item.key for item in self._fields.values() if item.is_sortable)]),
            page=read.integer("page", values, 1, 1, 100_000),
            per_page=read.integer("per_page", values, 20, 1, 200),
            pairs=tuple((key, value) for key, given in values.items() if key in MEANT for value in given),
        )

    def visible(self) -> "QuerySet[District]":
        """Districts of the scheme the viewer may see."""
        return District.unscoped.filter(visible_districts(self.viewer), scheme_id=self.scheme.id)

    def features(self, query: FeatureQuery) -> "QuerySet[District]":
        """Districts found, in the scheme's order unless asked otherwise."""
        rows = self.narrowed(self.visible(), query)
        for word in query.words:
            rows = rows.filter(Contains(Normalise(F("title")), Value(normalise(word))))
        if query.bbox:
            box = Polygon.from_bbox(query.bbox)
            box.srid = STORAGE_SRID
            rows = rows.filter(geom__intersects=box)
        if query.within:
            rows = rows.filter(geom__intersects=query.within)
        for key, value in query.equals:
            rows = rows.filter(equal_q(self._fields[key], value))
        asked = [OrderBy(F("title" if key == "name" else key), descending=down) for key, down in query.sort]
        own = [OrderBy(F("order")), OrderBy(F("code"))]
        return rows.order_by(*(asked or own), "id")

    def shown_geom(self) -> F:
        """The polygon."""
        return F("geom")

    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Version of the whole scheme; districts are drawn whole."""
        return f"{tile_version(self.slug)}-{vocabulary().version}"


@register
def district_sources(viewer: Viewer) -> list[FeatureSource]:
    """One source for each scheme."""
    if not viewer.is_served:
        return []
    return [DistrictSource(viewer, scheme) for scheme in vocabulary().schemes.values()]
