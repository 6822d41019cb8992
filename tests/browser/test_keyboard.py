"""The whole job by keyboard alone (R48): sign in, search, read, look at the map, come back, open the detail page."""

from tests.browser.conftest import Opener
from tests.browser.watched import Watched


def focused(watched: Watched) -> str:
    """What has the focus, in words."""
    return str(
        watched.page.evaluate("""() => {
          const it = document.activeElement;
          const label = it.getAttribute("aria-label") ?? it.textContent.trim().slice(0, 40);
          return [it.tagName, it.id, it.name, it.className, label].join("|");
        }""")
    )


def tab_until(watched: Watched, selector: str, limit: int = 90) -> None:
    """Presses Tab until something has the focus; fails where the keyboard cannot get there."""
    for _press in range(limit):
        watched.page.keyboard.press("Tab")
        if watched.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached; the focus stands on {focused(watched)}")


def test_whole_job_by_keyboard(opener: Opener) -> None:
    watched = opener(user="")
    page = watched.page
    page.goto(watched.url + "/accounts/login/")
    tab_until(watched, "#id_login")
    page.keyboard.type("level-b")
    tab_until(watched, "#id_password")
    page.keyboard.type(password(watched))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)

    tab_until(watched, "a[href='/resources/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/resources/*")
    watched.ready()
    tab_until(watched, ".skip-links a[href='#results']")
    tab_until(watched, "#q")
    page.keyboard.type("図書館")
    watched.settled(lambda: page.keyboard.press("Enter"))
    assert "件" in page.locator("[data-status]").inner_text()

    watched.wait_for_pins()
    tab_until(watched, "[data-result] [data-show-on-map]")
    with page.expect_response("**/popup*"):
        page.keyboard.press("Enter")
    watched.until("document.activeElement.closest('.map-popup')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.map-popup') !== null"), focused(watched)
    page.keyboard.press("Escape")
    watched.until("document.activeElement.matches('[data-show-on-map]')")
    assert page.locator(".map-popup").count() == 0

    tab_until(watched, ".map-canvas")
    centre = page.evaluate("document.querySelector('[data-map]').searchPage.map.position.lon")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('[data-map]').searchPage.map.position.lon") > centre
    assert "map-canvas" in focused(watched)
    tab_until(watched, '[data-map-action="reset"]')
    page.keyboard.press("Enter")
    tab_until(watched, '.map-legend__entry[data-category="learning"]')

    page.locator("#results").evaluate("results => results.querySelector('.result-name a').focus()")
    page.keyboard.press("Enter")
    page.wait_for_url("**/resources/*/*")
    assert "図書館" in page.locator("h1").inner_text()


def password(watched: Watched) -> str:
    """Of level-b, as the demo's sign-in page offers it."""
    return str(
        watched.page.evaluate("""() => [...document.forms]
          .find((form) => !form.querySelector("#id_login") && form.elements.login?.value === "level-b")
          .elements.password.value""")
    )


def test_pins_are_no_tab_stops(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.wait_for_pins()
    stops = watched.page.eval_on_selector_all(
        ".leaflet-map-pane a, .leaflet-map-pane button, .leaflet-map-pane [tabindex='0']", "all => all.length"
    )
    assert stops == 0


def test_skip_links_come_first(opener: Opener) -> None:
    watched = opener().open("/resources/")
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.getAttribute('href')") == "#results"
    watched.page.keyboard.press("Enter")
    assert watched.page.url.endswith("#results")


def test_drawing_is_given_up_with_escape(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map")
    watched.page.locator('[data-map-action="ruler"]').press("Enter")
    assert watched.page.locator(".map-sketch").is_visible()
    watched.page.keyboard.press("Escape")
    assert watched.page.locator(".map-sketch").is_hidden()
    assert "map-canvas" in focused(watched)


def test_enter_on_the_map_opens_what_is_in_the_middle(opener: Opener) -> None:
    watched = opener().open("/resources/?view=map&category=library")
    pin = watched.single_pin()
    watched.page.evaluate(
        """([x, y]) => {
          const {map} = document.querySelector("[data-map]").searchPage.map;
          const box = map.getContainer().getBoundingClientRect();
          map.setView(map.containerPointToLatLng([x - box.x, y - box.y]), map.getZoom() + 2, {animate: false});
        }""",
        [pin["x"], pin["y"]],
    )
    watched.wait_for_pins()
    watched.page.wait_for_timeout(800)
    watched.page.locator(".map-canvas").focus()
    watched.page.keyboard.press("Enter")
    heading = watched.page.locator(".map-popup__content h3")
    heading.wait_for()
    assert heading.inner_text() == pin["name"]
    watched.until("document.activeElement.closest('.map-popup')")
    assert pin["name"] in watched.page.locator("[data-status]").inner_text()
    watched.page.keyboard.press("Escape")
    watched.until("document.activeElement.matches('.map-canvas')")
