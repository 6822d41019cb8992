"""A stored value of one kind of field as a value of another; ``None`` where that would lose something (R22)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from layers.imports import values as written
from layers.models.field_definition import FieldKind
from layers.schema import MAX_LONG_TEXT, MAX_TEXT, is_url
from layers.written_dates import read_date

YES, NO = "はい", "いいえ"
#: Digits a number keeps in every format (IEEE 754 double).
DIGITS: Final = 15
_NUMBER: Final = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?")
_COMMAS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of field with what its values mean: ``titles`` by code, the unit of numbers."""

    kind: FieldKind
    titles: Mapping[str, str]
    unit: str = ""


def is_empty(value: Any) -> bool:
    """Nothing there: null, an empty text, an empty list."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def as_text(value: Any, form: Form) -> str:
    """A value as a person reads it; codes by their titles. Nothing of it is left out."""
    if isinstance(value, list):
        return "、".join(as_text(item, form) for item in value)
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return form.titles.get(text, text) if form.kind in {FieldKind.CHOICE, FieldKind.CHOICES} else text


def converted(value: Any, before: Form, after: Form) -> Any:
    """The value in the new kind, or ``None`` where it has none there."""
    if before.kind in _LISTED and after.kind in _LISTED:
        return _between_choices(value, before, after)
    return _FROM_TEXT[after.kind](as_text(value, before), after)


_LISTED: Final = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


def _between_choices(value: Any, before: Form, after: Form) -> Any:
    codes = list(dict.fromkeys(value if isinstance(value, list) else [value]))
    if any(code not in after.titles for code in codes):
        return None
    if after.kind is FieldKind.CHOICES:
        return codes
    return codes[0] if len(codes) == 1 else None


def _text(text: str, after: Form) -> str | None:
    return text if len(text) <= MAX_TEXT and "\n" not in text else None


def _long_text(text: str, after: Form) -> str | None:
    return text if len(text) <= MAX_LONG_TEXT else None


def _number(text: str, after: Form) -> float | int | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = plain.removesuffix(unicodedata.normalize("NFKC", after.unit)).strip() if after.unit else plain
    if _COMMAS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain) or len(re.sub(r"\D", "", plain)) > DIGITS:
        return None
    number = float(plain)
    return int(number) if number.is_integer() else number


def _date(text: str, after: Form) -> str | None:
    found = read_date(text)
    return found.isoformat() if found else None


def _boolean(text: str, after: Form) -> bool | None:
    return written.boolean(unicodedata.normalize("NFKC", text).replace("◯", "○"))


def _url(text: str, after: Form) -> str | None:
    plain = text.strip()
    return plain if is_url(plain) and not re.search(r"\s", plain) and len(plain) <= MAX_TEXT else None


def _choice(text: str, after: Form) -> str | None:
    wanted = choice_text(text)
    return next((code for code, title in after.titles.items() if choice_text(title) == wanted), None)


def _choices(text: str, after: Form) -> list[str] | None:
    if whole := _choice(text, after):
        return [whole]
    codes = [_choice(part, after) for part in choice_parts(text)]
    return None if not codes or None in codes else list(dict.fromkeys(code for code in codes if code))


def choice_text(text: str) -> str:
    """A text as titles of choices are compared: width and blanks at the ends do not matter."""
    return unicodedata.normalize("NFKC", text).strip()


def choice_parts(text: str) -> list[str]:
    """Several choices written as one text: separated by 、 , / ・ or a line end."""
    return [part.strip() for part in re.split(r"[、，,;；/／・\n]", text) if part.strip()]


_FROM_TEXT: Final[dict[FieldKind, Callable[[str, Form], Any]]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.URL: _url,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
}
