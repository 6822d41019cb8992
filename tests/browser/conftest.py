"""The running portal and the browser. No test here touches the database of pytest-django."""

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Playwright, Route, sync_playwright

from tests.browser.portal_process import Portal, chromium, create_database, drop_database
from tests.browser.watched import Watched

DESKTOP = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
OUTSIDE = re.compile(r"^https?://(?!127\.0\.0\.1)")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

Opener = Callable[..., Watched]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo city, loaded once. ``GISPORTAL_BROWSER_DB`` names a loaded database to use again while writing tests."""
    kept = os.environ.get("GISPORTAL_BROWSER_DB", "")
    name = kept or f"test_{settings.DATABASES['default']['NAME']}_browser_{os.getpid()}"
    portal = Portal(name, tmp_path_factory.mktemp("portal"))
    portal.build()
    if kept:
        portal.manage("create_demo_accounts")
    else:
        create_database(name)
        portal.load()
    yield portal
    if not kept:
        drop_database(name)


@pytest.fixture(scope="session")
def portal(city: Portal) -> Iterator[Portal]:
    """The portal with the base map of the settings (GSI)."""
    server = Portal(city.database, city.var).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def own_map_portal(city: Portal) -> Iterator[Portal]:
    """The same city with our own base map chosen."""
    server = Portal(city.database, city.var, {"GISPORTAL_BASE_MAP": "own"}).start()
    yield server
    server.stop()


# Of the module, not the session: while it runs, Playwright's loop makes Django refuse the database to other tests.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield running
    running.close()


def tile_picture() -> bytes:
    """A plain tile of 256 × 256 pixels as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xee\xf1\xea" * 256 for _row in range(256))
    header = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture(scope="session")
def axe_source(city: Portal) -> str:
    return (city.var / "node" / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def screens() -> Path:
    return Path(settings.VAR_DIR) / "test-output" / "screens"


@pytest.fixture(scope="session")
def sign_ins() -> dict[tuple[str, str], object]:
    """Cookies of accounts once signed in, so that not every test signs in anew."""
    return {}


@pytest.fixture
def opener(
    portal: Portal, browser: Browser, axe_source: str, screens: Path, sign_ins: dict[tuple[str, str], object]
) -> Iterator[Opener]:
    """``opener(user="admin", size="desktop", …)`` gives a page of a signed-in account; ``user=""`` of nobody."""
    contexts: list[BrowserContext] = []

    def open_page(
        user: str = "admin",
        size: str = "desktop",
        server: Portal = portal,
        tiles: str = "answer",
        locale: str = "ja-JP",
    ) -> Watched:
        state = sign_ins.get((server.url, user)) if user else None
        context = browser.new_context(
            viewport=SIZES[size], has_touch=size == "phone", locale="ja-JP", timezone_id="Asia/Tokyo",
            storage_state=state, reduced_motion="reduce", permissions=[],
        )  # fmt: skip
        contexts.append(context)
        mock_tiles(context, tiles)
        page = context.new_page()
        page.set_default_timeout(15_000)
        watched = Watched(page, server.url, screens, axe_source)
        if user and state is None:
            sign_in(watched, user, server.accounts[user])
            sign_ins[server.url, user] = context.storage_state()
        return watched

    yield open_page
    for context in contexts:
        context.close()


def mock_tiles(context: BrowserContext, answer: str) -> None:
    """Nothing leaves the machine. ``answer``: a picture; ``refuse``: no connection; ``hang``: no word at all."""
    picture = tile_picture()

    def outside(route: Route) -> None:
        if answer == "answer":
            route.fulfill(body=picture, content_type="image/png")
        elif answer == "refuse":
            route.abort("connectionrefused")

    context.route(OUTSIDE, outside)


def sign_in(watched: Watched, user: str, password: str) -> None:
    """By the sign-in page, as a person does."""
    watched.page.goto(watched.url + "/accounts/login/")
    watched.page.fill("#id_login", user)
    watched.page.fill("#id_password", password)
    watched.page.press("#id_password", "Enter")
    watched.page.wait_for_url(lambda address: "/accounts/login" not in address)


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """Both widths."""
    return str(request.param)
