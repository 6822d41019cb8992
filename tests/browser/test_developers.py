"""Pages for developers in the browser, and the example of MapLibre from another site (D4, D8)."""

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from gisportal.modules.developers.examples import by_slug, program
from tests.browser.conftest import FLAGS, Opener, chromium
from tests.browser.portal_process import Portal
from tests.browser.test_accessibility import assert_clean
from tests.browser.test_published_map import SOFTWARE_GL


def test_the_page_and_its_examples(opener: Opener, size: str) -> None:
    watched = opener(user="level-b", size=size).open("/developers/")
    page = watched.page
    assert_clean(watched, f"developers-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= (390 if size == "phone" else 1366)
    page.get_by_label("インターフェースとデータを探す").fill("地区")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("code", has_text="districts-former").count()
    for slug in ("qgis", "gdal"):
        watched.open(f"/developers/examples/{slug}/")
        assert_clean(watched, f"developers-{slug}-{size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= (390 if size == "phone" else 1366)


def test_an_operation_is_tried_out(opener: Opener, size: str) -> None:
    watched = opener(user="level-b", size=size).open("/developers/try/?op=items_resources")
    page = watched.page
    page.get_by_label("limit", exact=False).first.fill("3")
    url = page.locator("[data-try-url]").inner_text()
    assert url == f"{watched.url}/ogc/collections/resources/items?f=json&limit=3"
    assert page.locator("[data-try-curl]").inner_text() == f"curl '{url}'"
    page.get_by_role("button", name="送る").click()
    page.locator("[data-try-status]", has_text="200").wait_for()
    assert '"numberReturned": 3' in page.locator("[data-try-content]").inner_text()
    page.locator(".try-map .leaflet-interactive").first.wait_for()
    headers = page.locator("[data-try-headers]").text_content() or ""
    assert "ratelimit" in headers
    assert page.evaluate("document.activeElement.id") == "answer-title"
    assert_clean(watched, f"developers-try-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= (390 if size == "phone" else 1366)


def test_a_refusal_is_shown_and_the_token_goes_into_no_command(opener: Opener) -> None:
    watched = opener(user="level-b").open("/developers/try/?op=items_resources")
    page = watched.page
    page.get_by_label("bbox", exact=True).fill("1,2")
    page.get_by_role("button", name="送る").click()
    page.locator("[data-try-status]", has_text="400").wait_for()
    assert '"parameter": "bbox"' in page.locator("[data-try-content]").inner_text()
    page.get_by_label("トークン（なくてもよい）").fill("gp_wrong")
    assert "gp_wrong" not in page.locator("[data-try-curl]").inner_text()
    page.get_by_role("button", name="送る").click()
    page.locator("[data-try-status]", has_text="401").wait_for()


def test_what_changes_data_asks_first(opener: Opener) -> None:
    watched = opener(user="level-a").open("/developers/try/")
    page = watched.page
    option = page.locator("#try-op option", has_text="DELETE").first
    page.select_option("#try-op", option.get_attribute("value"))
    page.get_by_role("button", name="表示").click()
    page.wait_for_url("**op=*")
    page.locator("[data-try-input][data-place=path] input").first.fill("999999")
    before = len(watched.requests)
    page.get_by_role("button", name="送る").click()
    page.locator("[data-try-status]", has_text="承知").or_(
        page.locator("[data-try-status]", has_text="印")
    ).wait_for()
    assert [request for request in watched.requests[before:] if request.method == "DELETE"] == []
    assert_clean(watched, "developers-delete")


def test_a_token_is_made_shown_once_and_revoked(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size).open("/accounts/tokens/")
    page = watched.page
    page.get_by_label("プログラムの名前").fill(f"試しの QGIS {size}")
    page.get_by_role("button", name="トークンを作る").click()
    secret = page.input_value("#secret")
    assert secret.startswith("gp_")
    assert_clean(watched, f"tokens-{size}")
    answer = page.request.get(
        f"{watched.url}/ogc/conformance?f=json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status == 200
    watched.open("/accounts/tokens/")
    assert secret not in page.content()
    card = page.locator(".token-card", has_text=f"試しの QGIS {size}")
    card.get_by_role("link", name="無効にする").click()
    assert_clean(watched, f"token-revoke-{size}")
    page.get_by_role("button", name="無効にする").click()
    page.wait_for_url("**/accounts/tokens/")
    answer = page.request.get(f"{watched.url}/ogc/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status == 401


def test_the_screen_of_use(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/settings/usage/")
    assert_clean(watched, f"usage-{size}")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= (390 if size == "phone" else 1366)


# --- MapLibre, from a page of another site ---------------------------------------------------------------------------

PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>map</title>
<link rel="stylesheet" href="maplibre-gl/maplibre-gl.css"><div id="map" style="width:800px;height:600px"></div>
<script type="importmap">{"imports": {"maplibre-gl": "./maplibre-gl/maplibre-gl.mjs"}}</script>
<script type="module">
import { map } from "./map.mjs";
map.on("error", ({ error }) => { document.documentElement.dataset.error = error.message; });
map.on("idle", () => {
  const named = map.queryRenderedFeatures().filter(({ source }) => source === "resources");
  if (named.length) document.documentElement.dataset.features = named.length;
});
</script></html>"""


@pytest.fixture
def elsewhere(portal: Portal, city: Portal, tmp_path: Path) -> Iterator[str]:
    """Address of another site that shows the example, with a token of level B."""
    found = json.loads((city.var / "demo-accounts.json").read_text())
    token = next(entry["token"] for entry in found if entry["user"] == "level-b")
    example = by_slug("maplibre")
    assert example is not None
    text = program(example, portal.url)
    assert 'TOKEN = ""' in text
    (tmp_path / "map.mjs").write_text(text.replace('TOKEN = ""', f'TOKEN = "{token}"'), encoding="utf-8")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    shutil.copytree(city.var / "node" / "node_modules" / "maplibre-gl" / "dist", tmp_path / "maplibre-gl")
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_address[1]}/"
    host.shutdown()


def test_maplibre_reads_tiles_and_style_from_another_site(
    elsewhere: str, playwright: Playwright, screens: Path
) -> None:
    browser: Browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *SOFTWARE_GL])
    page = browser.new_page()
    page.goto(elsewhere)
    page.locator("html[data-features]").wait_for(state="attached", timeout=90_000)
    screens.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=screens / "developers-maplibre.png")
    assert page.locator("html").get_attribute("data-error") is None
    assert int(page.locator("html").get_attribute("data-features") or 0) > 5
    browser.close()
