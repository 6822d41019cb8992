"""What may be said about room for guests (R30): state, number, capacity, note and the table by class."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from layers.access import Act, Viewer
from layers.editing.errors import InvalidValues
from layers.editing.services import locked
from layers.editing.transactions import acting
from layers.editing.vacancies import set_vacancy
from layers.models import Resource, Vacancy
from layers.signals import resource_changed
from layers.vacancy import classes_for
from layers.vocabulary import CategoryInfo, vocabulary

#: More than any house holds: a larger number is a slip of the finger.
MOST_PLACES: Final = 9_999
NOTE_LENGTH: Final = 200
#: How somebody else came to know it.
HOWS: Final = ("phone", "visit", "fax", "self")
KEYS: Final = ("vacancy", "vacancy_count", "capacity", "vacancy_note", "vacancy_detail")
_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")


def clean_vacancy(category: CategoryInfo, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Values that can be kept, for the keys given. The table by class: ``{"mon": {"state": "few", "count": 2}}``.

    Raises :class:`InvalidValues` naming everything that is wrong, the classes as ``vacancy_detail.<code>``.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, value in raw.items():
        try:
            if key == "vacancy_detail":
                found[key] = _detail(category, value, errors)
            elif key in _READ:
                found[key] = _READ[key](value)
            else:
                errors[key] = [_("This item is unknown, or not yours to change.")]
        except _Wrong as wrong:
            errors[key] = [str(wrong)]
    if found.get("vacancy") == Vacancy.FULL and (found.get("vacancy_count") or 0) > 0:
        errors["vacancy_count"] = [_("There is no room, but a number of free places was given.")]
    if errors:
        raise InvalidValues(errors)
    return found


class _Wrong(ValueError):
    """A message for the person."""


def _state(value: Any) -> str:
    code = str(value or "").strip()
    if code and code not in Vacancy.values:
        raise _Wrong(_("“%(value)s” is none of the choices.") % {"value": code[:60]})
    return code


def _places(value: Any) -> int | None:
    text = (
        str("" if value is None else value)
        .translate(_DIGITS)
        .strip()
        .removesuffix("名")
        .removesuffix("人")
        .strip()
    )
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_PLACES:
        raise _Wrong(_("A whole number from 0 to %(most)d is wanted.") % {"most": MOST_PLACES})
    return int(text)


def _note(value: Any) -> str:
    text = " ".join(str(value or "").replace("\x00", "").split())
    if len(text) > NOTE_LENGTH:
        raise _Wrong(
            _("At most %(most)d characters; these are %(count)d.") % {"most": NOTE_LENGTH, "count": len(text)}
        )
    return text


_READ: Final = {"vacancy": _state, "vacancy_count": _places, "capacity": _places, "vacancy_note": _note}


def _detail(category: CategoryInfo, value: Any, errors: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise _Wrong(_("A table by class is expected here."))
    known = dict(classes_for(category))
    found: dict[str, dict[str, Any]] = {}
    for code, entry in value.items():
        key = f"vacancy_detail.{code}"
        if code not in known or not isinstance(entry, Mapping):
            errors[key] = [_("This category has no such class.")]
            continue
        try:
            kept = {"state": _state(entry.get("state")), "count": _places(entry.get("count"))}
        except _Wrong as wrong:
            errors[key] = [f"{known[code]}: {wrong}"]
            continue
        if kept["state"] or kept["count"] is not None:
            found[str(code)] = {name: item for name, item in kept.items() if item not in ("", None)}
    return found


#: How long a statement can be taken back.
UNDO: Final = timedelta(minutes=30)
#: Keys of ``vacancy_detail`` beside the classes: who said it, when the table was filled in, what was said before.
ENTERED, TABLE_AT, BEFORE = "_entered", "_table_at", "_before"
_STATED: Final = ("vacancy", "vacancy_count", "vacancy_note", "vacancy_origin", "capacity")


def enter_vacancy(actor: Viewer, resource_id: int, raw: Mapping[str, Any], how: str = "") -> Resource:
    """States the room of an entry, by whoever may (R30). ``how``: one of :data:`HOWS`, for who asked by telephone.

    A state without a number forgets the number of before. Raises what ``set_vacancy`` raises.
    """
    if how and how not in HOWS:
        raise InvalidValues({"how": [_("“%(value)s” is none of the choices.") % {"value": how[:60]}]})
    with transaction.atomic():
        row = locked(actor, resource_id, Act.VACANCY)
        cleaned = clean_vacancy(vocabulary().categories[row.category.code], raw)
        if cleaned.get("vacancy", row.vacancy) != row.vacancy and "vacancy_count" not in cleaned:
            cleaned["vacancy_count"] = None
        table = cleaned.pop("vacancy_detail", None)
        now = timezone.now().isoformat()
        detail = _classes(row.vacancy_detail) if table is None else table
        at = now if table is not None else row.vacancy_detail.get(TABLE_AT)
        detail |= {ENTERED: {"how": how, "by": actor.name[:100]}, BEFORE: _before(row, now)}
        if at:
            detail[TABLE_AT] = at
        return set_vacancy(actor, resource_id, cleaned, how, detail)


def _classes(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in detail.items() if not key.startswith("_")}


def _before(row: Resource, now: str) -> dict[str, Any]:
    """What undo brings back; one step, so that the row does not grow."""
    stated = {key: getattr(row, key) for key in _STATED}
    as_of = row.vacancy_as_of.isoformat() if row.vacancy_as_of else None
    older = {key: value for key, value in row.vacancy_detail.items() if key != BEFORE}
    return {**stated, "vacancy_as_of": as_of, "detail": older, "until": now}


def may_undo(row: Resource) -> bool:
    """Whether the last statement is young enough to be taken back."""
    before = row.vacancy_detail.get(BEFORE)
    made = parse_datetime(str(before.get("until"))) if isinstance(before, dict) else None
    return made is not None and timezone.now() - made <= UNDO


def undo_vacancy(actor: Viewer, resource_id: int) -> Resource:
    """Takes the last statement back: values, time and origin are again those of before; a change like any other.

    Raises :class:`InvalidValues` where there is nothing to take back, :class:`NotAllowed`, ``FeatureNotFound``.
    """
    with acting(actor, _("statement about room taken back")):
        row = locked(actor, resource_id, Act.VACANCY)
        if not may_undo(row):
            raise InvalidValues({"vacancy": [_("There is nothing left to take back.")]})
        before = row.vacancy_detail[BEFORE]
        for key in _STATED:
            setattr(row, key, before[key])
        row.vacancy_as_of = parse_datetime(before["vacancy_as_of"]) if before["vacancy_as_of"] else None
        row.vacancy_detail = before["detail"]
        row.save()
        resource_changed.send(
            sender=Resource,
            actor=actor,
            action="resource.vacancy_undone",
            resource_id=row.pk,
            details={"items": ["vacancy"]},
        )
    return row
