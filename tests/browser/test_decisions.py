"""History, proposals, what is not updated, surveys: used at both widths (R28, R32, R39, R49)."""

import re

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import assert_clean
from tests.browser.watched import Watched


def _first_entry(watched: Watched) -> str:
    """Path of the first entry the person may edit."""
    watched.page.goto(f"{watched.url}/resources/?view=list")
    links = watched.page.locator('a[href*="/resources/"]')
    paths = [links.nth(number).get_attribute("href") or "" for number in range(links.count())]
    return next(found[0] for path in paths if (found := re.match(r"/resources/\d+/", path)))


def test_mistake_is_reported_decided_and_stands_in_the_history(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size).open("/")
    entry = _first_entry(watched)
    watched.open(f"{entry}report/")
    page = watched.page
    page.get_by_role("button", name="送る").click()
    page.locator("#text-error").wait_for()
    assert_clean(watched, f"report-wrong-{size}")
    page.fill("#text", "電話番号が古いようです。")
    page.get_by_role("button", name="送る").click()
    page.wait_for_url("**/proposals/*/")
    assert_clean(watched, f"proposal-own-{size}")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    decider = opener(user="level-a", size=size).open("/proposals/")
    assert_clean(decider, f"proposals-{size}")
    decider.open(f"/proposals/{number}/")
    decider.page.fill("#answer", "直しました。")
    decider.page.get_by_role("button", name="対応済みにする").click()
    decider.page.get_by_text("承認しました").wait_for()
    assert_clean(decider, f"proposal-settled-{size}")

    decider.open(f"{entry}history/")
    assert decider.page.locator(".history-step").count() >= 1
    assert_clean(decider, f"history-{size}")
    if size == "phone":
        assert decider.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_one_tap_confirms_and_the_overview_counts(opener: Opener, size: str) -> None:
    watched = opener(user="level-c", size=size).open("/")
    entry = _first_entry(watched)
    watched.open(entry)
    watched.page.get_by_role("button", name="変更なしで確認").click()
    watched.page.get_by_text("「変更なし」として確認しました").wait_for()
    overview = opener(user="level-a", size=size).open("/freshness/")
    assert_clean(overview, f"freshness-{size}")
    assert overview.page.get_by_role("heading", name="担当者別").is_visible()


def test_survey_is_made_from_a_search_and_answered(opener: Opener, size: str) -> None:
    watched = opener(user="level-a", size=size).open("/surveys/new?q=保健センター")
    page = watched.page
    page.get_by_role("button", name="調査を作る").click()
    page.locator(".error-summary").wait_for()
    assert_clean(watched, f"survey-wrong-{size}")
    page.fill("#title", "基礎調査")
    page.fill("#letter", "ご確認をお願いします。")
    page.fill("#answer_by", "2099-03-31")
    page.get_by_role("button", name="調査を作る").click()
    page.wait_for_url(re.compile(r"/surveys/\d+/$"))
    assert_clean(watched, f"survey-{size}")
    page.locator(".survey-table a").first.click()
    page.get_by_role("link", name="回答を入力する").click()
    page.get_by_label("変更があります(下で直します)").check()
    page.locator("summary", has_text="変わったところを直す").click()
    page.fill('[name="phone"]', "でんわ")
    page.get_by_role("button", name="回答を受け付ける").click()
    page.locator(".error-summary").wait_for()
    assert page.input_value('[name="phone"]') == "でんわ"
    assert_clean(watched, f"survey-answer-wrong-{size}")
    page.fill('[name="phone"]', "087-000-1111")
    page.get_by_role("button", name="回答を受け付ける").click()
    page.get_by_role("button", name="反映する").wait_for()
    assert_clean(watched, f"survey-settle-{size}")
    watched.open("/surveys/")
    assert_clean(watched, f"surveys-{size}")


def test_directory_of_a_past_date_is_asked_for(opener: Opener, size: str) -> None:
    watched = opener(user="level-a", size=size).open("/resources/?as_of=2020-04-01")
    assert "2020-04-01 時点" in watched.page.content()
    assert_clean(watched, f"as-of-{size}")
