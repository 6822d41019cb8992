"""List and map are twins over one state, the address bar."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.watched import Watched


def params(watched: Watched) -> dict[str, list[str]]:
    return parse_qs(urlsplit(watched.page.url).query)


def found(watched: Watched) -> int:
    return int(watched.page.locator("#results").get_attribute("data-count") or -1)


def painted(watched: Watched) -> int:
    """How many resources the pins and clusters in view stand for."""
    return sum(pin["count"] for pin in watched.wait_for_pins())


def test_map_shows_as_many_as_the_list_counts(opener: Opener) -> None:
    watched = opener().open("/resources/?category=library&category=hospital")
    watched.wait_for_pins()
    watched.page.wait_for_timeout(500)
    assert found(watched) == painted(watched) > 30


def test_cluster_says_how_many_of_what(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    clusters = [pin for pin in watched.wait_for_pins() if pin["isCluster"] and pin["isFree"]]
    assert clusters
    for pin in clusters:
        assert sum(count for _code, count in pin["mix"]) == pin["count"]
    first = max(clusters, key=lambda pin: pin["count"])
    watched.page.mouse.move(first["x"], first["y"])
    # While the map still moves, the box is there but hidden.
    expect(watched.page.locator(".map-tooltip")).to_have_text(first["text"], use_inner_text=True)
    assert f"{first['count']}件" in first["text"] and "医療機関" in first["text"]


def test_typing_searches_and_the_map_follows(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.wait_for_pins()
    before = found(watched)
    watched.settled(lambda: watched.page.fill("#q", "図書館"))
    assert 0 < found(watched) < before
    assert params(watched) == {"q": ["図書館"]}
    watched.page.wait_for_timeout(800)
    assert painted(watched) == found(watched)
    assert watched.page.locator("[data-status]").inner_text().startswith(str(found(watched)))


def test_back_button_brings_back_search_and_form(opener: Opener) -> None:
    watched = opener().open("/resources/")
    every = found(watched)
    watched.settled(lambda: watched.page.fill("#q", "図書館"))
    watched.page.go_back()
    watched.until(f"document.querySelector('#results')?.dataset.count === '{every}'")
    watched.ready()
    assert watched.page.input_value("#q") == ""
    watched.page.go_forward()
    watched.until("document.querySelector('#q')?.value === '図書館'")
    assert 0 < found(watched) < every


def test_copied_address_shows_the_same(opener: Opener) -> None:
    one = opener().open("/resources/?q=%E4%BF%9D%E8%82%B2&view=both")
    one.wait_for_pins()
    one.page.locator(".map-canvas").focus()
    one.page.keyboard.press("+")
    one.page.wait_for_url("**at=**")
    other = opener().open(one.page.url.removeprefix(one.url))
    assert found(one) == found(other)
    position = "JSON.stringify(document.querySelector('[data-map]').searchPage.map.position)"
    first, second = (each.page.evaluate(f"JSON.parse({position})") for each in (one, other))
    assert first["zoom"] == second["zoom"]
    assert abs(first["lat"] - second["lat"]) < 0.001 and abs(first["lon"] - second["lon"]) < 0.001


def test_legend_filters_at_once_and_in_the_address(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.wait_for_pins()
    every = found(watched)
    entry = watched.page.locator('.map-legend__entry[data-category="aed"]')
    watched.settled(entry.click)
    assert entry.get_attribute("aria-pressed") == "false"
    assert "aed" not in params(watched)["category"] and len(params(watched)["category"]) == 7
    without = found(watched)
    assert without < every
    watched.page.wait_for_timeout(800)
    assert all(code != "aed" for pin in watched.pins() for code, _count in pin["mix"])
    assert painted(watched) <= without
    assert not watched.page.locator('input[name=category][value="aed"]').is_checked()
    watched.settled(entry.click)
    assert entry.get_attribute("aria-pressed") == "true"
    assert "category" not in params(watched) and found(watched) == every


def test_entry_pointed_at_shows_its_pin(opener: Opener) -> None:
    watched = opener().open("/resources/?q=%E5%9B%B3%E6%9B%B8%E9%A4%A8")
    watched.wait_for_pins()
    watched.page.locator("li[data-lat]").first.hover()
    watched.page.locator(".map-highlight").wait_for(state="attached")
    watched.page.mouse.move(2, 2)
    watched.page.locator(".map-highlight").wait_for(state="detached")
    watched.page.locator("li[data-lat] .result-name a").first.focus()
    watched.page.locator(".map-highlight").wait_for(state="attached")
    assert watched.page.locator(".map-highlight").count() == 1


def test_chosen_pin_opens_its_popup_and_marks_its_entry(opener: Opener) -> None:
    watched = opener().open("/resources/?category=library")
    pin = watched.single_pin()
    with watched.page.expect_response("**/popup*"):
        watched.page.mouse.click(pin["x"], pin["y"])
    popup = watched.page.locator(".map-popup__content h3")
    popup.wait_for()
    assert popup.inner_text() == pin["name"]
    assert watched.page.locator(f'li[data-result="{pin["ids"][0]}"].is-chosen').count() == 1


def test_several_on_one_point_open_as_a_list(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map&at=34.3401,134.0434,16")
    several = [
        pin for pin in watched.wait_for_pins() if pin["count"] > 1 and not pin["isCluster"] and pin["isFree"]
    ]
    for lat, lon in ((34.3428, 134.0466), (34.3175, 134.0560), (34.2930, 134.0350), (34.2130, 134.0580)):
        if several:
            break
        watched.open(f"/resources/?view=map&at={lat},{lon},15")
        several = [
            pin
            for pin in watched.wait_for_pins()
            if pin["count"] > 1 and not pin["isCluster"] and pin["isFree"]
        ]
    pin = several[0]
    with watched.page.expect_response(lambda answer: "/resources/at?ids=" in answer.url) as answer:
        watched.page.mouse.click(pin["x"], pin["y"])
    assert len(parse_qs(urlsplit(answer.value.url).query)["ids"][0].split(",")) == pin["count"]
    watched.page.locator(".map-popup__content li").first.wait_for()
    assert watched.page.locator(".map-popup__content li").count() == pin["count"]
    watched.shot("several")


def test_search_in_the_area_on_screen(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.wait_for_pins()
    every = found(watched)
    watched.page.locator(".leaflet-control-zoom-in").click()
    watched.page.locator(".leaflet-control-zoom-in").click()
    button = watched.page.get_by_role("button", name="この範囲で検索")
    watched.settled(button.click, contains="bbox=")
    assert 0 < found(watched) < every
    assert len(params(watched)["bbox"][0].split(",")) == 4
    assert button.is_hidden()


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_search_in_a_drawn_area(opener: Opener, by: str) -> None:
    watched = opener().open("/resources/?view=map")
    watched.wait_for_pins()
    every = found(watched)
    watched.page.locator('[data-map-action="polygon"]').click()
    if by == "pointer":
        box = watched.page.locator(".map-canvas").bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for x, y in ((-150, -150), (150, -150), (150, 150), (-150, 150)):
            watched.page.mouse.click(middle[0] + x, middle[1] + y)
            watched.page.wait_for_timeout(350)
    else:
        for key in ("ArrowUp", "ArrowRight", "ArrowDown"):
            watched.page.keyboard.press(key)
            watched.page.wait_for_timeout(350)
            watched.page.keyboard.press(" ")
    watched.settled(lambda: watched.page.get_by_role("button", name="確定").click(), contains="within=")
    assert 0 < found(watched) < every
    assert unquote(params(watched)["within"][0]).startswith("POLYGON((")
    assert watched.page.locator(".leaflet-overlay-pane path").count() == 1


def test_distance_is_measured(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.wait_for_pins()
    watched.page.locator('[data-map-action="ruler"]').click()
    box = watched.page.locator(".map-canvas").bounding_box()
    assert box is not None
    points = [(box["x"] + 300, box["y"] + 300), (box["x"] + 400, box["y"] + 300)]
    for x, y in points:
        watched.page.mouse.click(x, y)
        watched.page.wait_for_timeout(350)
    watched.page.keyboard.press("Enter")
    said = watched.page.locator(".map-sketch__measure").inner_text()
    expected = watched.page.evaluate("""() => {
      const {map} = document.querySelector("[data-map]").searchPage.map;
      return map.distance(map.containerPointToLatLng([300, 300]), map.containerPointToLatLng([400, 300]));
    }""")
    assert said.endswith(" km") and abs(float(said.split("：")[1].split()[0]) - expected / 1000) <= 0.051


def test_districts_are_drawn_and_narrow_the_search(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.wait_for_pins()
    every = found(watched)
    codes = watched.page.eval_on_selector_all(
        ".map-legend__select option", "all => all.map(o => o.value).filter(Boolean)"
    )
    assert len(codes) >= 2
    with watched.page.expect_response(
        lambda answer: "/tiles/districts-" in answer.url and answer.status == 200
    ):
        watched.page.select_option(".map-legend__select", codes[0])
    watched.page.wait_for_timeout(1200)
    watched.shot("districts")
    free = watched.page.evaluate("""() => {
      const {map} = document.querySelector("[data-map]").searchPage;
      const box = map.map.getContainer().getBoundingClientRect();
      for (let x = 350; x < box.width - 150; x += 12) for (let y = 150; y < box.height - 150; y += 12) {
        const at = map.map.containerPointToLatLng([x, y]);
        if (map.districts.hit(at) && !map.points.hit(at, 12)) return [box.x + x, box.y + y];
      }
      return null;
    }""")
    watched.page.mouse.click(*free)
    button = watched.page.get_by_role("button", name="この地区で絞り込む")
    watched.settled(button.click, contains="district=")
    assert params(watched)["district"][0].startswith(f"{codes[0]}:")
    assert 0 <= found(watched) < every


def test_view_is_switched_and_kept(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/resources/")
    watched.page.locator('[data-view-link="list"]').click()
    assert watched.page.locator("section[data-map]").is_hidden()
    assert params(watched)["view"] == ["list"]
    watched.page.locator('[data-view-link="map"]').click()
    assert watched.page.locator("section[data-map]").is_visible()
    watched.settled(
        lambda: watched.page.locator("[data-search-form]").evaluate("form => form.requestSubmit()")
    )
    assert params(watched)["view"] == ["map"]
    watched.page.reload()
    watched.ready()
    assert watched.page.locator("section[data-map]").is_visible()


def test_pages_of_the_list_leave_the_map_as_it_is(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.wait_for_pins()
    first = watched.page.locator("#results [data-result]").first.get_attribute("data-result")
    tiles = len([each for each in watched.requests if "/tiles/resources/" in each.url])
    watched.settled(lambda: watched.page.locator("#results .paging a[rel=next]").click(), contains="page=2")
    assert watched.page.locator("#results [data-result]").first.get_attribute("data-result") != first
    assert params(watched)["page"] == ["2"]
    watched.page.wait_for_timeout(500)
    assert len([each for each in watched.requests if "/tiles/resources/" in each.url]) == tiles
    assert watched.page.evaluate("document.activeElement.id") == "results-title"


def test_pins_stay_sharp_beyond_the_last_stored_zoom(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map&at=34.3428,134.0466,18")
    watched.page.locator(".map-points canvas").first.wait_for(state="attached")
    widths = watched.page.eval_on_selector_all(
        ".map-points canvas", "all => all.map(c => c.getBoundingClientRect().width)"
    )
    assert set(widths) == {512}
    tiles = [each.url for each in watched.requests if "/tiles/resources/" in each.url]
    assert tiles and all("/resources/16/" in url for url in tiles)


def test_map_speaks_the_language_of_the_page(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.page.get_by_role("button", name="English").click()
    watched.until("document.documentElement.lang === 'en'")
    watched.ready()
    assert watched.page.locator("html").get_attribute("lang") == "en"
    assert watched.page.locator(".map-legend summary").inner_text() == "Legend"
    assert watched.page.locator(".leaflet-control-zoom-in").get_attribute("aria-label") == "Zoom in"
    japanese = opener().open("/resources/")
    assert japanese.page.locator(".map-legend summary").inner_text() == "凡例"
    assert japanese.page.locator(".leaflet-control-zoom-in").get_attribute("aria-label") == "拡大"
