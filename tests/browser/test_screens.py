"""Pictures for the README and the eye, with our own base map."""

import os
import shutil
from pathlib import Path

from django.conf import settings

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal

PICTURE = Path(settings.BASE_DIR) / "gisportal" / "docs" / "images" / "search.png"


def test_screenshot_of_the_search_page(opener: Opener, own_map_portal: Portal) -> None:
    """Written into the manual only when asked for (GISPORTAL_WRITE_SCREENSHOT=1)."""
    watched = opener(server=own_map_portal)
    watched.page.set_viewport_size({"width": 1600, "height": 960})
    watched.open("/resources/?category=medical&category=child&category=elderly")
    watched.wait_for_pins()
    watched.page.wait_for_timeout(2500)
    path = watched.shot("search")
    assert path.stat().st_size > 50_000
    if os.environ.get("GISPORTAL_WRITE_SCREENSHOT") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, PICTURE)


def test_phone_screens(opener: Opener, own_map_portal: Portal) -> None:
    watched = opener(server=own_map_portal, size="phone").open("/resources/?view=list")
    watched.shot("phone-list")
    watched.page.locator('[data-view-link="map"]').click()
    watched.wait_for_pins()
    watched.page.wait_for_timeout(1500)
    # It takes the screen between head and bar.
    box = watched.page.locator("section[data-map]").bounding_box()
    assert box is not None and box["height"] > 500 and box["y"] + box["height"] < 790
    # The map was hidden when the page came: it fits the results once there is room.
    assert sum(pin["count"] for pin in watched.pins()) > 1200
    assert watched.shot("phone-map").stat().st_size > 20_000


def test_print_keeps_the_map_and_its_credits(opener: Opener, own_map_portal: Portal) -> None:
    watched = opener(server=own_map_portal).open("/resources/?view=both&category=library")
    watched.wait_for_pins()
    watched.page.wait_for_timeout(1000)
    watched.page.emulate_media(media="print")
    watched.page.wait_for_timeout(500)
    assert watched.page.locator("section[data-map]").is_visible()
    assert "国土数値情報" in watched.page.locator(".leaflet-control-attribution").inner_text()
    assert watched.page.locator(".map-buttons").first.is_hidden()
    watched.page.screenshot(path=watched.screens / "print.png", full_page=True)
