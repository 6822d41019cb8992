"""What may stand in a category: values as they come from a form, checked together (R7, R24)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from layers.editing.errors import InvalidValues
from layers.models import Category

LEVELS: Final = 3
MAX_DAYS: Final = 3650
MAX_CLASSES: Final = 20
_LENGTHS: Final = {"title": 80, "title_en": 120, "aliases": 300}
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_KEY: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Rows = Mapping[str, Category]


class _Wrong(ValueError):
    pass


def clean_values(raw: Mapping[str, Any], rows: Rows, row: Category | None) -> dict[str, Any]:
    """Values for the columns of a category; ``row``: the one that is changed, None for a new one.

    Raises :class:`InvalidValues` naming everything that is wrong at once. Unknown keys are refused.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    given = (
        dict(raw)
        if row is not None
        else {"code": "", "title": "", "parent": "", "colour": "", "shape": "", **raw}
    )
    for key, value in given.items():
        try:
            if key == "code":
                found.update({} if row is not None else {"code": _code(value, rows)})
            else:
                found[key] = _READERS[key](value, rows, row)
        except KeyError:
            errors[key] = [_("There is no such item.")]
        except _Wrong as wrong:
            errors[key] = [str(wrong)]
    _check_top(found, row, errors)
    if errors:
        raise InvalidValues(errors)
    _add_classes(found, row)
    return found


def _check_top(found: Mapping[str, Any], row: Category | None, errors: dict[str, list[str]]) -> None:
    """A category of the first level needs a colour and a shape; those below inherit them."""
    parent = found.get("parent", row.parent if row else None)
    if parent is not None or "parent" in errors:
        return
    for key, words in (("colour", _("A category of the first level needs a colour.")),
                       ("shape", _("A category of the first level needs a shape."))):  # fmt: skip
        if key not in errors and not found.get(key, getattr(row, key, "") if row else ""):
            errors[key] = [words]


def _text(value: Any) -> str:
    text = " ".join(str(value or "").split())
    if "\x00" in text:
        raise _Wrong(_("Holds a character that cannot be used."))
    return text


def _line(name: str, required: bool = False) -> Callable[[Any, Rows, Category | None], str]:
    most = _LENGTHS[name]

    def read(value: Any, rows: Rows, row: Category | None) -> str:
        text = _text(value)
        if required and not text:
            raise _Wrong(_("This is needed."))
        if len(text) > most:
            raise _Wrong(
                _("At most %(most)d characters; these are %(count)d.") % {"most": most, "count": len(text)}
            )
        return text

    return read


def _code(value: Any, rows: Rows) -> str:
    text = _text(value)
    if not _KEY.fullmatch(text) or len(text) > 40:
        raise _Wrong(_("Lower-case letters, digits and single underscores."))
    if text in rows:
        merged = rows[text].merged_into
        if merged is not None:
            raise _Wrong(
                _("This code was used before; old links lead from it to “%(title)s”.")
                % {"title": merged.title}
            )
        raise _Wrong(_("There is a category with this code already."))
    return text


def _parent(value: Any, rows: Rows, row: Category | None) -> Category | None:
    code = _text(value)
    if not code:
        return None
    found = rows.get(code)
    if found is None or found.merged_into_id is not None:
        raise _Wrong(_("There is no category “%(code)s”.") % {"code": code[:40]})
    by_id = {each.pk: each for each in rows.values()}
    line = _line_up(found, by_id)
    if row is not None and row.pk in line:
        raise _Wrong(_("A category cannot lie below itself."))
    if len(line) + (_height(row, rows) if row is not None else 1) > LEVELS:
        raise _Wrong(_("The tree has at most three levels."))
    return found


def _line_up(row: Category, by_id: Mapping[int, Category]) -> list[int]:
    line = [row.pk]
    while (above := by_id[line[-1]].parent_id) is not None:
        line.append(above)
    return line


def _height(row: Category, rows: Rows) -> int:
    below = [each for each in rows.values() if each.parent_id == row.pk]
    return 1 + max((_height(each, rows) for each in below), default=0)


def _colour(value: Any, rows: Rows, row: Category | None) -> str:
    text = _text(value).lower()
    if re.fullmatch(r"[0-9a-f]{6}", text):
        text = f"#{text}"
    if text and not _COLOUR.fullmatch(text):
        raise _Wrong(_("A colour looks like #1a2b3c."))
    return text


def _shape(value: Any, rows: Rows, row: Category | None) -> str:
    text = _text(value)
    if text and text not in dict(Category.SHAPES):
        raise _Wrong(_("Choose one of the shapes."))
    return text


def _days(value: Any, rows: Rows, row: Category | None) -> int:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_DAYS:
        raise _Wrong(_("A whole number of days from 1 to %(most)d.") % {"most": MAX_DAYS})
    return int(text)


def _yes(value: Any, rows: Rows, row: Category | None) -> bool:
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}


def _axis(value: Any, rows: Rows, row: Category | None) -> str:
    text = _text(value)
    if text and text not in dict(Category.VACANCY_AXES):
        raise _Wrong(_("Choose one of the ways."))
    return text


def _words(value: Any, rows: Rows, row: Category | None) -> str:
    text = _text(value)
    if text and text not in dict(Category.VACANCY_WORDS):
        raise _Wrong(_("Choose one of the ways."))
    return text


def _classes(value: Any, rows: Rows, row: Category | None) -> list[dict[str, str]]:
    """``[{"code", "title"}]``, or lines ``age0=0歳``; a line without a code gets one, a title known keeps its own."""
    known = {each["title"]: each["code"] for each in (row.vacancy_classes if row else [])}
    pairs = _pairs(value, known)
    codes = [code for code, _title in pairs]
    if len(set(codes)) != len(codes) or len({title for _code, title in pairs}) != len(pairs):
        raise _Wrong(_("Every class needs a code and a title of its own."))
    if len(pairs) > MAX_CLASSES:
        raise _Wrong(_("At most %(most)d classes.") % {"most": MAX_CLASSES})
    if any(
        not _KEY.fullmatch(code) or len(code) > 20 or not title or len(title) > 40 for code, title in pairs
    ):
        raise _Wrong(_("One class in each line, like age0=0歳."))
    return [{"code": code, "title": title} for code, title in pairs]


def _pairs(value: Any, known: Mapping[str, str]) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [
            (str(each.get("code", "")), str(each.get("title", "")))
            for each in value
            if isinstance(each, dict)
        ]
    pairs = []
    for number, line in enumerate(filter(None, map(_text, str(value or "").splitlines())), 1):
        code, equals, title = line.partition("=")
        if equals:
            pairs.append((code.strip(), title.strip()))
        else:
            pairs.append((known.get(line, f"c{number}"), line))
    return pairs


def _add_classes(found: dict[str, Any], row: Category | None) -> None:
    """Weekdays and sexes are known; ages are the city's to name."""
    axis = found.get("vacancy_axis", row.vacancy_axis if row else "")
    if axis and not found.get("vacancy_classes", row.vacancy_classes if row else []):
        found["vacancy_classes"] = default_classes(axis)


def default_classes(axis: str) -> list[dict[str, str]]:
    """Classes of an axis where none were named."""
    days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    titles = {
        "weekday": dict(zip(_WEEKDAYS, days, strict=True)),
        "sex": {"female": _("women"), "male": _("men")},
        "age": {f"age{years}": _("age %(years)d") % {"years": years} for years in range(6)},
    }[axis]
    return [{"code": code, "title": title} for code, title in titles.items()]


_READERS: Final[dict[str, Callable[[Any, Rows, Category | None], Any]]] = {
    "title": _line("title", required=True),
    "title_en": _line("title_en"),
    "aliases": _line("aliases"),
    "parent": _parent,
    "colour": _colour,
    "shape": _shape,
    "is_formal": _yes,
    "stale_after_days": _days,
    "vacancy_stale_days": _days,
    "vacancy_words": _words,
    "vacancy_axis": _axis,
    "vacancy_classes": _classes,
}
