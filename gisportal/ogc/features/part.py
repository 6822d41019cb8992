"""OGC API – Features: parts 1 (17-069r4), 2 (18-058r1), 3 (19-079r2) and 5 (23-058r1)."""

from typing import Final

from django.urls import re_path

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.features import jsonfg, openapi, views
from gisportal.ogc.part import Part
from gisportal.ogc.paths import SLUG

PART: Final = Part(
    name="features",
    conformance=(
        f"{SPEC}/ogcapi-features-1/1.0/conf/core",
        f"{SPEC}/ogcapi-features-1/1.0/conf/oas30",
        f"{SPEC}/ogcapi-features-1/1.0/conf/html",
        f"{SPEC}/ogcapi-features-1/1.0/conf/geojson",
        f"{SPEC}/ogcapi-features-2/1.0/conf/crs",
        f"{SPEC}/ogcapi-features-3/1.0/conf/queryables",
        f"{SPEC}/ogcapi-features-3/1.0/conf/queryables-query-parameters",
        f"{SPEC}/ogcapi-features-5/1.0/conf/schemas",
        f"{SPEC}/ogcapi-features-5/1.0/conf/core-roles-features",
        *jsonfg.CONFORMANCE,
    ),
    urlpatterns=(
        re_path(rf"^{SLUG}/queryables/?$", views.queryables, name="queryables"),
        re_path(rf"^{SLUG}/schema/?$", views.returnables, name="schema"),
        re_path(rf"^{SLUG}/schema/feature/?$", views.feature_schema, name="feature-schema"),
        re_path(rf"^{SLUG}/items/?$", views.items, name="items"),
        re_path(rf"^{SLUG}/items/(?P<feature_id>[^/]+)/?$", views.item, name="item"),
    ),
    collection=views.collection_links,
    paths=openapi.paths,
    components=openapi.components,
)
