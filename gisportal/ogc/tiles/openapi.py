"""The OpenAPI definition of tiles; operation ids end as 20-057, table 11 wants them."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.features.openapi import search_parameters
from gisportal.ogc.negotiation import HTML, JSON, MEDIA, MVT, TILEJSON
from gisportal.ogc.openapi import operation, query, reference
from gisportal.ogc.part import Schema
from layers.access import Viewer
from layers.source import FeatureSource, sources
from tiles.grid import MATRIX_SETS, MAX_ZOOM

#: Parameters of a search that say nothing about a tile but may stand in its address.
_SET: Final = "tileMatrixSetId"


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """Matrix sets, and the tilesets of every collection the viewer may see."""
    yield "/tileMatrixSets", operation(".getTileMatrixSetsList", "server", _("Tile matrix sets"), "Document")
    one = operation(
        ".getTileMatrixSet", "server", _("A tile matrix set"), "Document", [reference("parameters", _SET)],
        refusals=("400", "401", "404"),
    )  # fmt: skip
    yield f"/tileMatrixSets/{{{_SET}}}", one
    for source in sources(viewer):
        yield from _source_paths(source)


def _source_paths(source: FeatureSource) -> Iterator[tuple[str, Any]]:
    slug = source.slug
    path = f"/collections/{slug}/tiles"
    which = f"{slug}.collection.vector"
    yield path, operation(f"{which}.getTileSetsList", slug, _("Tilesets"), "Document")
    asked = [reference("parameters", _SET), *tile_parameters(source)]
    yield (
        f"{path}/{{{_SET}}}",
        operation(f"{which}.getTileSet", slug, _("A tileset"), "TileSet", asked, form="f-tileset"),
    )
    place = [reference("parameters", name) for name in ("tileMatrix", "tileRow", "tileCol")]
    made = operation(f"{which}.getTile", slug, _("A tile"), "Tile", [*place, *asked], form="f-tile")
    made["get"]["responses"]["204"] = reference("responses", "EmptyTile")
    yield f"{path}/{{{_SET}}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", made


def tile_parameters(source: FeatureSource) -> list[Schema]:
    """The search's own parameters and those of a tile."""
    scope = query(
        "scope",
        _("As everybody sees it: for caches that are shared."),
        {"type": "string", "enum": ["public"]},
    )
    properties = {
        "name": "properties", "in": "query", "style": "form", "explode": False,
        "description": _("Only these properties."), "schema": {"type": "array", "items": {"type": "string"}},
    }  # fmt: skip
    return [*search_parameters(source), scope, properties]


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    place = {"type": "string", "pattern": r"^\d{1,8}$"}
    return {
        "parameters": {
            _SET: _part(_SET, {"type": "string", "enum": list(MATRIX_SETS)}),
            "tileMatrix": _part(
                "tileMatrix", {"type": "string", "enum": [str(zoom) for zoom in range(MAX_ZOOM + 1)]}
            ),
            "tileRow": _part("tileRow", place),
            "tileCol": _part("tileCol", place),
            "f-tileset": query("f", _("Format"), {"type": "string", "enum": [JSON, HTML, TILEJSON]}),
            "f-tile": query("f", _("Format"), {"type": "string", "enum": [MVT]}),
        },
        "responses": {
            "TileSet": {
                "description": _("A tileset"),
                "content": {
                    "application/json": {"schema": reference("schemas", "Document")},
                    "text/html": {"schema": {"type": "string"}},
                },
            },
            "Tile": {
                "description": _("A tile"),
                "content": {MEDIA[MVT][0]: {"schema": {"type": "string", "format": "binary"}}},
            },
            "EmptyTile": {"description": _("There is nothing in this tile.")},
        },
    }


def _part(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}
