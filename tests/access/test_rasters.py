"""Rasters through every way out, for every person, by their audience alone (R21, G4; the access matrix)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from layers.rasters import catalogue as rasters
from layers.stored import catalogue as stored
from tests.access.rule import Who
from tests.access.world import LAT, LON, PEOPLE, World
from tests.layers.rasters import conftest as grids
from tests.layers.rasters.conftest import MakeTiff
from tests.layers.rasters.making import make_layer
from tiles import cache

tiff = grids.tiff
AUDIENCES = ("public", "members", "staff")
#: Ways out; ``{}`` is the layer's name. All are asked with GET but the value.
DOORS = (
    "/tiles/layer-{}/0/0/0.png", "/tiles/layer-{}/0/0/0.webp", "/tiles/layer-{}/0/0/0.png?scope=public",
    "/tiles/layer-{}.json", "/styles/layer-{}.json", "/styles/layer-{}/legend.svg", "/styles/layer-{}/legend.png",
    "/layers/{}/", "/layers/{}/statistics/", "/layers/{}/statistics.csv", "/layers/{}/statistics.xlsx",
    "/tiles/layer-{}/value",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    for place in (rasters, stored):
        place.forget()
    cache.memory.clear()
    yield
    for place in (rasters, stored):
        place.forget()
    cache.memory.clear()


@pytest.fixture
def layers(world: World, tiff: MakeTiff) -> World:
    """One raster for each audience."""
    for number, audience in enumerate(AUDIENCES):
        data = np.full((20, 20), 10.0 + number)
        make_layer(tiff(data, f"{audience}.tif"), f"for_{audience}", audience=audience, title=f"値{audience}")
    return world


def may_see(who: Who, audience: str, is_public: bool) -> bool:
    """The rule, once more and by itself."""
    if audience == "public":
        return is_public or who.level in {"c", "b", "a", "administrator"}
    if audience == "members":
        return who.level in {"b", "a", "administrator"}
    return who.level == "administrator" or (who.level in {"a", "b"} and who.of_the_city)


def ask(client: Client, world: World, who: Who, door: str) -> int:
    headers = world.headers(who)
    if door.endswith("/value"):
        return client.post(door, {"lat": LAT, "lon": LON}, headers=headers).status_code
    return client.get(door, headers={**headers, "Accept": "application/json"}).status_code


@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("door", DOORS)
def test_every_door_for_every_person(layers: World, door: str, is_public: bool) -> None:
    layers.publish(is_public)
    client = Client()
    for who in PEOPLE:
        for audience in AUDIENCES:
            status = ask(client, layers, who, door.format(f"for_{audience}"))
            # A tile of scope=public is what the public may see, whoever asks.
            asks_as = Who("anyone", "anonymous") if "scope=public" in door else who
            seen = may_see(asks_as, audience, is_public)
            assert (status in {200, 204}) is seen, (who.name, audience, status)
            assert status < 500


@pytest.mark.parametrize("is_public", [False, True])
def test_the_map_is_told_of_the_same_layers(layers: World, is_public: bool) -> None:
    layers.publish(is_public)
    for who in PEOPLE:
        answer = Client().get("/resources/?view=map", headers=layers.headers(who))
        if answer.status_code != 200:
            continue
        found = re.search(r'<script id="map-config"[^>]*>(.*?)</script>', answer.content.decode(), re.DOTALL)
        assert found
        told = {item["slug"] for item in json.loads(found[1])["layers"]}
        wanted = {f"for_{audience}" for audience in AUDIENCES if may_see(who, audience, is_public)}
        assert told == wanted, who.name


def test_colours_are_for_keepers(layers: World) -> None:
    layers.publish(True)
    for who in PEOPLE:
        for address, method in (
            ("/layers/for_public/colours/", "get"),
            ("/layers/for_public/colours/preview", "post"),
        ):
            answer = getattr(Client(), method)(address, {}, headers=layers.headers(who))
            keeps = who.level == "administrator" or (who.level == "a" and who.of_the_city)
            assert (answer.status_code == 200) is keeps, (who.name, address, answer.status_code)


def test_a_token_of_other_collections_sees_no_raster(layers: World) -> None:
    from gisportal.accounts.tokens import create_token

    token = create_token(layers.accounts["root"], name="narrow", sources=["resources"])
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    for door in DOORS[:-1]:
        assert Client().get(door.format("for_public"), headers=headers).status_code in {403, 404}, door


def test_where_a_person_points_stands_in_no_answer_and_no_address(layers: World) -> None:
    """Design §2: posted, answered by the value alone, kept by nobody."""
    headers = layers.headers(PEOPLE[-1])
    answer = Client().post(
        "/tiles/layer-for_staff/value", {"lat": "34.3512345", "lon": "134.0412345"}, headers=headers
    )
    assert answer["Cache-Control"] == "private, no-store"
    assert "12345" not in answer.content.decode()
    assert (
        Client().get("/tiles/layer-for_staff/value?lat=34.35&lon=134.04", headers=headers).status_code == 405
    )


def test_a_program_may_ask_for_a_value_with_its_token(layers: World) -> None:
    """A token that may only read asks for values too, and needs no token against forgery: it stands in no cookie."""
    from gisportal.accounts.tokens import create_token

    token = create_token(layers.accounts["root"], name="reads", may_write=False)
    answer = Client(enforce_csrf_checks=True).post(
        "/tiles/layer-for_staff/value",
        {"lat": "34.351", "lon": "134.041"},
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
    )
    assert answer.status_code == 200 and answer.json()["value"] == 12
