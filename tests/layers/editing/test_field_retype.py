"""A field gets another kind: the report, the decision, and no value lost (R22)."""

from typing import Any

import pytest

from layers import vocabulary
from layers.access import Level, Viewer
from layers.editing import fields
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.field_retype import Rest, conversion_report, retype_field
from layers.editing.field_values import Form, converted
from layers.models import FieldDefinition, Resource, ResourceVersion
from layers.models.field_definition import FieldKind
from tests.factories import make_resource

pytestmark = pytest.mark.django_db
ROOT = Viewer(level=Level.ADMINISTRATOR, account_id=1)
TITLES = {"yes": "実施", "no": "休止中"}


@pytest.fixture(autouse=True)
def fresh_words() -> Any:
    vocabulary.forget()
    yield
    vocabulary.forget()


def properties(row: Resource) -> Any:
    return Resource.unscoped.values_list("properties", flat=True).get(pk=row.pk)


@pytest.mark.parametrize(
    ("value", "before", "after", "wanted"),
    [
        ("12", "text", "number", 12),
        ("１，２００人", "text", "number", 1200),
        ("-3.50", "text", "number", -3.5),
        ("約12", "text", "number", None),
        ("012", "text", "number", None),
        ("1,2", "text", "number", None),
        ("12345678901234567890", "text", "number", None),
        (12, "number", "text", "12"),
        (3.0, "number", "text", "3"),
        (0.1, "number", "text", "0.1"),
        ("2026年4月1日", "text", "date", "2026-04-01"),
        ("令和8年4月1日", "text", "date", "2026-04-01"),
        ("春ごろ", "text", "date", None),
        ("2026-02-30", "text", "date", None),
        ("2026-04-01", "date", "text", "2026-04-01"),
        ("○", "text", "boolean", True),
        ("なし", "text", "boolean", False),
        ("要相談", "text", "boolean", None),
        (True, "boolean", "text", "はい"),
        ("https://example.jp/a", "text", "url", "https://example.jp/a"),
        ("javascript:alert(1)", "text", "url", None),
        ("yes", "choice", "choices", ["yes"]),
        (["yes"], "choices", "choice", "yes"),
        (["yes", "no"], "choices", "choice", None),
        (["yes", "no"], "choices", "text", "実施、休止中"),
        ("実施", "text", "choice", "yes"),
        ("中止", "text", "choice", None),
        ("実施・休止中", "text", "choices", ["yes", "no"]),
        ("実施、他", "text", "choices", None),
        ("一行\n二行", "long_text", "text", None),
        ("一行", "long_text", "text", "一行"),
        ("あ" * 1001, "long_text", "text", None),
    ],
)
def test_values(value: Any, before: str, after: str, wanted: Any) -> None:
    found = converted(value, Form(FieldKind(before), TITLES), Form(FieldKind(after), TITLES, "人"))
    assert found == wanted and type(found) is type(wanted)


def make(*values: Any, kind: str = "text", **more: Any) -> list[Resource]:
    fields.add_field(ROOT, key="rooms", title="部屋数", kind=kind, **more)
    return [make_resource(f"資源{n}", properties={"rooms": value}) for n, value in enumerate(values)]


def test_report_names_rows_and_changes_nothing() -> None:
    rows = make("12", "12", "約20", "3室", "", unit="室")
    report = conversion_report(ROOT, "rooms", "number")
    assert (report.fitting_count, report.rest_count) == (3, 1)
    assert [(line.before, line.after, line.count) for line in report.fitting] == [
        ("12", "12", 2),
        ("3室", "3", 1),
    ]
    assert [(row.id, row.name, row.text) for row in report.rest_rows] == [(rows[2].pk, "資源2", "約20")]
    assert FieldDefinition.objects.get(key="rooms").kind == "text"
    assert properties(rows[0]) == {"rooms": "12"}


def test_refused_whole_while_something_does_not_fit() -> None:
    rows = make("12", "約20")
    with pytest.raises(InvalidValues) as refused:
        retype_field(ROOT, "rooms", "number")
    assert "1" in refused.value.errors["kind"][0]
    assert [properties(row) for row in rows] == [{"rooms": "12"}, {"rooms": "約20"}]
    assert FieldDefinition.objects.get(key="rooms").kind == "text"


def test_converted_and_the_rest_kept_beside() -> None:
    rows = make("12", "約20", "", audience="public")
    Resource.unscoped.filter(pk=rows[0].pk).update(properties={"rooms": "およそ"})
    Resource.unscoped.filter(pk=rows[0].pk).update(properties={"rooms": "13"})
    before = Resource.unscoped.values_list("updated_at", "version").get(pk=rows[0].pk)
    report = retype_field(ROOT, "rooms", "number", rest=Rest.KEEP)
    assert report.rest_count == 1
    assert [properties(row) for row in rows] == [{"rooms": 13}, {"rooms_before": "約20"}, {}]
    kept = FieldDefinition.objects.get(key="rooms_before")
    assert (kept.kind, kept.audience, kept.is_printed, kept.is_listed) == ("text", "public", False, False)
    assert "部屋数" in kept.title
    words = vocabulary.vocabulary()
    assert words.fields["rooms"].kind is FieldKind.NUMBER and "rooms_before" in words.fields
    assert Resource.unscoped.values_list("updated_at", "version").get(pk=rows[0].pk) == before
    states = ResourceVersion.unscoped.filter(resource_id=rows[0].pk).order_by("version")
    assert [s.properties for s in states][-1] == {"rooms": 13}
    assert {"rooms_before": "およそ"} in [s.properties for s in states] or len(states) == 1


def test_free_text_becomes_choices_made_of_it() -> None:
    rows = make("有", "無", "有", "要相談")
    report = retype_field(ROOT, "rooms", "choice")
    assert sorted(report.new_choices) == sorted(["有", "無", "要相談"])
    titles = {choice["code"]: choice["title"] for choice in FieldDefinition.objects.get(key="rooms").choices}
    assert [titles[properties(row)["rooms"]] for row in rows] == ["有", "無", "有", "要相談"]


def test_lists_in_one_text_become_several_choices() -> None:
    rows = make("月・火", "火、月", "水")
    retype_field(ROOT, "rooms", "choices")
    titles = {choice["code"]: choice["title"] for choice in FieldDefinition.objects.get(key="rooms").choices}
    assert [[titles[code] for code in properties(row)["rooms"]] for row in rows] == [
        ["月", "火"], ["火", "月"], ["水"],
    ]  # fmt: skip


def test_too_many_different_texts_make_no_choices() -> None:
    make(*[f"語{n}" for n in range(101)])
    with pytest.raises(InvalidValues):
        retype_field(ROOT, "rooms", "choice", rest=Rest.KEEP)
    assert FieldDefinition.objects.get(key="rooms").kind == "text"


def test_there_and_back_again() -> None:
    choices = [{"code": code, "title": title} for code, title in TITLES.items()]
    rows = make("yes", "no", kind="choice", choices=choices)
    retype_field(ROOT, "rooms", "text")
    assert [properties(row)["rooms"] for row in rows] == ["実施", "休止中"]
    retype_field(ROOT, "rooms", "choice")
    titles = {choice["code"]: choice["title"] for choice in FieldDefinition.objects.get(key="rooms").choices}
    assert [titles[properties(row)["rooms"]] for row in rows] == ["実施", "休止中"]


def test_a_second_kept_field_takes_another_key() -> None:
    make("約1")
    retype_field(ROOT, "rooms", "number", rest=Rest.KEEP)
    retype_field(ROOT, "rooms", "text")
    row = make_resource(properties={"rooms": "約2"})
    retype_field(ROOT, "rooms", "number", rest=Rest.KEEP)
    assert properties(row) == {"rooms_before_2": "約2"}


@pytest.mark.parametrize("kind", ["text", "colour", ""])
def test_another_kind_is_needed(kind: str) -> None:
    make("1")
    with pytest.raises(InvalidValues):
        conversion_report(ROOT, "rooms", kind)


def test_only_for_the_administrator() -> None:
    make("1")
    for level in (Level.A, Level.B, Level.C, Level.D, Level.ANONYMOUS):
        with pytest.raises(NotAllowed):
            conversion_report(Viewer(level=level, account_id=1), "rooms", "number")
        with pytest.raises(NotAllowed):
            retype_field(Viewer(level=level, account_id=1), "rooms", "number")
    assert FieldDefinition.objects.get(key="rooms").kind == "text"
