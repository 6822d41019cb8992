"""Screens of categories as pages: who is let in, what is saved, what is said (R7, R24)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gisportal.audit.models import AuditEntry
from gisportal.portal.colour_checks import colour_report
from layers.access import Level
from layers.editing import categories as service
from layers.models import Category
from styles import contrast
from tests.factories import make_category, make_resource
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db

PAGES = ["categories", "category-add", "category-colours"]
VALUES = {
    "title": "介護", "title_en": "Care", "aliases": "ケア", "parent": "", "colour": "#7a3e00", "shape": "square",
    "is_formal": "on", "stale_after_days": "180", "vacancy_stale_days": "14", "vacancy_words": "",
    "vacancy_axis": "age", "vacancy_classes": "age0=0歳\nage1=1歳",
}  # fmt: skip


def url(name: str, *args: Any) -> str:
    return reverse(f"portal:settings:{name}", args=args)


@pytest.fixture
def boss(signed_in: SignedIn) -> Client:
    return signed_in(Level.ADMINISTRATOR)


@pytest.mark.parametrize("level", [Level.A, Level.B, Level.C, Level.D])
def test_every_page_is_the_administrators_alone(signed_in: SignedIn, client: Client, level: Level) -> None:
    make_category("care")
    person = signed_in(level)
    addresses = [url(name) for name in PAGES] + [
        url(name, "care") for name in ("category", "category-move", "category-merge", "category-delete")
    ]
    for address in addresses:
        assert person.get(address).status_code == 403
        assert person.post(address, {**VALUES, "to": "up", "into": "care"}).status_code in {403, 405}
        assert client.get(address).status_code == 302
    assert Category.objects.get(code="care").title == "care"


def test_a_category_is_added_edited_and_recorded(boss: Client) -> None:
    answer = boss.post(url("category-add"), {**VALUES, "code": "care"}, follow=True)
    assert "介護" in answer.content.decode()
    row = Category.objects.get(code="care")
    assert (row.stale_after_days, row.vacancy_stale_days, row.is_formal) == (180, 14, True)
    assert row.vacancy_classes == [{"code": "age0", "title": "0歳"}, {"code": "age1", "title": "1歳"}]
    boss.post(url("category", "care"), {**VALUES, "title": "介護保険", "is_formal": ""})
    row.refresh_from_db()
    assert (row.title, row.is_formal) == ("介護保険", False)
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert [action for action in actions if action.startswith("category.")] == [
        "category.created",
        "category.updated",
    ]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(boss: Client) -> None:
    make_category("care")
    answer = boss.post(
        url("category", "care"), {**VALUES, "colour": "rot", "stale_after_days": "x", "title": "新しい名"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_colour"' in page and 'href="#id_stale_after_days"' in page
    assert "新しい名" in page and 'value="rot"' in page
    assert 'aria-invalid="true"' in page
    assert Category.objects.get(code="care").title == "care"


def test_a_new_colour_is_in_the_next_list_legend_and_style(boss: Client) -> None:
    make_resource("さくら", category=make_category("care", title="介護"))
    assert "#7a3e00" in boss.get("/styles/resources.json").content.decode()
    boss.post(url("category", "care"), {**VALUES, "colour": "#003f8c", "title": "介護の仲間"})
    for address in ("/styles/resources.json", "/styles/resources/legend.svg", "/resources/"):
        answer = boss.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert "#003f8c" in body.decode() and "#7a3e00" not in body.decode(), address
    assert "介護の仲間" in boss.get("/resources/").content.decode()


def test_order_by_buttons(boss: Client) -> None:
    for code in ("a", "b"):
        boss.post(url("category-add"), {**VALUES, "code": code, "title": code})
    answer = boss.post(url("category-move", "b"), {"to": "up"})
    assert answer["Location"].endswith("#category-b")
    assert [node.category.code for node in service.tree()] == ["b", "a"]


def test_merging_shows_first_and_then_does(boss: Client) -> None:
    make_resource("さくら", category=make_category("old", title="旧"))
    make_category("into", title="新")
    page = boss.get(url("category-merge", "old"), {"into": "into"}).content.decode()
    assert "旧" in page and "新" in page
    assert Category.objects.get(code="old").merged_into is None
    boss.post(url("category-merge", "old"), {"into": "into"})
    assert "さくら" in boss.get("/resources/?category=old").content.decode()
    assert boss.get(url("category", "old")).status_code == 200, "leads to what it became"
    assert boss.get("/resources/?category=never").status_code == 400


def test_only_what_is_empty_is_deleted(boss: Client) -> None:
    make_resource(category=make_category("full"))
    make_category("empty")
    assert boss.post(url("category-delete", "full")).status_code == 422
    assert boss.post(url("category-delete", "empty")).status_code == 302
    assert list(Category.objects.values_list("code", flat=True)) == ["full"]


def test_titles_are_text_never_markup(boss: Client) -> None:
    boss.post(url("category-add"), {**VALUES, "code": "x", "title": "<script>alert(1)</script>"})
    page = boss.get(url("categories")).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page


def test_the_administration_has_no_second_way(boss: Client) -> None:
    assert boss.get("/admin/layers/category/").status_code == 404
    assert boss.get("/admin/layers/districtscheme/").status_code == 404


# --- colours -------------------------------------------------------------------------------------------------------


def test_red_and_green_of_one_shape_are_warned_of(boss: Client) -> None:
    """Told apart by most, not by people with a protan or deutan vision."""
    make_category("one", title="赤", colour="#a03c00", shape="circle")
    report = colour_report("#4b6e00", "circle", {"赤": service.tree()[0]})
    by_vision = [(seen.is_near, seen.distance) for seen in report.seen]
    assert not by_vision[0][0] and by_vision[0][1] > 40
    assert by_vision[2][0] and report.warnings
    assert not colour_report("#4b6e00", "star", {"赤": service.tree()[0]}).warnings
    part = boss.get(url("category-colours"), {"colour": "#4b6e00", "shape": "circle"}).content.decode()
    assert "colour-warnings" in part
    assert (
        "colour-fine"
        in boss.get(url("category-colours"), {"colour": "#00316a", "shape": "star"}).content.decode()
    )


def test_a_pale_colour_is_warned_of(boss: Client) -> None:
    report = colour_report("#ffe98a", "circle", {})
    assert not report.is_readable and len(report.warnings) == 1
    answer = boss.post(url("category-add"), {**VALUES, "code": "pale", "colour": "#ffe98a"}, follow=True)
    assert report.warnings[0] in answer.content.decode()
    assert Category.objects.filter(code="pale").exists(), "a warning is no refusal"


@pytest.mark.parametrize("colour", ["", "red", "#12", "#zzzzzz", "x" * 500])
def test_no_colour_is_no_error(boss: Client, colour: str) -> None:
    answer = boss.get(url("category-colours"), {"colour": colour, "shape": "circle"})
    assert answer.status_code == 200
    assert "<table" not in answer.content.decode()


def test_a_colour_seen_by_most_is_itself() -> None:
    for colour in ("#000000", "#ffffff", "#7a3e9d", "#0055ad"):
        assert contrast.seen_hex(colour, "normal") == colour
    assert contrast.seen_hex("#ff0000", "protan") != "#ff0000"
