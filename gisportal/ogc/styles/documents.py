"""Styles as OGC API – Styles tells of them: the list, and the metadata of one."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.negotiation import HTML, JSON, MAPBOX, MEDIA, QML, SLD
from gisportal.ogc.part import Link, link
from layers.source import FeatureSource
from styles.symbology import Drawn, symbology

STYLES: Final = "http://www.opengis.net/def/rel/ogc/1.0/styles"
LEGEND: Final = "http://www.opengis.net/def/rel/ogc/1.0/legend"
#: Tongues a style is written in: title, version, where it is specified.
TONGUES: Final[dict[str, tuple[str, str, str]]] = {
    MAPBOX: ("MapLibre", "8", "https://maplibre.org/maplibre-style-spec/"),
    SLD: ("OGC SLD 1.1", "1.1", "https://portal.ogc.org/files/?artifact_id=22364"),
    QML: ("QGIS (QML)", "3.22", "https://docs.qgis.org/3.22/"),
}
_GEOMETRIES: Final = {Drawn.POINTS: "point", Drawn.LINES: "line", Drawn.AREAS: "polygon", Drawn.MIXED: "any"}


def style_list(found: Iterable[FeatureSource], base: str, address: str) -> dict[str, Any]:
    """Styles, one for each collection. ``address``: of the list itself."""
    return {"styles": [_entry(source, base) for source in found], "links": self_links(address)}


def self_links(address: str) -> list[Link]:
    """A document as JSON, and as a page."""
    return [
        link("self", MEDIA[JSON][0], _("This document as JSON"), f"{address}?f=json"),
        link("alternate", MEDIA[HTML][0], _("This document as HTML"), f"{address}?f=html"),
    ]


def _entry(source: FeatureSource, base: str) -> dict[str, Any]:
    about = link(
        "describedby", "application/json", _("About the style"), f"{base}/styles/{source.slug}/metadata"
    )
    return {
        "id": source.slug,
        "title": str(source.metadata.title),
        "links": [*stylesheet_links(source.slug, base), about, legend_link(source.slug, base)],
    }


def stylesheet_links(slug: str, base: str) -> list[Link]:
    """The style in each tongue."""
    return [
        link("stylesheet", MEDIA[form][0], title, f"{base}/styles/{slug}?f={form}")
        for form, (title, _version, _specified) in TONGUES.items()
    ]


def legend_link(slug: str, base: str) -> Link:
    """The legend, drawn beside the style under ``/styles/``."""
    outer = base.removesuffix("/ogc")
    return link(LEGEND, "image/png", _("Legend"), f"{outer}/styles/{slug}/legend.png")


def metadata(source: FeatureSource, base: str) -> dict[str, Any]:
    """What one style is, and what it draws (20-009, 7.3)."""
    about, slug = source.metadata, source.slug
    outer, found = base.removesuffix("/ogc"), symbology(source)
    address = f"{base}/styles/{slug}/metadata"
    return {
        "id": slug,
        "title": str(about.title),
        "description": str(about.description),
        "keywords": list(map(str, about.keywords)),
        "scope": "style",
        "version": source.version(),
        "stylesheets": _stylesheets(slug, base),
        "layers": [
            {
                "id": slug,
                "type": _GEOMETRIES[found.drawn],
                "attributes": [{"id": key} for key in found.fields],
                "sampleData": link(
                    "start", "application/geo+json", _("Features"), f"{base}/collections/{slug}/items"
                ),
            }
        ],
        "links": [
            *self_links(address),
            link("preview", "image/svg+xml", _("Legend"), f"{outer}/styles/{slug}/legend.svg"),
            legend_link(slug, base),
        ],
    }


def _stylesheets(slug: str, base: str) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "version": version,
            "specification": specified,
            "native": form == MAPBOX,
            "link": link("stylesheet", MEDIA[form][0], title, f"{base}/styles/{slug}?f={form}"),
        }
        for form, (title, version, specified) in TONGUES.items()
    ]
