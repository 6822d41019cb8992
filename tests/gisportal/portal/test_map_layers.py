"""Uploaded layers on the search page: what its script is told, and ``layers=`` in its addresses (G4, G5, design §5)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import Polygon
from django.test import Client
from pytest_django.fixtures import Settings

from layers.access import Level
from layers.models import StoredEdition, StoredFeature, StoredLayer
from layers.rasters import catalogue as rasters
from layers.stored import catalogue as stored
from tests.gisportal.portal.conftest import SignedIn
from tests.layers.rasters import conftest as grids
from tests.layers.rasters.conftest import MakeTiff
from tests.layers.rasters.making import make_layer

pytestmark = pytest.mark.django_db
tiff = grids.tiff


@pytest.fixture(autouse=True)
def _fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    for place in (rasters, stored):
        place.forget()
    yield
    for place in (rasters, stored):
        place.forget()


def told(client: Client, query: str = "") -> dict[str, Any]:
    """The map-config of the page."""
    answer = client.get(f"/resources/?{query}")
    assert answer.status_code == 200
    found = re.search(r'<script id="map-config"[^>]*>(.*?)</script>', answer.content.decode(), re.DOTALL)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


def shapes(**more: Any) -> StoredLayer:
    """A layer of one square, drawn by classes of a number."""
    layer = StoredLayer.unscoped.create(
        slug="squares", title="区画", audience="public", attribution="市", **more
    )
    edition = StoredEdition.unscoped.create(layer=layer, number=1, extent=[134.0, 34.3, 134.1, 34.4])
    StoredFeature.unscoped.create(
        edition=edition, number=1, geom=Polygon.from_bbox((134.0, 34.3, 134.1, 34.4))
    )
    layer.current = edition
    layer.geometry_type = "MultiPolygon"
    layer.fields = [{"key": "homes", "title": "戸数", "kind": "number", "unit": "戸", "choices": []}]
    layer.style = {
        "kind": "classes",
        "field": "homes",
        "rules": [{"min": 0, "max": 9, "title": "少", "colour": "#aaaaaa"},
                  {"min": 10, "max": 99, "title": "多", "colour": "#333333"}],
    }  # fmt: skip
    layer.save()
    return layer


def test_the_script_is_told_of_shapes_and_rasters(
    signed_in: SignedIn, city: dict[str, Any], tiff: MakeTiff
) -> None:
    shapes()
    make_layer(tiff(np.arange(100.0).reshape(10, 10)))
    squares, height = told(signed_in())["layers"]
    assert squares["tiles"] == "/tiles/layer-squares/{z}/{x}/{y}.mvt?fields=homes"
    assert squares["item"] == "/ogc/collections/layer-squares/items/{id}?f=json"
    assert [entry["title"] for entry in squares["legend"]["entries"]] == ["少", "多"]
    assert [(rule["colour"], rule["when"]["low"], rule["when"]["high"]) for rule in squares["rules"]] == [
        ("#aaaaaa", 0, 10), ("#333333", 10, 99),
    ]  # fmt: skip
    assert squares["fields"] == [{"key": "homes", "title": "戸数", "unit": "戸", "choices": {}}]
    assert height["tiles"] == "/tiles/layer-height/{z}/{x}/{y}.png"
    assert height["value"] == "/tiles/layer-height/value" and height["legend"]["kind"] == "ramp"
    assert height["attribution"] == "国土地理院" and len(height["extent"]) == 4


def test_layers_taken_off_the_map_or_for_others_are_not_told_of(
    signed_in: SignedIn, city: dict[str, Any], tiff: MakeTiff
) -> None:
    make_layer(tiff(np.ones((5, 5))), "staff_only", audience="staff")
    shapes(is_on_map=False)
    assert told(signed_in(Level.B))["layers"] == []


def test_the_choice_is_carried_along(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = signed_in().get("/resources/?q=さくら&layers=height,towns").content.decode()
    assert '<input type="hidden" name="layers" value="height,towns">' in html
    assert "layers=height%2Ctowns" in html
    assert "layers" not in told(signed_in(), "layers=height")["query"]


@pytest.mark.parametrize("value", ["../etc", "a b", "A", "a,,b", "a," * 300, "<script>"])
def test_what_is_no_name_of_a_layer_is_refused(signed_in: SignedIn, city: dict[str, Any], value: str) -> None:
    answer = signed_in().get("/resources/", {"layers": value})
    assert answer.status_code == 400 and "layers" in answer.content.decode()


def test_the_same_string_means_the_same_elsewhere(signed_in: SignedIn, city: dict[str, Any]) -> None:
    """What the page adds has no effect on tiles, exports and the OGC API, and is accepted there."""
    client = signed_in()
    for address in (
        "/tiles/resources/14/14291/6531.mvt", "/resources/export.csv", "/ogc/collections/resources/items",
    ):  # fmt: skip
        assert client.get(address, {"layers": "height", "view": "map"}).status_code in {200, 204}, address
