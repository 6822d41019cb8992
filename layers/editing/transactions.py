"""Who changes, and why, told to the triggers that keep the history; one transaction around one act."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.db import connection, transaction

from layers.access import Viewer
from layers.editing.field_rows import write_under_fields

#: The door a change came in by, where it is not a page of the portal: in history and record unless they are told more.
through: ContextVar[str] = ContextVar("through", default="")
_SETTINGS = ("gisportal.actor_id", "gisportal.actor_name", "gisportal.note", "gisportal.change")


@contextmanager
def acting(actor: Viewer, note: str = "") -> Iterator[None]:
    """One act: all of it or nothing. History names the actor and the note. Definitions of fields hold meanwhile."""
    values = (str(actor.account_id or ""), actor.name[:150], (note or through.get())[:300], uuid4().hex)
    with transaction.atomic():
        write_under_fields()
        _tell(values)
        yield
        # The next act of the same transaction, or of a test, is another one.
        _tell(("", "", "", ""))


def _tell(values: tuple[str, ...]) -> None:
    calls = ", ".join("set_config(%s, %s, true)" for _ in _SETTINGS)
    pairs = [part for pair in zip(_SETTINGS, values, strict=True) for part in pair]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", pairs)
