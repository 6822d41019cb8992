"""Another kind for a field that holds values: first a report, then a person decides; no value is lost (R22)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing import field_rows
from layers.editing.errors import InvalidValues
from layers.editing.field_choices import LONGEST_TITLE, current, new_code
from layers.editing.field_rows import StoredValue
from layers.editing.field_values import Form, as_text, choice_parts, choice_text, converted, is_empty
from layers.editing.fields import CHOSEN, check_may_shape, definition, tell
from layers.models import FieldDefinition
from layers.models.field_definition import FieldKind

#: Rows the report names one by one, and the most choices made of texts.
NAMED_ROWS: Final = 200
MOST_CHOICES: Final = 100


class Rest(StrEnum):
    """What happens to values that have none in the new kind."""

    REFUSE = "refuse"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Line:
    """One distinct value. ``now`` is ``None`` where it does not convert; ``count``: rows that hold it."""

    raw: str
    before: str
    now: Any
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class RestRow:
    """A row whose value does not convert."""

    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What another kind would do. ``choices``: those the field would have; ``new_choices``: those made of texts."""

    item: FieldDefinition
    kind: FieldKind
    lines: tuple[Line, ...]
    choices: tuple[dict[str, Any], ...]
    new_choices: tuple[str, ...]
    rest_rows: tuple[RestRow, ...]

    @property
    def fitting(self) -> list[Line]:
        """Values that convert."""
        return [line for line in self.lines if line.now is not None]

    @property
    def rest(self) -> list[Line]:
        """Values that do not."""
        return [line for line in self.lines if line.now is None]

    @property
    def fitting_count(self) -> int:
        """Rows whose value converts."""
        return sum(line.count for line in self.fitting)

    @property
    def rest_count(self) -> int:
        """Rows whose value does not."""
        return sum(line.count for line in self.rest)

    @property
    def unnamed_count(self) -> int:
        """Rows of the rest that are not named one by one."""
        return self.rest_count - len(self.rest_rows)


def conversion_report(actor: Viewer, key: str, kind: str) -> Report:
    """What would convert and what would not, value by value and row by row; nothing is changed.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: there is no such kind, or the field is of it already.
    """
    check_may_shape(actor)
    return _report(definition(key), kind)


def _report(item: FieldDefinition, kind: str) -> Report:
    if kind not in FieldKind.values or kind == item.kind:
        raise InvalidValues({"kind": [_("Choose another kind.")]})
    stored = [value for value in field_rows.stored_values(item.key) if not is_empty(value.value)]
    before = _form(item)
    choices, made = _choices(item, FieldKind(kind), stored, before)
    after = Form(FieldKind(kind), _titles(choices), item.unit)
    lines = tuple(_line(value, before, after) for value in stored)
    rest = {line.raw: line.before for line in lines if line.now is None}
    rows = field_rows.rows_with(item.key, rest, NAMED_ROWS) if rest else []
    named = tuple(RestRow(pk, name, rest[raw]) for pk, name, raw in rows)
    return Report(item, FieldKind(kind), lines, tuple(choices), tuple(made), named)


def _form(item: FieldDefinition) -> Form:
    return Form(FieldKind(item.kind), _titles(current(item)), item.unit)


def _titles(choices: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {str(choice["code"]): str(choice["title"]) for choice in choices}


def _line(stored: StoredValue, before: Form, after: Form) -> Line:
    now = converted(stored.value, before, after)
    shown = "" if now is None else as_text(now, after)
    return Line(stored.raw, as_text(stored.value, before), now, shown, stored.count)


def _choices(
    item: FieldDefinition, kind: FieldKind, stored: list[StoredValue], before: Form
) -> tuple[list[dict[str, Any]], list[str]]:
    """Choices the field would have, and the titles made of its texts; none are made of too many or too long ones."""
    if kind not in CHOSEN:
        return [], []
    kept = list(item.choices) if item.kind in CHOSEN else []
    if item.kind in CHOSEN:
        return kept, []
    found: dict[str, str] = {}
    for value in stored:
        text = as_text(value.value, before)
        parts = choice_parts(text) if kind is FieldKind.CHOICES else [text.strip()]
        for part in parts:
            found.setdefault(choice_text(part), part)
    titles = [title for title in found.values() if len(title) <= LONGEST_TITLE and "\n" not in title]
    if len(titles) > MOST_CHOICES:
        return [], []
    made: list[dict[str, Any]] = []
    for title in titles:
        made.append({"code": new_code(title, [choice["code"] for choice in made]), "title": title})
    return made, titles


def retype_field(actor: Viewer, key: str, kind: str, *, rest: Rest = Rest.REFUSE) -> Report:
    """Gives a field another kind and converts its values, past ones too; what was reported is judged anew.

    ``Rest.KEEP``: values that do not convert go as text into a field made for them, beside this one.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: something does not convert and is to be refused; nothing is changed then.
    """
    check_may_shape(actor)
    with field_rows.held(with_rows=True):
        item = definition(key)
        before, old_kind = _form(item), item.kind
        report = _report(item, kind)
        if report.rest and rest is Rest.REFUSE:
            text = _("%(count)d entries hold a value that does not fit. Nothing was changed.")
            raise InvalidValues({"kind": [text % {"count": report.rest_count}]})
        if report.kind in CHOSEN and not report.choices:
            raise InvalidValues({"kind": [_no_choices()]})
        item.kind, item.choices = report.kind, list(report.choices)
        item.save(update_fields=["kind", "choices"])
        kept = _kept_field(item, report) if report.rest else None
        mapping = _mapping(report, before, kept is not None)
        rows = field_rows.map_rows(key, kept.key if kept else "", mapping)
        tell(
            actor, "field.retyped", item, key=key, kind=str(kind), former_kind=old_kind, rows=rows,
            kept=report.rest_count, kept_in=kept.key if kept else "",
        )  # fmt: skip
    return report


def _no_choices() -> str:
    return _("There are no values to make choices of, or too many different ones. Add a new field instead.")


def _mapping(report: Report, before: Form, keeps: bool) -> list[tuple[str, Any, str | None]]:
    """Values of rows, and those only past states hold: the latter stay as they are where no field keeps them."""
    after = Form(report.kind, _titles(report.choices), report.item.unit)
    found: dict[str, tuple[str, Any, str | None]] = {
        line.raw: (line.raw, line.now, line.before if line.now is None else None) for line in report.lines
    }
    key = report.item.key
    for stored in [*field_rows.stored_values(key), *field_rows.stored_values(key, past=True)]:
        if stored.raw in found:
            continue
        if is_empty(stored.value):
            found[stored.raw] = (stored.raw, None, None)
            continue
        line = _line(stored, before, after)
        if line.now is not None or keeps:
            found[stored.raw] = (stored.raw, line.now, line.before if line.now is None else None)
    return list(found.values())


def _kept_field(item: FieldDefinition, report: Report) -> FieldDefinition:
    """The field for what does not convert: like its origin, neither printed nor in the list."""
    texts = [line.before for line in report.rest]
    is_long = any(len(text) > 200 or "\n" in text for text in texts)
    kept = FieldDefinition.objects.create(
        key=_free_key(item.key),
        title=_("%(field)s (before the change)") % {"field": item.title[:60]},
        kind=FieldKind.LONG_TEXT if is_long else FieldKind.TEXT,
        audience=item.audience,
        is_printed=False,
        is_searchable=item.is_searchable,
        is_listed=False,
        order=item.order,
    )
    kept.categories.set(item.categories.all())
    return kept


def _free_key(key: str) -> str:
    stem = f"{key[:30].strip('_')}_before"
    number, wanted = 1, stem
    while (
        FieldDefinition.objects.filter(key=wanted).exists()
        or FieldDefinition.objects.filter(former_keys__contains=[wanted]).exists()
        or field_rows.has_values(wanted)
    ):
        number += 1
        wanted = f"{stem}_{number}"
    return wanted
