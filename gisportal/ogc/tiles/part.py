"""OGC API – Tiles, part 1 (20-057), with tile matrix sets by OGC 17-083r4."""

from collections.abc import Iterable
from typing import Final

from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.part import Link, Part, link
from gisportal.ogc.paths import SLUG
from gisportal.ogc.tiles import openapi, views
from gisportal.ogc.tiles.matrix_sets import SCHEMES
from layers.source import FeatureSource

TILESETS: Final = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_SET: Final = r"(?P<matrix_set>[A-Za-z0-9_-]+)"


def landing(base: str) -> Iterable[Link]:
    """Tile matrix sets."""
    yield link(SCHEMES, "application/json", _("Tile matrix sets"), f"{base}/tileMatrixSets")


def collection(source: FeatureSource, base: str) -> Iterable[Link]:
    """The tilesets of a collection."""
    yield link(TILESETS, "application/json", _("Tiles"), f"{base}/collections/{source.slug}/tiles")


PART: Final = Part(
    name="tiles",
    conformance=(
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/core",
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/tileset",
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/tilesets-list",
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/mvt",
        f"{SPEC}/ogcapi-tiles-1/1.0/conf/oas30",
        f"{SPEC}/tms/2.0/conf/tilematrixset",
        f"{SPEC}/tms/2.0/conf/tilematrixsetlimits",
        f"{SPEC}/tms/2.0/conf/json-tilematrixset",
        f"{SPEC}/tms/2.0/conf/json-tilematrixsetlimits",
        f"{SPEC}/tms/2.0/conf/json-tilesetmetadata",
    ),
    urlpatterns=(
        re_path(r"^tileMatrixSets/?$", views.matrix_set_list, name="tile-matrix-sets"),
        re_path(rf"^tileMatrixSets/{_SET}/?$", views.one_matrix_set, name="tile-matrix-set"),
        re_path(rf"^{SLUG}/tiles/?$", views.tilesets, name="tilesets"),
        re_path(rf"^{SLUG}/tiles/{_SET}/?$", views.tileset, name="tileset"),
        re_path(rf"^{SLUG}/tiles/{_SET}/(?P<z>[^/]+)/(?P<y>[^/]+)/(?P<x>[^/]+)/?$", views.tile, name="tile"),
    ),
    landing=landing,
    collection=collection,
    paths=openapi.paths,
    components=openapi.components,
)
