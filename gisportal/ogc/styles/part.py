"""OGC API – Styles, part 1: core, of the draft 20-009; reading only."""

from collections.abc import Iterable
from typing import Final

from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.part import Link, Part, link
from gisportal.ogc.paths import SLUG
from gisportal.ogc.styles import documents, openapi, views
from layers.source import FeatureSource

_STYLE: Final = r"(?P<style>[a-z0-9_-]+)"


def landing(base: str) -> Iterable[Link]:
    """The list of styles."""
    yield link(documents.STYLES, "application/json", _("Styles"), f"{base}/styles")


def collection(source: FeatureSource, base: str) -> Iterable[Link]:
    """The styles of a collection, and its legend."""
    address = f"{base}/collections/{source.slug}/styles"
    yield link(documents.STYLES, "application/json", _("Styles"), address)
    yield documents.legend_link(source.slug, base)


PART: Final = Part(
    name="styles",
    conformance=(
        f"{SPEC}/ogcapi-styles-1/0.0/conf/core",
        f"{SPEC}/ogcapi-styles-1/0.0/conf/html",
        f"{SPEC}/ogcapi-styles-1/0.0/conf/mapbox-styles",
        f"{SPEC}/ogcapi-styles-1/0.0/conf/sld-11",
    ),
    urlpatterns=(
        re_path(r"^styles/?$", views.styles, name="styles"),
        re_path(rf"^styles/{_STYLE}/?$", views.stylesheet, name="stylesheet"),
        re_path(rf"^styles/{_STYLE}/metadata/?$", views.metadata, name="style-metadata"),
        re_path(rf"^{SLUG}/styles/?$", views.collection_styles, name="collection-styles"),
        re_path(rf"^{SLUG}/styles/{_STYLE}/?$", views.collection_stylesheet, name="collection-stylesheet"),
    ),
    landing=landing,
    collection=collection,
    paths=openapi.paths,
    components=openapi.components,
)
