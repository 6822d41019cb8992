"""Records of the catalogue: one for each thing published, for each open-data file of it, and for this interface.

What is the same in every format stands here once; ``documents`` writes it as GeoJSON, ``dcat`` as JSON-LD.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.ogc.collections import matched
from gisportal.ogc.kept import entries as kept
from gisportal.ogc.kept import is_kept
from gisportal.ogc.negotiation import CSV, FLATGEOBUF, JSON, JSONFG, MEDIA
from gisportal.ogc.part import Link, link
from gisportal.ogc.parts import parts
from gisportal.ogc.protocol import MAX_LIMIT
from layers.access import Viewer
from layers.catalogue import Entry, Origin, entries, read_entry
from layers.query import FeatureQuery
from layers.source import FeatureSource

DATASET: Final = "dataset"
FILE: Final = "file"
SERVICE: Final = "service"
TYPES: Final = (DATASET, FILE, SERVICE)
#: Record of this interface itself.
INTERFACE: Final = "ogc-api"

GEOJSON: Final = "application/geo+json"
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Files of the resources: ending, name, media type; see ``gisportal/portal/export.py``.
_EXPORTS: Final = (("csv", "CSV", "text/csv"), ("geojson", "GeoJSON", GEOJSON), ("xlsx", "Excel", EXCEL))
#: Formats of items that are files of other collections: ``f``, ending, name, media type.
_ITEMS: Final = (
    (JSON, "geojson", "GeoJSON", GEOJSON),
    (CSV, "csv", "CSV", MEDIA[CSV][0]),
    (FLATGEOBUF, "fgb", "FlatGeobuf", MEDIA[FLATGEOBUF][0]),
    (JSONFG, "fg.json", "JSON-FG", MEDIA[JSONFG][0]),
)


@dataclass(frozen=True, slots=True)
class Download:
    """A whole data set as a file. ``id``: of its record."""

    id: str
    name: str
    media: str
    href: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record in the language in force. Links are absolute; those of the record itself are added with the format."""

    id: str
    type: str
    title: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    attributions: tuple[str, ...] = ()
    contact: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    extent: tuple[float, float, float, float] | None = None
    interval: tuple[date | datetime, date | datetime] | None = None
    is_public: bool = False
    links: tuple[Link, ...] = ()
    downloads: tuple[Download, ...] = ()
    dataset: str = ""
    formats: tuple[tuple[str, str], ...] = field(default=())

    @property
    def licences(self) -> tuple[tuple[str, str], ...]:
        """Name and address of every licence, in order."""
        named = [(origin.licence, origin.licence_url) for origin in self.origins]
        return tuple(dict.fromkeys(pair for pair in named if any(pair)))


def has_catalogue(viewer: Viewer) -> bool:
    """Whether there is a catalogue for a viewer; with nothing to see there is none, nor for a limited token (D8)."""
    return viewer.is_served and viewer.may_use("catalogue")


def records(viewer: Viewer, base: str, site: str) -> list[Record]:
    """Every record a viewer may see. ``base``: of the landing page; ``site``: of the portal, both without a slash."""
    if not has_catalogue(viewer):
        return []
    found = [(entry, _of_entry(entry, base, site)) for entry in entries(viewer, _kept)]
    return [
        *(record for _entry, record in found),
        *(file for entry, record in found for file in _files(entry, record)),
        _interface(base),
    ]


def _kept(source: FeatureSource) -> Entry:
    """What is said of a source; kept under its version and the viewer's scope, as it walks every row."""
    if not is_kept(source.viewer):
        return read_entry(source)
    key = ("entry", source.slug, source.viewer.scope_key, source.version(), get_language())
    if (found := kept.get(key)) is None:
        kept.put(key, found := replace(read_entry(source), source=None))
    entry: Entry = found
    return entry


def _of_entry(entry: Entry, base: str, site: str) -> Record:
    downloads = tuple(_downloads(entry, base, site))
    return Record(
        id=entry.slug,
        type=DATASET,
        title=entry.title,
        description=entry.description,
        keywords=entry.keywords,
        origins=entry.origins,
        attributions=entry.attributions,
        contact=entry.contact,
        created=entry.created,
        updated=entry.updated,
        extent=entry.extent,
        interval=entry.interval,
        is_public=entry.is_public,
        links=tuple(_access(entry, base, site)),
        downloads=downloads,
        formats=tuple((item.name, item.media) for item in downloads),
    )


def _access(entry: Entry, base: str, site: str) -> Iterator[Link]:
    """Where the data set can be read, drawn and described."""
    if entry.source is None:
        yield link("tilejson", "application/json", "TileJSON", f"{site}/tiles/{entry.slug}.json")
        return
    address = f"{base}/collections/{entry.slug}"
    yield link("items", GEOJSON, _("Features"), f"{address}/items?f=json")
    yield link("data", "application/json", _("The collection"), f"{address}?f=json")
    yield link("describedby", "application/schema+json", _("Schema"), f"{address}/schema?f=json")
    for part in parts():
        yield from part.collection(entry.source, base)


def _downloads(entry: Entry, base: str, site: str) -> Iterator[Download]:
    """Files that hold the whole data set: none where one request would not give all of it."""
    if entry.source is None:
        return
    if entry.slug == "resources":
        for ending, name, media in _EXPORTS:
            yield Download(f"{entry.slug}.{ending}", name, media, f"{site}/resources/export.{ending}")
    elif _number(entry.source) <= MAX_LIMIT:
        for form, ending, name, media in _ITEMS:
            href = f"{base}/collections/{entry.slug}/items?f={form}&limit={MAX_LIMIT}"
            yield Download(f"{entry.slug}.{ending}", name, media, href)


def _number(source: FeatureSource) -> int:
    return matched(source, FeatureQuery(), source.version()).number


def _files(entry: Entry, record: Record) -> Iterator[Record]:
    """Open data: files of what everybody may see now."""
    if not entry.is_public:
        return
    for item in record.downloads:
        yield replace(
            record,
            id=item.id,
            type=FILE,
            title=_("%(title)s (%(format)s)") % {"title": record.title, "format": item.name},
            links=(link("enclosure", item.media, item.name, item.href),),
            downloads=(),
            dataset=record.id,
            formats=((item.name, item.media),),
        )


def _interface(base: str) -> Record:
    return Record(
        id=INTERFACE,
        type=SERVICE,
        title=_("Open interface to the map (OGC API)"),
        description=_(
            "Features, tiles, styles, this catalogue and processes by the standards of OGC API; described by OpenAPI."
        ),
        keywords=("OGC API", "OpenAPI"),
        is_public=True,
        links=(
            link("service", "application/json", _("Landing page"), f"{base}/?f=json"),
            link(
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.0",
                "OpenAPI",
                f"{base}/openapi?f=json",
            ),
            link(
                "service-doc",
                "text/html",
                _("Definition of the interface (OpenAPI)"),
                f"{base}/openapi?f=html",
            ),
            link("conformance", "application/json", _("Conformance"), f"{base}/conformance?f=json"),
        ),
    )


def publisher() -> dict[str, str]:
    """Who answers for the catalogue, as the city has set it: ``name``, ``email``, ``url``; empty where it has not."""
    found = {
        "name": settings.PUBLISHER_NAME,
        "email": settings.PUBLISHER_EMAIL,
        "url": settings.PUBLISHER_URL,
    }
    return {key: value for key, value in found.items() if value}
