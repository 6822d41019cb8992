"""The source ``resources``: 地域資源 as a viewer sees them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from layers import indexes
from layers.access import Viewer, past_q
from layers.conditions import conditions, equal_q
from layers.fields import Field, fields_for
from layers.functions import GeographyDistance, geometry_value
from layers.models import DataSource, PastResource, Resource
from layers.query import FeatureQuery, Resolvers
from layers.source import Count, Facet, Feature, FeatureSource, Metadata, capped, register
from layers.versions import tile_version
from layers.vocabulary import Vocabulary, vocabulary
from layers.writing import FeatureWriter


class ResourceSource(FeatureSource):
    """地域資源 (R1–R8). Made per request; holds the vocabulary in force."""

    slug = "resources"
    geometry_type = "Point"
    is_editable = True

    def __init__(self, viewer: Viewer, words: Vocabulary | None = None) -> None:
        self.viewer = viewer
        self.vocabulary = words or vocabulary()

    @property
    def metadata(self) -> Metadata:
        """Title and the attributions of every data source in use."""
        used = DataSource.objects.filter(resources__isnull=False).order_by("attribution")
        return Metadata(
            title=_("Community resources"),
            description=_("Care providers, clinics, nurseries, salons, shelters and groups of the city."),
            keywords=tuple(category.title for category in self.vocabulary.top_categories),
            attributions=tuple(used.values_list("attribution", flat=True).distinct()),
        )

    @cached_property
    def _fields(self) -> dict[str, Field]:
        """Kept with the vocabulary for each common scope and language: building them costs 0.1 ms."""
        if self.viewer.scope_key.startswith("own:"):
            return fields_for(self.viewer, self.vocabulary)
        key = (self.viewer.scope_key, get_language())
        kept = self.vocabulary.fields_kept
        if key not in kept:
            kept[key] = fields_for(self.viewer, self.vocabulary)
        return kept[key]

    @property
    def writer(self) -> FeatureWriter | None:
        """For levels A–C and the administrator, under the rights of R21."""
        from layers.editing.feature_writer import resource_writer

        return resource_writer(self)

    def fields(self) -> dict[str, Field]:
        """Fields the viewer sees, by key, base fields first."""
        return self._fields

    def parse(
        self,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> FeatureQuery:
        """Read a search; see :meth:`FeatureQuery.from_params`."""
        return FeatureQuery.from_params(
            params, self._fields, self.vocabulary, extra=extra, resolvers=resolvers
        )

    def visible(self) -> "QuerySet[Resource]":
        """The rows the viewer may see: the one place reads of resources start from."""
        return Resource.unscoped.all().visible_to(self.viewer)

    def visible_at(self, query: FeatureQuery) -> "QuerySet[Any]":
        """The rows the viewer may see at the moment a query asks about: today's rights hold for yesterday's data."""
        if query.as_of is None:
            return self.visible()
        return self.rows(query).filter(past_q(self.viewer))

    def rows(self, query: FeatureQuery) -> "QuerySet[Any]":
        """All rows at the moment a query asks about, for ids already found: one row an entry."""
        if query.as_of is None:
            return Resource.unscoped.all()
        still = Q(valid_to__isnull=True) | Q(valid_to__gt=query.as_of)
        return PastResource.unscoped.filter(still, valid_from__lte=query.as_of)

    def found(self, query: FeatureQuery) -> "QuerySet[Any]":
        """Rows found, in no order."""
        rows = self.visible_at(query).filter(conditions(query, self.viewer, self._fields, self.vocabulary))
        for key, value in query.equals:
            rows = rows.filter(equal_q(self._fields[key], value))
        return self.narrowed(rows, query)

    def features(self, query: FeatureQuery) -> "QuerySet[Any]":
        """Rows found, ordered: as asked, else by distance from the spot, else by name; ties by id."""
        return self.found(query).order_by(*self.order(query))

    def order(self, query: FeatureQuery) -> list[Any]:
        """ORDER BY of a query. Rows without a value come last."""
        asked = query.sort or ((("distance", False),) if query.spot else (("name", False),))
        found: list[Any] = []
        for key, descending in asked:
            if key in {"name", "reading"}:
                found.append(OrderBy(F("sort_name"), descending=descending))
            elif key == "id":
                found.append(OrderBy(F("id"), descending=descending))
            elif key == "distance" and query.spot:
                distance = GeographyDistance(F("geom_public"), geometry_value(query.spot.point))
                found.append(OrderBy(distance, descending=descending, nulls_last=True))
            elif key == "updated_at":
                found.append(OrderBy(F("updated_at"), descending=descending))
            else:
                found.append(OrderBy(self._fields[key].value(), descending=descending, nulls_last=True))
        if not any(key == "id" for key, _descending in asked):
            found.append(OrderBy(F("id")))
        return found

    def load(
        self,
        query: FeatureQuery,
        *,
        offset: int = 0,
        limit: int | None = None,
        keys: Sequence[str] | None = None,
    ) -> list[Feature]:
        """Features found. The page's ids come first, their values after: sorting carries no wide rows."""
        ids = self.page_ids(query, offset, limit)
        rows = self.rows(query).filter(pk__in=ids)
        more = (
            {"distance": GeographyDistance(F("geom_public"), geometry_value(query.spot.point))}
            if query.spot
            else {}
        )
        selected = self.select(rows, keys, **more)
        loaded = {row["id"]: self.feature(row) for row in selected}
        return [loaded[pk] for pk in ids if pk in loaded]

    def page_ids(self, query: FeatureQuery, offset: int, limit: int | None) -> list[int]:
        """Ids of one page, in order; by the fast way where there is one."""
        if limit is not None and (ids := indexes.page_ids(self, query, offset, limit)) is not None:
            return ids
        stop = None if limit is None else offset + limit
        return list(self.features(query).values_list("pk", flat=True)[offset:stop])

    def feature(self, row: Mapping[str, Any]) -> Feature:
        """A feature, its category in the language in force."""
        found = super().feature(row)
        if "category_title" in found.properties and "category" in found.properties:
            code = found.properties["category"]
            found.properties["category_title"] = self.vocabulary.categories[code].title
        return found

    def get(self, feature_id: int, query: FeatureQuery | None = None) -> Feature:
        """One resource, as it stood where the query asks about a past moment. Raises :class:`FeatureNotFound`."""
        return self._one(self.visible_at(query or FeatureQuery()).filter(pk=feature_id), feature_id)

    def count(self, query: FeatureQuery, *, cap: int | None = None) -> Count:
        """How many are found; counting stops at ``cap``."""
        fast = None if cap is None else indexes.capped_count(self, query, cap)
        if cap is None or fast is None:
            return capped(self.found(query), cap)
        return Count(min(fast, cap), fast <= cap)

    def facets(self, query: FeatureQuery, key: str) -> list[Facet]:
        """Counts beside each choice of ``category``, ``district:<scheme>``, ``vacancy``, ``field.<key>`` …"""
        from layers.facets import facets

        return facets(self, query, key)

    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Data and schema version; changes of cells far from the tile do not show.

        Of the whole source with the date, as every feature says whether its vacancy is old; a tile's key has it
        where the tile depends on it.
        """
        day = "" if tile else f"-{timezone.localdate()}"
        return f"{tile_version('resources', tile)}-{self.vocabulary.version}{day}"


@register
def resource_sources(viewer: Viewer) -> list[FeatureSource]:
    """For A–C and administrator; for everyone while the public site is on."""
    return [ResourceSource(viewer)] if viewer.is_served else []
