"""An uploaded layer from file to trash in the browser: put in, drawn, replaced, undone, removed, brought back (D4)."""

import time

import pytest

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal
from tests.browser.test_accessibility import assert_clean
from tests.browser.watched import Watched
from tests.layers.stored.samples import geojson, shapefile, square

#: Pixels of the map's canvases in which much more of one colour stands than of the others.
PAINTED = """(colour) => [...document.querySelectorAll('.leaflet-stored-pane canvas')].some((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 60 && colour.every((part, place) => Math.abs(data[at + place] - part) < 12)) return true;
  }
  return false;
})"""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A Shapefile in CP932; areas of two kinds with numbers, and their next edition."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "shops.zip").write_bytes(shapefile(srid=6672))
    for name, count in (("areas", 6), ("next", 9)):
        rows = [
            (
                {"名称": f"区域{n}", "種別": "甲" if n % 2 else "乙", "人口": n * 100},
                square(134 + n / 50, 34.3, 0.018),
            )
            for n in range(count)
        ]
        (folder / f"{name}.geojson").write_bytes(geojson(rows))
    return {path.stem: str(path) for path in folder.iterdir()}


def load(portal: Portal) -> None:
    """What the worker does, once."""
    portal.manage("procrastinate", "worker", "--one-shot", "--queues", "layers")


def send(watched: Watched, portal: Portal, path: str, **words: str) -> None:
    page = watched.page
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="内容を確かめる").or_(
        page.locator("main form button[type=submit]")
    ).first.click()
    page.locator("[data-datasets-map][data-ready]").wait_for()
    for name, value in words.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="登録する").click()
    page.locator("#progress").wait_for()
    load(portal)
    page.wait_for_url(lambda address: "/uploads/" not in address)
    page.locator("[data-datasets-map][data-ready]").wait_for()


def painted(watched: Watched, colour: tuple[int, int, int]) -> None:
    watched.until(f"({PAINTED})({list(colour)})")


def test_a_layer_from_file_to_trash(
    opener: Opener, portal: Portal, papers: dict[str, str], size: str
) -> None:
    watched = opener("admin", size=size)
    page, slug = watched.page, f"areas_{size}_{int(time.time())}"
    watched.open("/layers/new/")
    send(watched, portal, papers["areas"], title=f"区域の人口 {slug}", slug=slug)
    assert page.url.endswith(f"/layers/{slug}/")
    painted(watched, (0, 114, 178))
    assert_clean(watched, f"layer-{size}")

    page.get_by_role("link", name="描き方").click()
    page.locator("[data-datasets-map][data-ready]").wait_for()
    page.check("[name=kind][value=categories]")
    page.select_option("#field", "kind")
    page.locator("[name=rule-value]").nth(1).wait_for(state="attached")
    painted(watched, (230, 159, 0))
    page.locator("[name=rule-colour]").first.fill("#ff0000")
    painted(watched, (255, 0, 0))
    assert_clean(watched, f"layer-style-{size}")
    page.get_by_role("button", name="この描き方にする").click()
    page.locator("[data-datasets-map][data-ready]").wait_for()
    painted(watched, (255, 0, 0))

    page.get_by_role("link", name="新しい版").click()
    send(watched, portal, papers["next"])
    assert "9" in page.locator("dt:has-text('地物') + dd").inner_text()
    page.get_by_role("button", name="第1版に戻す").click()
    assert "6" in page.locator("dt:has-text('地物') + dd").inner_text()

    page.get_by_role("button", name="このレイヤを外す").click()
    assert page.request.get(f"{watched.url}/tiles/layer-{slug}.json").status == 404
    page.locator("li", has_text=f"区域の人口 {slug}").get_by_role("button", name="元に戻す").click()
    page.locator("[data-datasets-map][data-ready]").wait_for()
    assert page.request.get(f"{watched.url}/tiles/layer-{slug}.json").status == 200


def test_a_look_at_a_file(opener: Opener, papers: dict[str, str], size: str) -> None:
    """CP932 without a word of it, the system out of the .prj; nothing wider than the screen."""
    watched = opener("admin", size=size)
    watched.open("/layers/new/")
    assert_clean(watched, f"layer-new-{size}")
    watched.page.set_input_files("input[type=file]", papers["shops"])
    watched.page.locator("main form button[type=submit]").click()
    watched.page.locator("[data-datasets-map][data-ready]").wait_for()
    assert "高松駅前" in watched.page.locator("main").inner_text()
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_clean(watched, f"layer-look-{size}")
    watched.page.get_by_role("button", name="取り込まない").click()
    watched.open("/layers/")
    assert_clean(watched, f"layers-{size}")
