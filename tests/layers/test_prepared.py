"""QuerySets compiled once, with and without a plan that is kept."""

from typing import Any

import pytest
from django.db import connection

from layers.models import CellVersion
from layers.prepared import SECOND_SLOT, SLOT, Prepared

pytestmark = pytest.mark.django_db

ODD = "o'dd \\ %s %% \" ;--"


def rows_of(source: str) -> Any:
    return CellVersion.objects.filter(source=source).order_by("x").values_list("x", "version")


@pytest.fixture
def versions() -> None:
    names = ("schema-a", "schema-b", ODD)
    CellVersion.objects.bulk_create(
        CellVersion(source=name, x=x, y=0, version=10 * number + x)
        for number, name in enumerate(names)
        for x in (1, 2)
    )


def plans_kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("keeps_plan", [False, True])
@pytest.mark.parametrize("source", ["schema-a", "schema-b", ODD, "nothing"])
def test_rows_are_those_of_the_query_set(versions: None, source: str, keeps_plan: bool) -> None:
    prepared = Prepared(lambda: rows_of(SLOT), keeps_plan=keeps_plan)
    for _time in range(8):
        assert prepared.fetch(source) == list(rows_of(source))


@pytest.mark.parametrize("keeps_plan", [False, True])
def test_two_values(versions: None, keeps_plan: bool) -> None:
    prepared = Prepared(
        lambda: (
            CellVersion.objects.filter(source__in=[SLOT, SECOND_SLOT], x=1)
            .order_by("version")
            .values_list("version")
        ),
        keeps_plan=keeps_plan,
    )
    assert prepared.fetch("schema-a", ODD) == [(1,), (21,)]


def test_a_plan_is_kept_for_what_is_asked_often_and_follows_the_rows(versions: None) -> None:
    prepared = Prepared(lambda: rows_of(SLOT), keeps_plan=True)
    before = len(plans_kept())
    prepared.fetch("schema-b")
    assert len(plans_kept()) == before
    for _time in range(6):
        prepared.fetch("schema-a")
    kept = plans_kept()
    assert len(kept) == before + 1
    assert any("'schema-a'" in statement for statement in kept)
    CellVersion.objects.filter(source="schema-a", x=2).delete()
    assert prepared.fetch("schema-a") == [(1, 1)]


def test_other_statements_keep_no_plan(versions: None) -> None:
    prepared = Prepared(lambda: rows_of(SLOT))
    before = len(plans_kept())
    for _time in range(8):
        prepared.fetch("schema-a")
    assert len(plans_kept()) == before
