"""A provider on the phone puts the entry right (Must show 1): by pointer and by keyboard, accessible, CSP-clean."""

import io
import json
import re
import urllib.request
from collections.abc import Iterator
from itertools import count
from typing import Any

import mapbox_vector_tile
import pytest
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal
from tests.browser.test_accessibility import assert_clean
from tests.browser.test_keyboard import tab_until
from tests.browser.watched import Watched

_numbers = count(1)


def own_entry(watched: Watched) -> str:
    """Path of an entry level-c is responsible for, one with a position; a new one each time."""
    watched.open("/resources/?view=list")
    paths = watched.page.evaluate(
        "() => [...document.querySelectorAll('#results .result-name a')].map((each) => new URL(each.href).pathname)"
    )
    assert paths
    return str(paths[next(_numbers) % len(paths)])


def ready(watched: Watched) -> Page:
    page = watched.page
    page.locator("[data-place-map][data-ready]").wait_for(state="attached")
    return page


def assert_form_clean(watched: Watched, name: str) -> None:
    """At the end of the page, where the bar with the save button lies over no other control."""
    watched.shot(f"{name}-before")
    watched.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    assert_clean(watched, name)


def token(portal: Portal, user: str) -> str:
    found = json.loads((portal.var / "demo-accounts.json").read_text())
    return str(next(entry["token"] for entry in found if entry["user"] == user))


def asked(portal: Portal, path: str, user: str = "level-c") -> bytes:
    request = urllib.request.Request(
        portal.url + path, headers={"Authorization": f"Bearer {token(portal, user)}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read())


def tile_of(portal: Portal, lat: float, lon: float, zoom: int = 16) -> list[dict[str, Any]]:
    from math import asinh, pi, radians, tan

    size = 2**zoom
    x, y = int((lon + 180) / 360 * size), int((1 - asinh(tan(radians(lat))) / pi) / 2 * size)
    body = asked(portal, f"/tiles/resources/{zoom}/{x}/{y}.mvt?fields=phone")
    import gzip

    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    found = mapbox_vector_tile.decode(body)
    return [feature["properties"] for feature in found.get("resources", {}).get("features", [])]


def test_provider_puts_the_entry_right(opener: Opener, portal: Portal, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path)
    assert_clean(watched, f"entry-{size}")
    page.locator("[data-edit-actions] a", has_text="編集").click()
    ready(watched)
    assert_form_clean(watched, f"edit-{size}")
    phone = f"087-555-{next(_numbers):04}"
    page.fill("#f-phone", phone)
    assert page.locator("[data-unsaved]").is_visible()
    canvas = page.locator("[data-place-map] .map-canvas")
    # Away from the bar that stays at the foot of the window.
    canvas.evaluate("element => element.scrollIntoView({ block: 'center' })")
    box = canvas.bounding_box()
    assert box
    before = page.input_value("#f-lat")
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    assert page.input_value("#f-lat") != before
    moved = page.input_value("#f-lat")
    drag_pin(page)
    assert page.input_value("#f-lat") != moved
    lat, lon = float(page.input_value("#f-lat")), float(page.input_value("#f-lon"))
    watched.shot(f"edit-pin-{size}")
    page.locator(".edit-save .button-primary").click()
    page.wait_for_url(re.compile(re.escape(path) + r"\?saved="))
    assert phone in page.locator("main").inner_text()
    assert_clean(watched, f"saved-{size}")
    number = int(path.split("/")[2])
    item = json.loads(asked(portal, f"/ogc/collections/resources/items/{number}?f=json"))
    assert item["properties"]["phone"] == phone
    assert item["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-6)
    assert phone in asked(portal, "/resources/export.csv").decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(asked(portal, "/resources/export.xlsx")))
    assert any(phone in row for row in book.get_sheet_by_index(0).to_python())
    assert phone in {each.get("phone") for each in tile_of(portal, lat, lon)}
    watched.open("/resources/?view=list&per_page=200")
    assert phone in page.locator("#results").inner_text()
    page.goto(watched.url + path)
    assert page.locator("[data-edit-actions]").is_visible()


def drag_pin(page: Page) -> None:
    pin = page.locator("[data-place-map] .edit-pin")
    pin.evaluate("element => element.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(600)  # the map may still be gliding to where it was clicked
    box = pin.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 20, steps=5)
    page.mouse.up()


def test_whole_edit_by_keyboard(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path)
    tab_until(watched, "[data-edit-actions] a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    ready(watched)
    tab_until(watched, "#f-phone")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("０８７−６６６−００１１")
    tab_until(watched, "[data-place-map] .edit-pin")
    before = float(page.input_value("#f-lat"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    assert float(page.input_value("#f-lat")) > before
    tab_until(watched, ".edit-save .button-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?saved=*")
    assert "087-666-0011" in page.locator("main").inner_text()
    tab_until(watched, ".edit-saved button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "saved" not in address)
    assert "087-666-0011" not in page.locator("main").inner_text()


def test_address_proposes_candidates(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path + "edit/")
    ready(watched)
    page.fill("#f-address", "高松市番町1-8-15")
    with page.expect_response("**/geocode") as answer:
        pass
    assert answer.value.request.method == "POST"
    first = page.locator("[data-candidates-list] button").first
    first.wait_for()
    assert re.search(r"（|\(", first.inner_text())
    first.click()
    assert abs(float(page.input_value("#f-lat")) - 34.34) < 0.02
    assert_form_clean(watched, f"candidates-{size}")


def test_wrong_values_are_said_beside_their_field(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path + "edit/")
    ready(watched)
    page.fill("#f-phone", "でんわばんごう")
    page.fill("#f-lat", "きた")
    page.locator(".edit-save .button-primary").click()
    page.locator("[data-error-summary]").wait_for()
    ready(watched)
    assert page.input_value("#f-phone") == "でんわばんごう"
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.locator("[data-error-summary] a").first.click()
    assert page.evaluate("document.activeElement.matches('#f-phone, #f-lat')")
    assert_form_clean(watched, f"edit-errors-{size}")


@pytest.mark.parametrize("name", ["new", "trash"])
def test_other_pages_are_clean(opener: Opener, size: str, name: str) -> None:
    watched = opener(user="level-c", size=size)
    watched.page.goto(f"{watched.url}/resources/{name}/")
    if name == "new":
        ready(watched)
    assert watched.page.locator("h1").count() == 1
    assert_form_clean(watched, f"{name}-{size}")


def pages_of_an_entry() -> Iterator[str]:
    yield from ("delete/", "merge/", "people/")


@pytest.mark.parametrize("part", list(pages_of_an_entry()))
def test_pages_of_an_entry_are_clean(opener: Opener, size: str, part: str) -> None:
    watched = opener(user="level-a", size=size)
    watched.open("/resources/?view=list")
    href = watched.page.locator("#results .result-name a").first.get_attribute("href")
    watched.page.goto(watched.url + str(href).split("?")[0] + part)
    assert watched.page.locator("h1").count() == 1
    assert_clean(watched, f"{part.strip('/')}-{size}")


def test_conflict_is_settled_on_its_page(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path + "edit/")
    ready(watched)
    second = page.context.new_page()
    second.goto(watched.url + path + "edit/")
    second.fill("#f-fax", f"087-777-{next(_numbers):04}")
    second.locator(".edit-save .button-primary").click()
    second.wait_for_url("**/?saved=*")
    mine = f"087-888-{next(_numbers):04}"
    page.fill("#f-fax", mine)
    page.locator(".edit-save .button-primary").click()
    page.locator("[name='choose.fax'][value='mine']").wait_for()
    assert_form_clean(watched, f"conflict-{size}")
    page.locator(".edit-save .button-primary").click()
    page.wait_for_url("**/?saved=*")
    assert mine in page.locator("main").inner_text()


def test_area_is_drawn_and_districts_are_ticked(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched)
    page = watched.page
    page.goto(watched.url + path + "edit/")
    ready(watched)
    page.locator("[name=service_area][value=polygon]").check()
    page.locator("[data-area-map] [data-map-action=polygon]").click()
    canvas = page.locator("[data-area-map] .map-canvas")
    canvas.focus()
    for move in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(" ")
        page.keyboard.press(move)
        page.wait_for_timeout(350)
    page.keyboard.press("Enter")
    assert json.loads(page.input_value("#f-service_geom"))["type"] == "Polygon"
    assert_form_clean(watched, f"area-{size}")
    page.locator(".edit-save .button-primary").click()
    page.wait_for_url("**/?saved=*")


def test_form_works_without_javascript(opener: Opener, portal: Portal) -> None:
    watched = opener(user="level-c", size="phone")
    path = own_entry(watched)
    state = watched.page.context.storage_state()
    browser = watched.page.context.browser
    assert browser
    context = browser.new_context(
        java_script_enabled=False, storage_state=state, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(watched.url + path + "edit/")
    page.fill("#f-fax", "087-999-0001")
    page.fill("#f-lat", "34度20分34秒")
    page.fill("#f-lon", "134度2分48秒")
    page.locator(".edit-save .button-primary").click()
    page.wait_for_url("**/?saved=*")
    assert "087-999-0001" in page.locator("main").inner_text()
    number = int(path.split("/")[2])
    item = json.loads(asked(portal, f"/ogc/collections/resources/items/{number}?f=json"))
    assert item["geometry"]["coordinates"] == pytest.approx(
        [134 + 2 / 60 + 48 / 3600, 34 + 20 / 60 + 34 / 3600], abs=1e-6
    )
    context.close()
