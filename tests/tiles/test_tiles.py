"""Tiles of resources over HTTP, decoded (G5, R21)."""

import gzip
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone
from mapbox_vector_tile import decode

from layers.access import Level, Viewer
from layers.models import Category, DataSource, Resource, Responsibility
from layers.query import Resolvers, Spot

from .conftest import PUBLIC, READER, STAFF, Ask, Make

#: z/x/y of zoom 14 and 10 over 134.05 E, 34.30 N.
Z14 = "14/14292/6528"
Z10 = "10/893/408"


def features(response: HttpResponse, layer: str = "resources") -> list[dict[str, Any]]:
    """Features of a tile, coordinates counted from the north-west."""
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = decode(response.content, default_options={"y_coord_down": True})[layer][
        "features"
    ]
    return found


def names(response: HttpResponse) -> set[str]:
    """Names in a tile; none for an empty one."""
    if response.status_code == 204:
        return set()
    return {item["properties"]["name"] for item in features(response)}


def test_point_carries_id_name_and_category(ask: Ask, make: Make) -> None:
    row = make(134.05, name="はな")
    response = ask(f"/tiles/resources/{Z14}.mvt")
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    (found,) = features(response)
    assert found["id"] == row.pk
    assert found["properties"] == {"id": row.pk, "name": "はな", "category": "day_care"}
    x, y = found["geometry"]["coordinates"]
    assert (x, y) == (round((134.05 + 180) / 360 * 2**14 % 1 * 4096), y)
    assert 0 <= y < 4096


def test_each_viewer_sees_its_own(ask: Ask, make: Make, django_user_model: Any) -> None:
    account = django_user_model.objects.create_user("c")
    make(134.05, name="公開")
    make(134.05, name="関係者", publication="members")
    make(134.05, name="ごみ箱", deleted_at=timezone.now())
    own = make(134.05, name="担当", publication="draft")
    Responsibility.unscoped.create(resource=own, account=account)
    mine = Viewer(level=Level.C, account_id=account.pk)
    expected = {
        PUBLIC: {"公開"},
        READER: {"公開", "関係者", "担当"},
        STAFF: {"公開", "関係者", "担当"},
        mine: {"担当"},
        Viewer(level=Level.C, account_id=account.pk, public_site=True): {"公開", "担当"},
    }
    for zoom in (Z14, Z10):
        for viewer, wanted in expected.items():
            response = ask(f"/tiles/resources/{zoom}.mvt", viewer)
            found = features(response)
            assert sum(item["properties"].get("count", 1) for item in found) == len(wanted), (zoom, viewer)
            if zoom == Z14 or len(wanted) == 1:
                assert names(response) == wanted
    for nobody in (Viewer(), Viewer(level=Level.D, account_id=9), None):
        assert ask(f"/tiles/resources/{Z14}.mvt", nobody).status_code == 404


def test_fields_on_request_are_masked(ask: Ask, make: Make) -> None:
    make(134.05, phone="087-1", office_number="3770", withheld=["phone"], fields_of_support=["elderly"])
    address = f"/tiles/resources/{Z14}.mvt?fields=phone,fields_of_support,updated_at"
    (seen,) = features(ask(address, READER))
    assert seen["properties"]["phone"] == "087-1"
    assert seen["properties"]["fields_of_support"] == '["elderly"]'
    assert seen["properties"]["updated_at"].startswith("2026-11-01T")
    (hidden,) = features(ask(address))
    assert "phone" not in hidden["properties"]
    assert ask(f"/tiles/resources/{Z14}.mvt?fields=office_number").status_code == 400
    (member,) = features(ask(f"/tiles/resources/{Z14}.mvt?fields=office_number", READER))
    assert member["properties"]["office_number"] == "3770"


def test_undisclosed_place_is_in_no_tile(ask: Ask, make: Make) -> None:
    make(None, name="非開示", disclosure="area")
    make(134.05, name="公開")
    assert names(ask(f"/tiles/resources/{Z14}.mvt", STAFF)) == {"公開"}
    assert names(ask("/tiles/resources/0/0/0.mvt", STAFF)) == {"公開"}


def test_the_search_narrows_the_tile(ask: Ask, make: Make) -> None:
    make(134.05, name="ひまわり", vacancy="available", vacancy_as_of=timezone.now())
    make(134.05, name="さくら", category="child")
    for search, wanted in {
        "category=care": {"ひまわり"},
        "category=child": {"さくら"},
        "q=さくら": {"さくら"},
        "vacancy=available": {"ひまわり"},
        "bbox=134.0,34.2,134.1,34.4&page=2&per_page=50&sort=name&view=map&at=1,2,3&lang=ja": {
            "ひまわり",
            "さくら",
        },
        "near=34.30,134.05&radius=500": {"ひまわり", "さくら"},
        "near=34.40,134.05&radius=500": set(),
    }.items():
        for zoom in (Z14, Z10):
            response = ask(f"/tiles/resources/{zoom}.mvt?{search}")
            count = (
                0
                if response.status_code == 204
                else sum(item["properties"].get("count", 1) for item in features(response))
            )
            assert count == len(wanted), (search, zoom)
        assert names(ask(f"/tiles/resources/{Z14}.mvt?{search}")) == wanted


def test_empty_tile(ask: Ask, make: Make) -> None:
    make(134.05)
    for address in ("14/0/0", "3/0/0"):
        response = ask(f"/tiles/resources/{address}.mvt")
        assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("address", ["23/0/0", "14/16384/0", "14/0/16384", "0/1/0", "0/0/1"])
def test_beyond_the_matrix(ask: Ask, categories: dict[str, Category], address: str) -> None:
    response = ask(f"/tiles/resources/{address}.mvt")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 404


@pytest.mark.parametrize(
    ("search", "parameter"),
    [
        ("colour=red", "colour"),
        ("fields=nothing", "fields"),
        ("category=nothing", "category"),
        ("near=91,181", "near"),
        ("radius=10", "radius"),
        ("bbox=1,2,3", "bbox"),
        ("scope=staff", "scope"),
        ("place=abc", "place"),
        ("page=0", "page"),
    ],
)
def test_bad_parameters(ask: Ask, categories: dict[str, Category], search: str, parameter: str) -> None:
    response = ask(f"/tiles/resources/{Z14}.mvt?{search}")
    assert response.status_code == 400
    assert json.loads(response.content)["parameter"] == parameter


def test_points_on_an_edge_count_once(ask: Ask, make: Make) -> None:
    """Four points around the corner of four tiles: each tile holds all four, one of them inside."""
    lon, lat = 14292 / 2**14 * 360 - 180, 34.3071439
    for dx in (-1e-5, 1e-5):
        for dy in (-1e-5, 1e-5):
            make(lon + dx, lat + dy)
    for zoom, tiles in {14: [(14291, 6527), (14292, 6527), (14291, 6528), (14292, 6528)]}.items():
        inside = 0
        for x, y in tiles:
            response = ask(f"/tiles/resources/{zoom}/{x}/{y}.mvt")
            if response.status_code == 200:
                inside += sum(
                    all(0 <= part < 4096 for part in item["geometry"]["coordinates"])
                    for item in features(response)
                )
        assert inside == 4


def test_compression(ask: Ask, make: Make) -> None:
    make(134.05)
    plain = ask(f"/tiles/resources/{Z14}.mvt")
    assert "Content-Encoding" not in plain
    packed = ask(f"/tiles/resources/{Z14}.mvt", **{"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert "Content-Encoding" not in ask(f"/tiles/resources/{Z14}.mvt", **{"Accept-Encoding": "gzip;q=0"})


def test_who_may_keep_a_tile(ask: Ask, make: Make, django_user_model: Any) -> None:
    own = make(134.05)
    account = django_user_model.objects.create_user("c")
    Responsibility.unscoped.create(resource=own, account=account)
    address = f"/tiles/resources/{Z14}.mvt"
    assert ask(address)["Cache-Control"] == "private, no-cache"
    assert ask(f"{address}?scope=public")["Cache-Control"] == "public, max-age=60"
    assert ask(address, STAFF)["Cache-Control"] == "private, no-cache"
    assert ask(address, Viewer(level=Level.C, account_id=account.pk))["Cache-Control"] == "private, no-cache"
    assert ask(f"{address}?near=34.3,134.05&radius=100&scope=public")["Cache-Control"] == "private, no-store"


def test_scope_public_is_the_same_for_everybody(ask: Ask, make: Make) -> None:
    make(134.05, name="公開")
    make(134.05, name="関係者", publication="members")
    address = f"/tiles/resources/{Z14}.mvt?scope=public"
    staff = Viewer(level=Level.ADMINISTRATOR, account_id=1, public_site=True)
    assert names(ask(address, staff)) == names(ask(address)) == {"公開"}
    assert ask(address, STAFF).status_code == 404


def test_a_place_token_is_resolved_by_the_request(make: Make, rf: Any) -> None:
    from tiles.views import tile

    make(134.05, name="近い")
    request = rf.get("/tiles/x", {"place": "token", "radius": "300"})
    request.viewer = STAFF
    request.resolvers = Resolvers(place=lambda token: Spot(134.05, 34.3, token=token))
    response = tile(request, "resources", 14, 14292, 6528)
    assert names(response) == {"近い"}
    assert response["Cache-Control"] == "private, no-store"


def test_attribution_field_and_unknown_source(ask: Ask, make: Make) -> None:
    source = DataSource.objects.create(slug="s", title="s", attribution="高松市")
    Resource.unscoped.filter(pk=make(134.05).pk).update(source=source)
    (found,) = features(ask(f"/tiles/resources/{Z14}.mvt?fields=attribution"))
    assert found["properties"]["attribution"] == "高松市"
    assert ask(f"/tiles/nothing/{Z14}.mvt").status_code == 404
