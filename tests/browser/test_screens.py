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
    watched = opener(server=own_map_portal).open("/resources/?category=medical&category=child&category=elderly")
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
    assert watched.shot("phone-map").stat().st_size > 20_000
