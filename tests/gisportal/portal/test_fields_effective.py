"""A change of the fields is in force with the next request, in every door, without a restart (R22)."""

import gzip
import json
import math
import re
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client
from django.utils import translation

from gisportal.portal.handouts import entries
from layers import vocabulary
from layers.access import Level, Viewer
from layers.editing import field_choices, fields
from layers.editing.field_choices import ChoiceLine
from layers.models import Resource
from layers.resources import ResourceSource
from tests.factories import LAT, LON, make_account, make_category, make_field, make_resource

pytestmark = pytest.mark.django_db
ROOT = Viewer(level=Level.ADMINISTRATOR, account_id=1)
CHOICES = [{"code": "one", "title": "甲の印", "title_en": "First"}, {"code": "two", "title": "つぎ"}]
ZOOM = 16


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_account(Level.A))
    return client


@pytest.fixture
def row(db: None) -> Resource:
    return make_resource("みほん", category=make_category("care"), properties={"order_of": "one"})


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def form(client: Client, row: Resource) -> str:
    return _text(client, f"/resources/{row.pk}/edit/").split("<main")[1]


def listed(client: Client, row: Resource) -> str:
    return _text(client, "/resources/?view=list").split('id="results"')[1]


def filters(client: Client, row: Resource) -> str:
    return _text(client, "/resources/?view=list").split('id="results"')[0]


def detail(client: Client, row: Resource) -> str:
    return _text(client, f"/resources/{row.pk}/")


def paper(client: Client, row: Resource) -> str:
    """What stands on the sheet for a client."""
    found = entries(ResourceSource(Viewer(level=Level.A)), [row.pk])[0]
    return " ".join(f"{fact.title}: {fact.text}" for fact in found.facts)


def queryables(client: Client, row: Resource) -> str:
    return json.dumps(
        json.loads(_text(client, "/ogc/collections/resources/queryables?f=json")), ensure_ascii=False
    )


def schema(client: Client, row: Resource) -> str:
    return json.dumps(
        json.loads(_text(client, "/ogc/collections/resources/schema?f=json")), ensure_ascii=False
    )


def item(client: Client, row: Resource) -> str:
    found = json.loads(_text(client, f"/ogc/collections/resources/items/{row.pk}?f=json"))
    return json.dumps(found["properties"], ensure_ascii=False)


def exported(client: Client, row: Resource) -> str:
    return _text(client, "/resources/export.csv")


def facets(client: Client, row: Resource) -> str:
    source = ResourceSource(Viewer(level=Level.A))
    keys = [key for key, field in source.fields().items() if not field.is_base and field.choices]
    return " ".join(
        f"{key} {facet.title}" for key in keys for facet in source.facets(source.parse({}), f"field.{key}")
    )


#: Doors that show the title of a field.
TITLED: dict[str, Callable[[Client, Resource], str]] = {
    "form": form, "list": listed, "filter": filters, "detail": detail, "paper": paper, "queryables": queryables,
    "schema": schema, "csv": exported,
}  # fmt: skip
#: Doors that show its key.
KEYED: dict[str, Callable[[Client, Resource], str]] = {
    "form": form, "queryables": queryables, "schema": schema, "item": item, "filter": filters,
}  # fmt: skip
#: Doors that show the words of its choices.
WORDED: dict[str, Callable[[Client, Resource], str]] = {**TITLED, "facets": facets}


def tile(client: Client, key: str) -> Any:
    """The value of a field in the tile around the resource; the status where the field is refused."""
    x = int((LON + 180) / 360 * 2**ZOOM)
    y = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * 2**ZOOM)
    answer = client.get(f"/tiles/resources/{ZOOM}/{x}/{y}.mvt?fields={key}")
    if answer.status_code != 200:
        return answer.status_code
    body = gzip.decompress(answer.content) if answer.content[:2] == b"\x1f\x8b" else answer.content
    return mapbox_vector_tile.decode(body)["resources"]["features"][0]["properties"].get(key)


def add() -> None:
    fields.add_field(ROOT, key="order_of", title="順番の項目", kind="choice", choices=CHOICES, audience="public",
                     is_listed=True)  # fmt: skip


def where(
    doors: dict[str, Callable[[Client, Resource], str]], text: str, client: Client, row: Resource
) -> set[str]:
    """Names of the doors that show a text."""
    return {name for name, look in doors.items() if text in look(client, row)}


def test_added(client: Client, row: Resource) -> None:
    assert where(TITLED, "順番の項目", client, row) == set()
    assert tile(client, "order_of") == 400
    add()
    assert where(TITLED, "順番の項目", client, row) == set(TITLED)
    assert where(KEYED, "order_of", client, row) == set(KEYED)
    assert where(WORDED, "甲の印", client, row) == set(WORDED)
    assert tile(client, "order_of") == "one"


def test_retitled_and_renamed(client: Client, row: Resource) -> None:
    add()
    assert tile(client, "order_of") == "one"
    fields.change_field(ROOT, "order_of", title="新しい題")
    assert where(TITLED, "順番の項目", client, row) == set()
    assert where(TITLED, "新しい題", client, row) == set(TITLED)
    fields.rename_key(ROOT, "order_of", "rank_of")
    assert where(KEYED, "order_of", client, row) == set()
    assert where(KEYED, "rank_of", client, row) == set(KEYED)
    assert tile(client, "rank_of") == "one"
    assert where(TITLED, "甲の印", client, row) == set(TITLED)


def test_choices_retitled_and_merged(client: Client, row: Resource) -> None:
    add()
    field_choices.save_choices(ROOT, "order_of", [ChoiceLine("one", "さいしょ"), ChoiceLine("two", "つぎ")])
    assert where(WORDED, "甲の印", client, row) == set()
    assert where(WORDED, "さいしょ", client, row) == set(WORDED)
    assert tile(client, "order_of") == "one"
    field_choices.merge_choices(ROOT, "order_of", "one", "two")
    assert where(WORDED, "さいしょ", client, row) == set()
    assert where(WORDED, "つぎ", client, row) == set(WORDED)
    assert tile(client, "order_of") == "two"


def test_retired_and_back(client: Client, row: Resource) -> None:
    add()
    fields.retire_field(ROOT, "order_of")
    assert where(TITLED, "順番の項目", client, row) == where(KEYED, "order_of", client, row) == set()
    assert tile(client, "order_of") == 400
    assert client.get("/resources/?field.order_of=one").status_code == 400
    fields.bring_back_field(ROOT, "order_of")
    assert where(TITLED, "順番の項目", client, row) == set(TITLED)
    assert tile(client, "order_of") == "one"


def test_old_links_go_on_finding(client: Client, row: Resource) -> None:
    add()
    fields.rename_key(ROOT, "order_of", "rank_of")
    field_choices.merge_choices(ROOT, "rank_of", "one", "two")
    source = ResourceSource(Viewer(level=Level.A))
    query = source.parse({"field.order_of": "one"})
    assert query.fields == (("rank_of", ("two",)),)
    assert query.to_query_string() == "field.rank_of=two"
    assert "みほん" in _text(client, "/resources/?field.order_of=one").split('id="results"')[1]


@pytest.mark.parametrize(
    ("switch", "door"), [("is_listed", "list"), ("is_searchable", "filter"), ("is_printed", "paper")]
)
def test_each_switch_closes_its_door_alone(client: Client, row: Resource, switch: str, door: str) -> None:
    add()
    fields.change_field(ROOT, "order_of", **{switch: False})
    assert where(TITLED, "順番の項目", client, row) == set(TITLED) - {door}


def test_unprinted_fields_are_left_out_when_the_page_is_printed(client: Client, row: Resource) -> None:
    add()
    make_field("shown_always", title="載る項目", is_listed=True)
    Resource.unscoped.filter(pk=row.pk).update(properties={"order_of": "one", "shown_always": "あ"})
    fields.change_field(ROOT, "order_of", is_printed=False)
    for page in (detail(client, row), listed(client, row)):
        assert '<div class="no-print">' in page.split("順番の項目")[0][-120:]
        assert "no-print" not in page.split("載る項目")[0][-60:]


def posted(page: str) -> dict[str, list[str]]:
    """What a browser would post of an edit page: hidden and text inputs, chosen options and boxes."""
    form = next(part for part in page.split("<form")[1:] if 'name="version"' in part).split("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_box = values.get("type") in {"checkbox", "radio"}
        if (
            "name" in values
            and values.get("type") != "submit"
            and (not is_box or re.search(r"\bchecked\b", tag))
        ):
            found.setdefault(values["name"], []).append(values.get("value", ""))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = re.findall(r'<option value="([^"]*)"[^>]*\bselected', body)[:1] or [""]
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [body.strip()]
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_a_form_opened_before_everything_changed_saves_what_was_typed(client: Client, row: Resource) -> None:
    add()
    fields.add_field(ROOT, key="days", title="曜日", kind="choices", choices=CHOICES)
    fields.add_field(ROOT, key="memo", title="覚え", kind="text")
    Resource.unscoped.filter(pk=row.pk).update(properties={"order_of": "two", "days": ["one"], "memo": "前"})
    typed = posted(form(client, row))
    assert (
        typed["field.order_of"] == ["two"]
        and typed["field.days"] == ["one"]
        and typed["field.memo"] == ["前"]
    )
    fields.rename_key(ROOT, "order_of", "rank_of")
    fields.rename_key(ROOT, "days", "weekdays")
    fields.rename_key(ROOT, "memo", "note")
    field_choices.merge_choices(ROOT, "weekdays", "one", "two")
    typed.update({"field.order_of": ["one"], "field.memo": ["後"]})
    answer = client.post(f"/resources/{row.pk}/edit/", typed)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    found = Resource.unscoped.get(pk=row.pk).properties
    assert found == {"rank_of": "one", "weekdays": ["two"], "note": "後"}


def test_a_category_without_the_field_does_not_show_it(client: Client, row: Resource) -> None:
    add()
    make_category("other", title="他")
    fields.change_field(ROOT, "order_of", categories=["other"])
    shown = where({name: TITLED[name] for name in ("form", "list", "detail")}, "順番の項目", client, row)
    assert shown == set()
    assert Resource.unscoped.get(pk=row.pk).properties == {"order_of": "one"}


def test_a_retired_choice_is_offered_nowhere_new(client: Client, row: Resource) -> None:
    add()
    field_choices.retire_choice(ROOT, "order_of", "two")
    assert "つぎ" not in form(client, row) and "つぎ" not in facets(client, row)
    assert "つぎ" in schema(client, row)  # rows may hold it
    Resource.unscoped.filter(pk=row.pk).update(properties={"order_of": "two"})
    assert "つぎ" in detail(client, row) and "つぎ" in facets(client, row)


def test_choices_speak_english(client: Client, row: Resource) -> None:
    add()
    client.post("/language/", {"language": "en", "next": "/"})
    for door in ("list", "filter", "detail"):
        assert "First" in TITLED[door](client, row), door
    with translation.override("en"):
        assert "First" in facets(client, row) and "First" in form(client, row)
    assert "First" in _text(client, "/ogc/collections/resources/schema?f=json&lang=en")


def test_another_process_sees_it_too(client: Client, row: Resource) -> None:
    """What is kept in a process is kept under the version the database gives: an old copy is never used again."""
    before = vocabulary.vocabulary()
    add()
    vocabulary._kept = before  # as it stands in a process that has not heard of the change
    assert "順番の項目" in detail(client, row)
