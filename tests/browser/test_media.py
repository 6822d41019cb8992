"""Photos and files at both widths: several at once, bad beside good, order, undo, gallery, popup (R9, R30)."""

from urllib.parse import quote

import pytest
from PIL import Image, ImageDraw

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import assert_clean
from tests.browser.watched import Watched

NEW = "[data-media-new]"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A photo of a phone held upright, with its position; a landscape; a web page called .jpg; a text file."""
    folder = tmp_path_factory.mktemp("pictures")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 20.0, 31.2), 3: "E", 4: (134.0, 2.0, 52.8)})
    _scene((3000, 4000)).rotate(90, expand=True).save(folder / "upright.jpg", exif=exif, quality=80)
    _scene((1600, 900)).save(folder / "hall.png")
    (folder / "page.jpg").write_text("<!doctype html><script>alert(1)</script>")
    (folder / "案内.txt").write_text("第2・第4火曜 10時から\n")
    return {path.stem: str(path) for path in folder.iterdir()}


def _scene(size: tuple[int, int]) -> Image.Image:
    """Sky, a house and a ramp: something to recognise which way is up."""
    width, height = size
    image = Image.new("RGB", size, "#bfe3f5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.7, width, height), fill="#7f9f6f")
    draw.rectangle((width * 0.25, height * 0.35, width * 0.75, height * 0.8), fill="#e8d8b8")
    draw.polygon(
        [(width * 0.2, height * 0.35), (width * 0.5, height * 0.12), (width * 0.8, height * 0.35)], "#8a3b2c"
    )
    draw.rectangle((width * 0.45, height * 0.55, width * 0.55, height * 0.8), fill="#5a3b22")
    draw.polygon(
        [(width * 0.55, height * 0.8), (width * 0.9, height * 0.8), (width * 0.55, height * 0.72)], "#999"
    )
    return image


def own_entry(watched: Watched, nth: int = 0) -> str:
    """The path of an entry the provider is responsible for."""
    watched.open("/resources/?view=list")
    path = watched.page.locator("#results .result-name a").nth(nth).get_attribute("href")
    assert path
    return path.partition("?")[0]


def open_media(watched: Watched, path: str) -> None:
    watched.open(path + "media/")
    watched.page.locator("[data-media-page][data-ready]").wait_for(state="attached")


def add_two(watched: Watched, pictures: dict[str, str]) -> None:
    page = watched.page
    page.set_input_files("#photo-pick", [pictures["upright"], pictures["hall"]])
    for row, text in ((0, "入口。右側にスロープがある"), (1, "集会室。机と椅子が並ぶ")):
        page.locator(NEW).nth(row).locator('input[name$="-alt"]').fill(text)
        page.locator(NEW).nth(row).locator('input[name$="-has_consent"]').check()
    save(watched)


def save(watched: Watched) -> None:
    with watched.page.expect_navigation():
        watched.page.locator('[data-media-form="photo"] .button-primary').click()
    watched.page.locator("[data-media-page][data-ready]").wait_for(state="attached")


def remove_all(watched: Watched) -> None:
    """Leaves the entry as it was found, as far as one sees."""
    while (button := watched.page.locator('button[value^="remove:"]')).count():
        with watched.page.expect_navigation():
            button.first.click()
        watched.page.locator("[data-media-page][data-ready]").wait_for(state="attached")


def test_good_photos_are_kept_and_bad_ones_say_why(
    opener: Opener, size: str, pictures: dict[str, str]
) -> None:
    watched = opener(user="level-c", size=size)
    open_media(watched, own_entry(watched))
    remove_all(watched)
    page = watched.page
    page.set_input_files("#photo-pick", [pictures["upright"], pictures["page"], pictures["hall"]])
    rows = page.locator(NEW)
    assert rows.count() == 3
    rows.nth(0).locator('input[name$="-alt"]').fill("入口。右側にスロープがある")
    rows.nth(1).locator('input[name$="-alt"]').fill("説明は入力したまま残る")
    watched.page.wait_for_timeout(300)
    watched.shot(f"media-chosen-{size}")
    page.locator('[data-media-form="photo"] .button-primary').click()
    watched.until("document.querySelectorAll('[data-media-new]').length === 2")
    watched.until("!document.querySelector('[data-media-new] [data-media-bar]:not([hidden])')")
    assert "画像ではありません" in rows.nth(0).locator('[data-errors="file"]').inner_text()
    assert rows.nth(0).locator('input[name$="-alt"]').input_value() == "説明は入力したまま残る"
    assert rows.nth(1).locator('[data-errors="alt"] li').count() == 1
    assert_clean(watched, f"media-errors-{size}")
    rows.nth(0).locator("[data-media-drop]").click()
    rows.nth(0).locator('input[name$="-alt"]').fill("集会室。机と椅子が並ぶ")
    save(watched)
    assert "2件を追加しました" in page.locator(".messages").inner_text()
    assert page.locator("[data-media-kept]").count() == 2
    watched.until("document.querySelector('[data-media-kept] img').naturalWidth > 0")
    first = page.locator("[data-media-kept] img").first
    width, height = first.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert (width, height) == (300, 400), "turned as the camera was held"
    assert_clean(watched, f"media-{size}")
    remove_all(watched)


def test_order_removal_and_undo_by_keyboard(opener: Opener, size: str, pictures: dict[str, str]) -> None:
    watched = opener(user="level-c", size=size)
    open_media(watched, own_entry(watched, 1))
    remove_all(watched)
    add_two(watched, pictures)
    page = watched.page

    def texts() -> list[str]:
        return [each.get_attribute("alt") or "" for each in page.locator("[data-media-kept] img").all()]

    before = texts()
    page.locator('button[value^="down:"]').first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("[data-media-page][data-ready]").wait_for(state="attached")
    assert texts() == before[::-1]
    # The arrow came to its end: one goes on with the row.
    watched.until("document.activeElement.matches('[data-media-kept]')")
    page.locator('button[value^="remove:"]').first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("[data-media-page][data-ready]").wait_for(state="attached")
    assert texts() == before[:1]
    assert_clean(watched, f"media-removed-{size}")
    page.locator("[data-media-undo]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("[data-media-page][data-ready]").wait_for(state="attached")
    assert texts() == before[::-1]
    remove_all(watched)


def test_gallery_large_view_and_popup(opener: Opener, size: str, pictures: dict[str, str]) -> None:
    watched = opener(user="level-c", size=size)
    path = own_entry(watched, 2)
    open_media(watched, path)
    remove_all(watched)
    add_two(watched, pictures)
    page = watched.page
    page.set_input_files("#attachment-pick", [pictures["案内"]])
    with page.expect_navigation():
        page.locator('[data-media-form="attachment"] .button-primary').click()
    watched.open(path)
    assert page.locator(".gallery-list img").count() == 2
    assert page.locator(".media-files a").inner_text() == "案内"
    assert_clean(watched, f"gallery-{size}")
    with page.expect_download() as download:
        page.locator(".media-files a").click()
    assert download.value.suggested_filename == "案内.txt"
    page.locator(".gallery-list a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("[data-photo-page] img").get_attribute("alt") == "入口。右側にスロープがある"
    assert_clean(watched, f"photo-{size}")
    with page.expect_navigation():
        page.locator("[data-photo-after]").click()
    assert page.locator("[data-photo-page] img").get_attribute("alt") == "集会室。机と椅子が並ぶ"
    watched.open(path + "popup")
    watched.until("document.querySelector('.popup-photo').naturalWidth > 0")
    assert page.locator(".popup-photo").evaluate("image => image.naturalWidth") == 300
    name = page.locator(".popup-name").inner_text()
    watched.open(f"/resources/?view=map&q={quote(name)}")
    pin = watched.wait_for_pins()[0]
    with page.expect_response("**/popup*"):
        page.mouse.click(pin["x"], pin["y"])
    page.locator(".map-popup__content .popup-photo").wait_for()
    assert_clean(watched, f"popup-photo-{size}")
    open_media(watched, path)
    remove_all(watched)
