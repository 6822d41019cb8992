"""JSON Schema from fields, and values checked against their definitions."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from layers import schema, vocabulary
from layers.access import Level, Viewer
from layers.fields import RESERVED
from layers.models import Category, FieldDefinition
from layers.query import SHARED
from layers.resources import ResourceSource
from layers.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
DAYS = [{"code": "mon", "title": "月曜"}, {"code": "tue", "title": "火曜"}]


@pytest.fixture(autouse=True)
def words() -> Iterator[Vocabulary]:
    """Fields of every kind; ``rooms`` is for the category ``care`` and what lies below it."""
    vocabulary.forget()
    care = Category.objects.create(code="schema_care", title="介護", colour="#112233", shape="circle")
    Category.objects.create(code="schema_day", title="通所", parent=care)
    Category.objects.create(code="schema_other", title="他", colour="#112233", shape="circle")
    for kind in ("text", "long_text", "choice", "choices", "number", "date", "boolean", "url"):
        FieldDefinition.objects.create(
            key=f"s_{kind}",
            title=f"項目{kind}",
            kind=kind,
            audience="public",
            choices=DAYS if "choice" in kind else [],
        )
    rooms = FieldDefinition.objects.create(
        key="s_rooms", title="部屋数", kind="number", unit="室", audience="public"
    )
    rooms.categories.add(care)
    FieldDefinition.objects.create(key="s_secret", title="庁内", kind="text", audience="staff")
    yield vocabulary.vocabulary()
    vocabulary.forget()


GOOD = {
    "s_text": "あ", "s_long_text": "い\nう", "s_choice": "mon", "s_choices": ["mon", "tue"], "s_number": 3.5,
    "s_date": "2026-04-01", "s_boolean": False, "s_url": "https://example.jp/あ", "s_rooms": None,
}  # fmt: skip
BAD: list[tuple[str, Any]] = [
    ("s_text", 3), ("s_text", "x" * 1001), ("s_text", "a\x00b"), ("s_long_text", ["x"]), ("s_choice", "wed"),
    ("s_choice", ["mon"]), ("s_choices", "mon"), ("s_choices", ["mon", "wed"]), ("s_choices", [["mon"]]),
    ("s_number", "3"), ("s_number", True), ("s_number", float("nan")), ("s_number", float("inf")),
    ("s_date", "2026-02-30"), ("s_date", "いつか"), ("s_date", 20260401), ("s_boolean", "true"), ("s_boolean", 1),
    ("s_url", "javascript:alert(1)"), ("s_url", "example.jp"), ("s_url", "https://"), ("s_url", "http://[x"),
    ("unknown_key", "x"),
]  # fmt: skip


def test_good_values_pass(words: Vocabulary) -> None:
    assert schema.validate_properties(GOOD, words) == []
    assert schema.validate_properties({}, words, "schema_day") == []


@pytest.mark.parametrize(("key", "value"), BAD)
def test_bad_values_are_named(words: Vocabulary, key: str, value: Any) -> None:
    errors = schema.validate_properties({**GOOD, key: value}, words)
    assert [error.key for error in errors] == [key]
    assert errors[0].message


@pytest.mark.parametrize(
    ("category", "fits"), [("schema_care", True), ("schema_day", True), ("schema_other", False), (None, True)]
)
def test_a_field_is_for_its_category_and_those_below(
    words: Vocabulary, category: str | None, fits: bool
) -> None:
    assert (schema.validate_properties({"s_rooms": 4}, words, category) == []) is fits


def test_schemas_of_properties() -> None:
    public = ResourceSource(Viewer(public_site=True))
    properties = schema.returnables(public, identifier="http://x/schema")["properties"]
    assert properties["s_rooms"]["x-ogc-unit"] == "室"
    assert properties["s_date"] == {"title": "項目date", "type": "string", "format": "date",
                                    "x-ogc-propertySeq": properties["s_date"]["x-ogc-propertySeq"]}  # fmt: skip
    assert properties["s_choices"]["items"]["oneOf"] == [
        {"const": "mon", "title": "月曜"}, {"const": "tue", "title": "火曜"}
    ]  # fmt: skip
    assert properties["s_choice"]["enum"] == ["mon", "tue"]
    assert "s_secret" not in properties
    assert "s_secret" in schema.returnables(ResourceSource(Viewer(level=Level.ADMINISTRATOR)))["properties"]
    assert list(schema.queryables(public, ["name"])["properties"]) == ["geometry", "id", "name"]


@pytest.mark.parametrize("key", ["name", "bbox", "after", "district", "updated_at", "distance"])
def test_reserved_keys_are_refused(key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FieldDefinition(key=key, title="x", kind="text").full_clean()
    assert "key" in refused.value.message_dict


def test_every_base_property_and_parameter_is_reserved() -> None:
    base = [
        key
        for key, field in ResourceSource(Viewer(level=Level.ADMINISTRATOR)).fields().items()
        if field.is_base
    ]
    assert {key for key in [*base, *SHARED] if key not in RESERVED} == set()


@pytest.mark.parametrize(
    "choices",
    [[], ["mon"], [{"code": "a"}], [{"code": "a", "title": ""}], [{"code": "a", "title": "x"}] * 2, "x",
     [{"code": "a,b", "title": "x"}], [{"code": 3, "title": "x"}]],
)  # fmt: skip
def test_choices_are_codes_and_titles(choices: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        FieldDefinition(key="s_new", title="x", kind="choice", choices=choices).full_clean()
    assert "choices" in refused.value.message_dict
    FieldDefinition(key="s_new", title="x", kind="choice", choices=DAYS).full_clean()
