"""Records and the catalogue as the standard writes them (OGC 20-004r1)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.negotiation import HTML, JSON, JSONLD
from gisportal.ogc.part import Link, link
from gisportal.ogc.records.query import SORTABLES, external_ids
from gisportal.ogc.records.record import GEOJSON, Record, publisher
from layers.crs import CRS84

CATALOGUE: Final = "catalogue"
CONF: Final = f"{SPEC}/ogcapi-records-1/1.0/conf"
SORTABLE: Final = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
_LANGUAGES: Final = {"ja": "日本語", "en": "English"}
_MEDIA: Final = {JSON: GEOJSON, HTML: "text/html", JSONLD: "application/ld+json"}


def moment(value: date | datetime) -> str:
    """As records write times: a day, or a moment of UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def geometry(extent: tuple[float, float, float, float] | None) -> dict[str, Any] | None:
    """The extent as a polygon, longitude first; a single place as a point."""
    if extent is None:
        return None
    west, south, east, north = extent
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def record_document(record: Record, base: str, written: str = JSON) -> dict[str, Any]:
    """A record as a GeoJSON feature."""
    return {
        "id": record.id,
        "type": "Feature",
        "conformsTo": [f"{CONF}/record-core"],
        "time": _time(record),
        "geometry": geometry(record.extent),
        "properties": _properties(record),
        "links": record_links(record, base, written),
    }


def _time(record: Record) -> dict[str, Any] | None:
    if record.interval is None:
        return None
    first, last = map(moment, record.interval)
    if first == last and "T" not in first:
        return {"date": first}
    return {"interval": [first, last]}


def _properties(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": record.type,
        "title": record.title,
        "description": record.description,
        "keywords": list(record.keywords),
        "language": language(get_language() or "ja"),
        "languages": [language(code) for code in _LANGUAGES],
        "resourceLanguages": [language("ja")],
        "created": moment(record.created) if record.created else None,
        "updated": moment(record.updated) if record.updated else None,
        "externalIds": [{"value": value} for value in external_ids(record)],
        "formats": [{"name": name, "mediaType": media} for name, media in record.formats],
        "contacts": contacts(record),
        "license": licence(record),
        "rights": " / ".join(record.attributions),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def language(code: str) -> dict[str, str]:
    """A language by its code."""
    code = code.partition("-")[0]
    return {"code": code, "name": _LANGUAGES.get(code, code)}


def licence(record: Record) -> str:
    """The one licence, by address or else by name; ``various`` where there are several."""
    found = record.licences
    if len(found) > 1:
        return "various"
    return (found[0][1] or found[0][0]) if found else ""


def contacts(record: Record | None) -> list[dict[str, Any]]:
    """Who answers for it: whom its keepers have named, else the city; and who published the files it is made of."""
    found: list[dict[str, Any]] = []
    if record is not None and record.contact:
        found.append({"name": record.contact, "roles": ["pointOfContact"]})
    elif city := publisher():
        contact: dict[str, Any] = {"organization": city.get("name") or city.get("email") or city["url"],
                                   "roles": ["publisher", "pointOfContact"]}  # fmt: skip
        if "email" in city:
            contact["emails"] = [{"value": city["email"]}]
        if "url" in city:
            contact["links"] = [{"rel": "about", "type": "text/html", "href": city["url"]}]
        found.append(contact)
    origins = record.origins if record is not None else ()
    names = dict.fromkeys(origin.publisher for origin in origins if origin.publisher)
    return found + [{"organization": name, "roles": ["originator"]} for name in names]


def record_links(record: Record, base: str, written: str) -> list[Link]:
    """Links of a record: itself in every format, the catalogue, its data, its licences and where it comes from."""
    catalogue = f"{base}/collections/{CATALOGUE}"
    here = f"{catalogue}/items/{record.id}"
    found = [*format_links(here, written), link("collection", "application/json", _("Catalogue"), catalogue)]
    if record.dataset:
        title = _("The data set")
        found.append(link("derivedfrom", GEOJSON, title, f"{catalogue}/items/{record.dataset}?f=json"))
    found += record.links
    found += [link("enclosure", item.media, item.name, item.href) for item in record.downloads]
    found += [
        link("license", "text/html", name or address, address) for name, address in record.licences if address
    ]
    found += [
        link("via", "text/html", origin.title or origin.url, origin.url)
        for origin in record.origins
        if origin.url
    ]
    return found


def format_links(address: str, written: str, query: str = "") -> list[Link]:
    """This document, and the same in the other formats."""
    titles = {
        JSON: _("This document as JSON"),
        HTML: _("This document as HTML"),
        JSONLD: _("This document as JSON-LD (DCAT)"),
    }
    more = f"&{query}" if query else ""
    return [
        link("self" if form == written else "alternate", _MEDIA[form], title, f"{address}?f={form}{more}")
        for form, title in titles.items()
    ]


def catalogue_document(records: Iterable[Record], base: str, written: str = JSON) -> dict[str, Any]:
    """The catalogue as a collection of records."""
    address = f"{base}/collections/{CATALOGUE}"
    found = list(records)
    links = format_links(address, written)
    links[0] = {**links[0], "type": "application/json"}
    links += [
        link("items", GEOJSON, _("Records"), f"{address}/items?f=json"),
        link(SORTABLE, "application/schema+json", _("What records may be sorted by"), f"{address}/sortables"),
        link("root", "application/json", _("Landing page"), f"{base}/?f=json"),
    ]
    document: dict[str, Any] = {
        "id": CATALOGUE,
        "type": "Collection",
        "itemType": "record",
        "conformsTo": [f"{CONF}/record-collection"],
        "title": _("Catalogue of data"),
        "description": _(
            "Everything published here, with licence, contact, dates, area and where to get it."
        ),
        "language": language(get_language() or "ja"),
        "languages": [language(code) for code in _LANGUAGES],
        "recordLanguages": [language(code) for code in _LANGUAGES],
        "crs": [CRS84],
        "contacts": contacts(None),
        "links": links,
    }
    if updated := [record.updated for record in found if record.updated]:
        document["updated"] = moment(max(updated))
    if boxes := [record.extent for record in found if record.extent]:
        west, south, east, north = zip(*boxes, strict=True)
        box = [min(west), min(south), max(east), max(north)]
        document["extent"] = {"spatial": {"bbox": [box], "crs": CRS84}}
    if not document["contacts"]:
        del document["contacts"]
    return document


def sortables_document(base: str) -> dict[str, Any]:
    """What records may be sorted by, as JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{CATALOGUE}/sortables",
        "type": "object",
        "title": _("What records may be sorted by"),
        "properties": {
            key: {"type": "string", **({"format": "date-time"} if key in {"created", "updated"} else {})}
            for key in SORTABLES
        },
        "additionalProperties": False,
    }
