"""Choices of a field: add, retitle, order, merge, retire, bring back; no row loses what it holds (R22)."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing import field_rows
from layers.editing.errors import InvalidValues
from layers.editing.fields import CHOSEN, check_may_shape, definition, tell
from layers.models import FieldDefinition, Resource
from layers.models.field_definition import FieldKind

LONGEST_TITLE: Final = 120
MOST: Final = 500
_CODE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One line as the administrator writes it. An empty ``code`` is a new choice; ``is_retired`` None: as before."""

    code: str
    title: str
    title_en: str = ""
    is_retired: bool | None = None


def current(item: FieldDefinition) -> list[dict[str, Any]]:
    """The choices that are not merged away, retired ones too, in order."""
    return [choice for choice in item.choices if not choice.get("merged_into")]


def save_choices(actor: Viewer, key: str, lines: Sequence[ChoiceLine]) -> FieldDefinition:
    """Titles and order of the choices as given, and new ones. A choice that is not named keeps its place at the end.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: by ``choices`` and ``choices.<number>``, from 0 on, the lines that cannot be kept.
    """

    def change(item: FieldDefinition) -> None:
        known = {choice["code"]: choice for choice in item.choices}
        _check(lines, known)
        taken = set(known)
        written = [_written(line, known, taken) for line in lines]
        named = {choice["code"] for choice in written}
        item.choices = [*written, *(choice for code, choice in known.items() if code not in named)]
        if all(choice.get("retired") for choice in current(item)):
            raise InvalidValues({"choices": [_("At least one choice is needed.")]})

    return _change(actor, key, "field.choices_changed", change)


def _written(line: ChoiceLine, known: dict[str, dict[str, Any]], taken: set[str]) -> dict[str, Any]:
    code = line.code or new_code(line.title_en or line.title, taken)
    taken.add(code)
    was_retired = bool(known.get(code, {}).get("retired"))
    retired = {"retired": True} if (was_retired if line.is_retired is None else line.is_retired) else {}
    english = {"title_en": line.title_en.strip()} if line.title_en.strip() else {}
    return {"code": code, "title": line.title.strip(), **english, **retired}


def _check(lines: Sequence[ChoiceLine], known: dict[str, dict[str, Any]]) -> None:
    errors: dict[str, list[str]] = {}
    named = {line.code for line in lines}
    others = [choice for code, choice in known.items() if code not in named and not choice.get("merged_into")]
    seen: dict[str, int] = {str(choice["title"]): -1 for choice in others}
    for number, line in enumerate(lines):
        title = line.title.strip()
        if not title:
            errors[f"choices.{number}"] = [_("Write a title.")]
        elif max(len(title), len(line.title_en)) > LONGEST_TITLE:
            errors[f"choices.{number}"] = [
                _("Too long: at most %(count)d characters.") % {"count": LONGEST_TITLE}
            ]
        elif title in seen:
            errors[f"choices.{number}"] = [_("This title stands twice. To make one of two, merge them.")]
        elif line.code and (line.code not in known or known[line.code].get("merged_into")):
            errors[f"choices.{number}"] = [_("This choice is gone: somebody merged it meanwhile.")]
        seen.setdefault(title, number)
    if not lines:
        errors["choices"] = [_("At least one choice is needed.")]
    if len(lines) > MOST:
        errors["choices"] = [_("At most %(count)d choices.") % {"count": MOST}]
    if errors:
        raise InvalidValues(errors)


def merge_choices(actor: Viewer, key: str, merged: str, into: str) -> int:
    """Makes two choices one: rows that hold ``merged`` hold ``into``, each once; the number of rows rewritten.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: the two are not two choices of this field.
    """
    rows = 0

    def change(item: FieldDefinition) -> None:
        nonlocal rows
        codes = [choice["code"] for choice in current(item)]
        if merged == into or merged not in codes or into not in codes:
            raise InvalidValues({"choices": [_("Choose two different choices.")]})
        rows = _rows_holding(item, merged)
        item.choices = [
            {**choice, "merged_into": into}
            if merged in (choice["code"], choice.get("merged_into"))
            else choice
            for choice in item.choices
        ]

    def rewrite(item: FieldDefinition) -> dict[str, Any]:
        field_rows.merge_rows(key)
        return {"merged": merged, "into": into, "rows": rows}

    _change(actor, key, "field.choices_merged", change, rewrite)
    return rows


def _rows_holding(item: FieldDefinition, code: str) -> int:
    held = [code] if item.kind == FieldKind.CHOICES else code
    return Resource.unscoped.filter(properties__contains={item.key: held}).count()


def retire_choice(actor: Viewer, key: str, code: str) -> FieldDefinition:
    """Offers a choice no more; rows that hold it keep it. Raises :class:`NotAllowed`, :class:`InvalidValues`."""

    def change(item: FieldDefinition) -> None:
        choice = _found(item, code)
        if not any(other for other in current(item) if other is not choice and not other.get("retired")):
            raise InvalidValues({"choices": [_("At least one choice is needed.")]})
        choice["retired"] = True

    return _change(actor, key, "field.choice_retired", change, lambda item: {"code": code})


def bring_back_choice(actor: Viewer, key: str, code: str) -> FieldDefinition:
    """Offers a retired choice again. Raises :class:`NotAllowed`, :class:`InvalidValues`."""

    def change(item: FieldDefinition) -> None:
        _found(item, code).pop("retired", None)

    return _change(actor, key, "field.choice_brought_back", change, lambda item: {"code": code})


def _found(item: FieldDefinition, code: str) -> dict[str, Any]:
    for choice in current(item):
        if choice["code"] == code:
            return choice
    raise InvalidValues({"choices": [_("There is no “%(value)s”.") % {"value": code}]})


def _change(
    actor: Viewer,
    key: str,
    action: str,
    change: Callable[[FieldDefinition], None],
    rewrite: Callable[[FieldDefinition], dict[str, Any]] | None = None,
) -> FieldDefinition:
    check_may_shape(actor)
    with field_rows.held(with_rows=True):
        item = definition(key)
        if item.kind not in CHOSEN:
            raise InvalidValues({"choices": [_("This field has no choices.")]})
        change(item)
        item.save(update_fields=["choices"])
        tell(actor, action, item, key=key, **(rewrite(item) if rewrite else {}))
    return item


def new_code(title: str, taken: Iterable[str]) -> str:
    """A code no other choice has: of the title where that is plain ASCII, else a number."""
    used = set(taken)
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40].strip("_")
    if title.isascii() and _CODE.fullmatch(plain) and plain not in used:
        return plain
    number = 1
    while f"c{number}" in used:
        number += 1
    return f"c{number}"
