"""The OpenAPI definition of maps."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from gisportal.ogc.collections import crs_list
from gisportal.ogc.features.openapi import search_parameters
from gisportal.ogc.maps.frame import LEAST_SIDE, MOST_SIDE
from gisportal.ogc.maps.parameters import BASE_MAPS
from gisportal.ogc.negotiation import JPEG, MEDIA, PNG
from gisportal.ogc.openapi import operation, query, reference
from gisportal.ogc.part import Schema
from layers.access import Viewer
from layers.crs import CRS84
from layers.source import sources

_OWN = (
    "subset",
    "subset-crs",
    "center",
    "center-crs",
    "width",
    "height",
    "scale-denominator",
    "mm-per-pixel",
    "bgcolor",
    "transparent",
    "basemap",
)


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """The map of every collection the viewer may see, by its own style."""
    for source in sources(viewer):
        slug = source.slug
        own = [
            reference("parameters", name) for name in ("bbox", "bbox-crs", "crs", *map("map-{}".format, _OWN))
        ]
        asked = [*own, *search_parameters(source)]
        for path, name in (("map", "getMap"), (f"styles/{slug}/map", "style.getMap")):
            made = operation(
                f"{slug}.collection.{name}", slug, _("A map"), "Map", asked, form="f-map",
                refusals=("400", "401"),
            )  # fmt: skip
            yield f"/collections/{slug}/{path}", made


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    side: Schema = {"type": "integer", "minimum": LEAST_SIDE, "maximum": MOST_SIDE}
    addresses: Schema = {
        "type": "string",
        "format": "uri",
        "enum": [crs.uri for crs in crs_list()],
        "default": CRS84,
    }
    middle: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    own = [
        query("subset", _("Spans of both axes, as Lat(34.3:34.4),Lon(134:134.1), in the place of bbox."),
              {"type": "string"}),
        query("subset-crs", _("CRS of subset"), addresses),
        {"name": "center", "in": "query", "style": "form", "explode": False, "schema": middle,
         "description": _("The middle of the map, in the place of bbox; with scale-denominator, width and height.")},
        query("center-crs", _("CRS of center"), addresses),
        query("width", _("Px of the map from west to east."), side),
        query("height", _("Px of the map from north to south."), side),
        query("scale-denominator", _("Scale of the map, in the place of width and height."),
              {"type": "number", "minimum": 1}),
        query("mm-per-pixel", _("Width of a px in mm: of a picture for paper 0.085, of one for a screen 0.28."),
              {"type": "number", "minimum": 0.05, "maximum": 1}),
        query("bgcolor", _("Colour of the background, as 0xRRGGBB or by its name in CSS."), {"type": "string"}),
        query("transparent", _("Whether the background can be seen through."), {"type": "boolean"}),
        query("basemap", _("own: the base map of our own below it."), {"type": "string", "enum": list(BASE_MAPS)}),
    ]  # fmt: skip
    picture: Schema = {"schema": {"type": "string", "format": "binary"}}
    return {
        "parameters": {
            **{f"map-{item['name']}": item for item in own},
            "f-map": query("f", _("Format"), {"type": "string", "enum": [PNG, JPEG]}),
        },
        "responses": {
            "Map": {
                "description": _("A map"),
                "content": {MEDIA[PNG][0]: picture, MEDIA[JPEG][0]: picture},
            },
        },
    }
