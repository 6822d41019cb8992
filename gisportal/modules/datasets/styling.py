"""Colours of a layer: proposed from what stands in a field, then changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from layers.fields import Kind
from layers.models import StoredLayer
from layers.stored.styles import FIRST_COLOUR, plain_style
from layers.stored.summaries import numbers_of, values_of
from styles.classification import MAX_CLASSES, MIN_CLASSES, RAMPS, Method, classify

Style = dict[str, Any]

#: Colours that stay apart with any colour vision: Okabe and Ito (2008), and Paul Tol's "muted" (2021).
PALETTES: Final[dict[str, tuple[str, ...]]] = {
    "okabe": ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000"),
    "muted": (
        "#332288",
        "#ddcc77",
        "#117733",
        "#cc6677",
        "#88ccee",
        "#882255",
        "#44aa99",
        "#999933",
        "#aa4499",
    ),
}
OTHER: Final = "#b8b8b8"
#: Values with a colour of their own; the rest share one.
MOST_CATEGORIES: Final = 20
FIELD_KINDS: Final = {
    "categories": (Kind.CHOICE, Kind.TEXT, Kind.BOOLEAN, Kind.NUMBER, Kind.DATE),
    "classes": (Kind.NUMBER,),
}


def palette_titles() -> list[tuple[str, str]]:
    """Palettes of categories in words."""
    return [
        ("okabe", _("clear (8 colours, for any colour vision)")),
        ("muted", _("soft (9 colours, for any colour vision)")),
    ]


def ramp_titles() -> list[tuple[str, str]]:
    """Ramps of classes in words; all are readable with any colour vision."""
    words = {"blue": _("blue"), "orange": _("orange"), "green": _("green"), "purple": _("purple")}
    return [(name, words.get(name, name)) for name in RAMPS]


def method_titles() -> list[tuple[str, str]]:
    """Ways of dividing in words."""
    return [
        (str(Method.QUANTILE), _("about equal numbers (quantiles)")),
        (str(Method.JENKS), _("natural breaks")),
        (str(Method.EQUAL), _("equal widths")),
    ]


def proposed(layer: StoredLayer, said: Mapping[str, str]) -> Style:
    """A style as the choices say: ``kind``, ``field``, ``palette``, ``ramp``, ``method``, ``classes``, and the look.

    Where a field cannot be drawn so, ``rules`` is empty.
    """
    kind, key = said.get("kind") or "single", said.get("field") or ""
    style = {**plain_style(), **looks(said), "kind": kind, "field": key or None}
    known = {item["key"]: item for item in layer.fields}
    if kind == "single" or key not in known:
        if kind != "single":
            return {**style, "rules": []}
        colour = said.get("colour") or (layer.style.get("rules") or [{}])[0].get("colour") or FIRST_COLOUR
        return {**style, "field": None, "rules": [{"title": layer.title, "colour": colour}]}
    if kind == "categories":
        return {**style, **_categories(layer, known[key], said.get("palette") or "okabe")}
    return {**style, "rules": _classes(layer, key, said), "other_colour": None}


def looks(said: Mapping[str, str]) -> Style:
    """What the choices say of lines and sizes."""
    found = {key: said[key] for key in ("opacity", "width", "radius", "stroke") if said.get(key)}
    return {
        **found,
        **({"opacity": int(found["opacity"]) / 100} if found.get("opacity", "").isdecimal() else {}),
    }


def _categories(layer: StoredLayer, item: Mapping[str, Any], palette: str) -> Style:
    colours = PALETTES.get(palette) or PALETTES["okabe"]
    titles = dict(item.get("choices") or [])
    yes_no = {True: _("yes"), False: _("no")}
    values = values_of(layer, item["key"])
    shown = values[: min(MOST_CATEGORIES, len(colours) if len(values) <= len(colours) else MOST_CATEGORIES)]
    rules = [
        {
            "value": value,
            "title": str(yes_no[value] if isinstance(value, bool) else titles.get(value, _plain(value))),
            "colour": colours[place % len(colours)],
        }
        for place, (value, _count) in enumerate(shown)
    ]
    return {"rules": rules, "other_colour": OTHER if len(values) > len(shown) else None}


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _classes(layer: StoredLayer, key: str, said: Mapping[str, str]) -> list[dict[str, Any]]:
    typed = said.get("classes", "")
    count = min(max(int(typed), MIN_CLASSES), MAX_CLASSES) if typed.isdecimal() else 5
    ramp = said.get("ramp") if said.get("ramp") in RAMPS else "blue"
    method = said.get("method") if said.get("method") in set(Method) else str(Method.QUANTILE)
    found = classify(numbers_of(layer, key), str(method), count, str(ramp))
    unit = next((item.get("unit", "") for item in layer.fields if item["key"] == key), "")
    return [
        {"min": each.min, "max": each.max, "title": f"{each.label} {unit}".strip(), "colour": each.colour}
        for each in found
    ]


def posted(layer: StoredLayer, data: QueryDict) -> Style:
    """A style out of the form: the rules as they were changed by hand.

    ``rule-colour``, ``rule-title`` and, by kind, ``rule-value`` or ``rule-min`` and ``rule-max`` stand as often as
    there are rules.
    """
    kind = data.get("kind") or "single"
    key = data.get("field") or None
    number = any(item["key"] == key and item["kind"] == Kind.NUMBER for item in layer.fields)
    boolean = any(item["key"] == key and item["kind"] == Kind.BOOLEAN for item in layer.fields)
    columns = {name: data.getlist(f"rule-{name}") for name in ("colour", "title", "value", "min", "max")}
    rules = []
    for place, colour in enumerate(columns["colour"]):
        rule: dict[str, Any] = {"colour": colour, "title": _at(columns["title"], place)}
        if kind == "categories":
            rule["value"] = _typed(_at(columns["value"], place), number=number, boolean=boolean)
        if kind == "classes":
            rule |= {"min": _at(columns["min"], place), "max": _at(columns["max"], place)}
        rules.append(rule)
    said = {name: data.get(name, "") for name in ("opacity", "width", "radius", "stroke")}
    other = data.get("other_colour") if data.get("has_other") else None
    return {**plain_style(), **looks(said), "kind": kind, "field": key, "rules": rules, "other_colour": other}


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _typed(value: str, *, number: bool, boolean: bool) -> Any:
    if boolean:
        return value == "True" or value == "true"
    if number:
        try:
            return float(value)
        except ValueError:
            return value
    return value
