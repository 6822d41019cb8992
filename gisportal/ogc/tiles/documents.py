"""Tilesets of a collection: the list, one tileset, and the same as TileJSON."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gisportal.ogc.negotiation import HTML, JSON, MEDIA, MVT, TILEJSON
from gisportal.ogc.part import Link, link
from gisportal.ogc.tiles.matrix_sets import MATRIX_SETS, SCHEME, limits
from gisportal.ogc.tiles.matrix_sets import title as matrix_title
from layers.crs import CRS84
from layers.schema import property_schema
from layers.vocabulary import vocabulary
from tiles import tilejson
from tiles.grid import MAX_ZOOM, WEB_MERCATOR_QUAD, MatrixSet
from tiles.views import Asked

#: Dimension of what a collection holds, as tileset metadata tells it.
_DIMENSIONS: Final = {
    "Point": 0,
    "MultiPoint": 0,
    "LineString": 1,
    "MultiLineString": 1,
    "Polygon": 2,
    "MultiPolygon": 2,
}
_NOT_OF_TILES: Final = ("f", "lang")


def template(request: HttpRequest, base: str, asked: Asked, found: MatrixSet) -> str:
    """Address of tiles with the places of zoom, row and column left open; the search is carried along."""
    kept = [(key, value) for key, given in request.GET.lists() if key not in _NOT_OF_TILES for value in given]
    place = f"{base}/collections/{asked.source.slug}/tiles/{found.name}"
    return f"{place}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?{urlencode([('f', MVT), *kept])}"


def tilesets(slug: str, base: str, title: str) -> dict[str, Any]:
    """The tilesets of a collection, one for each matrix set (20-057, 9)."""
    return {
        "links": self_links(f"{base}/collections/{slug}/tiles"),
        "tilesets": [
            {
                "title": f"{title} ({found.name})",
                "dataType": "vector",
                "crs": found.crs,
                "tileMatrixSetURI": found.uri,
                "links": [
                    link(
                        "self",
                        "application/json",
                        found.name,
                        f"{base}/collections/{slug}/tiles/{found.name}",
                    ),
                    scheme_link(base, found),
                ],
            }
            for found in MATRIX_SETS.values()
        ],
    }


def self_links(address: str) -> list[Link]:
    """A document as JSON, and as a page."""
    return [
        link("self", MEDIA[JSON][0], _("This document as JSON"), f"{address}?f=json"),
        link("alternate", MEDIA[HTML][0], _("This document as HTML"), f"{address}?f=html"),
    ]


def scheme_link(base: str, found: MatrixSet) -> Link:
    """The definition of a matrix set."""
    return link(SCHEME, "application/json", matrix_title(found), f"{base}/tileMatrixSets/{found.name}")


def tileset(request: HttpRequest, base: str, asked: Asked, found: MatrixSet) -> dict[str, Any]:
    """Metadata of one tileset (17-083r4, 7), with the part of the matrix set the data lies in."""
    source, about = asked.source, asked.source.metadata
    address = f"{base}/collections/{source.slug}/tiles/{found.name}"
    links = self_links(address)
    if found is WEB_MERCATOR_QUAD:
        links.append(link("describedby", MEDIA[TILEJSON][0], "TileJSON", f"{address}?f=tilejson"))
    tiles: dict[str, Any] = link("item", MEDIA[MVT][0], _("Tiles"), template(request, base, asked, found))
    made: dict[str, Any] = {
        "title": str(about.title),
        "description": str(about.description),
        "keywords": list(map(str, about.keywords)),
        "dataType": "vector",
        "crs": found.crs,
        "tileMatrixSetURI": found.uri,
        "layers": [_layer(asked)],
        "links": [*links, scheme_link(base, found), {**tiles, "templated": True}],
    }
    if about.attributions:
        made["attribution"] = " / ".join(dict.fromkeys(about.attributions))
    return made | _place(asked, found)


def _place(asked: Asked, found: MatrixSet) -> dict[str, Any]:
    """Where there is anything; nothing of it where there is nothing."""
    box = asked.source.extent()
    if box is None:
        return {}
    west, south, east, north = box
    return {
        "tileMatrixSetLimits": limits(found, box),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "centerPoint": {
            "coordinates": [round((west + east) / 2, 6), round((south + north) / 2, 6)],
            "crs": CRS84,
            "tileMatrix": "11",
        },
    }


def _layer(asked: Asked) -> dict[str, Any]:
    source = asked.source
    fields = source.fields()
    made: dict[str, Any] = {
        "id": source.slug,
        "title": str(source.metadata.title),
        "dataType": "vector",
        "minTileMatrix": "0",
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {
            "type": "object",
            "properties": {key: property_schema(fields[key]) for key in asked.keys},
        },
    }
    if source.geometry_type in _DIMENSIONS:
        made["geometryDimension"] = _DIMENSIONS[source.geometry_type]
    return made


def tile_json(request: HttpRequest, base: str, asked: Asked) -> dict[str, Any]:
    """TileJSON 3 of the tileset of WebMercatorQuad, the only one TileJSON knows."""
    source, about = asked.source, asked.source.metadata
    address = template(request, base, asked, WEB_MERCATOR_QUAD)
    for place, short in (("{tileMatrix}", "{z}"), ("{tileRow}", "{y}"), ("{tileCol}", "{x}")):
        address = address.replace(place, short)
    tops = ((top.code, top.title) for top in vocabulary().top_categories)
    return tilejson.document(
        str(about.title),
        template=address,
        layers=[tilejson.source_layer(source, asked.keys, tops)],
        bounds=source.extent(),
        attribution=tilejson.attribution(about.attributions),
        description=str(about.description),
    )
