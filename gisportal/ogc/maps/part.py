"""OGC API – Maps, part 1 (20-058): a picture of every collection."""

from collections.abc import Iterable
from typing import Final

from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.maps import openapi, views
from gisportal.ogc.part import Link, Part, link
from gisportal.ogc.paths import SLUG
from layers.source import FeatureSource

MAP: Final = "http://www.opengis.net/def/rel/ogc/1.0/map"
_CLASSES: Final = (
    "core",
    "collection-map",
    "styled-map",
    "scaling",
    "spatial-subsetting",
    "display-resolution",
    "crs",
    "png",
    "jpeg",
)


def collection(source: FeatureSource, base: str) -> Iterable[Link]:
    """The map of a collection."""
    yield link(MAP, "image/png", _("A map"), f"{base}/collections/{source.slug}/map?f=png")


PART: Final = Part(
    name="maps",
    conformance=tuple(f"{SPEC}/ogcapi-maps-1/1.0/conf/{name}" for name in _CLASSES),
    urlpatterns=(
        re_path(rf"^{SLUG}/map/?$", views.collection_map, name="map"),
        re_path(rf"^{SLUG}/styles/(?P<style>[a-z0-9_-]+)/map/?$", views.styled_map, name="styled-map"),
    ),
    collection=collection,
    paths=openapi.paths,
    components=openapi.components,
)
