"""What can be read here and how: interfaces and data, searchable, as one viewer may use them (D4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gisportal.ogc.parts import parts
from layers.access import Viewer
from layers.fields import Field
from layers.source import FeatureSource, sources
from layers.text import normalise


@dataclass(frozen=True, slots=True)
class Address:
    """One way to read something: what it gives, and where."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An interface or a collection. ``fields``: key, title and kind of what a feature holds."""

    slug: str
    title: str
    text: str
    words: tuple[str, ...]
    addresses: tuple[Address, ...]
    fields: tuple[tuple[str, str], ...] = ()

    def holds(self, wanted: Iterable[str]) -> bool:
        """Whether all words are found in what is told of it."""
        told = [self.slug, self.title, self.text, *self.words]
        told += [part for pair in self.fields for part in pair] + [
            part for address in self.addresses for part in (str(address.title), address.path)
        ]
        text = normalise(" ".join(told))
        return all(word in text for word in wanted)


def chosen(entries: Iterable[Entry], given: str) -> list[Entry]:
    """Entries that hold every word given."""
    wanted = [normalise(word) for word in given.split()]
    return [entry for entry in entries if entry.holds(wanted)]


def interfaces(viewer: Viewer) -> list[Entry]:
    """The interfaces of this portal a viewer may use."""
    names = {part.name for part in parts()}
    found = [
        Entry(
            "ogc",
            _("OGC API"),
            _(
                "Features with filters, paging and coordinate systems, for QGIS, GDAL, ArcGIS and scripts; "
                "edited where you may write."
            ),
            ("OGC API", "GeoJSON", "WFS", "OAPIF", "CQL2", *names),
            (
                Address(_("Landing page"), "/ogc/"),
                Address(_("Definition (OpenAPI 3.0)"), "/ogc/openapi?f=json"),
                Address(_("Conformance"), "/ogc/conformance"),
                Address(_("Collections"), "/ogc/collections"),
            ),
        ),
        Entry(
            "tiles",
            _("Vector tiles"),
            _(
                "Tiles of any collection, with the conditions of a search; for MapLibre, Leaflet, OpenLayers and QGIS."
            ),
            ("MVT", "TileJSON", "XYZ", "WebMercatorQuad"),
            (
                Address(_("TileJSON"), "/tiles/<collection>.json"),
                Address(_("Tile"), "/tiles/<collection>/{z}/{x}/{y}.mvt"),
                Address(_("Own base map"), "/tiles/basemap.json"),
            ),
        ),
        Entry(
            "styles",
            _("Styles and legends"),
            _("How each collection is drawn: MapLibre style, SLD 1.1, QML, and its legend as a picture."),
            ("MapLibre", "SLD", "QML", "legend"),
            (
                Address(_("Style"), "/styles/<collection>.json"),
                Address(_("Legend"), "/styles/<collection>/legend.svg"),
            ),
        ),
    ]
    return [*found, *_of_the_portal()] if viewer.is_served else found


def _of_the_portal() -> list[Entry]:
    return [
        Entry(
            "records",
            _("Catalogue of data"),
            _("Every collection, layer and file of open data, with licence, contact, extent and time."),
            ("OGC API – Records", "DCAT-AP", "JSON-LD", "CKAN"),
            (
                Address(_("Catalogue"), "/ogc/collections/catalogue"),
                Address(_("Records"), "/ogc/collections/catalogue/items"),
            ),
        ),
        Entry(
            "processes",
            _("Computing on demand"),
            _("Geocoding, the nearest places, tables of numbers and coverage, answered at once or as a job."),
            ("OGC API – Processes",),
            (
                Address(_("Processes"), "/ogc/processes"),
                Address(_("Run one"), "/ogc/processes/<process>/execution"),
            ),
        ),
        Entry(
            "geocode",
            _("Geocoding"),
            _("Address to position and back, with districts and the offices responsible."),
            ("geocoder",),
            (
                Address(_("Address to position"), "/geocode?q="),
                Address(_("Position to address"), "/geocode/reverse?lat=&lon="),
            ),
        ),
        Entry(
            "exports",
            _("Exports of a search"),
            _("All rows of a search in one file; the query string is that of the search page."),
            ("CSV", "Excel", "GeoJSON"),
            tuple(
                Address(title, f"/resources/export.{ending}")
                for title, ending in (("GeoJSON", "geojson"), ("CSV", "csv"), ("Excel", "xlsx"))
            ),
        ),
        Entry(
            "crosstab",
            _("Tables of numbers"),
            _("Counts by two dimensions, also by inhabitants; as JSON or as areas in GeoJSON."),
            ("crosstab", "per_1000"),
            (
                Address(_("Table"), "/planning/crosstab.json?rows=&columns="),
                Address(_("Areas"), "/planning/crosstab.geojson?rows=&columns="),
            ),
        ),
    ]


def collections(viewer: Viewer) -> list[Entry]:
    """Collections a viewer may read, with their fields and every address of each."""
    return [_entry(source) for source in sources(viewer)]


def _entry(source: FeatureSource) -> Entry:
    about, slug = source.metadata, source.slug
    addresses = [
        (_("Collection"), f"/ogc/collections/{slug}"),
        (_("Features (GeoJSON)"), f"/ogc/collections/{slug}/items?f=json"),
        (_("Fields one may ask by"), f"/ogc/collections/{slug}/queryables?f=html"),
        (_("TileJSON"), f"/tiles/{slug}.json"),
        (_("Style"), f"/styles/{slug}.json"),
    ]
    return Entry(
        slug,
        str(about.title),
        str(about.description),
        (*map(str, about.keywords), *map(str, about.attributions)),
        tuple(Address(title, path) for title, path in addresses),
        tuple((key, _told(field)) for key, field in source.fields().items()),
    )


def _told(field: Field) -> str:
    unit = f" ({field.unit})" if field.unit else ""
    return f"{field.title}{unit}"
