"""OGC API – Features Part 3 over HTTP: classes, queryables, parameters, paging (19-079r2; G1, D13)."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/resources/items"
SPEC = "http://www.opengis.net/spec"
#: What QGIS reads before it pushes a filter down, by version.
WANTED_BY_QGIS = [
    f"{SPEC}/ogcapi-features-3/1.0/conf/filter",
    f"{SPEC}/ogcapi-features-3/1.0/conf/features-filter",
    f"{SPEC}/cql2/1.0/conf/cql2-text",
    f"{SPEC}/cql2/1.0/conf/basic-cql2",
    f"{SPEC}/cql2/1.0/conf/advanced-comparison-operators",
    f"{SPEC}/cql2/1.0/conf/case-insensitive-comparison",
    f"{SPEC}/cql2/1.0/conf/basic-spatial-functions",
    f"{SPEC}/cql2/1.0/conf/basic-spatial-operators",
]
#: Requests newer QGIS sends for expressions of its own.
OF_QGIS = [
    "(formal = TRUE)",
    "((capacity >= 10) AND (capacity < 40))",
    "(name IN ('a','b'))",
    "(name LIKE '%高松%')",
    "(CASEI(name) LIKE CASEI('%abc%'))",
    "(name IS NOT NULL)",
    "NOT (capacity = 3)",
    "capacity BETWEEN 3 AND 20",
    "(updated_at >= TIMESTAMP('2020-01-01T00:00:00.000Z'))",
    "S_INTERSECTS(geometry,BBOX(134,34,135,35))",
    "S_INTERSECTS(geometry,POLYGON((134 34,134.1 34,134.1 34.4,134 34.4,134 34)))",
    "S_WITHIN(geometry,POLYGON((134 34,134.1 34,134.1 34.4,134 34.4,134 34)))",
]


def test_classes_are_declared(api: Client) -> None:
    declared = api.get("/ogc/conformance").json()["conformsTo"]
    assert set(WANTED_BY_QGIS) <= set(declared)
    assert len(declared) == len(set(declared))


def test_every_queryable_stands_in_a_filter_and_nothing_else(api: Client) -> None:
    """The queryables are exactly what a filter takes, for each collection."""
    collections = api.get("/ogc/collections").json()["collections"]
    slugs = [found["id"] for found in collections if found.get("itemType", "feature") == "feature"]
    assert len(slugs) > 3
    for slug in slugs:
        told = api.get(f"/ogc/collections/{slug}/queryables").json()
        assert "properties" in told, (slug, told)
        names = list(told["properties"])
        for name in names:
            answer = api.get(f"/ogc/collections/{slug}/items", {"filter": f"{name} IS NULL", "limit": "1"})
            assert answer.status_code == 200, (slug, name)
        for name in ("nothing", "deleted_at", "search_public", "properties", "category_id", "geom_3857"):
            assert name not in names
            answer = api.get(f"/ogc/collections/{slug}/items", {"filter": f"{name} IS NULL"})
            assert answer.status_code == 400 and answer.json()["parameter"] == "filter", (slug, name)


@pytest.mark.parametrize("text", OF_QGIS)
def test_filters_of_qgis(api: Client, text: str) -> None:
    asked = {"filter": text, "filter-lang": "cql2-text", "limit": "10", "bbox": "133,33,135,35"}
    answer = api.get(ITEMS, asked)
    assert answer.status_code == 200
    found = answer.json()
    assert found["numberReturned"] == len(found["features"]) <= found["numberMatched"]


def test_text_json_and_search_agree_and_pages_follow(api: Client) -> None:
    """The same features by text, by JSON, and page by page."""
    raw = {"op": "and", "args": [
        {"op": ">", "args": [{"property": "capacity"}, 20]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [134, 34.2, 134.1, 34.4]}]},
    ]}  # fmt: skip
    text = "capacity > 20 AND S_INTERSECTS(geometry,BBOX(134,34.2,134.1,34.4))"
    by_json = api.get(ITEMS, {"filter": json.dumps(raw), "filter-lang": "cql2-json", "limit": "1000"}).json()
    by_text = api.get(ITEMS, {"filter": text, "limit": "1000"}).json()
    ids = [feature["id"] for feature in by_text["features"]]
    assert 10 < len(ids) < 1000 and ids == [feature["id"] for feature in by_json["features"]]
    assert all(feature["properties"]["capacity"] > 20 for feature in by_text["features"])
    page, paged = api.get(ITEMS, {"filter": text, "limit": "7"}).json(), []
    while True:
        assert page["numberMatched"] == len(ids)
        paged += [feature["id"] for feature in page["features"]]
        following = [found["href"] for found in page["links"] if found["rel"] == "next"]
        if not following:
            break
        parts = urlsplit(following[0])
        assert parse_qs(parts.query)["filter"] == [text]
        page = api.get(f"{parts.path}?{parts.query}").json()
    assert paged == ids


def test_an_id_is_a_parameter_too(api: Client) -> None:
    """``id`` is a queryable, so it is taken as a parameter and beside a filter (19-079r2, 7.4)."""
    one = api.get(ITEMS, {"limit": "1"}).json()["features"][0]["id"]
    assert [f["id"] for f in api.get(ITEMS, {"id": str(one)}).json()["features"]] == [one]
    both = api.get(ITEMS, {"id": str(one), "filter": f"id <> {one}"}).json()
    assert both["numberMatched"] == 0
    assert api.get(ITEMS, {"id": "x"}).json()["parameter"] == "id"


def test_parameters_and_functions_are_told(api: Client) -> None:
    """The OpenAPI definition holds the parameters; the functions have an address the landing page links."""
    items = api.get("/ogc/openapi").json()["paths"]["/collections/resources/items"]["get"]["parameters"]
    names = [parameter.get("name") for parameter in items]
    assert {"filter", "filter-lang", "filter-crs"} <= set(names)
    links = {found["rel"]: found["href"] for found in api.get("/ogc/").json()["links"]}
    address = urlsplit(links["http://www.opengis.net/def/rel/ogc/1.0/functions"]).path
    for function in api.get(address).json()["functions"]:
        assert function["name"] in {"s_dwithin", "normalise"} and function["returns"]
    near = api.get(
        ITEMS, {"filter": "S_DWITHIN(geometry,POINT(134.0466 34.3428),300)", "limit": "500"}
    ).json()
    search = api.get(ITEMS, {"near": "34.3428,134.0466", "radius": "300", "limit": "500"}).json()
    assert {f["id"] for f in near["features"]} == {f["id"] for f in search["features"]} != set()


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"filter": "nothing = 1"}, "filter"),
        ({"filter": "name = 'x"}, "filter"),
        ({"filter": "(" * 200}, "filter"),
        ({"filter": "true", "filter-lang": "sql"}, "filter-lang"),
        ({"filter": "true", "filter-crs": "EPSG:9999"}, "filter-crs"),
        ({"filter-crs": "EPSG:9999"}, "filter-crs"),
        ({"filter": "name = 'x\x00'"}, "filter"),
    ],
)
def test_refusals_name_the_parameter(api: Client, asked: dict[str, str], name: str) -> None:
    answer = api.get(ITEMS, asked)
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == name and answer.json()["detail"]


def test_a_chip_takes_the_filter_away(client: Client, api: Client) -> None:
    """R1: the search page tells of a filter and takes it away with its language."""
    page = api.get("/resources/", {"filter": "capacity > 30", "filter-lang": "cql2-text", "lang": "ja"})
    body = page.content.decode()
    assert page.status_code == 200 and "条件式: capacity &gt; 30" in body
    assert 'name="filter"' in body and 'href="/resources/?lang=ja"' in body
