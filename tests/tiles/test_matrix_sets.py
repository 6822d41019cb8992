"""Tiles of WorldCRS84Quad: where they lie, what is in them, and that they are kept apart (G4, G5; OGC 17-083r4)."""

import random
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from mapbox_vector_tile import decode
from pyproj import Transformer

from layers.models import Resource
from tiles import cache, mvt
from tiles.grid import MATRIX_SETS, WEB_MERCATOR_QUAD, WORLD, WORLD_CRS84_QUAD, Tile
from tiles.views import Asked, read_asked, tile_answer

from .conftest import PUBLIC, READER, Make

TO_METRES = Transformer.from_crs(4326, 3857, always_xy=True)


def test_the_sets_are_those_of_the_standard() -> None:
    """17-083r4, annex D: one tile and 40,075 km, two tiles and 180 degrees."""
    assert set(MATRIX_SETS) == {"WebMercatorQuad", "WorldCRS84Quad"}
    assert Tile(0, 0, 0).box == (-WORLD, -WORLD, WORLD, WORLD)
    assert Tile(0, 0, 0, WORLD_CRS84_QUAD).box == (-180, -90, 0, 90)
    assert Tile(0, 1, 0, WORLD_CRS84_QUAD).box == (0, -90, 180, 90)
    assert Tile(1, 3, 1, WORLD_CRS84_QUAD).box == (90, -90, 180, 0)
    assert not Tile(0, 2, 0, WORLD_CRS84_QUAD).exists and not Tile(1, 0, 2, WORLD_CRS84_QUAD).exists
    assert Tile(22, 2**23 - 1, 2**22 - 1, WORLD_CRS84_QUAD).exists


@pytest.mark.parametrize("z", [0, 3, 9, 12, 17, 22])
@pytest.mark.parametrize("matrix_set", MATRIX_SETS.values(), ids=lambda item: item.name)
def test_limits_hold_the_tiles_under_a_box(matrix_set: Any, z: int) -> None:
    west, east, north, south = matrix_set.limits(z, (133.9, 34.1, 134.2, 34.5))
    for lon, lat in ((133.9, 34.1), (134.2, 34.5), (134.05, 34.3)):
        x, y = (lon, lat) if matrix_set is WORLD_CRS84_QUAD else TO_METRES.transform(lon, lat)
        found = [
            (column, row)
            for column in {west, east, (west + east) // 2, *range(west, min(east, west + 40) + 1)}
            for row in {north, south, (north + south) // 2, *range(north, min(south, north + 40) + 1)}
            if _holds(Tile(z, column, row, matrix_set).box, x, y)
        ]
        assert found or z > 12
    corner = Tile(z, west, south, matrix_set).box
    assert corner[0] <= matrix_set.from_degrees((133.9, 34.1, 134.2, 34.5))[0] <= corner[2]


def _holds(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


@pytest.mark.parametrize("seed", range(200))
def test_a_tile_is_covered_by_the_tiles_its_version_is_of(seed: int) -> None:
    """Every point of it lies in one of them, up to the pole."""
    dice = random.Random(seed)
    z = dice.randrange(0, 23)
    tile = Tile(z, dice.randrange(2 << z), dice.randrange(1 << z), WORLD_CRS84_QUAD)
    west, south, east, north = tile.box
    boxes = [Tile(*place).box for place in tile.covering]
    assert len(boxes) < 3_000
    for _turn in range(5):
        lon, lat = dice.uniform(west, east), dice.uniform(south, north)
        if abs(lat) > 85:
            continue
        x, y = TO_METRES.transform(lon, lat)
        assert any(
            box[0] - 1e-6 <= x <= box[2] + 1e-6 and box[1] - 1e-6 <= y <= box[3] + 1e-6 for box in boxes
        ), (tile, lon, lat)


def asked(search: str = "", viewer: Any = PUBLIC) -> Asked:
    return read_asked(viewer, "resources", QueryDict(search), None)


def built(tile: Tile, search: str = "", viewer: Any = PUBLIC) -> list[dict[str, Any]]:
    found = asked(search, viewer)
    content = mvt.build(mvt.Request(found.source, found.query, tile, found.keys))
    layers = decode(content, default_options={"y_coord_down": True}) if content else {}
    features: list[dict[str, Any]] = layers.get("resources", {}).get("features", [])
    return features


def over(z: int, lon: float, lat: float) -> Tile:
    west, _east, north, _south = WORLD_CRS84_QUAD.limits(z, (lon, lat, lon, lat))
    return Tile(z, west, north, WORLD_CRS84_QUAD)


@pytest.mark.parametrize("z", [13, 15, 18])
def test_points_stand_where_they_are(make: Make, z: int) -> None:
    """Within a unit of the tile, 1/4096 of its width."""
    lon, lat = 134.0512345, 34.3012345
    row = make(lon, lat, name="はな")
    tile = over(z, lon, lat)
    (found,) = built(tile)
    assert found["properties"] == {"id": row.pk, "name": "はな", "category": "day_care"}
    west, _south, _east, north = tile.box
    x, y = found["geometry"]["coordinates"]
    assert x == pytest.approx((lon - west) / tile.width * 4096, abs=1)
    assert y == pytest.approx((north - lat) / tile.width * 4096, abs=1)


@pytest.mark.parametrize("search", ["", "q=施設"])
@pytest.mark.parametrize("z", [0, 4, 7, 9, 12])
def test_clusters_count_every_point_once(make: Make, z: int, search: str) -> None:
    """From the cells kept beside the data, and counted for a search; the sum over a matrix is the whole."""
    dice = random.Random(z)
    for _turn in range(60):
        make(dice.uniform(133.9, 134.2), dice.uniform(34.1, 34.5))
    west, east, north, south = WORLD_CRS84_QUAD.limits(z, (133.8, 34.0, 134.3, 34.6))
    total = 0
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            for found in built(Tile(z, x, y, WORLD_CRS84_QUAD), search):
                column, row = found["geometry"]["coordinates"]
                if 0 <= column < 4096 and 0 <= row < 4096:
                    total += found["properties"].get("count", 1)
    assert total == Resource.unscoped.count() == 60


def test_rights_hold(make: Make) -> None:
    make(134.05, name="公開")
    make(134.05, name="関係者", publication="members")
    for z in (5, 13):
        tile = over(z, 134.05, 34.3)
        seen = [
            sum(item["properties"].get("count", 1) for item in built(tile, "", who))
            for who in (PUBLIC, READER)
        ]
        assert seen == [1, 2]


def test_each_set_has_its_own_place_in_the_cache(make: Make) -> None:
    make(134.05)
    request = RequestFactory().get("/")
    search = asked()
    for tile in (Tile(13, 7146, 3264), over(13, 134.05, 34.3)):
        tile_answer(request, search, tile)
    keys = {search.key(Tile(5, 20, 10)), search.key(Tile(5, 20, 10, WORLD_CRS84_QUAD))}
    assert len(keys) == 2
    assert cache.memory.last(search.key(over(13, 134.05, 34.3))) is not None


def test_a_change_under_a_tile_changes_it_and_no_other(make: Make) -> None:
    row = make(134.05, name="前")
    near, far = over(13, 134.05, 34.3), over(13, 140.0, 38.0)
    search, request = asked(), RequestFactory().get("/")
    before = [tile_answer(request, search, tile)["ETag"] for tile in (near, far)]
    row.name = "後"
    row.save()
    after = [tile_answer(request, asked(), tile)["ETag"] for tile in (near, far)]
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert [item["properties"]["name"] for item in built(near)] == ["後"]


def test_properties_alone(make: Make) -> None:
    """``properties`` of the standard means those and no others; ``id`` alone may be asked for."""
    make(134.05, name="はな", phone="087-1")
    tile = Tile(14, 14292, 6528)
    for listed, wanted in (
        ("phone", {"id", "phone"}),
        ("id", {"id"}),
        ("name,category", {"id", "name", "category"}),
    ):
        found = read_asked(PUBLIC, "resources", QueryDict(f"properties={listed}"), None, listing="properties")
        content = mvt.build(mvt.Request(found.source, found.query, tile, found.keys))
        (feature,) = decode(content)["resources"]["features"]
        assert set(feature["properties"]) == wanted
    assert WEB_MERCATOR_QUAD.name == "WebMercatorQuad"
