"""The style of an uploaded layer as it is kept (``StoredLayer.style``), read with every value in its bounds.

``{"kind": "single"|"categories"|"classes", "field": key|null, "rules": [{"value": …|"min": …, "max": …, "title": …,
"colour": "#rrggbb"}], "other_colour": "#rrggbb"|null, "opacity": 0 to 1, "stroke": "#rrggbb", "width": px,
"radius": px}``
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Self

from django.utils.translation import gettext as _

#: What a layer is drawn with before anybody chose.
COLOUR: Final = "#7a3e8c"
NO_DATA: Final = "#9a9a9a"
_COLOUR: Final = re.compile(r"^#[0-9a-fA-F]{6}$")
_MOST_RULES: Final = 200


@dataclass(frozen=True, slots=True)
class StoredRule:
    """One class: a value, or a range of numbers."""

    title: str
    colour: str
    value: str | float | bool = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class StoredStyle:
    """A kept style with what was left out filled in. ``title``: of the layer, for its one line of legend."""

    title: str
    is_classes: bool
    field: str
    rules: tuple[StoredRule, ...]
    other_colour: str | None
    other_title: str
    opacity: float
    stroke: str
    width: float
    radius: float

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None, title: str) -> Self:
        """Read what is kept; what cannot be used is as if it were not there."""
        kept = kept or {}
        kind = kept.get("kind") or "single"
        field = kept.get("field") or ""
        rules: tuple[StoredRule, ...] = ()
        if kind in {"categories", "classes"} and field:
            read = (_rule(item, kind) for item in (kept.get("rules") or [])[:_MOST_RULES])
            rules = tuple(item for item in read if item)
        other = _colour(kept.get("other_colour"))
        if not rules:
            first: Mapping[str, Any] = next(iter(kept.get("rules") or []), {})
            other = _colour(first.get("colour")) or other or _colour(kept.get("colour")) or COLOUR
        return cls(
            title=title,
            is_classes=kind == "classes",
            field=field,
            rules=rules,
            other_colour=other,
            other_title=str(kept.get("other_title") or _("Other")),
            opacity=_bounded(kept.get("opacity"), 0.6, 0, 1),
            stroke=_colour(kept.get("stroke")) or "#ffffff",
            width=_bounded(kept.get("width"), 1, 0, 20),
            radius=_bounded(kept.get("radius"), 6, 1, 40),
        )


def _rule(item: Mapping[str, Any], kind: str) -> StoredRule | None:
    colour = _colour(item.get("colour"))
    if colour is None:
        return None
    if kind == "classes":
        low, high = _number(item.get("min")), _number(item.get("max"))
        title = str(item.get("title") or f"{_written(low)} – {_written(high)}")
        return None if low is None and high is None else StoredRule(title, colour, low=low, high=high)
    value = item.get("value")
    if not isinstance(value, str | int | float | bool):
        return None
    return StoredRule(str(item.get("title") or value), colour, value)


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _colour(given: object) -> str | None:
    return given.lower() if isinstance(given, str) and _COLOUR.match(given) else None


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given):
        return None
    return given


def _bounded(given: object, otherwise: float, least: float, most: float) -> float:
    number = _number(given)
    return otherwise if number is None else min(max(number, least), most)
