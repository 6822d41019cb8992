"""The tree of categories changed by an administrator: order, parents, merging, aliases (R7, R24)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from layers import vocabulary
from layers.access import Act, Level, Viewer
from layers.editing import categories as service
from layers.editing.errors import InvalidValues, NotAllowed
from layers.models import Category, FieldDefinition, Resource, ResourceVersion
from layers.resources import ResourceSource
from layers.signals import vocabulary_changed
from layers.source import get_source
from tests.factories import make_account, make_category, make_resource

pytestmark = pytest.mark.django_db
BOSS = Viewer(level=Level.ADMINISTRATOR, account_id=1)


@pytest.fixture(autouse=True)
def fresh() -> None:
    vocabulary.forget()


@pytest.fixture
def boss() -> Viewer:
    account = make_account(Level.ADMINISTRATOR)
    return Viewer(level=Level.ADMINISTRATOR, account_id=account.pk, name=account.username)


def make(code: str, **values: Any) -> Category:
    return service.create_category(
        BOSS, {"code": code, "title": code, "colour": "#123456", "shape": "circle", **values}
    )


def order(parent: str | None = None) -> list[str]:
    return [
        node.category.code for node in service.tree() if getattr(node.category.parent, "code", None) == parent
    ]


def found(query: str) -> set[str]:
    source = get_source("resources", BOSS)
    assert isinstance(source, ResourceSource)
    return {str(row.properties["name"]) for row in source.load(source.parse([tuple(query.split("="))]))}  # type: ignore[list-item]


@pytest.mark.parametrize(
    "viewer",
    [Viewer(level=level) for level in Level if level is not Level.ADMINISTRATOR]
    + [Viewer(level=Level.ADMINISTRATOR, acts=frozenset({Act.UPDATE}))],
)
def test_only_an_administrator_changes_categories(viewer: Viewer) -> None:
    make_category("care")
    make_category("other")
    acts = [
        lambda: service.create_category(
            viewer, {"code": "x", "title": "x", "colour": "#123456", "shape": "star"}
        ),
        lambda: service.update_category(viewer, "care", {"title": "x"}),
        lambda: service.move_category(viewer, "care", up=False),
        lambda: service.merge_categories(viewer, "care", "other"),
        lambda: service.delete_category(viewer, "care"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert set(Category.objects.values_list("code", "title")) == {("care", "care"), ("other", "other")}


def test_a_new_category_stands_last_and_is_in_force_at_once() -> None:
    make("first")
    make("second")
    make("below", parent="first", colour="", shape="")
    assert order() == ["first", "second"]
    assert order("first") == ["below"]
    words = vocabulary.vocabulary()
    assert words.categories["below"].colour == "#123456"
    service.update_category(BOSS, "first", {"colour": "#abcdef"})
    assert vocabulary.vocabulary().categories["below"].colour == "#abcdef"


def test_order_moves_by_one_among_siblings() -> None:
    for code in ("a", "b", "c"):
        make(code)
    assert service.move_category(BOSS, "c", up=True)
    assert order() == ["a", "c", "b"]
    assert not service.move_category(BOSS, "a", up=True)
    assert service.move_category(BOSS, "a", up=False)
    assert order() == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"code": "Bad Code"}, "code"),
        ({"code": "taken"}, "code"),
        ({"title": "  "}, "title"),
        ({"title": "長" * 81}, "title"),
        ({"colour": "red"}, "colour"),
        ({"colour": ""}, "colour"),
        ({"shape": "heart"}, "shape"),
        ({"parent": "nothing"}, "parent"),
        ({"stale_after_days": "0"}, "stale_after_days"),
        ({"stale_after_days": "-5"}, "stale_after_days"),
        ({"vacancy_stale_days": "soon"}, "vacancy_stale_days"),
        ({"vacancy_axis": "moon"}, "vacancy_axis"),
        ({"vacancy_axis": "age", "vacancy_classes": "a=0歳\na=1歳"}, "vacancy_classes"),
        ({"code_": "x"}, "code_"),
    ],
)
def test_unusable_values_are_named(values: dict[str, str], key: str) -> None:
    make("taken")
    with pytest.raises(InvalidValues) as raised:
        service.create_category(
            BOSS, {"code": "new", "title": "new", "colour": "#123456", "shape": "circle", **values}
        )
    assert set(raised.value.errors) == {key}
    assert list(Category.objects.values_list("code", flat=True)) == ["taken"]


def test_a_fourth_level_and_a_ring_are_refused() -> None:
    make("one")
    make("two", parent="one", colour="", shape="")
    make("three", parent="two", colour="", shape="")
    with pytest.raises(InvalidValues):
        make("four", parent="three")
    with pytest.raises(InvalidValues):
        service.update_category(BOSS, "one", {"parent": "three"})
    make("other")
    with pytest.raises(InvalidValues):
        service.update_category(BOSS, "one", {"parent": "other"})
    service.update_category(BOSS, "three", {"parent": "other"})
    assert order("other") == ["three"]


def test_a_category_without_colour_cannot_come_to_the_top() -> None:
    make("one")
    make("two", parent="one", colour="", shape="")
    with pytest.raises(InvalidValues) as raised:
        service.update_category(BOSS, "two", {"parent": ""})
    assert set(raised.value.errors) == {"colour", "shape"}


def test_classes_of_vacancy_are_lines_with_codes() -> None:
    row = make("nursery", vacancy_axis="age", vacancy_classes="age0=0歳\n1歳")
    assert row.vacancy_classes == [{"code": "age0", "title": "0歳"}, {"code": "c2", "title": "1歳"}]
    row = service.update_category(BOSS, "nursery", {"vacancy_classes": "1歳\nage0=0歳児"})
    assert row.vacancy_classes == [{"code": "c2", "title": "1歳"}, {"code": "age0", "title": "0歳児"}]
    days = make("day", vacancy_axis="weekday").vacancy_classes
    assert [each["code"] for each in days] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_counts_are_own_and_with_all_below_without_the_trash() -> None:
    top = make("top")
    below = make("below", parent="top")
    make_resource(category=top)
    make_resource(category=below)
    make_resource(category=below, deleted_at=timezone.now())
    assert {node.category.code: (node.own_count, node.count) for node in service.tree()} == {
        "top": (1, 2), "below": (1, 1),
    }  # fmt: skip


def test_a_merge_moves_everything_and_the_old_code_goes_on_finding(boss: Viewer) -> None:
    old, into = make("old"), make("into")
    child = make("child", parent="old")
    long_ago = timezone.now() - timedelta(days=500)
    row = make_resource("さくら", category=old, updated_at=long_ago)
    trashed = make_resource("ごみ", category=old, deleted_at=timezone.now())
    make_resource("うめ", category=into)
    field = FieldDefinition.objects.create(key="beds", title="病床", kind="number")
    field.categories.add(old)
    version = row.version

    assert service.merge_categories(boss, "old", "into") == 2

    row.refresh_from_db()
    trashed.refresh_from_db()
    assert (row.category_id, trashed.category_id) == (into.pk, into.pk)
    assert row.updated_at == long_ago
    assert row.version == version + 1
    kept = ResourceVersion.unscoped.filter(resource_id=row.pk).order_by("version")
    assert [state.category_id for state in kept] == [old.pk, into.pk]
    assert (kept[1].actor_id, kept[1].actor_name) == (boss.account_id, boss.name)
    assert list(field.categories.values_list("code", flat=True)) == ["into"]
    child.refresh_from_db()
    assert child.parent == into
    words = vocabulary.vocabulary()
    assert "old" not in words.categories and words.aliases == {"old": "into"}
    assert found("category=old") == found("category=into") == {"さくら", "うめ"}
    assert found("category=child") == set()
    assert [node.category.code for node in service.tree()] == ["into", "child"]


def test_chains_of_merges_lead_to_the_last() -> None:
    for code in ("a", "b", "c"):
        make(code)
    make_resource("さくら", category=Category.objects.get(code="a"))
    service.merge_categories(BOSS, "a", "b")
    service.merge_categories(BOSS, "b", "c")
    assert found("category=a") == found("category=b") == {"さくら"}
    with pytest.raises(InvalidValues):
        make("a")
    with pytest.raises(Category.DoesNotExist):
        service.merge_categories(BOSS, "a", "c")
    with pytest.raises(InvalidValues):
        service.delete_category(BOSS, "c")


def test_a_merge_that_would_double_an_office_number_is_refused_whole() -> None:
    old, into = make("old"), make("into")
    make_resource("さくら", category=old, office_number="3770100001")
    make_resource("さくら二", category=into, office_number="3770100001")
    with pytest.raises(InvalidValues) as raised:
        service.merge_categories(BOSS, "old", "into")
    assert "さくら二" in raised.value.errors["into"][0]
    assert Resource.unscoped.filter(category=old).count() == 1


def test_merging_upwards_is_allowed_and_downwards_or_too_deep_is_not() -> None:
    make("top")
    make("below", parent="top")
    make("deep", parent="below")
    make("other")
    make("other_low", parent="other")
    for code, into in (("top", "deep"), ("top", "top"), ("top", "other_low")):
        with pytest.raises(InvalidValues):
            service.merge_categories(BOSS, code, into)
    service.merge_categories(BOSS, "below", "other_low")
    assert order("other_low") == ["deep"]
    service.merge_categories(BOSS, "deep", "other_low")
    assert found("category=below") == set()


def test_only_an_empty_category_is_deleted() -> None:
    empty, full = make("empty"), make("full")
    row = make_resource(category=full, deleted_at=timezone.now())
    for reason in ("the trash", "below"):
        with pytest.raises(InvalidValues):
            service.delete_category(BOSS, "full")
        if reason == "the trash":
            row.delete()
            make("low", parent="full")
    service.delete_category(BOSS, "empty")
    assert set(Category.objects.values_list("code", flat=True)) == {"full", "low"}
    assert empty.title == "empty"


def test_every_act_is_told() -> None:
    told: list[str] = []

    def listen(sender: object, action: str, **kwargs: object) -> None:
        told.append(action)

    vocabulary_changed.connect(listen)
    try:
        make("a")
        make("b")
        make("c")
        service.update_category(BOSS, "a", {"title": "あ"})
        service.update_category(BOSS, "a", {"title": "あ"})
        service.move_category(BOSS, "a", up=False)
        service.merge_categories(BOSS, "a", "b")
        service.delete_category(BOSS, "c")
    finally:
        vocabulary_changed.disconnect(listen)
    assert told == ["category.created"] * 3 + [
        "category.updated", "category.moved", "category.merged", "category.deleted",
    ]  # fmt: skip
