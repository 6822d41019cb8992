"""Properties of a feature, as the world outside writes them, into items of the editing services.

Programs know a feature by the names it is read by (design §5); forms know items. What only the service can say
(times, districts, titles) is read-only: null or as it stands is accepted, anything else is refused by name.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from layers.editing.errors import InvalidValues
from layers.editing.items import EditItem, items_for
from layers.editing.vacancies import vacancy_items
from layers.fields import Field, Kind
from layers.models import Organisation
from layers.vocabulary import Vocabulary

#: Statements about room: an act of its own with a right of its own (R30).
VACANCY: Final[tuple[str, ...]] = ("vacancy", "vacancy_count", "vacancy_note")
#: What an entry always has; a replacement that leaves it out leaves it as it is.
ALWAYS: Final[tuple[str, ...]] = ("publication", "operation", "delivery")
REQUIRED: Final[tuple[str, ...]] = ("name", "category")
_SAME_NAME: Final = (
    "name reading category fields_of_support address phone fax email url opening_hours description office_number "
    "capacity operation delivery service_area publication organisation"
).split()
#: Names outside of items called otherwise inside.
_OUTSIDE: Final = {
    "formal_override": "formal", "lat": "geometry", "lon": "geometry", "geom_origin": "geometry",
    "service_geom": "service_area", "service_districts": "service_area", "building": "address", "site": "geometry",
}  # fmt: skip
_MILLISECOND: Final = 0.001


def writable_items(fields: Mapping[str, Field], viewer: Any, words: Vocabulary) -> dict[str, EditItem]:
    """Items by the name of the property, in the order properties are read in."""
    items = items_for(viewer, None, words)
    room = vacancy_items()
    found: dict[str, EditItem] = {}
    for key, known in fields.items():
        if not known.is_base:
            if (own := items.get(f"field.{key}")) is not None:
                found[key] = own
        elif key in VACANCY:
            found[key] = room[key]
        elif key == "formal":
            found[key] = items["formal_override"]
        elif key in _SAME_NAME:
            found[key] = items[key] if key != "organisation" else _by_name(items[key])
    return found


def _by_name(item: EditItem) -> EditItem:
    """An organisation is written as it is read: by its name."""
    return replace(item, kind=Kind.TEXT, form="", max_length=200)


def item_key(key: str, known: Field) -> str:
    """Key of the item behind a property."""
    return "formal_override" if key == "formal" else key if known.is_base else f"field.{key}"


def outside(error: InvalidValues) -> InvalidValues:
    """The same refusal under the names of properties."""
    found: dict[str, list[str]] = {}
    for key, texts in error.errors.items():
        name = _OUTSIDE.get(key, key.removeprefix("field."))
        found.setdefault(name, []).extend(text for text in texts if text not in found.get(name, []))
    return InvalidValues(found)


def empty_of(kind: Kind) -> Any:
    """What stands for nothing in a kind of item."""
    if kind is Kind.CHOICES:
        return []
    return None if kind in {Kind.NUMBER, Kind.BOOLEAN} else ""


def is_empty(value: Any) -> bool:
    """Nothing there: null, an empty text, an empty list."""
    return value is None or value == "" or value == []


def is_same(kind: Kind, value: Any, shown: Any) -> bool:
    """Whether a value given is the one shown: empty is empty, the order of choices tells nothing."""
    if is_empty(value) or is_empty(shown):
        return is_empty(value) and is_empty(shown)
    if kind is Kind.DATETIME:
        return _same_moment(value, shown)
    if kind is Kind.DATE:
        return str(value) == (shown.isoformat() if isinstance(shown, date) else str(shown))
    if kind is Kind.CHOICES and isinstance(value, list) and isinstance(shown, list | tuple):
        return sorted(map(str, value)) == sorted(map(str, shown))
    if isinstance(value, bool) or isinstance(shown, bool):
        return value is shown
    return bool(value == shown)


def _same_moment(value: Any, shown: Any) -> bool:
    """To the millisecond: some clients keep no more."""
    try:
        given = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return False
    if given is None or given.tzinfo is None or not isinstance(shown, datetime):
        return False
    return abs((given - shown).total_seconds()) < _MILLISECOND


def checked(kind: Kind, value: Any) -> Any:
    """A value of the right type for its kind. Raises ``ValueError`` with words on what would be right.

    Numbers and true or false may come as text, several choices as one text: where the first features of a layer have
    no value, older clients take every property for text.
    """
    if value is None:
        return None
    match kind:
        case Kind.CHOICES:
            return _several(value)
        case Kind.BOOLEAN:
            if isinstance(value, bool) or (isinstance(value, str) and value.lower() in {"true", "false", ""}):
                return value
            raise ValueError(_("True or false is expected here."))
        case Kind.NUMBER:
            if _is_number(value) or isinstance(value, str):
                return value
            raise ValueError(_("A number is expected here."))
    if isinstance(value, str) or _is_number(value):
        return value
    raise ValueError(_("Text is expected here."))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _several(value: Any) -> list[str]:
    given = value
    if isinstance(value, str):
        try:
            given = json.loads(value) if value.strip().startswith("[") else re.split(r"[,、;]", value)
        except ValueError:
            given = None
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        raise ValueError(_("A list of texts is expected here."))
    return [part.strip() for part in given if part.strip()]


def check_types(items: Mapping[str, EditItem], given: Mapping[str, Any]) -> dict[str, Any]:
    """All values of the right type. Raises :class:`InvalidValues` naming every one that is not."""
    found, errors = {}, {}
    for key, value in given.items():
        try:
            found[key] = checked(items[key].kind, value)
        except ValueError as wrong:
            errors[key] = [str(wrong)]
    if errors:
        raise InvalidValues(errors)
    return found


def organisation_of(name: Any) -> int | None:
    """Number of the organisation of a name. Raises :class:`InvalidValues` where it is not one alone."""
    text = " ".join(str(name or "").split())
    if not text:
        return None
    found = list(Organisation.unscoped.filter(name=text).values_list("pk", flat=True)[:2])
    if len(found) == 1:
        return int(found[0])
    words = (
        _("Several organisations have this name; choose one on the page of the entry.")
        if found
        else _("There is no organisation of this name; it is added on the page of the entry.")
    )
    raise InvalidValues({"organisation": [words]})


def parted_address(given: str, building: str) -> dict[str, str]:
    """Address and building out of the one text both are read as."""
    text = " ".join(given.split())
    if building and text.endswith(f" {building}"):
        return {"address": text.removesuffix(building).strip(), "building": building}
    return {"address": text, "building": ""}


def merged(errors: Iterable[InvalidValues]) -> InvalidValues | None:
    """Several refusals as one, or None."""
    found: dict[str, list[str]] = {}
    for error in errors:
        for key, texts in error.errors.items():
            found.setdefault(key, []).extend(texts)
    return InvalidValues(found) if found else None
