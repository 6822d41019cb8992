"""The catalogue by DCAT-AP 3 as JSON-LD (D15): what open-data portals harvest."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.ogc.records.documents import CATALOGUE, moment
from gisportal.ogc.records.record import DATASET, INTERFACE, SERVICE, Record, publisher

CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
_LANGUAGE: Final = {"ja": f"{_AUTHORITY}/language/JPN", "en": f"{_AUTHORITY}/language/ENG"}
Node = dict[str, Any]


def catalogue_graph(records: Iterable[Record], base: str) -> Node:
    """The whole catalogue."""
    found = list(records)
    address = f"{base}/collections/{CATALOGUE}"
    node: Node = {
        "@context": CONTEXT,
        "@id": address,
        "@type": "dcat:Catalog",
        "dct:title": _text(_("Catalogue of data")),
        "dct:description": _text(
            _("Everything published here, with licence, contact, dates, area and where to get it.")
        ),
        "dct:language": [_ref(_LANGUAGE[code]) for code in ("ja", "en")],
        "dct:publisher": _publisher(),
        "dcat:contactPoint": _contact(None),
        "dcat:dataset": [_dataset(record, base) for record in found if record.type == DATASET],
        "dcat:service": [_service(record, base) for record in found if record.type == SERVICE],
    }
    if updated := [record.updated for record in found if record.updated]:
        node["dct:modified"] = _moment(max(updated))
    return _filled(node)


def record_graph(record: Record, base: str) -> Node:
    """One record with the context."""
    node = _service(record, base) if record.type == SERVICE else _dataset(record, base)
    return {"@context": CONTEXT, **node}


def _dataset(record: Record, base: str) -> Node:
    """A data set, or one of its files as a data set of one distribution."""
    here = _address(record.id, base)
    node: Node = {
        "@id": here,
        "@type": "dcat:Dataset",
        "dct:identifier": record.id,
        "dct:title": _text(record.title),
        # A description is mandatory; where nobody has written one, the title says what there is to say.
        "dct:description": _text(record.description or record.title),
        "dcat:keyword": [_text(word) for word in record.keywords],
        "dct:issued": _moment(record.created) if record.created else None,
        "dct:modified": _moment(record.updated) if record.updated else None,
        "dct:temporal": _temporal(record),
        "dct:spatial": _spatial(record),
        "dct:language": _ref(_LANGUAGE["ja"]),
        "dct:publisher": _publisher(),
        "dct:creator": [
            _agent(name) for name in dict.fromkeys(item.publisher for item in record.origins) if name
        ],
        "dcat:contactPoint": _contact(record),
        "dct:accessRights": _ref(
            f"{_AUTHORITY}/access-right/{'PUBLIC' if record.is_public else 'RESTRICTED'}"
        ),
        "dct:source": [_ref(item.url) for item in record.origins if item.url],
        "dcat:landingPage": _ref(f"{here}?f=html"),
        "dct:isPartOf": _ref(_address(record.dataset, base)) if record.dataset else None,
        "dcat:distribution": list(_distributions(record, base)),
    }
    return _filled(node)


def _distributions(record: Record, base: str) -> Iterable[Node]:
    for item in record.downloads:
        yield _distribution(record, item.name, item.media, item.href, base)
    for each in record.links:
        if each["rel"] in {"items", "enclosure", "tilejson"}:
            yield _distribution(
                record, each["title"], each["type"], each["href"], base, is_file=each["rel"] == "enclosure"
            )


def _distribution(
    record: Record, title: str, media: str, href: str, base: str, *, is_file: bool = True
) -> Node:
    return _filled(
        {
            "@id": f"{href}#distribution",
            "@type": "dcat:Distribution",
            "dct:title": _text(title),
            "dcat:accessURL": _ref(href),
            "dcat:downloadURL": _ref(href) if is_file else None,
            "dcat:accessService": None if is_file else _ref(_address(INTERFACE, base)),
            "dcat:mediaType": _ref(f"{_MEDIA_TYPES}{media.partition(';')[0]}"),
            "dct:license": [_licence(name, address) for name, address in record.licences],
            "dct:rights": [_rights(words) for words in record.attributions],
        }
    )


def _service(record: Record, base: str) -> Node:
    return _filled(
        {
            "@id": _address(record.id, base),
            "@type": "dcat:DataService",
            "dct:identifier": record.id,
            "dct:title": _text(record.title),
            "dct:description": _text(record.description),
            "dcat:keyword": [_text(word) for word in record.keywords],
            "dcat:endpointURL": _ref(f"{base}/"),
            "dcat:endpointDescription": _ref(f"{base}/openapi?f=json"),
            "dct:publisher": _publisher(),
            "dcat:contactPoint": _contact(None),
            "dct:conformsTo": _ref("http://www.opengis.net/doc/IS/ogcapi-features-1/1.0"),
        }
    )


def _address(identifier: str, base: str) -> str:
    return f"{base}/collections/{CATALOGUE}/items/{identifier}"


def _temporal(record: Record) -> Node | None:
    if record.interval is None:
        return None
    first, last = record.interval
    return {"@type": "dct:PeriodOfTime", "dcat:startDate": _moment(first), "dcat:endDate": _moment(last)}


def _spatial(record: Record) -> Node | None:
    if record.extent is None:
        return None
    west, south, east, north = record.extent
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{x!r} {y!r}" for x, y in corners)
    return {
        "@type": "dct:Location",
        "dcat:bbox": {"@type": "geo:wktLiteral", "@value": f"POLYGON(({ring}))"},
    }


def _publisher() -> Node | None:
    city = publisher()
    if not city:
        return None
    return _filled(
        {**_agent(city.get("name", "")), "foaf:homepage": _ref(city["url"]) if "url" in city else None}
    )


def _agent(name: str) -> Node:
    return _filled({"@type": "foaf:Agent", "foaf:name": _named(name) if name else None})


def _contact(record: Record | None) -> Node | None:
    if record is not None and record.contact:
        return {"@type": "vcard:Kind", "vcard:fn": record.contact}
    city = publisher()
    if not city:
        return None
    return _filled(
        {
            "@type": "vcard:Organization",
            "vcard:fn": city.get("name") or city.get("email") or city["url"],
            "vcard:hasEmail": _ref(f"mailto:{city['email']}") if "email" in city else None,
            "vcard:hasURL": _ref(city["url"]) if "url" in city else None,
        }
    )


def _licence(name: str, address: str) -> Node:
    """A licence document by its address; one that has none, by its name."""
    node = {"@type": "dct:LicenseDocument", "dct:title": name} if name else {"@type": "dct:LicenseDocument"}
    return {"@id": address, **node} if address else node


def _rights(words: str) -> Node:
    return {"@type": "dct:RightsStatement", "dct:description": _named(words)}


def _text(words: str) -> Node:
    """Words in the language in force."""
    return {"@language": (get_language() or "ja").partition("-")[0], "@value": words}


def _named(words: str) -> Node:
    """A name or a form of words as it was entered, in Japanese."""
    return {"@language": "ja", "@value": words}


def _moment(value: Any) -> Node:
    written = moment(value)
    return {"@type": "xsd:dateTime" if "T" in written else "xsd:date", "@value": written}


def _ref(address: str) -> Node:
    return {"@id": address}


def _filled(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}
