"""Fields are renamed, merged and retyped while somebody else edits: no value is lost (issue's "Must show" 3)."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction

from layers import vocabulary
from layers.access import Level, Viewer
from layers.editing import field_choices, field_rows, fields
from layers.editing.errors import InvalidValues
from layers.editing.field_retype import Rest, retype_field
from layers.editing.services import update_resource
from layers.models import FieldDefinition, Resource, ResourceVersion
from tests.factories import make_resource

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Viewer(level=Level.ADMINISTRATOR, account_id=1, name="root")
EDITOR = Viewer(level=Level.A, account_id=2, name="editor")
DAYS = [{"code": code, "title": title} for code, title in (("mon", "月"), ("tue", "火"), ("wed", "水"))]


@pytest.fixture(autouse=True)
def fresh_words() -> Iterator[None]:
    vocabulary.forget()
    yield
    vocabulary.forget()


class Other(threading.Thread):
    """Another person with a connection of his own."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self.work = work
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()

    def done(self) -> None:
        """Waits; what went wrong there goes wrong here."""
        self.join(60)
        assert not self.is_alive()
        if self.error:
            raise self.error


def waiting() -> int:
    """Connections that wait for a lock now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE NOT l.granted AND d.datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def until_somebody_waits() -> None:
    deadline = time.monotonic() + 20
    while not waiting():
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)


def values(row: Resource) -> Any:
    return Resource.unscoped.values_list("properties", flat=True).get(pk=row.pk)


def test_a_rename_waits_for_an_edit_that_is_not_finished() -> None:
    fields.add_field(ROOT, key="memo", title="メモ", kind="text")
    row = make_resource()
    with transaction.atomic():
        update_resource(EDITOR, row.pk, row.version, {"field.memo": "途中"})
        other = Other(lambda: fields.rename_key(ROOT, "memo", "note") and None)
        until_somebody_waits()
    other.done()
    assert values(row) == {"note": "途中"}


def test_an_edit_waits_for_a_rename_that_is_not_finished() -> None:
    fields.add_field(ROOT, key="memo", title="メモ", kind="text")
    row = make_resource(properties={"memo": "前"})
    with field_rows.held(with_rows=True):
        fields.rename_key(ROOT, "memo", "note")
        other = Other(lambda: update_resource(EDITOR, row.pk, row.version, {"field.memo": "後"}) and None)
        until_somebody_waits()
    other.done()
    assert values(row) == {"note": "後"}


def test_a_row_read_before_and_written_after_by_any_program() -> None:
    fields.add_field(ROOT, key="days", title="曜日", kind="choices", choices=DAYS)
    row = make_resource(properties={"days": ["mon", "wed"]})
    read = Resource.unscoped.get(pk=row.pk)
    fields.rename_key(ROOT, "days", "weekdays")
    field_choices.merge_choices(ROOT, "weekdays", "mon", "tue")
    read.properties = {**read.properties, "other": 1}
    read.save()
    assert values(row) == {"weekdays": ["tue", "wed"], "other": 1}


def test_what_does_not_fit_any_more_is_refused_not_lost() -> None:
    fields.add_field(ROOT, key="rooms", title="部屋", kind="text")
    row = make_resource(properties={"rooms": "3"})
    with field_rows.held(with_rows=True):
        retype_field(ROOT, "rooms", "number")
        refused: list[InvalidValues] = []

        def edit() -> None:
            try:
                update_resource(EDITOR, row.pk, row.version, {"field.rooms": "約四"})
            except InvalidValues as error:
                refused.append(error)

        other = Other(edit)
        until_somebody_waits()
    other.done()
    assert list(refused[0].errors) == ["field.rooms"]
    assert values(row) == {"rooms": 3}


def test_the_rewrite_gives_up_where_somebody_keeps_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_rows, "PATIENCE", 1)
    fields.add_field(ROOT, key="memo", title="メモ", kind="text")
    row = make_resource(properties={"memo": "値"})
    refused: list[InvalidValues] = []

    def rename() -> None:
        try:
            fields.rename_key(ROOT, "memo", "note")
        except InvalidValues as error:
            refused.append(error)

    with transaction.atomic():
        Resource.unscoped.filter(pk=row.pk).update(name="長い取り込み")
        other = Other(rename)
        other.done()
    assert refused and FieldDefinition.objects.get().key == "memo"
    assert values(row) == {"memo": "値"}


class Editing:
    """Somebody who edits all the while, from forms he opened before anything was changed."""

    def __init__(self, rows: list[Resource]) -> None:
        self.rows = rows
        self.stop = threading.Event()
        self.saved: list[tuple[int, str, Any]] = []
        self.refused = 0

    def run(self) -> None:
        """Edits one item of one row after another, every saving noted."""
        number = 0
        while not self.stop.is_set() or number % 4:
            number += 1
            row = self.rows[number % len(self.rows)]
            key, value = [
                ("field.memo", f"メモ{number}"),
                ("field.days", ["mon", "wed"] if number % 8 < 4 else ["tue", "mon"]),
                ("field.rooms", f"{number}"),
                ("field.rooms", f"約{number}"),
            ][number % 4]
            version = Resource.unscoped.values_list("version", flat=True).get(pk=row.pk)
            try:
                update_resource(EDITOR, row.pk, version, {key: value})
            except InvalidValues:
                self.refused += 1
            else:
                self.saved.append((row.pk, key, value))

    def grow(self, more: int = 12) -> None:
        """Waits until so many more were saved."""
        goal, deadline = len(self.saved) + more, time.monotonic() + 60
        while len(self.saved) < goal:
            assert time.monotonic() < deadline, "the editor does not get on"
            time.sleep(0.01)

    def last(self, pk: int, key: str) -> Any:
        """What was saved last of an item of a row."""
        return next((value for row, name, value in reversed(self.saved) if (row, name) == (pk, key)), None)


def test_no_value_is_lost_while_another_person_edits() -> None:
    for key, kind, more in (
        ("memo", "text", {}),
        ("days", "choices", {"choices": DAYS}),
        ("rooms", "text", {}),
    ):
        fields.add_field(ROOT, key=key, title=key, kind=kind, **more)
    rows = [make_resource(f"同時{number}") for number in range(5)]
    editing = Editing(rows)
    other = Other(editing.run)
    editing.grow()
    fields.add_field(ROOT, key="extra", title="追加", kind="boolean")
    fields.rename_key(ROOT, "memo", "note")
    editing.grow()
    field_choices.save_choices(ROOT, "days", [field_choices.ChoiceLine("wed", "水曜日")])
    field_choices.merge_choices(ROOT, "days", "mon", "tue")
    editing.grow()
    fields.rename_key(ROOT, "days", "weekdays")
    retype_field(ROOT, "rooms", "number", rest=Rest.KEEP)
    editing.grow()
    fields.retire_field(ROOT, "extra")
    fields.rename_key(ROOT, "note", "memo_two")
    field_choices.retire_choice(ROOT, "weekdays", "wed")
    fields.bring_back_field(ROOT, "extra")
    editing.grow()
    editing.stop.set()
    other.done()
    assert editing.refused > 0  # 約… is no number any more, and said so
    for row in rows:
        check_row(row.pk, values(row), editing)


def check_row(pk: int, found: dict[str, Any], editing: Editing) -> None:
    """A row holds what was saved last, in today's words, and its history every text that was ever saved."""
    assert found.get("memo_two") == editing.last(pk, "field.memo")
    assert "memo" not in found and "note" not in found and "days" not in found
    days = editing.last(pk, "field.days")
    assert set(found.get("weekdays", [])) == {"tue" if day == "mon" else day for day in days or []}
    assert len(found.get("weekdays", [])) == len(set(found.get("weekdays", [])))
    rooms = editing.last(pk, "field.rooms")
    held = [found.get("rooms"), found.get("rooms_before")]
    assert rooms is None or (float(rooms) if rooms.isdecimal() else rooms) in held
    past = ResourceVersion.unscoped.filter(resource_id=pk).values_list("properties", flat=True)
    texts = {value for state in past for value in state.values() if isinstance(value, str)}
    numbers = {value for state in past for value in state.values() if isinstance(value, int | float)}
    assert not any({"memo", "note", "days"} & set(state) for state in past)
    for row, key, value in editing.saved:
        if row == pk and key == "field.memo":
            assert value in texts
        if row == pk and key == "field.rooms":
            assert value in texts or (value.isdecimal() and float(value) in numbers), value
