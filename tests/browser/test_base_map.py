"""The base map: the host's while it answers, our own within five seconds when it does not (R8, R51)."""

import time

import pytest

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal
from tests.browser.watched import Watched

CANVAS = "section[data-map] .map-canvas"


def kind(watched: Watched) -> str:
    return watched.page.locator(CANVAS).get_attribute("data-base-map") or ""


def test_host_that_answers_is_shown_with_its_terms(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.page.locator("img.leaflet-tile-loaded").first.wait_for()
    assert kind(watched) == "raster"
    attribution = watched.page.locator(".leaflet-control-attribution")
    assert "地理院タイル" in attribution.inner_text()
    assert "利用規約" in attribution.inner_text()
    assert watched.page.locator(".map-notice").is_hidden()


@pytest.mark.parametrize("tiles", ["refuse", "hang"])
def test_unreachable_host_gives_way_within_five_seconds(opener: Opener, size: str, tiles: str) -> None:
    watched = opener(size=size, tiles=tiles).open("/resources/?view=map")
    started = time.monotonic()
    notice = watched.page.locator(".map-notice")
    notice.wait_for(timeout=5000)
    assert time.monotonic() - started <= 5
    assert notice.get_attribute("role") == "status"
    assert "簡易地図" in notice.inner_text()
    assert kind(watched) == "own"
    assert "地理院タイル" not in watched.page.locator(".leaflet-control-attribution").inner_text()
    watched.page.wait_for_timeout(1500)
    watched.shot(f"fallback-{tiles}-{size}")


def test_choice_holds_for_the_session_and_is_not_tried_again(opener: Opener) -> None:
    watched = opener(tiles="refuse").open("/resources/")
    watched.page.locator(".map-notice").wait_for()
    watched.page.wait_for_timeout(500)
    asked = len([each for each in watched.requests if "cyberjapandata" in each.url])
    watched.page.wait_for_timeout(3000)
    watched.open("/resources/?q=a")
    watched.page.locator(".map-notice").wait_for()
    assert len([each for each in watched.requests if "cyberjapandata" in each.url]) == asked
    watched.page.locator(".map-notice button").click()
    watched.page.wait_for_timeout(1000)
    assert len([each for each in watched.requests if "cyberjapandata" in each.url]) > asked


def test_own_base_map_by_setting_asks_no_other_host(opener: Opener, own_map_portal: Portal) -> None:
    watched = opener(server=own_map_portal).open("/resources/")
    assert kind(watched) == "own"
    with watched.page.expect_response(lambda answer: "/tiles/basemap/" in answer.url) as answer:
        watched.page.locator(".leaflet-control-zoom-in").click()
    assert answer.value.status in {200, 204}
    assert all(each.url.startswith((watched.url, "data:")) for each in watched.requests)
    assert "国土数値情報" in watched.page.locator(".leaflet-control-attribution").inner_text()
