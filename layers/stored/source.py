"""The sources ``layer-<name>``: uploaded layers of shapes as a viewer sees them."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from django.contrib.gis.geos import Polygon
from django.db.models import Count, F, OrderBy, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from layers.access import Viewer
from layers.conditions import equal_q, field_q
from layers.crs import STORAGE_SRID
from layers.fields import Field, Kind
from layers.functions import (
    Contains,
    GeographyDistance,
    JsonBoolean,
    JsonNumber,
    WithinMetres,
    geometry_value,
)
from layers.models import LayerKind, StoredFeature, StoredLayer
from layers.query import FeatureQuery, Resolvers, Spot, shared_values
from layers.source import Facet, FeatureSource, Metadata, register
from layers.stored.catalogue import layers_for
from layers.text import spellings
from layers.vocabulary import vocabulary

#: Parameters of a search that mean something for a layer, beside ``field.<key>``.
MEANT: Final = frozenset(
    "q bbox within near place address radius filter filter-lang filter-crs sort page per_page lang".split()
)
#: More features than this are thinned out in tiles of low zooms.
CROWDED: Final = 5_000
#: Metres of a degree of latitude, and of longitude at the equator, taken small so that a box is never too narrow.
METRES_A_DEGREE: Final = 110_500


class StoredLayerSource(FeatureSource):
    """One uploaded layer (G1, G3). Made per request; the layer is one the viewer may see."""

    def __init__(self, viewer: Viewer, layer: StoredLayer) -> None:
        self.viewer = viewer
        self.layer = layer
        self.slug = layer.source_slug
        self.geometry_type = layer.geometry_type
        self.is_crowded = layer.current is not None and layer.current.feature_count > CROWDED

    @property
    def metadata(self) -> Metadata:
        """What its keepers say of it."""
        layer = self.layer
        return Metadata(
            title=layer.title,
            description=layer.description,
            keywords=tuple(layer.keywords),
            attributions=(layer.attribution,) if layer.attribution else (),
        )

    @property
    def definition_version(self) -> int:
        """Changes when the fields or the edition do: compiled statements are kept under it."""
        return int(self.layer.version)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {item["key"]: field_of(item) for item in self.layer.fields}

    def fields(self) -> dict[str, Field]:
        """Fields, by key; all are for whoever sees the layer."""
        return self._fields

    def parse(
        self,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> FeatureQuery:
        """Read a search. Shared parameters that mean nothing here are accepted; unknown ones are refused."""
        own = tuple(extra)
        values = shared_values(params, own)
        meant = {
            key: given
            for key, given in values.items()
            if key in MEANT or key in own or key.startswith("field.")
        }
        pairs = [(key, value) for key, given in meant.items() for value in given]
        return FeatureQuery.from_params(pairs, self._fields, vocabulary(), extra=own, resolvers=resolvers)

    def visible(self) -> "QuerySet[StoredFeature]":
        """Features of the edition shown."""
        return StoredFeature.unscoped.filter(edition_id=self.layer.current_id)

    def features(self, query: FeatureQuery) -> "QuerySet[StoredFeature]":
        """Features found: as asked, else by distance from the spot, else in the order of the file."""
        rows = self.narrowed(self.visible().filter(self._conditions(query)), query)
        return rows.order_by(*self._order(query), "id")

    def _conditions(self, query: FeatureQuery) -> Q:
        found = Q()
        for word in query.words:
            found &= _word_q(word)
        if query.bbox:
            box = Polygon.from_bbox(query.bbox)
            box.srid = STORAGE_SRID
            found &= Q(geom__intersects=box)
        if query.within:
            found &= Q(geom__intersects=query.within)
        if query.spot and query.radius:
            found &= _near_q(query.spot, query.radius)
        for key, values in query.fields:
            found &= field_q(self._fields[key], values)
        for key, value in query.equals:
            found &= equal_q(self._fields[key], value)
        return found

    def _order(self, query: FeatureQuery) -> list[OrderBy]:
        asked = query.sort or ((("distance", False),) if query.spot else ())
        found = []
        for key, down in asked:
            if key == "id":
                found.append(OrderBy(F("id"), descending=down))
            elif key == "distance" and query.spot:
                away = GeographyDistance(F("geom"), geometry_value(query.spot.point))
                found.append(OrderBy(away, descending=down, nulls_last=True))
            else:
                found.append(OrderBy(self._fields[key].value(), descending=down, nulls_last=True))
        return found

    def shown_geom(self) -> F:
        """The shape in EPSG:4326."""
        return F("geom")

    def drawn_geom(self) -> str:
        """The same in EPSG:3857, as tiles draw it; kept beside it with an index of its own."""
        return "geom_3857"

    def facets(self, query: FeatureQuery, key: str) -> list[Facet]:
        """Counts beside the choices of ``field.<key>``, without the field's own condition."""
        name = key.removeprefix("field.")
        field = self._fields.get(name)
        if field is None or field.kind not in {Kind.CHOICE, Kind.BOOLEAN}:
            return []
        asked_for = query.without(f"field.{name}")
        rows = self.narrowed(self.visible().filter(self._conditions(asked_for)), asked_for)
        counted = rows.order_by().annotate(v=field.value()).values("v").annotate(n=Count("pk"))
        counts = {_code(row["v"]): row["n"] for row in counted if row["v"] is not None}
        chosen = {value for asked, values in query.fields if asked == name for value in values}
        return [
            Facet(code, str(title), counts.get(code, 0), is_chosen=code in chosen)
            for code, title in field.choices
        ]

    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; measured once, when the edition was loaded."""
        found = self.layer.current.extent if self.layer.current else None
        return (found[0], found[1], found[2], found[3]) if found else None

    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Version of the layer: an edition is replaced whole, so its tiles change together."""
        return f"{self.layer.version}"


def field_of(item: Mapping[str, Any]) -> Field:
    """A field of a layer out of what is kept of it."""
    kind = Kind(item["kind"])
    choices = tuple((str(code), str(title)) for code, title in item.get("choices") or ())
    return Field(
        key=item["key"],
        title=item["title"],
        kind=kind,
        value=lambda: _value(item["key"], kind),
        choices=(("true", _("yes")), ("false", _("no"))) if kind is Kind.BOOLEAN else choices,
        unit=item.get("unit", ""),
        is_base=False,
        is_searchable=kind in {Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.URL},
        is_listed=True,
        is_sortable=kind not in {Kind.LONG_TEXT, Kind.URL},
        is_filter=True,
    )


def _value(key: str, kind: Kind) -> Any:
    """A value out of ``properties``, in SQL's own type so that formats and order come out right."""
    match kind:
        case Kind.NUMBER:
            return JsonNumber(KeyTransform(key, "properties"))
        case Kind.BOOLEAN:
            return JsonBoolean(KeyTransform(key, "properties"))
        case _:
            return NullIf(KeyTextTransform(key, "properties"), Value(""), output_field=TextField())


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _word_q(word: str) -> Q:
    found = Q()
    for spelling in spellings(word):
        found |= Q(Contains(F("search"), Value(spelling)))
    return found


def _near_q(spot: Spot, metres: float) -> Q:
    """Within so many metres; a box around it first, because the index is one of boxes."""
    up = metres / METRES_A_DEGREE
    across = up / max(math.cos(math.radians(min(89.0, abs(spot.lat) + up))), 0.01)
    box = Polygon.from_bbox((spot.lon - across, spot.lat - up, spot.lon + across, spot.lat + up))
    box.srid = STORAGE_SRID
    return Q(geom__bboverlaps=box) & Q(WithinMetres(F("geom"), geometry_value(spot.point), metres))


@register
def stored_sources(viewer: Viewer) -> Iterable[FeatureSource]:
    """One source for each layer of shapes the viewer may see. A generator: asked for 地域資源, it costs nothing."""
    for layer in layers_for(viewer):
        if layer.kind == LayerKind.VECTOR:
            yield StoredLayerSource(viewer, layer)
