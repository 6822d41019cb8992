"""A filter is found by the indexes the equal search is found by, on the real city (issue 4, speed)."""

import re

import pytest
from django.db import connection

from layers.query import FeatureQuery
from layers.resources import ResourceSource

pytestmark = pytest.mark.django_db


def explained(query: FeatureQuery, here: ResourceSource) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE layers_resource, layers_category")
        sql, params = here.found(query).order_by().values_list("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("S_INTERSECTS(geometry,BBOX(134.04,34.33,134.05,34.34))", "layers_resource_geom_public_b2f74bc5_id"),
        ("S_WITHIN(geometry,POLYGON((134.04 34.33,134.05 34.33,134.05 34.34,134.04 34.33)))", "geom_public"),
        ("S_EQUALS(POINT(134 34.25),geometry)", "geom_public"),
        ("S_DWITHIN(geometry,POINT(134.04 34.33),100)", "resource_geo"),
        ("A_CONTAINS(districts,('nothing:one'))", "resource_district_keys"),
        ("A_OVERLAPS(fields_of_support,('nothing','x'))", "resource_fields_of_support"),
        ("id IN (1,2,3)", "layers_resource_pkey"),
        ("T_BEFORE(updated_at,TIMESTAMP('1999-04-01T00:00:00Z'))", "resource_by_update"),
    ],
)
def test_indexes_serve_filters(city: ResourceSource, text: str, index: str) -> None:
    here = city
    assert index in explained(here.parse({"filter": text}), here)


def test_category_and_box_take_the_index_of_the_search(city: ResourceSource) -> None:
    """``category='x' AND S_INTERSECTS(…)`` is found by the indexes ``category=x&bbox=…`` is found by."""
    here, code = city, "hospital"
    search = explained(here.parse({"category": code, "bbox": "134.04,34.33,134.05,34.34"}), here)
    filtered = explained(
        here.parse(
            {"filter": f"category='{code}' AND S_INTERSECTS(geometry,BBOX(134.04,34.33,134.05,34.34))"}
        ),
        here,
    )
    assert indexes(search) == indexes(filtered) != set()


def indexes(plan: str) -> set[str]:
    """Indexes of entries a plan reads."""
    return set(re.findall(r"(?:using|on) (\w*resource_\w*(?:geom|category|keys|geog)\w*)", plan))
