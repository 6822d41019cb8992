"""Fields shaped by the administrator: no act loses a value (R22, R23)."""

from typing import Any

import pytest
from django.db.models import Model

from layers import vocabulary
from layers.access import Act, Level, Viewer
from layers.editing import field_choices, fields
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.field_choices import ChoiceLine
from layers.models import Category, FieldDefinition, Resource, ResourceVersion
from layers.signals import vocabulary_changed
from tests.factories import make_category, make_resource

pytestmark = pytest.mark.django_db
ROOT = Viewer(level=Level.ADMINISTRATOR, account_id=1)
DAYS = [
    {"code": "mon", "title": "月曜", "title_en": "Monday"},
    {"code": "tue", "title": "火曜"},
    {"code": "wed", "title": "水曜"},
]


@pytest.fixture(autouse=True)
def fresh_words() -> Any:
    vocabulary.forget()
    yield
    vocabulary.forget()


def add(key: str = "days", kind: str = "choices", **more: Any) -> FieldDefinition:
    more = {"choices": DAYS if kind in {"choice", "choices"} else (), "title": f"項目{key}", **more}
    return fields.add_field(ROOT, key=key, kind=kind, **more)


def properties(row: Resource) -> Any:
    return Resource.unscoped.values_list("properties", flat=True).get(pk=row.pk)


def past(row: Resource) -> list[Any]:
    return list(ResourceVersion.unscoped.filter(resource_id=row.pk).values_list("properties", flat=True))


def dates(row: Resource) -> Any:
    return Resource.unscoped.values_list("updated_at", "version").get(pk=row.pk)


# --- who may --------------------------------------------------------------------------------------------------------

OTHERS = [
    Viewer(),
    Viewer(public_site=True),
    *[
        Viewer(level=level, account_id=1, is_city_staff=True)
        for level in (Level.D, Level.C, Level.B, Level.A)
    ],
    Viewer(level=Level.ADMINISTRATOR, account_id=1, acts=frozenset({Act.UPDATE})),
]


@pytest.mark.parametrize("viewer", OTHERS, ids=str)
def test_nobody_but_the_administrator(viewer: Viewer) -> None:
    add()
    before = list(FieldDefinition.objects.values())
    acts: list[Any] = [
        lambda: fields.add_field(viewer, key="other", title="他", kind="text"),
        lambda: fields.change_field(viewer, "days", title="違う"),
        lambda: fields.move_field(viewer, "days", -1),
        lambda: fields.rename_key(viewer, "days", "weekdays"),
        lambda: fields.retire_field(viewer, "days"),
        lambda: fields.bring_back_field(viewer, "days"),
        lambda: field_choices.save_choices(viewer, "days", [ChoiceLine("mon", "月")]),
        lambda: field_choices.merge_choices(viewer, "days", "mon", "tue"),
        lambda: field_choices.retire_choice(viewer, "days", "mon"),
        lambda: field_choices.bring_back_choice(viewer, "days", "mon"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert list(FieldDefinition.objects.values()) == before


# --- add, change, order ---------------------------------------------------------------------------------------------


def test_added_at_the_end_and_in_force_at_once() -> None:
    add("first", "text")
    make_category("salon")
    added = add("second", "number", unit="人", categories=["salon"], audience="staff", is_printed=False)
    words = vocabulary.vocabulary()
    assert list(words.fields) == ["first", "second"]
    assert added.order == 2
    assert words.fields["second"].categories == {"salon"}
    assert words.fields["second"].unit == "人" and words.fields["second"].is_printed is False


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"key": "Name"}, "key"),
        ({"key": "phone"}, "key"),
        ({"key": "taken"}, "key"),
        ({"key": "a" * 41}, "key"),
        ({"title": ""}, "title"),
        ({"title": "あ" * 81}, "title"),
        ({"kind": "colour"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"audience": "nobody"}, "audience"),
        ({"categories": ["nowhere"]}, "categories"),
    ],
)
def test_what_cannot_be_added_says_where(values: dict[str, Any], wrong: str) -> None:
    add("taken", "text")
    with pytest.raises(InvalidValues) as refused:
        fields.add_field(ROOT, **{"key": "fresh", "title": "新", "kind": "text", **values})
    assert list(refused.value.errors) == [wrong]
    assert FieldDefinition.objects.count() == 1


def test_changes_only_what_is_given() -> None:
    add("beds", "number", unit="床", help_text="許可病床")
    fields.change_field(ROOT, "beds", title="病床数", is_listed=True)
    found = FieldDefinition.objects.get(key="beds")
    assert (found.title, found.unit, found.help_text, found.is_listed) == ("病床数", "床", "許可病床", True)
    with pytest.raises(TypeError, match="kind"):
        fields.change_field(ROOT, "beds", kind="text")


def test_moves_and_stops_at_the_ends() -> None:
    for key in ("one", "two", "three"):
        add(key, "text")
    assert fields.move_field(ROOT, "three", -1) == 1
    assert list(FieldDefinition.objects.values_list("key", flat=True)) == ["one", "three", "two"]
    assert fields.move_field(ROOT, "one", -1) == 0
    assert fields.move_field(ROOT, "one", 99) == 2
    assert list(vocabulary.vocabulary().fields) == ["three", "two", "one"]


def test_moving_and_printing_leave_rows_alone() -> None:
    add("one", "text")
    add("two", "text")
    row = make_resource(properties={"one": "壱", "two": "弐"})
    before = dates(row)
    fields.move_field(ROOT, "two", -1)
    fields.change_field(ROOT, "one", is_printed=False, is_searchable=False)
    assert dates(row) == before
    assert Resource.unscoped.get(pk=row.pk).search_members == "弐"


# --- rename ---------------------------------------------------------------------------------------------------------


def test_renamed_key_moves_rows_and_their_past() -> None:
    add("days")
    row = make_resource(properties={"days": ["mon"], "unknown": 1})
    Resource.unscoped.filter(pk=row.pk).update(properties={"days": ["tue", "mon"]})
    trashed = make_resource(properties={"days": ["wed"]}, deleted_at="2026-01-01T00:00Z")
    before, states = dates(row), len(past(row))
    assert fields.rename_key(ROOT, "days", "weekdays") == 2
    assert properties(row) == {"weekdays": ["tue", "mon"]}
    assert properties(trashed) == {"weekdays": ["wed"]}
    assert all("weekdays" in state and "days" not in state for state in past(row))
    assert dates(row) == before and len(past(row)) == states
    assert "火曜" in Resource.unscoped.get(pk=row.pk).search_members


def test_what_is_written_late_lands_under_the_new_key() -> None:
    add("days")
    row = make_resource(properties={"days": ["mon"]})
    fields.rename_key(ROOT, "days", "weekdays")
    Resource.unscoped.filter(pk=row.pk).update(properties={"days": ["wed"]})
    assert properties(row) == {"weekdays": ["wed"]}
    fresh = make_resource(properties={"days": ["tue"], "weekdays": ["mon"]})
    assert properties(fresh) == {"weekdays": ["tue"]}


def test_a_former_key_belongs_to_its_field() -> None:
    add("days")
    fields.rename_key(ROOT, "days", "weekdays")
    with pytest.raises(InvalidValues) as refused:
        add("days", "text")
    assert "項目days" in refused.value.errors["key"][0]
    fields.rename_key(ROOT, "weekdays", "days")
    found = FieldDefinition.objects.get(key="days")
    assert found.former_keys == ["weekdays"]
    row = make_resource(properties={"weekdays": ["mon"]})
    assert properties(row) == {"days": ["mon"]}


def test_no_rename_over_values_of_a_field_that_is_gone() -> None:
    add("days")
    row = make_resource(properties={"gone": "昔の値", "days": ["mon"]})
    with pytest.raises(InvalidValues) as refused:
        fields.rename_key(ROOT, "days", "gone")
    assert list(refused.value.errors) == ["key"]
    assert properties(row) == {"gone": "昔の値", "days": ["mon"]}


# --- retire ---------------------------------------------------------------------------------------------------------


def test_retired_and_back_with_its_values() -> None:
    add("note", "text", audience="public")
    row = make_resource(properties={"note": "大切"})
    fields.retire_field(ROOT, "note")
    assert "note" not in vocabulary.vocabulary().fields
    assert properties(row) == {"note": "大切"}
    assert "大切" not in Resource.unscoped.get(pk=row.pk).search_public
    fields.bring_back_field(ROOT, "note")
    assert "note" in vocabulary.vocabulary().fields
    assert "大切" in Resource.unscoped.get(pk=row.pk).search_public


# --- choices --------------------------------------------------------------------------------------------------------


def test_choices_are_retitled_added_and_ordered() -> None:
    add("days")
    row = make_resource(properties={"days": ["mon"]})
    field_choices.save_choices(
        ROOT,
        "days",
        [ChoiceLine("tue", "火"), ChoiceLine("", "祝日", "Holiday"), ChoiceLine("mon", "月", "Mon.")],
    )
    found = vocabulary.vocabulary().fields["days"].choice_list
    assert [(c.code, c.name, c.name_en) for c in found] == [
        ("tue", "火", ""), ("holiday", "祝日", "Holiday"), ("mon", "月", "Mon."), ("wed", "水曜", ""),
    ]  # fmt: skip
    assert properties(row) == {"days": ["mon"]}
    assert Resource.unscoped.get(pk=row.pk).search_members == "月"


def test_choices_wrong_are_named_line_by_line() -> None:
    add("days")
    lines = [ChoiceLine("mon", "月"), ChoiceLine("", " "), ChoiceLine("", "月"), ChoiceLine("gone", "消")]
    with pytest.raises(InvalidValues) as refused:
        field_choices.save_choices(ROOT, "days", lines)
    assert sorted(refused.value.errors) == ["choices.1", "choices.2", "choices.3"]
    assert FieldDefinition.objects.get(key="days").choices == DAYS


def test_merged_choices_stand_once_and_keep_their_place() -> None:
    add("days")
    both = make_resource(properties={"days": ["mon", "wed", "tue"]})
    one = make_resource(properties={"days": ["mon"]})
    none = make_resource(properties={"days": ["wed"]})
    before = [dates(row) for row in (both, one, none)]
    assert field_choices.merge_choices(ROOT, "days", "mon", "tue") == 2
    assert [properties(row)["days"] for row in (both, one, none)] == [["tue", "wed"], ["tue"], ["wed"]]
    assert [state["days"] for state in past(both)] == [["tue", "wed"]]
    assert [dates(row) for row in (both, one, none)] == before
    assert [code for code, _title in vocabulary.vocabulary().fields["days"].choices] == ["tue", "wed"]


def test_a_merged_choice_written_late_becomes_the_other_also_after_a_second_merge() -> None:
    add("day", "choice")
    field_choices.merge_choices(ROOT, "day", "mon", "tue")
    field_choices.merge_choices(ROOT, "day", "tue", "wed")
    assert properties(make_resource(properties={"day": "mon"})) == {"day": "wed"}
    fields.rename_key(ROOT, "day", "weekday")
    assert properties(make_resource(properties={"day": "tue"})) == {"weekday": "wed"}


def test_a_retired_choice_stays_with_its_rows_and_is_not_offered() -> None:
    add("days")
    row = make_resource(properties={"days": ["mon"]})
    field_choices.retire_choice(ROOT, "days", "mon")
    field = vocabulary.vocabulary().fields["days"]
    assert [code for code, _title in field.offered] == ["tue", "wed"]
    assert [code for code, _title in field.choices] == ["mon", "tue", "wed"]
    assert properties(row) == {"days": ["mon"]}
    field_choices.bring_back_choice(ROOT, "days", "mon")
    assert len(vocabulary.vocabulary().fields["days"].offered) == 3


def test_the_last_choice_is_not_retired() -> None:
    add("day", "choice", choices=DAYS[:2])
    field_choices.retire_choice(ROOT, "day", "mon")
    with pytest.raises(InvalidValues):
        field_choices.retire_choice(ROOT, "day", "tue")
    assert len(vocabulary.vocabulary().fields["day"].offered) == 1


@pytest.mark.parametrize(("merged", "into"), [("mon", "mon"), ("mon", "none"), ("none", "mon")])
def test_only_two_choices_of_the_field_are_merged(merged: str, into: str) -> None:
    add("days")
    with pytest.raises(InvalidValues):
        field_choices.merge_choices(ROOT, "days", merged, into)
    assert FieldDefinition.objects.get(key="days").choices == DAYS


def test_titles_of_choices_in_english() -> None:
    from django.utils import translation

    add("days")
    field = vocabulary.vocabulary().fields["days"]
    assert dict(field.choices) == {"mon": "月曜", "tue": "火曜", "wed": "水曜"}
    with translation.override("en"):
        assert dict(field.choices) == {"mon": "Monday", "tue": "火曜", "wed": "水曜"}


# --- the record -----------------------------------------------------------------------------------------------------


def test_every_act_is_told() -> None:
    told: list[tuple[str, Model]] = []

    def hear(sender: object, actor: Viewer, action: str, target: Model, **rest: Any) -> None:
        assert actor == ROOT
        told.append((action, target))

    vocabulary_changed.connect(hear)
    try:
        add("days")
        fields.change_field(ROOT, "days", title="曜日")
        fields.rename_key(ROOT, "days", "weekdays")
        field_choices.merge_choices(ROOT, "weekdays", "mon", "tue")
        fields.retire_field(ROOT, "weekdays")
    finally:
        vocabulary_changed.disconnect(hear)
    assert [action for action, _target in told] == [
        "field.added", "field.changed", "field.renamed", "field.choices_merged", "field.retired",
    ]  # fmt: skip
    assert Category.objects.count() == 0
