"""Room for guests on a phone and at a desk: one tap, taken back, by link and QR, by keyboard (R30)."""

import re

import pytest

from tests.browser.conftest import Opener
from tests.browser.portal_process import Portal
from tests.browser.test_accessibility import assert_clean
from tests.browser.test_keyboard import tab_until
from tests.browser.watched import Watched


def _link(opener: Opener, size: str) -> tuple[Watched, str]:
    """A link made by a provider on his page: the page that shows it once, and its path."""
    watched = opener(user="level-c", size=size).open("/vacancy/links/")
    assert_clean(watched, f"vacancy-links-{size}")
    watched.page.fill("#link-label", "受付のスマートフォン")
    watched.page.get_by_role("button", name="リンクと二次元コードを作る").click()
    address = watched.page.input_value("#link-address")
    assert re.fullmatch(rf"{watched.url}/link/[\w-]{{43}}/", address)
    assert watched.page.locator(".vacancy-qr svg").is_visible()
    assert_clean(watched, f"vacancy-made-{size}")
    return watched, address.removeprefix(watched.url)


def test_one_tap_and_back_again(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size).open("/vacancy/")
    page = watched.page
    assert_clean(watched, f"vacancy-{size}")
    card = page.locator(".vacancy-card").first
    name = card.locator("h2").inner_text().split("\n")[0]
    buttons = card.locator(".vacancy-button")
    assert buttons.count() == 4
    if size == "phone":
        assert all(
            (buttons.nth(number).bounding_box() or {"height": 0})["height"] >= 44 for number in range(4)
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = card.locator(".vacancy-now").inner_text()
    chosen = card.locator('.vacancy-button[aria-pressed="false"]').first
    words = chosen.inner_text()
    chosen.click()
    page.wait_for_url("**done=*")
    done = page.locator(".vacancy-done")
    assert (
        done.is_visible()
        and words in page.locator(".vacancy-card", has=done).locator(".vacancy-now").inner_text()
    )
    assert_clean(watched, f"vacancy-done-{size}")
    page.get_by_role("button", name="元に戻す").click()
    page.wait_for_load_state()
    card = page.locator(".vacancy-card", has_text=name).first
    assert card.locator(".vacancy-now").inner_text() == before
    card.locator("summary").click()
    card.locator("[name=vacancy_count]").fill("たくさん")
    card.get_by_role("button", name="保存").click()
    page.locator(".error-summary").wait_for()
    assert page.locator('[aria-invalid="true"]').input_value() == "たくさん"
    assert_clean(watched, f"vacancy-wrong-{size}")


def test_by_link_without_signing_in(opener: Opener, portal: Portal, size: str) -> None:
    _maker, path = _link(opener, size)
    token = path.split("/")[2]
    watched = opener(user="", size=size).open(path)
    page = watched.page
    assert_clean(watched, f"vacancy-link-{size}")
    assert token not in page.content() and page.context.cookies() == []
    page.locator(".vacancy-button").first.click()
    page.wait_for_url("**done=*")
    assert page.locator(".vacancy-done").is_visible()
    assert_clean(watched, f"vacancy-link-done-{size}")
    assert not [each for each in watched.requests if token in each.headers.get("referer", "")]
    logged = portal.log.read_text()
    assert token not in logged and "/link/…" in logged

    maker = opener(user="level-c", size=size).open("/vacancy/links/")
    maker.page.get_by_role("button", name=re.compile("無効にする|取り消す")).first.click()
    maker.page.wait_for_load_state()
    answer = page.goto(watched.url + path)
    assert answer is not None and answer.status == 410
    assert "取り消されています" in page.locator("main").inner_text()
    assert_clean(watched, f"link-revoked-{size}")


def test_an_altered_link_says_whom_to_ask(opener: Opener, size: str) -> None:
    watched = opener(user="", size=size)
    answer = watched.page.goto(watched.url + "/link/" + "x" * 43 + "/")
    assert answer is not None and answer.status == 404
    assert "問い合わせ先" in watched.page.locator("main").inner_text()
    assert_clean(watched, f"link-unknown-{size}")


def test_by_keyboard(opener: Opener) -> None:
    watched = opener(user="level-c").open("/vacancy/")
    tab_until(watched, '.vacancy-button[value="few"]')
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**done=*")
    tab_until(watched, 'button[name="undo"]')
    watched.page.keyboard.press("Enter")
    watched.page.locator('button[name="undo"]').wait_for(state="detached")
    watched.page.locator(".vacancy-card").first.wait_for()
    assert watched.page.locator(".error-summary").count() == 0


@pytest.mark.parametrize("wrong", [True, False])
def test_times_of_meetings(opener: Opener, size: str, wrong: bool) -> None:
    watched = opener(user="level-a", size=size).open("/resources/?view=list&category=home_salon")
    watched.page.locator("#results .result-name a").first.click()
    watched.page.wait_for_url("**/resources/*/")
    watched.page.get_by_role("link", name="開催日時を編集").click()
    watched.page.wait_for_url("**/sessions/")
    page = watched.page
    page.get_by_label("毎月の第何曜日").check()
    for label in ("第2", "第4", "火"):
        page.get_by_label(label, exact=True).check()
    page.fill("#m-start_time", "朝" if wrong else "10:00")
    page.get_by_role("button", name="保存").click()
    if wrong:
        page.locator(".error-summary").wait_for()
        assert page.input_value("#m-start_time") == "朝" and page.get_by_label("第4", exact=True).is_checked()
    else:
        page.locator(".meeting-when", has_text="第2・第4火曜").first.wait_for()
    assert_clean(watched, f"meetings-{'wrong' if wrong else 'saved'}-{size}")
