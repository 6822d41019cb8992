"""axe-core finds nothing (WCAG 2.2 AA and good practice), and the strict CSP refuses nothing (R48)."""

import pytest

from tests.browser.conftest import Opener
from tests.browser.watched import Watched

SEARCHES = {
    "list": "/resources/?view=list&q=%E5%9B%B3%E6%9B%B8",
    "map": "/resources/?view=map",
    "both": "/resources/?view=both&category=library&category=nursery",
    "nothing": "/resources/?q=%E3%81%82%E3%82%8A%E3%81%88%E3%81%AA%E3%81%84%E8%AA%9E",
    "crosstab": "/planning/crosstab",
    "top": "/",
    "data": "/about/data",
}


def assert_clean(watched: Watched, name: str) -> None:
    """The CSP first: axe adds a style sheet of its own."""
    watched.page.wait_for_timeout(600)
    watched.shot(name)
    assert watched.csp_violations == []
    assert watched.errors == []
    assert watched.axe() == []


@pytest.mark.parametrize("name", list(SEARCHES))
def test_pages_are_accessible(opener: Opener, size: str, name: str) -> None:
    watched = opener(size=size).open(SEARCHES[name])
    assert_clean(watched, f"{name}-{size}")


def test_sign_in_page_is_accessible(opener: Opener, size: str) -> None:
    watched = opener(user="", size=size).open("/accounts/login/")
    assert watched.page.locator("#id_login").is_visible()
    assert_clean(watched, f"sign-in-{size}")


def test_detail_page_is_accessible(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/resources/?q=%E5%9B%B3%E6%9B%B8%E9%A4%A8")
    watched.page.locator("#results .result-name a").first.click()
    watched.page.wait_for_url("**/resources/*/")
    watched.page.locator("[data-map-detail][data-ready]").wait_for(state="attached")
    assert watched.page.locator(".map-pin svg").count() == 1
    assert_clean(watched, f"detail-{size}")


@pytest.mark.parametrize(("path", "status"), [("/resources/999999999/", 404), ("/resources/?bbox=1,2", 400)])
def test_error_pages_are_accessible(opener: Opener, size: str, path: str, status: int) -> None:
    watched = opener(size=size)
    answer = watched.page.goto(watched.url + path)
    assert answer is not None and answer.status == status
    assert watched.page.locator("main h1").count() == 1
    assert_clean(watched, f"error-{status}-{size}")


def test_open_popup_and_drawing_are_accessible(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/resources/?view=map&q=%E5%9B%B3%E6%9B%B8%E9%A4%A8")
    watched.wait_for_pins()
    watched.page.locator('[data-map-action="polygon"]').click()
    assert_clean(watched, f"drawing-{size}")
    watched.page.keyboard.press("Escape")
    assert watched.page.locator(".map-sketch").is_hidden()


def test_nothing_scrolls_sideways_at_320_pixels(opener: Opener) -> None:
    watched = opener(size="phone")
    watched.page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/resources/?view=list", "/resources/?view=map", "/accounts/login/"):
        watched.open(path)
        width = watched.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, path


def test_targets_on_the_phones_map_are_44_pixels(opener: Opener) -> None:
    watched = opener(size="phone").open("/resources/?view=map")
    watched.page.locator(".map-legend summary").click()
    watched.page.locator(".map-legend[open] .map-legend__select").wait_for()
    watched.page.wait_for_timeout(300)
    small = watched.page.evaluate("""() => [...document.querySelectorAll(
        "[data-map] button, [data-map] .leaflet-bar a, [data-map] select, [data-map] summary, .view-switch a")]
        .map((each) => [each.getAttribute("aria-label") ?? each.textContent, each.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
        .map(([name, box]) => `${name} ${box.width}x${box.height}`)""")
    assert small == []
