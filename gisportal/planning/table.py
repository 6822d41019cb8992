"""A crosstab as a page shows it: figures, links, the row drawn as a map."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.analysis.crosstab import Crosstab, crosstab, inhabitants, per_thousand
from layers.analysis.dimensions import Dimension, DimensionValue, dimension
from layers.errors import ParameterError
from layers.parameters import multi, single
from layers.query import FeatureQuery, Resolvers
from layers.resources import ResourceSource
from styles.classification import ClassBreak, classify

#: Measures: title and the inhabitants a figure is divided by (None: plain counts).
MEASURES: Final[dict[str, tuple[str | Promise, str | None]]] = {
    "count": (gettext_lazy("number of resources"), None),
    "per_1000": (gettext_lazy("per 1,000 inhabitants"), "total"),
    "per_1000_child": (gettext_lazy("per 1,000 inhabitants up to 14"), "0-14"),
    "per_1000_65": (gettext_lazy("per 1,000 inhabitants of 65 and over"), "65+"),
    "per_1000_75": (gettext_lazy("per 1,000 inhabitants of 75 and over"), "75+"),
}
METHODS: Final[dict[str, str | Promise]] = {
    "quantile": gettext_lazy("quantiles"),
    "jenks": gettext_lazy("natural breaks (Jenks)"),
}
OWN: Final = ("rows", "columns", "measure", "show", "method", "classes", "f")
TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. ``number`` is the count behind it; ``url`` the list and map of exactly these resources."""

    value: float | None
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table with its total."""

    code: str
    title: str
    cells: tuple[Cell, ...]
    total: Cell
    show_url: str
    is_shown: bool
    drill_url: str = ""


@dataclass
class Table:
    """A crosstab asked for by a query string; raises :class:`ParameterError` where it cannot be made."""

    source: ResourceSource
    params: Any
    resolvers: Resolvers
    query: FeatureQuery = field(init=False)
    rows: Dimension = field(init=False)
    columns: Dimension = field(init=False)
    counts: Crosstab = field(init=False)

    def __post_init__(self) -> None:
        values = multi(self.params)
        self.query = self.source.parse(self.params, extra=OWN, resolvers=self.resolvers)
        self.rows = dimension("rows", single("rows", values) or "category", self.source, self.query)
        self.columns = dimension("columns", single("columns", values) or "district", self.source, self.query)
        both_categories = self.rows.key.startswith("category") and self.columns.key.startswith("category")
        if both_categories or self.rows.key == self.columns.key:
            raise ParameterError("columns", _("Rows and columns must differ."))
        self.measure = _one_of("measure", single("measure", values) or "count", MEASURES)
        if self.base and not (self.rows.is_district or self.columns.is_district):
            raise ParameterError("measure", _("A figure per inhabitant needs districts as rows or columns."))
        self.method = _one_of("method", single("method", values) or "quantile", METHODS)
        self.class_count = int(
            _one_of("classes", single("classes", values) or "5", {str(n): "" for n in range(3, 8)})
        )
        self.counts = crosstab(self.source, self.query, self.rows, self.columns)
        self.show = single("show", values) or TOTAL
        if self.show != TOTAL and self.show not in {value.code for value in self.drawn_rows}:
            raise ParameterError("show", _("There is no row “%(row)s”.") % {"row": self.show})

    @property
    def base(self) -> str | None:
        """Inhabitants the measure divides by."""
        return MEASURES[self.measure][1]

    @property
    def has_map(self) -> bool:
        """Whether one of the dimensions can be drawn."""
        return self.rows.is_district or self.columns.is_district

    @property
    def drawn_rows(self) -> tuple[DimensionValue, ...]:
        """Values of the dimension that is not drawn: one of them, or the total, is the map's subject."""
        return (
            self.columns.values
            if self.rows.is_district and not self.columns.is_district
            else self.rows.values
        )

    # --- figures ---

    def figure(self, number: int, *values: DimensionValue) -> float | None:
        """The measure of a count; per inhabitant it needs a district among the values."""
        if self.base is None:
            return number
        home = next((value for value in values if value.code.count(":") == 1 and _is_district(value)), None)
        return None if home is None else per_thousand(number, inhabitants(home, self.base))

    def lines(self) -> Iterable[Line]:
        """Rows of the table, in order."""
        for row in self.rows.values:
            number = self.counts.row_totals.get(row.code, 0)
            yield Line(
                code=row.code,
                title=row.title,
                cells=tuple(self._cell(row, column) for column in self.columns.values),
                total=Cell(self.figure(number, row), number, self.link(row)),
                show_url=self.url(show=row.code) if not self.rows.is_district else "",
                is_shown=row.code == self.show,
                drill_url=self._drill(row),
            )

    def _cell(self, row: DimensionValue, column: DimensionValue) -> Cell:
        number = self.counts.cells.get((row.code, column.code), 0)
        return Cell(self.figure(number, row, column), number, self.link(row, column))

    def totals(self) -> list[Cell]:
        """The line of totals."""
        return [
            Cell(self.figure(number, value), number, self.link(value))
            for value in self.columns.values
            for number in [self.counts.column_totals.get(value.code, 0)]
        ]

    def grand_total(self) -> Cell:
        """All resources found; per inhabitant, of all districts together."""
        if self.base is None:
            return Cell(self.counts.total, self.counts.total, self.link())
        homes = [inhabitants(value, self.base) for value in self._districts().values]
        people = sum(number for number in homes if number)
        return Cell(per_thousand(self.counts.total, people), self.counts.total, self.link())

    def _districts(self) -> Dimension:
        return self.columns if self.columns.is_district else self.rows

    # --- addresses ---

    def link(self, *values: DimensionValue) -> str:
        """List and map of the resources behind a figure. Holds the token of a place, never the place."""
        pairs = [pair for pair in self.query.pairs if pair[0] not in {"page", "per_page"}]
        for value in values:
            pairs = [pair for pair in pairs if not any(_replaces(own, pair) for own in value.pairs)]
            pairs += value.pairs
        return f"{reverse('portal:search')}?{urlencode(list(dict.fromkeys([*pairs, ('view', 'both')])))}"

    def url(self, name: str = "crosstab", **changes: str) -> str:
        """This crosstab with some parameters changed."""
        own = {
            "rows": self.rows.key,
            "columns": self.columns.key,
            "measure": self.measure,
            "method": self.method,
            "classes": str(self.class_count),
            "show": self.show,
            **changes,
        }
        pairs = [pair for pair in self.query.pairs if pair[0] not in {"page", "per_page"}]
        return f"{reverse(f'planning:{name}')}?{urlencode([*pairs, *own.items()])}"

    def swapped(self) -> str:
        """Rows and columns exchanged."""
        return self.url(rows=self.columns.key, columns=self.rows.key, show=TOTAL)

    def _drill(self, row: DimensionValue) -> str:
        tree = self.source.vocabulary.categories
        if self.rows.key.startswith("category") and any(info.parent == row.code for info in tree.values()):
            return self.url(rows=f"category.{row.code}", show=TOTAL)
        return ""

    # --- map ---

    def drawn(self) -> list[tuple[DimensionValue, float | None, Cell]]:
        """Districts with the figure drawn for each."""
        districts = self._districts()
        subject = next((value for value in self.drawn_rows if value.code == self.show), None)
        return [
            (home, cell.value, cell)
            for home in districts.values
            for cell in [self._drawn_cell(home, subject)]
        ]

    def _drawn_cell(self, home: DimensionValue, subject: DimensionValue | None) -> Cell:
        if subject is None:
            totals = self.counts.column_totals if self.columns.is_district else self.counts.row_totals
            number = totals.get(home.code, 0)
            return Cell(self.figure(number, home), number, self.link(home))
        return self._cell(subject, home) if self.columns.is_district else self._cell(home, subject)

    def classes(self) -> list[ClassBreak]:
        """Classes of the map, by the method asked for."""
        figures = [value for _home, value, _cell in self.drawn() if value is not None]
        return classify(figures, self.method, self.class_count)

    def subject(self) -> str:
        """What the map shows, in words."""
        chosen = next((value.title for value in self.drawn_rows if value.code == self.show), _("Total"))
        return f"{chosen} – {MEASURES[self.measure][0]}"

    def as_data(self) -> dict[str, Any]:
        """The table as JSON."""
        return {
            "rows": _named(self.rows),
            "columns": _named(self.columns),
            "measure": self.measure,
            "cells": [[cell.value for cell in line.cells] for line in self.lines()],
            "row_totals": [line.total.value for line in self.lines()],
            "column_totals": [cell.value for cell in self.totals()],
            "total": self.grand_total().value,
            "rows_without": self.counts.rows_without,
            "columns_without": self.counts.columns_without,
            "links": [[cell.url for cell in line.cells] for line in self.lines()],
        }


def _replaces(own: tuple[str, str], pair: tuple[str, str]) -> bool:
    """A value takes the place of the same parameter; a district only that of its own scheme."""
    if own[0] != pair[0]:
        return False
    return own[0] != "district" or own[1].partition(":")[0] == pair[1].partition(":")[0]


def _is_district(value: DimensionValue) -> bool:
    return bool(value.pairs) and value.pairs[-1][0] == "district"


def _named(item: Dimension) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "values": [{"code": value.code, "title": value.title} for value in item.values],
    }


def _one_of(parameter: str, value: str, known: dict[str, Any]) -> str:
    if value not in known:
        raise ParameterError(parameter, _("Must be one of: %(known)s.") % {"known": ", ".join(known)})
    return value
