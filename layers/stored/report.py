"""What was found while a layer was read: counted by kind, with the first places of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.stored.values import clean

#: Places named of each kind; how many more there are is counted.
EXAMPLES: Final = 20

#: Kind of finding and its words. ``is_loss``: something of the file is not in the layer.
WORDS: Final[dict[str, tuple[str | Promise, bool]]] = {
    "repaired": (gettext_lazy("Shapes that crossed themselves were made valid"), False),
    "no_shape": (gettext_lazy("Rows without a shape: kept, but not on the map"), False),
    "bad_shape": (gettext_lazy("Shapes that could not be read: the row is kept without one"), True),
    "outside": (gettext_lazy("Shapes outside Japan: the row is kept without one"), True),
    "too_many_corners": (gettext_lazy("Shapes with too many corners: the row is kept without one"), True),
    "height": (gettext_lazy("Heights were left out"), False),
    "bad_place": (gettext_lazy("Coordinates that are no numbers: the row is kept without a place"), True),
    "not_number": (gettext_lazy("No number: left empty"), True),
    "not_date": (gettext_lazy("No date: left empty"), True),
    "not_boolean": (gettext_lazy("Neither yes nor no: left empty"), True),
    "cut": (gettext_lazy("Texts of more than 10,000 characters were cut"), True),
    "blank_sign": (gettext_lazy("Signs such as “-” or “X” in columns of numbers count as empty"), False),
    "short_row": (gettext_lazy("Lines with more or fewer cells than the header"), True),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding in words. ``places``: row and column of the first ones."""

    code: str
    title: str
    count: int
    is_loss: bool
    places: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.places)


@dataclass(slots=True)
class Report:
    """Counts by kind and the first places: ``(number of the row, column, value)``."""

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[list[Any]]] = field(default_factory=dict)

    def note(self, code: str, number: int, column: str = "", value: object = "") -> None:
        """One more of a kind."""
        self.counts[code] = self.counts.get(code, 0) + 1
        kept = self.places.setdefault(code, [])
        if len(kept) < EXAMPLES:
            kept.append([number, column, clean(str(value))[:80]])

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"counts": self.counts, "places": self.places}


def findings(kept: Mapping[str, Any]) -> list[Finding]:
    """A kept report in the language in force, losses first."""
    found = []
    for code, count in (kept.get("counts") or {}).items():
        title, is_loss = WORDS.get(code, (code, True))
        places = tuple(_place(*place) for place in (kept.get("places") or {}).get(code, []))
        found.append(Finding(code, str(title), int(count), is_loss, places))
    return sorted(found, key=lambda item: (not item.is_loss, -item.count))


def _place(number: int, column: str, value: str) -> str:
    words = {"number": number, "column": column, "value": value}
    if column and value:
        return _("row %(number)d, %(column)s: “%(value)s”") % words
    if value:
        return _("row %(number)d: %(value)s") % words
    if column:
        return _("row %(number)d, %(column)s") % words
    return _("row %(number)d") % words
