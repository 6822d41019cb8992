"""How an uploaded layer is drawn: a small JSON, read by ``styles/`` and written by pages.

``{"kind": "single" | "categories" | "classes", "field": key | null, "rules": [{"value" | "min", "max", "title",
"colour": "#rrggbb"}], "other_colour": "#rrggbb" | null, "opacity": 0…1, "stroke": "#rrggbb", "width": px,
"radius": px}``. Of ``classes`` the bounds are both included, as they occur; ``rules`` of ``single`` holds one colour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from layers.editing.errors import InvalidValues
from layers.models import StoredEdition

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
KINDS: Final = ("single", "categories", "classes")
MAX_RULES: Final = 100
#: Easy to tell apart from the roads and areas of the base map, and from the ink of resources.
FIRST_COLOUR: Final = "#0072b2"


def plain_style(colour: str = FIRST_COLOUR) -> dict[str, Any]:
    """One colour for everything."""
    return {
        "kind": "single",
        "field": None,
        "rules": [{"title": "", "colour": colour}],
        "other_colour": None,
        "opacity": 0.6,
        # Thin and grey: small cells far away would be all border.
        "stroke": "#6b6b6b",
        "width": 0.5,
        "radius": 6,
    }


def fitting(style: Mapping[str, Any], edition: StoredEdition) -> dict[str, Any]:
    """The style, or a plain one in its first colour where it draws by a field the edition has not."""
    keys = {item["key"] for item in edition.fields}
    if style.get("kind") in {"ramp", "rgb"}:  # of rasters, which have no fields
        return dict(style)
    if style.get("kind") in KINDS and (style["kind"] == "single" or style.get("field") in keys):
        return dict(style)
    rules = style.get("rules") or [{}]
    colour = str(rules[0].get("colour") or "")
    return plain_style(colour if _COLOUR.fullmatch(colour) else FIRST_COLOUR)


def checked(style: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """A style as it may be kept. ``keys``: kind of value by key. Raises :class:`InvalidValues`."""
    kind, field = style.get("kind"), style.get("field") or None
    if kind not in KINDS:
        raise InvalidValues({"kind": [_("There is no such way of drawing.")]})
    if kind != "single" and field not in keys:
        raise InvalidValues({"field": [_("Choose a field to draw by.")]})
    if kind == "classes" and keys[str(field)] != "number":
        raise InvalidValues({"field": [_("Classes need a field of numbers.")]})
    rules = [_rule(kind, rule) for rule in style.get("rules") or []]
    if not rules:
        raise InvalidValues({"rules": [_("There is nothing to draw by: the field is empty.")]})
    if len(rules) > MAX_RULES:
        raise InvalidValues({"rules": [_("At most %(most)d colours.") % {"most": MAX_RULES}]})
    other = style.get("other_colour") or None
    return {
        "kind": kind,
        "field": field if kind != "single" else None,
        "rules": rules,
        "other_colour": None if other is None else _colour("other_colour", other),
        "opacity": _between("opacity", style.get("opacity", 0.6), 0, 1),
        "stroke": _colour("stroke", style.get("stroke", "#333333")),
        "width": _between("width", style.get("width", 1), 0, 20),
        "radius": _between("radius", style.get("radius", 6), 1, 40),
    }


def _rule(kind: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": str(rule.get("title") or "")[:120],
        "colour": _colour("rules", rule.get("colour")),
    }
    if kind == "categories":
        found["value"] = rule.get("value")
    if kind == "classes":
        low, high = _number(rule.get("min")), _number(rule.get("max"))
        if low > high:
            raise InvalidValues({"rules": [_("The lower bound of a class lies above its upper one.")]})
        found |= {"min": low, "max": high}
    return found


def _colour(key: str, value: object) -> str:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value.lower()):
        raise InvalidValues({key: [_("A colour looks like #1a2b3c.")]})
    return value.lower()


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidValues({"rules": [_("A bound of a class is no number.")]}) from None


def _between(key: str, value: object, least: float, most: float) -> float:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = least - 1
    if not least <= found <= most:
        raise InvalidValues({key: [_("From %(least)s to %(most)s.") % {"least": least, "most": most}]})
    return found
