"""What a catalogue says of everything that is published: where it comes from, its licence, its dates (D4, D15).

Of each source a viewer may use, and of each raster; nothing is said of what he may not see, not even which file it
came from. Nothing is made up: what nobody has entered is empty.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min

from layers.access import Viewer
from layers.districts import DistrictSource
from layers.models import DataSource, DistrictScheme, StoredLayer
from layers.rasters.catalogue import RasterLayer, rasters_for
from layers.resources import ResourceSource
from layers.source import FeatureSource, sources
from layers.stored.source import StoredLayerSource

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Origin:
    """One file or service data was taken from. ``dated_on``: the date of that file."""

    title: str = ""
    publisher: str = ""
    licence: str = ""
    licence_url: str = ""
    attribution: str = ""
    url: str = ""
    dated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing published. ``source`` is None for a raster.

    ``extent``: west, south, east, north in degrees. ``interval``: first and last day or moment the data speaks of.
    ``is_public``: everybody may see some of it now.
    """

    slug: str
    title: str
    description: str
    keywords: tuple[str, ...]
    attributions: tuple[str, ...]
    origins: tuple[Origin, ...]
    contact: str
    created: datetime | None
    updated: datetime | None
    extent: Box | None
    interval: tuple[date | datetime, date | datetime] | None
    is_public: bool
    source: FeatureSource | None = field(default=None, compare=False)

    @property
    def is_raster(self) -> bool:
        """Whether it is a picture of values instead of features."""
        return self.source is None


@dataclass(frozen=True, slots=True)
class _Facts:
    origins: tuple[Origin, ...] = ()
    contact: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    interval: tuple[date | datetime, date | datetime] | None = None


Reader = Callable[[FeatureSource], Entry]


def read_entry(source: FeatureSource) -> Entry:
    """What is said of one source; walks its rows. ``is_public`` is not settled here."""
    about, facts = source.metadata, _facts(source)
    return Entry(
        slug=source.slug,
        title=str(about.title),
        description=str(about.description),
        keywords=tuple(map(str, about.keywords)),
        attributions=_attributions(facts.origins, about.attributions),
        origins=facts.origins,
        contact=facts.contact,
        created=facts.created,
        updated=facts.updated,
        extent=source.extent(),
        interval=facts.interval,
        is_public=False,
        source=source,
    )


def entries(viewer: Viewer, read: Reader = read_entry) -> list[Entry]:
    """Everything the viewer may use, resources first, rasters last. ``read``: :func:`read_entry`, or what keeps it."""
    public = {source.slug for source in sources(viewer.as_public())}
    found = sorted(sources(viewer), key=lambda source: source.slug != "resources")
    open_rasters = {raster.slug for raster in rasters_for(viewer.as_public())}
    return [
        *(replace(read(source), is_public=source.slug in public, source=source) for source in found),
        *(_of_raster(raster, raster.slug in open_rasters) for raster in rasters_for(viewer)),
    ]


def _attributions(origins: Iterable[Origin], said: Iterable[str]) -> tuple[str, ...]:
    """The words the licences of what the viewer sees ask for; those the source itself tells where it has no origins."""
    own = [origin.attribution for origin in origins if origin.attribution]
    return tuple(dict.fromkeys(own or said))


def _facts(source: FeatureSource) -> _Facts:
    match source:
        case ResourceSource():
            return _of_resources(source)
        case DistrictSource():
            return _of_districts(source)
        case StoredLayerSource():
            return _of_layer(source.layer)
    return _Facts()


def _of_resources(source: ResourceSource) -> _Facts:
    """Only files of which the viewer sees a row are named."""
    rows = source.visible().order_by()
    span = rows.aggregate(first=Min("updated_at"), last=Max("updated_at"))
    used = DataSource.objects.filter(pk__in=rows.values("source_id")).order_by("slug")
    interval = (span["first"], span["last"]) if span["first"] else None
    return _Facts(tuple(map(_origin, used)), updated=span["last"], interval=interval)


def _of_districts(source: DistrictSource) -> _Facts:
    """Boundaries as of the date of their file; inhabitants as of the day they were counted."""
    scheme = DistrictScheme.objects.select_related("source").get(pk=source.scheme.id)
    days = source.visible().order_by().aggregate(first=Min("population_on"), last=Max("population_on"))
    known = [day for day in (days["first"], days["last"], scheme.source and scheme.source.dated_on) if day]
    interval = (min(known), max(known)) if known else None
    return _Facts((_origin(scheme.source),) if scheme.source else (), interval=interval)


def _of_layer(layer: StoredLayer) -> _Facts:
    said = Origin(
        title=layer.title,
        licence=layer.licence,
        licence_url=layer.licence_url,
        attribution=layer.attribution,
        url=layer.source_url,
        dated_on=layer.edition_date,
    )
    has_origin = any((said.licence, said.licence_url, said.attribution, said.url))
    day = layer.edition_date
    return _Facts(
        origins=(said,) if has_origin else (),
        contact=layer.contact,
        created=layer.created_at,
        updated=layer.updated_at,
        interval=(day, day) if day else None,
    )


def _of_raster(raster: RasterLayer, is_public: bool) -> Entry:
    layer, facts = raster.layer, _of_layer(raster.layer)
    box: Any = raster.bounds
    return Entry(
        slug=raster.slug,
        title=layer.title,
        description=layer.description,
        keywords=tuple(layer.keywords),
        attributions=(layer.attribution,) if layer.attribution else (),
        origins=facts.origins,
        contact=facts.contact,
        created=facts.created,
        updated=facts.updated,
        extent=tuple(box) if box else None,
        interval=facts.interval,
        is_public=is_public,
    )


def _origin(row: DataSource) -> Origin:
    return Origin(
        title=row.title,
        publisher=row.publisher,
        licence=row.licence,
        licence_url=row.licence_url,
        attribution=row.attribution,
        url=row.url,
        dated_on=row.dated_on,
    )
