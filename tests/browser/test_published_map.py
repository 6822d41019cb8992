"""The published map in a real browser, from a host that knows nothing but files (D15; issue 4 item 7)."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import FLAGS, SIZES, chromium
from tests.browser.portal_process import Portal
from tests.browser.watched import TAGS

#: MapLibre draws by WebGL, which a machine without a graphics card computes.
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


class _Files(SimpleHTTPRequestHandler):
    """Files and ranges of them, as any web host gives them."""

    def do_GET(self) -> None:
        path, asked = Path(self.translate_path(self.path)), self.headers.get("Range")
        if asked is None or not path.is_file():
            super().do_GET()
            return
        body = path.read_bytes()
        first, last = re.fullmatch(r"bytes=(\d+)-(\d+)", asked).groups()  # type: ignore[union-attr]
        part = body[int(first) : int(last) + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def published(city: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a host with the files of the demo city."""
    folder = tmp_path_factory.mktemp("published")
    city.manage("public_site", "on")
    try:
        city.manage("export_pmtiles", str(folder))
    finally:
        city.manage("public_site", "off")
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_address[1]}/"
    host.shutdown()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *SOFTWARE_GL])
    yield running
    running.close()


def opened(browser: Browser, address: str, size: str) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport=SIZES[size])  # type: ignore[arg-type]
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached", timeout=90_000)
    return page, requests


def listed(page: Page) -> int:
    found = re.search(r"[\d,]+", page.locator("[data-count]").inner_text())
    return int(found[0].replace(",", "")) if found else -1


def test_the_map_stands_by_itself(
    published: str, browser: Browser, size: str, axe_source: str, screens: Path
) -> None:
    page, requests = opened(browser, published, size)
    outside = [url for url in requests if not url.startswith((published, "blob:", "data:"))]
    assert outside == []
    screens.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=screens / f"published-map-{size}.png")
    page.evaluate(axe_source)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [item["id"] for item in found["violations"]] == []
    page.close()


def test_nearer_the_entries_are_listed_told_and_left_out_by_category(
    published: str, browser: Browser
) -> None:
    page, _requests = opened(browser, published, "desktop")
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    for _time in range(4):
        page.mouse.dblclick(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.35)
        page.wait_for_timeout(700)
    page.locator("[data-list] button").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1_500)
    before = listed(page)
    assert before > 5
    first = page.locator("[data-list] button").first
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-details] h2").inner_text() == name
    assert page.evaluate("document.activeElement.textContent") == name
    assert page.locator("[data-details] dd").count() >= 1
    page.locator("[data-codes]").first.focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"!document.querySelector('[data-count]').textContent.includes('{before} ')")
    assert 0 <= listed(page) < before
    page.close()
