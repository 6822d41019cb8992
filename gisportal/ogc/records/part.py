"""OGC API – Records, part 1 (20-004r1), with DCAT-AP beside it."""

from collections.abc import Iterator
from typing import Any, Final

from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.part import Link, Part, link
from gisportal.ogc.records import openapi, views
from gisportal.ogc.records.documents import CATALOGUE, CONF, catalogue_document
from gisportal.ogc.records.record import has_catalogue
from layers.access import Viewer, current_viewer

_HERE: Final = rf"collections/{CATALOGUE}"


def _landing(base: str) -> Iterator[Link]:
    if has_catalogue(current_viewer.get()):
        address = f"{base}/collections/{CATALOGUE}"
        rel = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
        yield link(rel, "application/json", _("Catalogue of data"), f"{address}?f=json")
        yield link("describedby", "application/ld+json", _("Catalogue by DCAT"), f"{address}?f=jsonld")


def _collections(viewer: Viewer, base: str) -> Iterator[dict[str, Any]]:
    if has_catalogue(viewer):
        yield catalogue_document((), base)


PART: Final = Part(
    name="records",
    conformance=tuple(
        f"{CONF}/{name}"
        for name in (
            "record-core",
            "record-collection",
            "record-core-query-parameters",
            "records-api",
            "sorting",
            "json",
            "html",
            "oas30",
        )
    ),
    urlpatterns=(
        re_path(rf"^{_HERE}/?$", views.catalogue, name="catalogue"),
        re_path(rf"^{_HERE}/sortables/?$", views.sortables, name="sortables"),
        re_path(rf"^{_HERE}/items/?$", views.items, name="records"),
        re_path(rf"^{_HERE}/items/(?P<record_id>[A-Za-z0-9._-]+)/?$", views.item, name="record"),
    ),
    landing=_landing,
    collections=_collections,
    paths=openapi.paths,
    components=openapi.components,
)
