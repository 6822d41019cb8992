"""TileJSON 3.0.0 of sources."""

import json
from typing import Any

import pytest

from layers.access import Viewer
from layers.models import Category, DataSource, DistrictScheme, Resource

from .conftest import PUBLIC, READER, Ask, Make


def told(ask: Ask, address: str, viewer: Viewer = PUBLIC) -> dict[str, Any]:
    """The TileJSON at an address."""
    response = ask(address, viewer)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    found: dict[str, Any] = json.loads(response.content)
    return found


def test_resources(ask: Ask, make: Make) -> None:
    source = DataSource.objects.create(slug="s", title="s", attribution="高松市 <オープンデータ>")
    Resource.unscoped.filter(pk=make(134.05).pk).update(source=source)
    make(134.15, 34.2, publication="members")
    found = told(ask, "/tiles/resources.json")
    assert found["tilejson"] == "3.0.0"
    assert found["tiles"] == ["http://testserver/tiles/resources/{z}/{x}/{y}.mvt"]
    assert (found["minzoom"], found["maxzoom"], found["scheme"]) == (0, 22, "xyz")
    assert found["bounds"] == pytest.approx([134.05, 34.3, 134.05, 34.3])
    assert found["attribution"] == "高松市 &lt;オープンデータ&gt;"
    (layer,) = found["vector_layers"]
    assert layer["id"] == "resources"
    assert set(layer["fields"]) == {"id", "name", "category", "count", "c_care", "c_child"}
    assert told(ask, "/tiles/resources.json", READER)["bounds"] == pytest.approx([134.05, 34.2, 134.15, 34.3])


def test_the_tile_address_carries_the_search(ask: Ask, make: Make) -> None:
    make(134.05)
    found = told(ask, "/tiles/resources.json?q=施設&category=care&fields=phone,address&scope=public&page=2")
    (template,) = found["tiles"]
    base, _separator, search = template.partition("?")
    assert base.endswith("/tiles/resources/{z}/{x}/{y}.mvt")
    assert search == "category=care&fields=phone%2Caddress&q=%E6%96%BD%E8%A8%AD&scope=public"
    assert {"phone", "address"} <= set(found["vector_layers"][0]["fields"])
    tile = template.removeprefix("http://testserver").format(z=14, x=14292, y=6528)
    assert ask(tile).status_code == 200


def test_nothing_to_see_has_no_bounds_of_its_own(ask: Ask, categories: dict[str, Category]) -> None:
    assert told(ask, "/tiles/resources.json")["bounds"][0] == -180
    assert ask("/tiles/resources.json", Viewer()).status_code == 404
    assert ask("/tiles/resources.json?nothing=1").status_code == 400
    assert ask("/tiles/nothing.json").status_code == 404


def test_districts(ask: Ask, categories: dict[str, Category]) -> None:
    source = DataSource.objects.create(slug="s", title="s", attribution="e-Stat")
    DistrictScheme.objects.create(code="area", title="地区", source=source, is_approximate=True)
    found = told(ask, "/tiles/districts-area.json")
    assert found["name"].startswith("地区")
    assert found["name"] != "地区"  # says that it is approximate
    assert found["attribution"] == "e-Stat"
    assert set(found["vector_layers"][0]["fields"]) == {"id", "name", "key"}


def test_a_tilejson_is_kept_as_its_tiles_are(ask: Ask, make: Make) -> None:
    make(134.05)
    response = ask("/tiles/resources.json?scope=public")
    assert response["Cache-Control"] == "public, max-age=60"
    held = {"If-None-Match": response["ETag"]}
    assert ask("/tiles/resources.json?scope=public", **held).status_code == 304
    assert ask("/tiles/resources.json")["Cache-Control"] == "private, no-cache"
