"""Modules in the browser, at both widths: news of a resource with a video, comments on the map."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import assert_clean
from tests.browser.watched import Watched

VIDEO = "https://youtu.be/dQw4w9WgXcQ"
NOCOOKIE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo to hand in."""
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (800, 600), "#6fa86f").save(path, "JPEG")
    return path


def first_resource(watched: Watched) -> int:
    """A resource with a position."""
    answer = watched.page.request.get(f"{watched.url}/ogc/collections/resources/items?f=json&limit=1")
    return int(answer.json()["features"][0]["id"])


def save(watched: Watched) -> None:
    """The button of the entry's form."""
    watched.page.locator(".entry-form button[type=submit].button-primary").click()


def asked_outside(watched: Watched) -> list[str]:
    """Addresses of YouTube asked for so far."""
    return [request.url for request in watched.requests if "youtu" in request.url]


def test_news_is_written_corrected_watched_and_taken_back(opener: Opener, size: str, photo: Path) -> None:
    watched = opener(size=size)
    page = watched.page
    resource = first_resource(watched)
    watched.open(f"/resources/{resource}/news/new")
    page.select_option("#id_kind", "event")
    page.fill("#id_title", "秋まつり")
    page.fill("#id_event_on", "そのうち")
    page.fill("#id_video", "https://youtu.be.evil.example/dQw4w9WgXcQ")
    save(watched)
    page.locator("[data-error-summary]").wait_for()
    assert page.input_value("#id_title") == "秋まつり"
    assert page.locator("#id_event_on_error").is_visible() and page.locator("#id_video_error").is_visible()
    assert_clean(watched, f"news-form-{size}")
    page.fill("#id_event_on", "令和8年11月23日")
    page.fill("#id_video", VIDEO)
    page.set_input_files("#id_new-1-file", photo)
    page.fill("#id_new-1-alt", "緑の芝生")
    save(watched)
    page.wait_for_url("**/news/*/")
    assert (
        page.locator("img[alt='緑の芝生']").evaluate("image => image.complete && image.naturalWidth") == 800
    )
    assert asked_outside(watched) == []
    assert_clean(watched, f"news-{size}")
    item = page.url.removeprefix(watched.url)
    page.locator("[data-video-play]").press("Enter")
    page.locator("[data-video] iframe").wait_for()
    watched.until("document.activeElement.tagName === 'IFRAME'")
    assert [address.partition("?")[0] for address in asked_outside(watched)] == [NOCOOKIE]
    assert watched.csp_violations == []
    watched.open(f"/resources/{resource}/")
    assert page.locator(".news-panel").get_by_text("秋まつり").first.is_visible()
    assert_clean(watched, f"news-panel-{size}")
    watched.open(item)
    page.get_by_role("button", name="削除").click()
    page.locator(".entry-undo button").click()
    page.wait_for_url(f"**{item}")
    watched.open("/news/")
    assert_clean(watched, f"news-all-{size}")


def test_a_comment_is_drawn_and_found_on_the_map(opener: Opener, size: str) -> None:
    watched = opener(size=size).open("/comments/new")
    page = watched.page
    page.fill("#id_acted_on", "R8.11.3")
    page.fill("#id_text", f"範囲の聞き取り {size}")
    page.locator('[data-draw="polygon"]').click()
    canvas = page.locator("[data-comments-map] .map-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75
    for dx, dy in ((-60, -20), (60, -20), (60, 30)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(350)
    page.keyboard.press("Enter")
    watched.until("document.querySelector('[data-place-drawn]').value !== ''")
    drawn = json.loads(page.input_value("[data-place-drawn]"))
    assert drawn["type"] == "Polygon" and len(drawn["coordinates"][0]) == 4
    assert page.locator('input[name="target"][value="place"]').is_checked()
    assert_clean(watched, f"comment-form-{size}")
    save(watched)
    page.locator('[data-kind="one"][data-ready] path.leaflet-interactive').wait_for(state="attached")
    assert_clean(watched, f"comment-{size}")
    watched.open(f"/comments/?q=%E8%81%9E%E3%81%8D%E5%8F%96%E3%82%8A&q={size}")
    page.locator("[data-comments-map] path.leaflet-interactive").first.wait_for(state="attached")
    assert page.get_by_text(f"範囲の聞き取り {size}").first.is_visible()
    assert_clean(watched, f"comments-{size}")


def test_a_point_is_set_by_keyboard(opener: Opener) -> None:
    watched = opener().open("/comments/new")
    watched.page.fill("#id_text", "点の見守り")
    watched.page.locator('[data-draw="point"]').press("Enter")
    watched.page.keyboard.press("Space")
    watched.until("document.querySelector('#id_position').value !== ''")
    save(watched)
    watched.page.wait_for_url(lambda address: address.rstrip("/").rsplit("/", 1)[-1].isdecimal())
    assert watched.page.get_by_text("点の見守り").is_visible()


def test_pages_of_comments_are_accessible(opener: Opener, size: str) -> None:
    watched = opener(size=size)
    resource = first_resource(watched)
    watched.open(f"/comments/new?resource={resource}")
    watched.page.fill("#id_text", "茶話会を手伝った")
    assert_clean(watched, f"comment-on-resource-{size}")
    save(watched)
    watched.page.get_by_text("茶話会を手伝った").first.wait_for()
    watched.open("/comments/?activity_after=%E3%81%84%E3%81%A4%E3%81%8B")
    assert_clean(watched, f"comments-wrong-{size}")
    watched.open("/settings/comment-classes/")
    watched.page.fill("#id_new-title", f"見守り {size}")
    watched.page.locator('button[value="add"]').click()
    watched.page.get_by_text("分類を保存しました").wait_for()
    assert_clean(watched, f"comment-classes-{size}")


def test_writing_works_without_script(opener: Opener) -> None:
    """Where no map can be drawn, latitude and longitude are typed."""
    watched = opener()
    page = watched.page
    page.route("**/static/js/**", lambda route: route.abort())
    page.goto(f"{watched.url}/comments/new")
    page.fill("#id_text", "台本なし")
    page.check('input[name="target"][value="place"]')
    page.fill("#id_position", "34.3428, 134.0466")
    save(watched)
    page.wait_for_url(lambda address: address.rstrip("/").rsplit("/", 1)[-1].isdecimal())
    assert page.get_by_text("台本なし").is_visible()
