"""Our bytes say what the protocol layer would say (design §6), and nothing the service does not do is declared."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, RequestFactory

from gisportal.ogc import protocol
from gisportal.ogc.collections import collection_infos
from gisportal.ogc.conformance import conformance
from layers.access import Level, Viewer, current_viewer

pytestmark = pytest.mark.django_db

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
ASKED: list[tuple[str, dict[str, str]]] = [
    ("resources", {}),
    ("resources", {"limit": "7"}),
    ("resources", {"limit": "50", "offset": "120"}),
    ("resources", {"bbox": "134.0,34.3,134.06,34.36", "limit": "1000"}),
    ("resources", {"sortby": "-updated_at,name", "limit": "30"}),
    ("resources", {"sortby": "-beds", "limit": "30"}),
    ("resources", {"category": "medical", "limit": "20"}),
    ("resources", {"name": "高松赤十字病院"}),
    ("resources", {"crs": f"{EPSG}/6672", "limit": "25"}),
    ("resources", {"crs": f"{EPSG}/4326", "limit": "25"}),
    ("resources", {"crs": f"{EPSG}/3857", "limit": "25"}),
    ("resources", {"properties": "name,phone", "skipGeometry": "true", "limit": "25"}),
    ("resources", {"q": "病院", "limit": "1000"}),
    ("resources", {"datetime": "2026-03-01T00:00:00Z/..", "limit": "10"}),
    ("districts-former", {}),
    ("districts-former", {"crs": f"{EPSG}/6672"}),
    ("districts-former", {"name": "牟礼地区"}),
    ("districts-towns", {"limit": "40", "offset": "20", "sortby": "-population"}),
]


@pytest.fixture
def administrator() -> Iterator[Viewer]:
    viewer = Viewer(level=Level.ADMINISTRATOR, account_id=1)
    mark = current_viewer.set(viewer)
    yield viewer
    current_viewer.reset(mark)


def by_pygeoapi(
    viewer: Viewer, slug: str, params: dict[str, str], feature_id: int | None = None
) -> dict[str, Any]:
    """What pygeoapi's own view answers through our provider."""
    from pygeoapi.api.itemtypes import get_collection_item, get_collection_items

    request = RequestFactory().get("/ogc/", params)
    api = protocol.api_for("http://testserver/ogc", collection_infos(viewer))
    wrapped = protocol.api_request(request, api)
    if feature_id is None:
        _headers, status, body = get_collection_items(api, wrapped, slug)
    else:
        _headers, status, body = get_collection_item(api, wrapped, slug, str(feature_id))
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def same_coordinates(ours: Any, theirs: Any, tolerance: float) -> bool:
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(
            same_coordinates(a, b, tolerance) for a, b in zip(ours, theirs, strict=True)
        )
    return abs(ours - theirs) <= tolerance


def same_feature(ours: dict[str, Any], theirs: dict[str, Any], tolerance: float) -> None:
    assert ours["type"] == theirs["type"] == "Feature"
    assert ours["id"] == theirs["id"]
    assert ours["properties"] == theirs["properties"]
    assert list(ours["properties"]) == list(theirs["properties"])
    if theirs["geometry"] is None:
        assert ours["geometry"] is None
    else:
        assert ours["geometry"]["type"] == theirs["geometry"]["type"]
        assert same_coordinates(ours["geometry"]["coordinates"], theirs["geometry"]["coordinates"], tolerance)


def relations(document: dict[str, Any]) -> set[str]:
    return {link["rel"] for link in document["links"]}


@pytest.mark.parametrize(("slug", "params"), ASKED)
def test_items_equal_the_protocol_layer(
    api: Client, administrator: Viewer, slug: str, params: dict[str, str]
) -> None:
    answer = api.get(f"/ogc/collections/{slug}/items?{urlencode(params)}")
    assert answer.status_code == 200
    ours = answer.json()
    theirs = by_pygeoapi(administrator, slug, {"limit": "100", **params})
    tolerance = 1e-3 if params.get("crs", "").endswith(("6672", "3857")) else 1e-9
    assert ours["features"], "an empty comparison shows nothing"
    assert len(ours["features"]) == len(theirs["features"])
    for mine, other in zip(ours["features"], theirs["features"], strict=True):
        same_feature(mine, other, tolerance)
    assert ours["numberMatched"] == theirs["numberMatched"]
    assert ours["numberReturned"] == theirs["numberReturned"]
    assert relations(ours) == relations(theirs)
    assert answer["Content-Crs"] == f"<{params.get('crs', 'http://www.opengis.net/def/crs/OGC/1.3/CRS84')}>"


@pytest.mark.parametrize("slug", ["resources", "districts-former"])
def test_an_item_equals_the_protocol_layer(api: Client, administrator: Viewer, slug: str) -> None:
    first = api.get(f"/ogc/collections/{slug}/items?limit=1").json()["features"][0]["id"]
    ours = api.get(f"/ogc/collections/{slug}/items/{first}").json()
    theirs = by_pygeoapi(administrator, slug, {}, first)
    same_feature(ours, theirs, 1e-9)
    assert relations(ours) == relations(theirs)


def test_conformance_does_not_grow(api: Client) -> None:
    answers = [api.get("/ogc/conformance").json()["conformsTo"] for _round in range(3)]
    assert answers == [list(conformance())] * 3
    assert len(set(conformance())) == len(conformance())


def test_pygeoapi_leaves_our_logging_alone() -> None:
    protocol.shared_api.cache_clear()
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    protocol.shared_api()
    assert (root.level, list(root.handlers)) == before


def test_the_api_is_shared_and_holds_no_collections(
    as_level: Callable[[str], Client], administrator: Viewer
) -> None:
    assert len(as_level("a").get("/ogc/collections").json()["collections"]) == 5 + 1, "the catalogue"
    assert protocol.shared_api() is protocol.shared_api()
    assert protocol.shared_api().config["resources"] == {}
    assert as_level("d").get("/ogc/collections").json()["collections"] == []
