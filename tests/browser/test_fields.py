"""The administrator's screens of the fields in a browser: seen at two widths, used by keyboard, without violations."""

import re

import pytest

from tests.browser.conftest import Opener
from tests.browser.watched import Watched

#: A field of the demo city with choices, and one without.
CHOICES, TEXT = "weekdays", "accepted_age"
PAGES = {
    "settings": "/settings/",
    "fields": "/settings/fields/",
    "field-add": "/settings/fields/add",
    "field": f"/settings/fields/{CHOICES}/",
    "field-key": f"/settings/fields/{CHOICES}/key",
    "field-choices": f"/settings/fields/{CHOICES}/choices",
    "field-merge": f"/settings/fields/{CHOICES}/merge?merged=mon&into=tue",
    "field-kind": f"/settings/fields/{TEXT}/kind?kind=number",
    "field-preview": "/settings/fields/preview?eyes=a&category=child",
}


def clean(watched: Watched, name: str) -> None:
    """The CSP first: axe adds a style sheet of its own."""
    watched.page.wait_for_timeout(300)
    watched.page.screenshot(path=watched.screens / f"{name}.png", full_page=True)
    assert watched.csp_violations == []
    assert watched.errors == []
    assert watched.axe() == []
    width = watched.page.evaluate("document.documentElement.scrollWidth")
    assert width <= watched.page.viewport_size["width"], "scrolls sideways"  # type: ignore[index]


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible(opener: Opener, size: str, name: str) -> None:
    watched = opener(size=size)
    watched.screens.mkdir(parents=True, exist_ok=True)
    watched.open(PAGES[name])
    assert watched.page.locator("h1").count() == 1
    clean(watched, f"{name}-{size}")


def test_a_field_is_added_used_and_taken_out_of_use(opener: Opener, size: str) -> None:
    title = f"試しの項目{size}"
    watched = opener(size=size).open("/settings/fields/add")
    page = watched.page
    page.keyboard.press("Tab")
    page.get_by_label(re.compile("キー")).fill("ＡＢＣ")
    page.get_by_role("button", name="追加").press("Enter")
    page.wait_for_load_state()
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.get_by_label(re.compile("キー")).input_value() == "ＡＢＣ"
    clean(watched, f"field-refused-{size}")
    page.locator("#id_title").fill(title)
    page.get_by_label(re.compile("キー")).fill("")
    page.get_by_label("値の種類").select_option("choice")
    page.locator("#id_choices_text").fill("はじめ | First\nつぎ | Second")
    page.get_by_label(re.compile("だれでも")).check()
    page.get_by_label("検索結果の一覧に表示する").check()
    page.get_by_role("button", name="追加").press("Enter")
    page.wait_for_url("**/settings/fields/#field-*")
    key = page.url.partition("#field-")[2]
    watched.open("/resources/?view=list")
    assert page.locator(f'[name="field.{key}"]').count() == 2
    watched.open("/settings/fields/")
    page.locator(f"#field-{key} button", has_text="上へ").press("Enter")
    page.wait_for_url(f"**/settings/fields/#field-{key}")
    watched.open(f"/settings/fields/{key}/")
    page.get_by_role("button", name="使用停止にする").press("Enter")
    page.wait_for_url("**/settings/fields/#field-*")
    assert title in page.locator("ol.field-list").last.locator(f"#field-{key}").inner_text()
    clean(watched, f"fields-retired-{size}")
    watched.open("/resources/?view=list")
    assert page.locator(f'[name="field.{key}"]').count() == 0


def test_choices_move_and_grow_without_asking_the_server(opener: Opener, size: str) -> None:
    watched = opener(size=size).open(PAGES["field-choices"])
    page = watched.page
    titles = page.locator("[data-choice-title]")
    first, second = titles.nth(0).input_value(), titles.nth(1).input_value()
    before = len(watched.requests)
    page.locator("[data-choice-move=down]").first.press("Enter")
    assert [titles.nth(0).input_value(), titles.nth(1).input_value()] == [second, first]
    assert page.evaluate("document.activeElement.dataset.choiceMove") == "down"
    number = titles.count()
    page.locator("[data-choice-more]").press("Enter")
    assert titles.count() == number + 1
    assert page.evaluate(
        "document.activeElement === [...document.querySelectorAll('[data-choice-title]')].at(-1)"
    )
    identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(identifiers) == len(set(identifiers))
    assert len(watched.requests) == before
    clean(watched, f"choices-moved-{size}")


def test_targets_are_large_enough_for_a_finger(opener: Opener) -> None:
    watched = opener(size="phone").open("/settings/fields/")
    small = watched.page.evaluate("""() => [...document.querySelectorAll("main button, main a.button")]
        .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
        .map(([name, box]) => `${name} ${box.width}x${box.height}`)""")
    assert small == []
