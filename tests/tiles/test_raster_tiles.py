"""Raster tiles over HTTP: colours, holes, caching, the value under a place (G4, G5)."""

import json
from collections.abc import Iterator
from io import BytesIO
from math import asinh, floor, pi, radians, tan
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from django.test import Client, RequestFactory
from django.urls import resolve
from PIL import Image

from gisportal.accounts.models import AccessSetting
from layers.access import Viewer
from layers.errors import SourceNotFound
from layers.models import StoredLayer
from layers.rasters import catalogue as rasters
from layers.rasters.style import RasterStyle
from layers.stored import catalogue as stored
from tests.layers.rasters import conftest as grids
from tests.layers.rasters.conftest import MakeTiff
from tests.layers.rasters.making import READER, make_layer
from tests.tiles.conftest import PUBLIC, Ask
from tiles import cache, raster
from tiles.raster import Picture

pytestmark = pytest.mark.django_db
tiff = grids.tiff
media = grids.media

CLASSES = RasterStyle(
    ((0, "#ff0000"), (5, "#00ff00"), (9, "#0000ff")), is_classes=True, titles=("低", "中", "高")
)
LON, LAT = 134.0453, 34.3522


@pytest.fixture(autouse=True)
def _clean(media: Path) -> Iterator[None]:
    """Files and memory of this test alone."""
    for place in (rasters, stored):
        place.forget()
    yield
    for place in (rasters, stored):
        place.forget()


@pytest.fixture
def steps(tiff: MakeTiff) -> StoredLayer:
    """60 × 60 cells of 100 m: the west is 1, the middle 5, the east 9, the last rows without data."""
    data = np.repeat(np.array([1, 5, 9], "uint8"), 20)[np.newaxis].repeat(60, axis=0)
    data[40:] = 255
    layer = make_layer(tiff(data, nodata=255), "steps", title="段")
    layer.style = CLASSES.as_dict()
    layer.save()
    return layer


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    return (
        floor((lon + 180) / 360 * 2**z),
        floor((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z),
    )


def picture(body: bytes) -> np.ndarray:
    image = Image.open(BytesIO(body))
    assert image.size == (256, 256)
    return np.asarray(image.convert("RGBA"))


def test_a_tile_shows_classes_and_holes(steps: StoredLayer, ask: Ask) -> None:
    x, y = tile_of(134.06, 34.33, 11)
    answer = ask(f"/tiles/layer-steps/11/{x}/{y}.png")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    pixels = picture(answer.content)
    colours = {tuple(int(part) for part in pixel) for pixel in pixels.reshape(-1, 4)}
    assert colours == {(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)}


def test_webp_shows_the_same(steps: StoredLayer, ask: Ask) -> None:
    x, y = tile_of(134.06, 34.33, 12)
    png, webp = (ask(f"/tiles/layer-steps/12/{x}/{y}.{form}") for form in ("png", "webp"))
    assert webp["Content-Type"] == "image/webp"
    one, other = picture(png.content), picture(webp.content)
    assert np.array_equal(one[..., 3], other[..., 3])
    seen = one[..., 3] > 0
    assert np.array_equal(one[seen], other[seen])


def test_tiles_of_neighbours_fit_and_agree_with_the_value_posted(steps: StoredLayer, ask: Ask) -> None:
    """Every pixel has the colour of the value that is posted for its middle."""
    z = 15
    x, y = tile_of(LON + 0.012, LAT - 0.01, z)
    for column in (x, x + 1):
        pixels = picture(ask(f"/tiles/layer-steps/{z}/{column}/{y}.png").content)
        for px, py in ((3, 5), (128, 128), (250, 199)):
            lon = (column + (px + 0.5) / 256) / 2**z * 360 - 180
            lat = np.degrees(np.arctan(np.sinh(pi * (1 - 2 * (y + (py + 0.5) / 256) / 2**z))))
            told = post(steps, lat, lon)
            [wanted] = RasterStyle.colours(CLASSES, np.ma.masked_array([[told["value"]]])).T
            assert pixels[py, px].tolist() == wanted[0].tolist()


def post(layer: StoredLayer, lat: float, lon: float, viewer: Viewer = PUBLIC) -> dict:
    request = RequestFactory().post(f"/tiles/{layer.source_slug}/value", {"lat": lat, "lon": lon})
    request.viewer = viewer  # type: ignore[attr-defined]
    found = resolve(request.path)
    answer = found.func(request, *found.args, **found.kwargs)
    assert answer["Cache-Control"] == "private, no-store"
    return json.loads(answer.content)


def test_the_value_is_told_in_words(steps: StoredLayer) -> None:
    assert post(steps, LAT - 0.01, 134.0453)["text"] == "低 (1)"
    assert post(steps, LAT - 0.01, 134.07)["text"] == "中"
    outside = post(steps, 35.0, 135.0)
    assert outside["inside"] is False and outside["value"] is None
    hole = post(steps, LAT - 0.045, 134.06)
    assert hole["inside"] is True and hole["value"] is None
    steps.style = {**steps.style, "titles": [], "unit": "m"}
    steps.save()
    assert post(steps, LAT - 0.01, 134.0453)["text"] == "1 m"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [({}, "lat"), ({"lat": "34"}, "lon"), ({"lat": "north", "lon": "134"}, "lat"), ({"lat": "134", "lon": "34"}, "lat"),
     ({"lat": "nan", "lon": "1"}, "lat")],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(steps: StoredLayer, given: dict[str, str], parameter: str) -> None:
    AccessSetting.objects.update_or_create(pk=1, defaults={"public_site": True})
    answer = Client().post("/tiles/layer-steps/value", given, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.json()["parameter"] == parameter


def test_the_value_is_posted_and_guarded_against_forgery(steps: StoredLayer) -> None:
    AccessSetting.objects.update_or_create(pk=1, defaults={"public_site": True})
    assert Client().get("/tiles/layer-steps/value?lat=34.3&lon=134").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/tiles/layer-steps/value", {"lat": "34.3", "lon": "134"}).status_code == 403


def test_a_tile_beside_the_layer_is_empty_without_opening_the_file(steps: StoredLayer, ask: Ask) -> None:
    with patch("tiles.raster.warped", side_effect=AssertionError):
        assert ask("/tiles/layer-steps/10/1/1.png").status_code == 204


def test_beyond_the_zoom_range_there_is_no_tile(steps: StoredLayer, ask: Ask) -> None:
    for place in ("23/1/1", "3/8/0"):
        assert ask(f"/tiles/layer-steps/{place}.png").status_code == 404
    with pytest.raises(Exception, match="picture"):
        resolve("/tiles/layer-steps/1/1/1.gif")


def test_a_held_tile_is_not_sent_again_and_a_new_style_is(steps: StoredLayer, ask: Ask) -> None:
    x, y = tile_of(134.06, 34.33, 12)
    url = f"/tiles/layer-steps/12/{x}/{y}.png"
    first = ask(url)
    assert ask(url, **{"If-None-Match": first["ETag"]}).status_code == 304
    with patch("tiles.raster.warped", side_effect=AssertionError):
        assert ask(url).content == first.content
    steps.style = {**steps.style, "stops": [[0, "#123456"]], "titles": []}
    steps.save()
    second = ask(url, **{"If-None-Match": first["ETag"]})
    assert second.status_code == 200 and second.content != first.content


def test_only_the_public_scope_may_sit_in_shared_caches(steps: StoredLayer, ask: Ask) -> None:
    x, y = tile_of(134.06, 34.33, 12)
    url = f"/tiles/layer-steps/12/{x}/{y}.png"
    assert ask(url, READER)["Cache-Control"].startswith("private")
    assert ask(f"{url}?scope=public", READER).status_code == 404
    assert ask(f"{url}?scope=public")["Cache-Control"].startswith("public")
    assert ask(f"{url}?scope=staff").status_code == 400
    assert ask(f"{url}?q=x").status_code == 400


def test_a_kept_tile_is_not_given_to_who_may_not_see_it(steps: StoredLayer, ask: Ask) -> None:
    x, y = tile_of(134.06, 34.33, 12)
    url = f"/tiles/layer-steps/12/{x}/{y}.png"
    steps.audience = "members"
    steps.save()
    assert ask(url, READER).status_code == 200
    for viewer in (PUBLIC, Viewer()):
        assert ask(url, viewer).status_code == 404
        assert ask("/tiles/layer-steps.json", viewer).status_code == 404
        with pytest.raises(SourceNotFound):
            post(steps, LAT, LON, viewer)
    assert ask(f"{url}?scope=public", READER).status_code == 404


def test_tilejson_of_a_raster(steps: StoredLayer, ask: Ask) -> None:
    told = json.loads(ask("/tiles/layer-steps.json").content)
    assert (
        told["tiles"] == ["http://testserver/tiles/layer-steps/{z}/{x}/{y}.png"]
        and "vector_layers" not in told
    )
    assert told["attribution"] == "国土地理院" and told["name"] == "段" and told["format"] == "png"
    west, south, east, north = told["bounds"]
    assert 134.0 < west < east < 134.2 and 34.2 < south < north < 34.4
    assert json.loads(ask("/tiles/layer-steps.json?scope=public").content)["tiles"][0].endswith(
        "png?scope=public"
    )


def test_a_raster_has_no_vector_tiles(steps: StoredLayer, ask: Ask) -> None:
    assert ask("/tiles/layer-steps/1/1/0.mvt").status_code == 404


def test_a_lost_file_is_a_source_that_is_not_there(steps: StoredLayer, ask: Ask) -> None:
    rasters.get_raster("layer-steps", PUBLIC).path.unlink()
    x, y = tile_of(134.06, 34.33, 12)
    assert ask(f"/tiles/layer-steps/12/{x}/{y}.png").status_code == 404
    with pytest.raises(SourceNotFound):
        post(steps, LAT, LON)


def test_a_picture_is_shown_as_it_is(tiff: MakeTiff, ask: Ask) -> None:
    data = np.zeros((3, 60, 60), "uint8")
    data[0], data[2] = 200, 40
    make_layer(tiff(data, photometric="RGB"), "photo")
    x, y = tile_of(134.06, 34.33, 13)
    pixels = picture(ask(f"/tiles/layer-photo/13/{x}/{y}.png").content)
    assert {tuple(pixel) for pixel in pixels.reshape(-1, 4)} <= {(200, 0, 40, 255), (0, 0, 0, 0)}
    assert (pixels[..., 3] == 255).any()


def test_a_low_zoom_of_a_large_grid_is_quick(tiff: MakeTiff) -> None:
    """A low zoom of 9 million cells is drawn from overviews: quickly, and without reading the whole grid."""
    from time import perf_counter

    from tiles.grid import Tile

    data = np.arange(9_000_000, dtype="float32").reshape(3000, 3000)
    make_layer(tiff(data), "large")
    found = rasters.get_raster("layer-large", PUBLIC)
    started = perf_counter()
    assert raster.build(found, Tile(5, *tile_of(135.5, 33.0, 5)), Picture.PNG)
    assert perf_counter() - started < 2
    assert cache.memory.size < cache.MEMORY_BYTES
