"""Categories and districts in the browser: drawn, typed, chosen; two widths, keyboard, axe, CSP (R7, R24)."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.watched import Watched

PAGES = {
    "categories": "/settings/categories/",
    "category": "/settings/categories/elderly/",
    "category-add": "/settings/categories/add?parent=elderly",
    "category-merge": "/settings/categories/library/merge?into=primary_school",
    "category-delete": "/settings/categories/library/delete",
    "schemes": "/settings/districts/",
    "scheme": "/settings/districts/former/",
    "scheme-add": "/settings/districts/add",
    "district-add": "/settings/districts/former/new",
    "towns": "/settings/districts/former/towns",
    "upload": "/settings/districts/former/import",
}
#: Takamatsu, north of the harbour: nothing of the scheme lies there.
SEA = {"lon": 134.02, "lat": 34.47}


def assert_clean(watched: Watched, name: str) -> None:
    watched.page.wait_for_timeout(500)
    watched.screens.mkdir(parents=True, exist_ok=True)
    watched.page.screenshot(path=watched.screens / f"{name}.png", full_page=True)
    assert watched.csp_violations == []
    assert watched.errors == []
    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert watched.axe() == []


@pytest.mark.parametrize("name", list(PAGES))
def test_pages_are_accessible(opener: Opener, size: str, name: str) -> None:
    watched = opener(size=size).open(PAGES[name])
    assert watched.page.locator("h1").count() == 1
    if watched.page.locator("[data-boundary-editor]").count():
        watched.page.locator("[data-boundary-editor][data-ready]").wait_for(state="attached")
    assert_clean(watched, f"settings-{name}-{size}")


def test_colours_are_judged_while_they_are_chosen(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/settings/categories/elderly/")
    page = watched.page
    assert page.locator("#colour-checks .colour-fine").is_visible()
    page.locator("#id_colour").fill("#ffe98a")
    page.locator("#colour-checks .colour-warnings").wait_for()
    page.locator("[data-colour-picker]").fill("#0055ad")
    assert page.locator("#id_colour").input_value() == "#0055ad"
    page.locator("#id_shape").select_option("diamond")
    page.locator("#colour-checks .colour-warnings").wait_for()
    page.wait_for_timeout(400)
    assert "相談・行政窓口" in page.locator("#colour-checks .colour-warnings").inner_text()
    assert_clean(watched, f"settings-colours-{size}")


def test_order_is_changed_by_keyboard(opener: Opener) -> None:
    watched = opener().open("/settings/categories/")
    page = watched.page
    first = page.locator(".tree-depth-0 .tree-words > a")
    before = first.all_inner_texts()
    page.locator(".tree-depth-0 button[value=up]:not([disabled])").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#category-*")
    assert first.all_inner_texts() == [before[1], before[0], *before[2:]]
    page.locator(".tree-depth-0 button[value=down]:not([disabled])").first.press("Enter")
    watched.until(
        f"document.querySelector('.tree-depth-0 .tree-words > a').textContent === {json.dumps(before[0])}"
    )
    assert first.all_inner_texts() == before


def wait_for_editor(page: Page) -> None:
    page.locator("[data-boundary-editor][data-ready]").wait_for(state="attached")


def boundary(page: Page) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.locator("[data-boundary-text]").input_value())
    return found


def test_a_district_is_drawn_saved_edited_and_deleted(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/settings/districts/former/new")
    page = watched.page
    wait_for_editor(page)
    page.locator("#id_code").fill(f"sea-{size}")
    page.locator("#id_title").fill(f"海上{size}")
    page.evaluate(
        f"document.querySelector('[data-boundary-editor]').boundaryEditor.map.setView([{SEA['lat']}, {SEA['lon']}], 14,"
        "{animate: false})"
    )
    canvas = page.locator("[data-boundary-map] .map-canvas")
    canvas.scroll_into_view_if_needed()
    page.locator(".leaflet-draw-draw-polygon").click()
    box = canvas.bounding_box()
    assert box is not None
    middle_x, middle_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    corners = [(-40, -60), (60, -60), (60, 60), (-40, 60)]
    for x, y in [*corners, corners[0]]:
        page.mouse.move(middle_x + x, middle_y + y)
        page.wait_for_timeout(60)
        page.mouse.click(middle_x + x, middle_y + y)
        page.wait_for_timeout(60)
    watched.until("document.querySelector('[data-boundary-text]').value.includes('MultiPolygon')")
    drawn = boundary(page)
    assert drawn["type"] == "MultiPolygon"
    page.wait_for_timeout(300)
    watched.screens.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=watched.screens / f"settings-drawn-{size}.png", full_page=True)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/settings/districts/former/#district-*")
    page.locator("td, th").get_by_role("link", name=f"海上{size}").click()
    wait_for_editor(page)
    assert json.dumps(boundary(page)) == json.dumps(drawn)
    assert_clean(watched, f"settings-district-{size}")
    page.get_by_role("link", name="削除", exact=True).click()
    page.get_by_role("button", name="削除", exact=True).click()
    page.wait_for_url("**/settings/districts/former/")
    assert page.get_by_role("link", name=f"海上{size}").count() == 0


def test_a_boundary_is_typed_without_the_mouse_and_a_crossing_one_is_said(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/settings/districts/former/new")
    page = watched.page
    wait_for_editor(page)
    lon, lat = SEA["lon"], SEA["lat"] + 0.05
    bow = (
        f"POLYGON(({lon} {lat},{lon + 0.01} {lat + 0.01},{lon + 0.01} {lat},{lon} {lat + 0.01},{lon} {lat}))"
    )
    page.locator("#id_code").fill(f"typed-{size}")
    page.locator("#id_title").fill("打ち込み")
    page.locator("[data-boundary-text]").fill(bow)
    page.locator("main form button[type=submit]").press("Enter")
    page.locator("[data-error-summary]").wait_for()
    wait_for_editor(page)
    assert "交差" in page.locator("[data-error-summary]").inner_text()
    assert page.locator("[data-boundary-text]").input_value() == bow
    assert_clean(watched, f"settings-crossing-{size}")
    page.locator("#id_cleans").press("Space")
    page.locator("main form button[type=submit]").press("Enter")
    page.wait_for_url("**/settings/districts/former/#district-*")
    page.get_by_role("link", name="打ち込み").click()
    wait_for_editor(page)
    assert len(boundary(page)["coordinates"]) == 2  # type: ignore[arg-type]
    page.get_by_role("link", name="削除", exact=True).click()
    page.get_by_role("button", name="削除", exact=True).click()
    page.wait_for_url("**/settings/districts/former/")


def test_a_file_is_reported_on_the_map_and_let_go(opener: Opener, size: str) -> None:
    """The small areas of 高松市 as published: hundreds of gaps and overlaps, five outlines that cross."""
    watched = opener(size=size).open("/settings/districts/former/import")
    page = watched.page
    path = (
        Path(__file__).resolve().parents[2] / "fixtures" / "cities" / "takamatsu" / "small_area_2015.geojson"
    )
    page.locator("#id_file").set_input_files(path)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/settings/districts/imports/*/")
    page.locator("[data-report-map][data-ready]").wait_for(state="attached")
    page.locator("[data-show-piece]").first.press("Enter")
    page.wait_for_timeout(600)
    assert page.evaluate("document.querySelector('[data-report-map]').reportMap.view.map.getZoom()") > 13
    assert page.locator("button[value=yes]").count() == 0, "five are refused"
    assert_clean(watched, f"settings-report-{size}")
    page.locator("#id_cleans").check()
    page.locator("#id_covers").check()
    page.get_by_role("button", name="この読み方で読む").click()
    page.locator("button[value=yes]").wait_for()
    page.locator("button[value=no]").click()
    page.wait_for_url("**/settings/districts/former/")
    assert_clean(watched, f"settings-dismissed-{size}")
