"""Views of tilesets, tiles and tile matrix sets. Tiles are those of ``/tiles/``, by the same function and cache."""

import re
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from gisportal.accounts.places import resolvers
from gisportal.ogc.negotiation import (
    DOCUMENTS,
    HTML,
    MVT,
    TILEJSON,
    base_url,
    json_response,
    ogc_view,
    page,
    problem,
    refuse_unknown,
    source_of,
    wanted_format,
)
from gisportal.ogc.pages import Row
from gisportal.ogc.tiles import documents, matrix_sets
from layers.access import current_viewer
from layers.errors import ParameterError
from tiles.grid import MATRIX_SETS, WEB_MERCATOR_QUAD, MatrixSet, Tile
from tiles.views import Asked, read_asked, tile_answer

_NUMBER: Final = re.compile(r"^\d{1,8}$")
#: Said by the address or by negotiation, not by the search.
_OURS: Final = ("f", "lang")


@ogc_view
def matrix_set_list(request: HttpRequest) -> HttpResponse:
    """Tile matrix sets there are tiles of."""
    refuse_unknown(request)
    base = base_url(request)
    found = [
        {
            "id": item.name,
            "title": matrix_sets.title(item),
            "uri": item.uri,
            "crs": item.crs,
            "links": [documents.scheme_link(base, item) | {"rel": "self"}],
        }
        for item in MATRIX_SETS.values()
    ]
    if wanted_format(request) == HTML:
        links = [
            {"title": item.name, "href": f"{base}/tileMatrixSets/{item.name}?f=html"}
            for item in MATRIX_SETS.values()
        ]
        return page(request, "linked", _("Tile matrix sets"), rows=[], links=links)
    return json_response({"tileMatrixSets": found, "links": documents.self_links(f"{base}/tileMatrixSets")})


@ogc_view
def one_matrix_set(request: HttpRequest, matrix_set: str) -> HttpResponse:
    """The definition of one tile matrix set."""
    refuse_unknown(request)
    if matrix_set not in MATRIX_SETS:
        return _no_matrix_set(request)
    document = matrix_sets.document(MATRIX_SETS[matrix_set])
    if wanted_format(request) == HTML:
        rows = [Row("id", matrix_set), Row("URI", document["uri"]), Row("CRS", document["crs"])]
        return page(request, "linked", document["title"], rows=rows, links=[])
    return json_response(document)


@ogc_view
def tilesets(request: HttpRequest, slug: str) -> HttpResponse:
    """The tilesets of a collection."""
    refuse_unknown(request)
    source = source_of(slug)
    title = str(source.metadata.title)
    document = documents.tilesets(slug, base_url(request), title)
    if wanted_format(request) == HTML:
        links = [
            {"title": item["title"], "href": item["links"][0]["href"] + "?f=html"}
            for item in document["tilesets"]
        ]
        return page(request, "linked", _("Tiles"), slug=slug, collection_title=title, rows=[], links=links)
    return json_response(document)


@ogc_view(formats=(*DOCUMENTS, TILEJSON))
def tileset(request: HttpRequest, slug: str, matrix_set: str) -> HttpResponse:
    """One tileset; a search in the address is carried over to the address of its tiles."""
    found, asked = MATRIX_SETS.get(matrix_set), _asked(request, slug)
    if found is None:
        return _no_matrix_set(request)
    written = wanted_format(request)
    base = base_url(request)
    if written == TILEJSON:
        if found is not WEB_MERCATOR_QUAD:
            raise ParameterError("f", _("TileJSON knows tiles of WebMercatorQuad only."))
        return json_response(documents.tile_json(request, base, asked), "application/json")
    document = documents.tileset(request, base, asked, found)
    if written == HTML:
        return _tileset_page(request, asked, found, document["links"])
    return json_response(document)


def _tileset_page(
    request: HttpRequest, asked: Asked, found: MatrixSet, links: list[dict[str, str]]
) -> HttpResponse:
    title = str(asked.source.metadata.title)
    address = next(item["href"] for item in links if item["rel"] == "item")
    rows = [Row(_("Tiles"), address), Row("CRS", found.crs), Row("TileMatrixSet", found.uri)]
    return page(
        request, "linked", f"{title} ({found.name})", slug=asked.source.slug, collection_title=title, rows=rows,
        links=[item for item in links if item["rel"] != "item"],
    )  # fmt: skip


@ogc_view(formats=(MVT,))
def tile(request: HttpRequest, slug: str, matrix_set: str, z: str, y: str, x: str) -> HttpResponse:
    """One tile, row before column; 204 where it is empty, 404 beyond the matrix set."""
    asked, found = _asked(request, slug), MATRIX_SETS.get(matrix_set)
    if found is None:
        return _no_matrix_set(request)
    if not all(map(_NUMBER.match, (z, y, x))):
        return _no_tile(request)
    place = Tile(int(z), int(x), int(y), found)
    return tile_answer(request, asked, place) if place.exists else _no_tile(request)


def _asked(request: HttpRequest, slug: str) -> Asked:
    """The search of an address, by the standard's ``properties`` in the place of ``fields``."""
    params = QueryDict(mutable=True)
    for key, given in request.GET.lists():
        if key not in _OURS:
            params.setlist(key, given)
    return read_asked(current_viewer.get(), slug, params, resolvers(request), listing="properties")


def _no_tile(request: HttpRequest) -> HttpResponse:
    return problem(
        request,
        404,
        _("There is no such tile"),
        _("The matrix, row or column lies beyond the tile matrix set."),
    )


def _no_matrix_set(request: HttpRequest) -> HttpResponse:
    return problem(
        request, 404, _("There is no such tile matrix set"),
        _("Known are: %(known)s.") % {"known": ", ".join(MATRIX_SETS)},
    )  # fmt: skip
