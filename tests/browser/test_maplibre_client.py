"""MapLibre on somebody else's site reads our style, tiles and items (issue must show 3; G4).

The page stands on another host, so that what a browser asks before it lets a script read our answers is asked too.
"""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.portal_process import Portal

#: MapLibre draws by WebGL, which a machine without a graphics card computes.
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
PAGE = """<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><title>MapLibre</title><link rel="stylesheet" href="maplibre-gl.css"></head>
<body><div id="map" style="width:900px;height:600px"></div>
<script type="module" src="client.js"></script></body>
</html>
"""
CLIENT = """
import * as maplibregl from "./maplibre-gl.mjs";

const api = new URLSearchParams(location.search).get("api");
const told = { errors: [] };
try {
  const collection = await (await fetch(`${api}/collections/resources`)).json();
  const [west, south, east, north] = collection.extent.spatial.bbox[0];
  const map = new maplibregl.Map({
    container: "map",
    style: `${api}/collections/resources/styles/resources?f=mapbox`,
    center: [134.0466, 34.3428],
    zoom: 14,
    preserveDrawingBuffer: true,
  });
  map.on("error", (event) => told.errors.push(String(event.error?.message ?? event.error)));
  await map.once("load");
  const drawn = map.getStyle().layers.filter((layer) => layer["source-layer"]).map((layer) => layer.id);
  const box = [133.98, 34.3, 134.11, 34.38];
  const data = `${api}/collections/resources/items?limit=1000&bbox=${box}`;
  map.addSource("items", { type: "geojson", data });
  map.addLayer({ id: "items", type: "circle", source: "items", paint: { "circle-radius": 2 } });
  await map.once("idle");
  const label = ({ properties }) => properties.name ?? properties.count;
  const names = (layers) => map.queryRenderedFeatures({ layers }).map(label);
  told.extent = [west, south, east, north];
  told.tiles = names(drawn);
  told.items = names(["items"]);
  told.layers = drawn;
} catch (error) {
  told.errors.push(String(error));
}
window.told = told;
"""


class _Files(SimpleHTTPRequestHandler):
    """A host of files."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def elsewhere(city: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of another site with a page that draws our map."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for file in (city.var / "node" / "node_modules" / "maplibre-gl" / "dist").iterdir():
        if file.suffix in {".mjs", ".css"}:
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "index.html").write_text(PAGE)
    (folder / "client.js").write_text(CLIENT)
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_address[1]}/"
    host.shutdown()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *SOFTWARE_GL])
    yield running
    running.close()


def told_by(browser: Browser, address: str, picture: Path) -> Any:
    page = browser.new_page(viewport={"width": 960, "height": 640})
    page.goto(address)
    page.wait_for_function("window.told", timeout=90_000)
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture)
    told = page.evaluate("window.told")
    page.close()
    return told


def test_a_page_of_somebody_else_draws_our_map(
    portal: Portal, elsewhere: str, browser: Browser, screens: Path
) -> None:
    portal.manage("public_site", "on")
    try:
        told = told_by(browser, f"{elsewhere}?api={portal.url}/ogc", screens / "maplibre-client.png")
    finally:
        portal.manage("public_site", "off")
    assert told["errors"] == []
    assert len(told["layers"]) > 0 and len(told["tiles"]) > 20 and len(told["items"]) > 20
    assert all(told["items"])


def test_nothing_is_read_while_the_site_is_not_public(
    portal: Portal, elsewhere: str, browser: Browser, screens: Path
) -> None:
    told = told_by(browser, f"{elsewhere}?api={portal.url}/ogc", screens / "maplibre-client-closed.png")
    assert told["errors"] and "items" not in told
