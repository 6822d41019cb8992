"""Tiles through the whole stack: tokens, sessions, middleware, and nothing of a person's place in what is kept."""

import json
from typing import Any

import pytest
from django.test import Client
from mapbox_vector_tile import decode

from gisportal.accounts.models import Account, ApiToken
from layers.models import Responsibility
from tiles.models import CachedTile

from .conftest import Make

TILE = "/tiles/resources/14/14292/6528.mvt"


@pytest.fixture
def city(make: Make) -> dict[str, int]:
    """One published to everyone, one to members, one draft."""
    return {
        publication: make(134.05, name=publication, publication=publication).pk
        for publication in ("public", "members", "draft")
    }


def account(level: str) -> Account:
    """An account of a level."""
    made: Account = Account.objects.create_user(f"level-{level}", password="a long pass phrase", level=level)
    return made


def names(response: Any) -> set[str]:
    """Names in an answer; none for one that is no tile."""
    if response.status_code != 200:
        return set()
    return {item["properties"]["name"] for item in decode(response.content)["resources"]["features"]}


def test_levels(client: Client, city: dict[str, int]) -> None:
    c = account("c")
    Responsibility.unscoped.create(resource_id=city["draft"], account=c)
    expected = {
        "a": {"public", "members", "draft"},
        "b": {"public", "members", "draft"},
        "administrator": {"public", "members", "draft"},
        "c": {"draft"},
        "d": set(),
    }
    for level, wanted in expected.items():
        who = c if level == "c" else account(level)
        client.force_login(who)
        assert names(client.get(TILE)) == wanted, level
    client.logout()
    assert client.get(TILE).status_code == 404


def test_headers_survive_the_middleware(client: Client, city: dict[str, int]) -> None:
    client.force_login(account("b"))
    response = client.get(TILE, headers={"Accept-Encoding": "gzip"})
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization", "Accept-Encoding"} <= {
        part.strip() for part in response["Vary"].split(",")
    }
    again = client.get(TILE, headers={"Accept-Encoding": "gzip", "If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(TILE)
    assert (head.status_code, head.content) == (200, b"")
    assert client.post(TILE).status_code in {403, 405}


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        (f"{TILE}?colour=red", 400, "colour"),
        (f"{TILE}?place=wrong", 400, "place"),
        (f"{TILE}?within=POLYGON((0 0", 400, "within"),
        ("/tiles/resources/23/0/0.mvt", 404, None),
        ("/tiles/nothing/1/0/0.mvt", 404, None),
        ("/tiles/resources/a/0/0.mvt", 404, None),
        ("/tiles/resources/1/-1/0.mvt", 404, None),
    ],
)
def test_refusals_are_problem_details(
    client: Client, city: dict[str, int], address: str, status: int, parameter: str | None
) -> None:
    client.force_login(account("b"))
    response = client.get(address)
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    assert json.loads(response.content).get("parameter") == parameter


def test_a_wrong_token_is_refused(client: Client, city: dict[str, int]) -> None:
    assert client.get(TILE, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert ApiToken.objects.count() == 0


def test_a_persons_place_is_kept_nowhere(client: Client, city: dict[str, int]) -> None:
    from django.test import RequestFactory

    from gisportal.accounts.places import keep_place
    from layers.query import Spot

    client.force_login(account("b"))
    request = RequestFactory().get("/")
    request.session = session = client.session
    token = keep_place(request, Spot(134.05, 34.3))
    session.save()
    for radius, found in (("300", {"public", "members", "draft"}), ("", {"public", "members", "draft"})):
        response = client.get(TILE, {"place": token, "radius": radius})
        assert names(response) == found
        assert response["Cache-Control"] == "private, no-store"
        assert b"134.05" not in response.content
    assert not CachedTile.objects.exists()
    stranger = Client()
    stranger.force_login(account("a"))
    assert stranger.get(TILE, {"place": token, "radius": "300"}).status_code == 400
