"""A person's address and point leave the page by POST to this portal and in no other way (design §2)."""

import re
from urllib.parse import quote, unquote

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal

ADDRESS = "高松市番町1丁目8-15"
TRACES = ("番町", "8-15", "near=", "address=")


def test_an_address_search_leaves_no_trace(opener: Opener, portal: Portal) -> None:
    watched = opener().open("/resources/")
    watched.page.fill("[data-place-form] [name=address]", ADDRESS)
    watched.page.select_option("[data-place-form] [name=radius]", "1000")
    watched.page.locator("[data-place-form] button[type=submit]").click()
    watched.page.wait_for_url("**place=**")
    sent_before = len(watched.requests)
    watched.ready()
    pins = [pin for pin in watched.wait_for_pins() if pin["isFree"]]
    spot = watched.page.evaluate("document.querySelector('[data-map]').searchPage.state.spot")
    assert abs(spot[0] - 34.34) < 0.02 and abs(spot[1] - 134.04) < 0.03
    assert watched.page.locator(".map-spot").count() == 1
    watched.shot("address")

    # Use the page: open a pin, turn a page, move the map, narrow down, open a detail page.
    watched.page.mouse.click(pins[0]["x"], pins[0]["y"])
    watched.page.wait_for_timeout(500)
    watched.page.locator(".map-canvas").focus()
    watched.page.keyboard.press("ArrowRight")
    watched.page.wait_for_timeout(900)
    assert "at=" not in watched.page.url
    watched.settled(
        lambda: watched.page.locator('[data-search-form] input[name=category][value="medical"]').check()
    )
    watched.page.wait_for_timeout(800)
    assert "place=" in watched.page.url and "at=" not in watched.page.url
    for _step in range(3):
        watched.page.locator(".map-canvas").focus()
        watched.page.keyboard.press("+")
        watched.page.wait_for_timeout(500)
    outside = [each.url for each in watched.requests[sent_before:] if not each.url.startswith(watched.url)]
    zooms = {int(found[1]) for url in outside if (found := re.search(r"/(\d+)/\d+/\d+\.png$", url))}
    assert zooms and max(zooms) <= 15, zooms
    watched.page.locator("#results .result-name a").first.click()
    watched.page.locator("[data-map-detail][data-ready]").wait_for(state="attached")

    exact = (f"{spot[0]:.4f}", f"{spot[1]:.4f}")
    for request in watched.requests:
        sent = unquote(request.url) + unquote(request.headers.get("referer", ""))
        assert not [trace for trace in (*TRACES, *exact) if trace in sent], request.url
        if not request.url.startswith(watched.url):
            assert "place=" not in sent and request.method == "GET"
            assert request.headers.get("referer", "") in {"", f"{watched.url}/"}
    posts = [
        each for each in watched.requests if each.method == "POST" and quote("番町") in (each.post_data or "")
    ]
    assert [each.url for each in posts] == [f"{watched.url}/resources/place"]
    stored = watched.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert not [trace for trace in (*TRACES, *exact) if trace in stored]

    logged = unquote(portal.log.read_text())
    assert '"POST /resources/place ' in logged and '"GET /tiles/resources/' in logged
    assert not [trace for trace in (*TRACES, *exact, "place=") if trace in logged]


def test_copied_link_has_no_place(opener: Opener) -> None:
    watched = opener().open("/resources/?q=%E4%BF%9D%E8%82%B2")
    watched.page.fill("[data-place-form] [name=address]", ADDRESS)
    watched.page.locator("[data-place-form] button[type=submit]").click()
    watched.page.wait_for_url("**place=**")
    watched.ready()
    watched.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = watched.page.locator("[data-copy-link]")
    link.click()
    watched.page.locator("[data-status]", has_text="コピーしました").wait_for(state="attached")
    copied = watched.page.evaluate("navigator.clipboard.readText()")
    assert copied == link.get_attribute("data-copied")
    assert copied.startswith(f"{watched.url}/resources/?")
    assert "q=" in copied
    assert not [part for part in ("place=", "near=", "address=", "at=", "radius=") if part in copied]


def test_search_from_a_place_on_the_map_is_posted(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.page.locator('[data-map-action="pick"]').click()
    with watched.page.expect_request("**/resources/place") as posted:
        watched.page.locator(".map-canvas").press(" ")
    assert posted.value.method == "POST" and "lat=" in (posted.value.post_data or "")
    watched.page.wait_for_url("**place=**")
    assert "lat" not in watched.page.url
    watched.ready()
    assert watched.page.locator(".map-spot").count() == 1
    assert all("lat=" not in each.url for each in watched.requests)


def test_here_says_why_when_it_may_not(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.page.locator('[data-map-action="here"]').click()
    watched.page.locator(".map-toast").wait_for()
    assert "現在地" in watched.page.locator(".map-toast").inner_text()


def test_here_offers_a_search_and_posts_it_only_then(opener: Opener) -> None:
    watched = opener()
    watched.page.context.grant_permissions(["geolocation"])
    watched.page.context.set_geolocation({"latitude": 34.3428, "longitude": 134.0466, "accuracy": 30})
    watched.open("/resources/?view=map")
    watched.page.locator('[data-map-action="here"]').click()
    button = watched.page.get_by_role("button", name="ここから探す")
    button.wait_for()
    assert all("34.34" not in each.url for each in watched.requests)
    button.click()
    watched.page.wait_for_url("**place=**")
    assert all("34.3428" not in each.url and "134.0466" not in each.url for each in watched.requests)
