"""A crosstab asked for by a query string, in figures: the same on the page, as JSON and as a process (R34, G6)."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.analysis.crosstab import Crosstab, crosstab, inhabitants, per_thousand
from layers.analysis.dimensions import Dimension, DimensionValue, dimension
from layers.errors import ParameterError
from layers.parameters import multi, single
from layers.query import FeatureQuery, Resolvers
from layers.resources import ResourceSource

#: Measures: title and the inhabitants a figure is divided by (None: plain counts).
MEASURES: Final[dict[str, tuple[str | Promise, str | None]]] = {
    "count": (gettext_lazy("number of resources"), None),
    "per_1000": (gettext_lazy("per 1,000 inhabitants"), "total"),
    "per_1000_child": (gettext_lazy("per 1,000 inhabitants up to 14"), "0-14"),
    "per_1000_65": (gettext_lazy("per 1,000 inhabitants of 65 and over"), "65+"),
    "per_1000_75": (gettext_lazy("per 1,000 inhabitants of 75 and over"), "75+"),
}


@dataclass
class CrosstabFigures:
    """Figures of a crosstab. ``params``: the search with ``rows``, ``columns`` and ``measure``.

    Raises :class:`ParameterError` where it cannot be made.
    """

    #: Parameters beside those of the search.
    own: ClassVar[tuple[str, ...]] = ("rows", "columns", "measure")

    source: ResourceSource
    params: Any
    resolvers: Resolvers
    query: FeatureQuery = field(init=False)
    rows: Dimension = field(init=False)
    columns: Dimension = field(init=False)
    counts: Crosstab = field(init=False)
    measure: str = field(init=False)

    def __post_init__(self) -> None:
        values = multi(self.params)
        self.query = self.source.parse(self.params, extra=self.own, resolvers=self.resolvers)
        self.rows = dimension("rows", single("rows", values) or "category", self.source, self.query)
        self.columns = dimension("columns", single("columns", values) or "district", self.source, self.query)
        both_categories = self.rows.key.startswith("category") and self.columns.key.startswith("category")
        if both_categories or self.rows.key == self.columns.key:
            raise ParameterError("columns", _("Rows and columns must differ."))
        self.measure = one_of("measure", single("measure", values) or "count", MEASURES)
        if self.base and not (self.rows.is_district or self.columns.is_district):
            raise ParameterError("measure", _("A figure per inhabitant needs districts as rows or columns."))
        self.counts = crosstab(self.source, self.query, self.rows, self.columns)

    @property
    def base(self) -> str | None:
        """Inhabitants the measure divides by."""
        return MEASURES[self.measure][1]

    @property
    def districts(self) -> Dimension:
        """The dimension of districts, where there is one."""
        return self.columns if self.columns.is_district else self.rows

    def figure(self, number: int, *values: DimensionValue) -> float | None:
        """The measure of a count; per inhabitant it needs a district among the values."""
        if self.base is None:
            return number
        home = next((value for value in values if value.code.count(":") == 1 and _is_district(value)), None)
        return None if home is None else per_thousand(number, inhabitants(home, self.base))

    def number(self, row: DimensionValue, column: DimensionValue) -> int:
        """The count of one cell."""
        return self.counts.cells.get((row.code, column.code), 0)

    def whole(self) -> float | None:
        """The measure of all resources found; per inhabitant, of all districts together."""
        if self.base is None:
            return self.counts.total
        homes = [inhabitants(value, self.base) for value in self.districts.values]
        return per_thousand(self.counts.total, sum(number for number in homes if number))

    def pairs(self, *values: DimensionValue) -> list[tuple[str, str]]:
        """The search that finds exactly the resources behind a figure. Holds the token of a place, never the place."""
        pairs = [pair for pair in self.query.pairs if pair[0] not in {"page", "per_page"}]
        for value in values:
            pairs = [pair for pair in pairs if not any(_replaces(own, pair) for own in value.pairs)]
            pairs += value.pairs
        return list(dict.fromkeys(pairs))

    def as_data(self) -> dict[str, Any]:
        """The table as JSON."""
        rows, columns = self.rows.values, self.columns.values
        of_rows, of_columns = self.counts.row_totals, self.counts.column_totals
        return {
            "rows": _named(self.rows),
            "columns": _named(self.columns),
            "measure": self.measure,
            "cells": [[self.figure(self.number(row, column), row, column) for column in columns] for row in rows],
            "row_totals": [self.figure(of_rows.get(row.code, 0), row) for row in rows],
            "column_totals": [self.figure(of_columns.get(column.code, 0), column) for column in columns],
            "total": self.whole(),
            "rows_without": self.counts.rows_without,
            "columns_without": self.counts.columns_without,
        }  # fmt: skip


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


def one_of(parameter: str, value: str, known: dict[str, Any]) -> str:
    """A value out of those known. Raises :class:`ParameterError` naming the parameter."""
    if value not in known:
        raise ParameterError(parameter, _("Must be one of: %(known)s.") % {"known": ", ".join(known)})
    return value
