"""“データを重ねる”: uploaded layers over the search map, by mouse, finger and keyboard (G4, G5, R48; design §2)."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal
from tests.browser.test_accessibility import assert_clean
from tests.browser.watched import Watched

#: Puts a raster of 900 m in the west and 100 m in the east, and one square of shapes, around the middle of 高松.
MAKE = """
from pathlib import Path
from layers.models import StoredLayer
from layers.stored import services, uploads
from layers.stored.loading import load
from tests.layers.rasters.making import KEEPER, make_layer
for layer in StoredLayer.unscoped.filter(slug__in=["seen_height", "seen_square"]):
    services._purge(layer)
make_layer(Path({raster!r}), "seen_height", title="試験の標高")
row = uploads.keep_upload(KEEPER, "square.geojson", [{square!r}.encode()])
words = {{"slug": "seen_square", "title": "試験の区域", "audience": "public", "attribution": "試験"}}
uploads.confirm(KEEPER, row, words)
assert load(row.pk)
"""
#: What reaches beyond the screen, the map's own pictures aside.
WIDER = """[...document.querySelectorAll('body *')].filter((each) => document.documentElement.scrollWidth > innerWidth
  && each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.leaflet-pane, .table-scroll, .site-menu'))
  .map((each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 30)}`)"""
WEST, SOUTH, EAST, NORTH = 134.02, 34.30, 134.06, 34.34
PLACE = "at=34.32000,134.04000,13"


@pytest.fixture(scope="module", autouse=True)
def _layers(city: Portal, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("layers") / "height.tif"
    write_raster(path)
    ring = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
    feature = {
        "type": "Feature",
        "properties": {"名称": "中央の区域", "戸数": 1234},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    square = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    city.manage("shell", "-c", MAKE.format(raster=str(path), square=square))


def write_raster(path: Path) -> None:
    data = np.full((80, 80), 900, "float32")
    data[:, 40:] = 100
    profile = {
        "driver": "GTiff",
        "count": 1,
        "width": 80,
        "height": 80,
        "dtype": "float32",
        "crs": "EPSG:4326",
    }
    with rasterio.open(path, "w", transform=Affine(0.001, 0, 134.0, 0, -0.001, 34.36), **profile) as made:
        made.write(data, 1)


def panel(watched: Watched) -> None:
    """The list, open."""
    if watched.page.locator("[data-overlays]").get_attribute("open") is None:
        watched.page.locator("[data-overlays] > summary").click()


def test_layers_are_laid_over_the_map_by_keyboard(opener: Opener, size: str) -> None:
    watched = opener(size=size).open(f"/resources/?view=map&{PLACE}")
    page = watched.page
    panel(watched)
    for slug in ("seen_square", "seen_height"):
        page.locator(f"[data-overlay={slug}]").focus()
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.dataset.overlay") == slug
    watched.until("new URLSearchParams(location.search).get('layers') === 'seen_height,seen_square'")
    watched.until(
        "[...document.querySelectorAll('.map-stored-raster img')].some((each) => each.complete && each.naturalWidth)"
    )
    assert page.locator(".leaflet-control-attribution").inner_text().count("試験") == 1
    assert page.locator(".map-overlay.is-on .layer-legend").count() == 2
    page.locator("[data-overlay-focus=seen_height-opacity]").focus()
    page.keyboard.press("ArrowLeft")
    assert (
        page.locator("[data-overlay-focus=seen_height-opacity]").get_attribute("aria-valuetext")
        == "70パーセント"
    )
    page.locator("[data-overlay-focus='seen_height-1']").focus()
    page.keyboard.press("Enter")
    watched.until("new URLSearchParams(location.search).get('layers') === 'seen_square,seen_height'")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    assert_clean(watched, f"overlays-{size}")


def test_what_lies_under_a_place_is_told_and_its_position_stands_in_no_address(
    opener: Opener, size: str
) -> None:
    watched = opener(size=size).open(
        f"/resources/?view=map&q=%E3%81%AA%E3%81%84%E8%AA%9E%E5%8F%A5&{PLACE}&layers=seen_height,seen_square"
    )
    page = watched.page
    watched.until(
        "document.querySelector('section[data-map]').searchPage.map.overlays"
        ".get('seen_square').layer.frames().length > 0"
    )
    watched.requests.clear()
    box = page.locator(".map-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5 + 30, box["y"] + box["height"] * 0.72)
    page.locator(".map-overlays__fields").wait_for()
    told = page.locator(".map-popup__content").inner_text()
    assert "100" in told and "中央の区域" in told and "1,234" in told
    posted = [request for request in watched.requests if request.method == "POST"]
    assert [request.url.rpartition("/tiles/")[2] for request in posted] == ["layer-seen_height/value"]
    assert re.fullmatch(r"lat=34\.3\d+&lon=134\.0\d+", posted[0].post_data or "")
    assert not [request.url for request in watched.requests if "134.0" in request.url.partition("at=")[0]]
    page.keyboard.press("Escape")
    page.locator(".map-canvas").focus()
    page.keyboard.press("Enter")
    page.locator(".map-overlays__value").wait_for()
    assert_clean(watched, f"overlays-popup-{size}")


def test_the_choice_is_in_the_link_and_outlives_a_search(opener: Opener) -> None:
    watched = opener().open("/resources/?view=both&layers=seen_square,no_such")
    page = watched.page
    assert page.locator("[data-overlay=seen_square]").is_checked()
    assert "no_such" in page.locator(".map-overlays__missing").inner_text()
    page.fill("#q", "図書")
    watched.settled(lambda: page.keyboard.press("Enter"))
    assert "layers=seen_square" in page.url.replace("%2C", ",")
    page.reload()
    watched.ready()
    assert page.locator("[data-overlay=seen_square]").is_checked()


def test_paper_shows_the_legend_of_what_is_shown(opener: Opener) -> None:
    watched = opener().open(f"/resources/?view=map&{PLACE}&layers=seen_height")
    page = watched.page
    page.evaluate("document.querySelector('[data-overlays]').open = false")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".map-overlay.is-on .layer-legend__bar").is_visible()
    assert not page.locator("[data-overlay=seen_square]").is_visible()
    assert not page.locator(".map-overlays__middle").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelector('[data-overlays]').open") is False


@pytest.mark.parametrize("page", ["", "colours/", "statistics/?sort=-mean"])
def test_pages_of_a_raster_are_accessible(opener: Opener, size: str, page: str) -> None:
    watched = opener(size=size)
    watched.page.goto(f"{watched.url}/layers/seen_height/{page}")
    watched.page.locator("h1").wait_for()
    assert watched.page.evaluate(WIDER) == []
    assert_clean(watched, f"raster-{page.partition('/')[0] or 'page'}-{size}")


def test_the_legend_follows_what_is_chosen(opener: Opener) -> None:
    watched = opener()
    page = watched.page
    page.goto(f"{watched.url}/layers/seen_height/colours/")
    before = page.locator("#raster-legend svg").first.inner_html()
    page.select_option("#id_ramp", "water")
    page.fill("#id_bounds", "0, 444")
    watched.until("document.querySelector('#raster-legend').textContent.includes('444')")
    assert page.locator("#raster-legend svg").first.inner_html() != before
    assert page.locator("#raster-legend .datasets-histogram rect").count() >= 2
