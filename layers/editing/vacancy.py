"""What may be said about room for guests (R30): state, number, capacity, note and the table by class."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from layers.editing.errors import InvalidValues
from layers.models import Vacancy
from layers.vacancy import classes_for
from layers.vocabulary import CategoryInfo

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
