"""Screens of the fields: who may open them, what they do, and what they say when they cannot (R22, R23)."""

import re
from typing import Any

import pytest
from django.test import Client

from gisportal.accounts.tokens import create_token
from layers.access import Level
from layers.models import FieldDefinition, Resource
from tests.factories import make_account, make_category, make_field, make_resource, publish_site

pytestmark = pytest.mark.django_db
DAYS = [{"code": "mon", "title": "月曜"}, {"code": "tue", "title": "火曜"}, {"code": "wed", "title": "水曜"}]
PATHS = [
    "", "fields/", "fields/add", "fields/preview", "fields/day/", "fields/day/move", "fields/day/use",
    "fields/day/key", "fields/day/kind", "fields/day/choices", "fields/day/merge",
]  # fmt: skip
NEW = {"title": "送迎", "kind": "boolean", "audience": "public", "is_printed": "on", "is_searchable": "on"}


@pytest.fixture
def day(db: None) -> FieldDefinition:
    make_resource("資源一", properties={"day": "mon"})
    return make_field("day", "choice", title="曜日", choices=DAYS)


@pytest.fixture
def root(day: FieldDefinition) -> Client:
    client = Client()
    client.force_login(make_account(Level.ADMINISTRATOR))
    return client


def stored() -> list[dict[str, Any]]:
    return list(FieldDefinition.objects.values())


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("public", [False, True])
def test_nobody_else_opens_or_posts(path: str, public: bool, day: FieldDefinition) -> None:
    publish_site(public)
    before = stored()
    posts = {
        "use": "off",
        "to": "up",
        "key": "other",
        "kind": "text",
        "merged": "mon",
        "into": "tue",
        "save": "1",
    }
    for level in (Level.D, Level.C, Level.B, Level.A):
        client = Client()
        client.force_login(make_account(level))
        assert client.get(f"/settings/{path}").status_code == 403
        if path not in ("", "fields/", "fields/preview"):
            assert client.post(f"/settings/{path}", posts).status_code == 403
    stranger = Client()
    assert "/accounts/login/" in stranger.get(f"/settings/{path}")["Location"]
    assert stranger.get(f"/settings/{path}", headers={"Accept": "application/json"}).status_code == 401
    assert stored() == before


@pytest.mark.parametrize("level", list(Level)[1:])
@pytest.mark.parametrize("path", PATHS)
def test_a_token_opens_none_of_it(path: str, level: Level, day: FieldDefinition) -> None:
    before = stored()
    headers = {"Authorization": f"Bearer {create_token(make_account(level), name='x')}"}
    assert Client().get(f"/settings/{path}", headers=headers).status_code == 403
    assert Client().post(f"/settings/{path}", {"use": "off", "to": "up"}, headers=headers).status_code == 403
    assert stored() == before


@pytest.mark.parametrize("path", PATHS)
def test_the_administrator_opens_it_and_no_cache_keeps_it(path: str, root: Client) -> None:
    answer = root.get(f"/settings/{path}")
    assert answer.status_code == (302 if path.endswith(("move", "use")) else 200)
    assert "no-store" in answer["Cache-Control"]


def test_a_form_from_elsewhere_is_refused(day: FieldDefinition) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_account(Level.ADMINISTRATOR))
    assert client.post("/settings/fields/day/use", {"use": "off"}).status_code == 403
    assert FieldDefinition.objects.get(key="day").is_active


def test_the_menu_leads_the_administrator_there_and_nobody_else(root: Client) -> None:
    assert 'href="/settings/"' in root.get("/").content.decode()
    other = Client()
    other.force_login(make_account(Level.A))
    assert 'href="/settings/"' not in other.get("/").content.decode()


def test_djangos_administration_only_leads_here(root: Client, day: FieldDefinition) -> None:
    assert root.get("/admin/layers/fielddefinition/")["Location"] == "/settings/fields/"
    assert root.get(f"/admin/layers/fielddefinition/{day.pk}/change/")["Location"] == "/settings/fields/day/"
    assert root.get("/admin/layers/fielddefinition/add/").status_code == 403
    assert root.post(f"/admin/layers/fielddefinition/{day.pk}/delete/", {"post": "yes"}).status_code == 403
    assert FieldDefinition.objects.filter(key="day").exists()


# --- what -----------------------------------------------------------------------------------------------------------


def test_list_says_everything_about_a_field(root: Client) -> None:
    care = make_category("nursing", title="介護")
    make_field("hidden", title="内部メモ", audience="staff", is_printed=False, is_listed=True).categories.add(
        care
    )
    make_field("gone", title="昔の項目", is_active=False)
    text = root.get("/settings/fields/").content.decode()
    row = text.split('id="field-hidden"')[1].split("</li>")[0]
    for word in ("内部メモ", "市職員", "印刷しない", "一覧", "介護"):
        assert word in row, word
    assert "1件" in text.split('id="field-day"')[1].split("</li>")[0]
    assert text.index("使用停止") < text.index("昔の項目")


def test_added_with_choices_and_a_key_of_its_own(root: Client) -> None:
    values = {
        **NEW,
        "kind": "choices",
        "title_en": "Care days",
        "choices_text": "月曜 | Monday\n火曜｜Tuesday\n\n月曜",
    }
    answer = root.post("/settings/fields/add", values)
    assert answer["Location"] == "/settings/fields/#field-care_days"
    found = FieldDefinition.objects.get(key="care_days")
    assert found.choices == [
        {"code": "monday", "title": "月曜", "title_en": "Monday"},
        {"code": "tuesday", "title": "火曜", "title_en": "Tuesday"},
    ]


def test_a_key_is_made_where_there_is_no_english_name(root: Client) -> None:
    root.post("/settings/fields/add", NEW)
    root.post("/settings/fields/add", NEW)
    assert set(FieldDefinition.objects.values_list("key", flat=True)) == {"day", "field_1", "field_2"}


@pytest.mark.parametrize(
    ("more", "identifier", "kept"),
    [
        ({"title": ""}, "id_title", "Name in English typed"),
        ({"key": "電話"}, "id_key", "電話"),
        ({"key": "phone"}, "id_key", "phone"),
        ({"key": "day"}, "id_key", "day"),
        ({"kind": "choice"}, "id_choices_text", "送迎"),
        ({"title": "<script>alert(1)</script>" * 5}, "id_title", "&lt;script&gt;"),
        ({"kind": "colour"}, "id_kind", "送迎"),
    ],
)
def test_what_is_refused_says_where_and_keeps_what_was_typed(
    root: Client, more: dict[str, str], identifier: str, kept: str
) -> None:
    answer = root.post("/settings/fields/add", {**NEW, "title_en": "Name in English typed", **more})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'<a href="#{identifier}">' in text and f'id="{identifier}"' in text
    assert kept in text and "Name in English typed" in text
    assert "<script>alert" not in text
    assert FieldDefinition.objects.count() == 1


def test_edited(root: Client) -> None:
    make_category("salon", title="サロン")
    values = {"title": "通う曜日", "audience": "staff", "is_listed": "on", "categories": ["salon"]}
    assert root.post("/settings/fields/day/", values).status_code == 302
    found = FieldDefinition.objects.get(key="day")
    assert (found.title, found.audience, found.is_listed, found.is_printed) == (
        "通う曜日",
        "staff",
        True,
        False,
    )
    assert [category.code for category in found.categories.all()] == ["salon"]
    page = root.get("/settings/fields/day/").content.decode()
    assert re.search(r'value="salon"[^>]*checked', page)


def test_moved_by_buttons(root: Client) -> None:
    make_field("later")
    root.post("/settings/fields/later/move", {"to": "up"})
    assert list(FieldDefinition.objects.values_list("key", flat=True)) == ["later", "day"]
    answer = root.post("/settings/fields/later/move", {"to": "down"})
    assert answer["Location"] == "/settings/fields/#field-later"
    assert list(FieldDefinition.objects.values_list("key", flat=True)) == ["day", "later"]


def test_out_of_use_and_back(root: Client) -> None:
    root.post("/settings/fields/day/use", {"use": "off"})
    assert not FieldDefinition.objects.get(key="day").is_active
    root.post("/settings/fields/day/use", {"use": "on"})
    assert FieldDefinition.objects.get(key="day").is_active


def test_key_changed_and_the_old_address_still_leads_there(root: Client) -> None:
    answer = root.post("/settings/fields/day/key", {"key": "weekday"})
    assert answer["Location"] == "/settings/fields/weekday/"
    assert Resource.unscoped.get().properties == {"weekday": "mon"}
    assert root.get("/settings/fields/day/").status_code == 200
    refused = root.post("/settings/fields/weekday/key", {"key": "Week Day"})
    assert refused.status_code == 422 and 'value="Week Day"' in refused.content.decode()


def test_choices_moved_without_script_keep_what_was_typed(root: Client) -> None:
    typed = {
        "code": ["mon", "tue", "wed", ""],
        "title": ["月", "火", "水", "木"],
        "title_en": ["", "Tue", "", ""],
    }
    page = root.post("/settings/fields/day/choices", {**typed, "retired": ["tue"], "up": "1"})
    text = page.content.decode()
    assert page.status_code == 200 and "まだ保存していません" in text
    assert re.findall(r'name="title"\s+value="([^"]+)"', text) == ["火", "月", "水", "木"]
    assert re.search(r'value="tue"\s+checked', text)
    assert FieldDefinition.objects.get(key="day").choices == DAYS


def test_choices_saved(root: Client) -> None:
    typed = {
        "code": ["tue", "mon", "wed", "", ""],
        "title": ["火", "月", "水", "木曜", ""],
        "title_en": ["Tue", "", "", "Thursday", ""],
        "retired": ["wed"],
        "save": "1",
    }
    assert root.post("/settings/fields/day/choices", typed).status_code == 302
    assert FieldDefinition.objects.get(key="day").choices == [
        {"code": "tue", "title": "火", "title_en": "Tue"},
        {"code": "mon", "title": "月"},
        {"code": "wed", "title": "水", "retired": True},
        {"code": "thursday", "title": "木曜", "title_en": "Thursday"},
    ]


def test_choices_refused_beside_their_row(root: Client) -> None:
    typed = {"code": ["mon", "tue", "wed"], "title": ["月", "", "月"], "title_en": ["", "T", ""], "save": "1"}
    answer = root.post("/settings/fields/day/choices", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#choice-1-title"' in text and 'href="#choice-2-title"' in text
    assert 'aria-describedby="choice-1-error"' in text and 'value="T"' in text
    assert FieldDefinition.objects.get(key="day").choices == DAYS


def test_merge_says_first_what_it_will_do(root: Client) -> None:
    page = root.get("/settings/fields/day/merge?merged=mon&into=tue").content.decode()
    assert "月曜" in page and "火曜" in page and "1件" in page
    assert Resource.unscoped.get().properties == {"day": "mon"}
    assert root.post("/settings/fields/day/merge", {"merged": "mon", "into": "tue"}).status_code == 302
    assert Resource.unscoped.get().properties == {"day": "tue"}
    assert root.get("/settings/fields/day/merge?merged=tue&into=tue").status_code == 422
    assert root.post("/settings/fields/day/merge", {"merged": "mon", "into": "tue"}).status_code == 422


def test_kind_reported_refused_and_kept(root: Client) -> None:
    make_field("rooms", title="部屋数")
    for number, value in enumerate(["3", "約5", "4"]):
        make_resource(f"部屋{number}", properties={"rooms": value})
    page = root.get("/settings/fields/rooms/kind?kind=number").content.decode()
    assert "約5" in page and "部屋1" in page
    assert FieldDefinition.objects.get(key="rooms").kind == "text"
    refused = root.post("/settings/fields/rooms/kind", {"kind": "number", "rest": "refuse"})
    assert refused.status_code == 422 and "約5" in refused.content.decode()
    assert root.post("/settings/fields/rooms/kind", {"kind": "number", "rest": "keep"}).status_code == 302
    found = {row.name: row.properties for row in Resource.unscoped.filter(name__startswith="部屋")}
    assert found == {"部屋0": {"rooms": 3}, "部屋1": {"rooms_before": "約5"}, "部屋2": {"rooms": 4}}


def test_two_administrators_do_not_overwrite_one_another(root: Client) -> None:
    page = root.get("/settings/fields/day/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    FieldDefinition.objects.filter(key="day").update(title="ほかの人の題")
    mine = {"title": "私の題", "audience": "public", "seen": seen[1]}
    refused = root.post("/settings/fields/day/", mine)
    assert refused.status_code == 422 and "私の題" in refused.content.decode()
    assert FieldDefinition.objects.get(key="day").title == "ほかの人の題"
    now = re.search(r'name="seen" value="(\w+)"', refused.content.decode())
    assert now and root.post("/settings/fields/day/", {**mine, "seen": now[1]}).status_code == 302
    assert FieldDefinition.objects.get(key="day").title == "私の題"


def test_choices_others_added_meanwhile_are_not_overwritten(root: Client) -> None:
    page = root.get("/settings/fields/day/choices").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    more = [*DAYS, {"code": "thu", "title": "木曜"}]
    FieldDefinition.objects.filter(key="day").update(choices=more)
    typed = {"code": ["mon", "tue", "wed", ""], "title": ["月", "火", "水", "木曜"], "title_en": [""] * 4}
    answer = root.post("/settings/fields/day/choices", {**typed, "save": "1", "seen": seen[1]})
    assert answer.status_code == 422 and FieldDefinition.objects.get(key="day").choices == more


@pytest.mark.parametrize("path", ["none/", "none/choices", "note/choices", "note/merge"])
def test_what_is_not_there_is_not_found(root: Client, path: str) -> None:
    make_field("note")
    assert root.get(f"/settings/fields/{path}").status_code == 404


# --- seen by --------------------------------------------------------------------------------------------------------

SEEN = {
    "public": {"公開項目"},
    "d": set(),
    "c": {"公開項目", "関係者項目"},
    "c_other": set(),
    "b": {"公開項目", "関係者項目"},
    "a": {"公開項目", "関係者項目"},
    "a_city": {"公開項目", "関係者項目", "庁内項目"},
    "administrator": {"公開項目", "関係者項目", "庁内項目"},
}


def _parts(text: str) -> dict[str, str]:
    """The pieces of the preview by name."""
    return {
        name: piece.split("</section>")[0]
        for name, piece in re.findall(r'data-preview="(\w+)">(.*?)(?=data-preview=|</main>)', text, re.S)
    }


@pytest.fixture
def fields_of_all(day: FieldDefinition) -> Resource:
    for audience, title in (("public", "公開項目"), ("members", "関係者項目"), ("staff", "庁内項目")):
        make_field(
            f"f_{audience}", title=title, audience=audience, is_listed=audience == "public", is_printed=False
        )
    make_field("other_kind", title="別種別の項目").categories.add(make_category("elsewhere", title="別"))
    values = {f"f_{audience}": "値" for audience in ("public", "members", "staff")}
    return make_resource("公開資源", publication="public", properties={**values, "other_kind": "値"})


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("real", [True, False])
def test_preview_shows_what_each_level_sees(
    root: Client, fields_of_all: Resource, eyes: str, real: bool
) -> None:
    what = f"resource={fields_of_all.pk}" if real else "category=care"
    parts = _parts(root.get(f"/settings/fields/preview?eyes={eyes}&{what}").content.decode())
    titles = ("公開項目", "関係者項目", "庁内項目")
    assert {title for title in titles if title in parts.get("detail", "")} == SEEN[eyes]
    assert ("公開項目" in parts.get("list", "")) == ("公開項目" in SEEN[eyes])
    assert "関係者項目" not in parts.get("list", "") and "公開項目" not in parts.get("print", "")
    assert "別種別の項目" not in "".join(parts.values())
    edits = eyes in {"c", "a", "a_city", "administrator"}
    assert {title for title in titles if title in parts.get("form", "")} == (SEEN[eyes] if edits else set())


def test_preview_finds_entries_by_words(root: Client, fields_of_all: Resource) -> None:
    text = root.get("/settings/fields/preview?q=公開資源").content.decode()
    assert f"resource={fields_of_all.pk}" in text
