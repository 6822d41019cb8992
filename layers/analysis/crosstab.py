"""Crosstab (マトリクス集計, R34, G6): one GROUP BY over a search, with totals.

A resource with several values of a dimension counts once in each of their rows; totals count it once.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from layers.analysis.dimensions import Dimension, DimensionValue
from layers.query import FeatureQuery
from layers.resources import ResourceSource

_EACH: Final = {
    "scalar": "(SELECT {column}::text AS value)",
    "array": "(SELECT unnest({column}::text[]) AS value)",
    "district": "(SELECT value FROM unnest({column}::text[]) AS value WHERE starts_with(value, %s))",
    "json": "(SELECT jsonb_array_elements_text({column}) AS value)",
}
_STATEMENT: Final = """
WITH found AS ({inner})
SELECT a.value, b.value, grouping(a.value), grouping(b.value), {number}
FROM found
LEFT JOIN LATERAL {first} a ON true
LEFT JOIN LATERAL {second} b ON true
GROUP BY GROUPING SETS ((a.value, b.value), (a.value), (b.value), ())
"""


@dataclass(frozen=True, slots=True)
class Crosstab:
    """Counts by row and column code. ``total``: resources found; ``*_without``: those in no shown row or column."""

    rows: Dimension
    columns: Dimension
    cells: dict[tuple[str, str], int]
    row_totals: dict[str, int]
    column_totals: dict[str, int]
    total: int
    rows_without: int
    columns_without: int


def crosstab(source: ResourceSource, query: FeatureQuery, rows: Dimension, columns: Dimension) -> Crosstab:
    """Count a search by two dimensions."""
    cells: Counter[tuple[str, str]] = Counter()
    row_totals: Counter[str] = Counter()
    column_totals: Counter[str] = Counter()
    total = 0
    for row_raw, column_raw, no_row, no_column, number in _counts(source, query, rows, columns):
        row = None if no_row or row_raw is None else rows.fold(row_raw)
        column = None if no_column or column_raw is None else columns.fold(column_raw)
        if no_row and no_column:
            total = number
        elif no_column and row is not None:
            row_totals[row] += number
        elif no_row and column is not None:
            column_totals[column] += number
        elif row is not None and column is not None and not (no_row or no_column):
            cells[row, column] += number
    return Crosstab(
        rows, columns, dict(cells), dict(row_totals), dict(column_totals), total,
        _without(source, query, rows, row_totals, total), _without(source, query, columns, column_totals, total),
    )  # fmt: skip


def _counts(
    source: ResourceSource, query: FeatureQuery, rows: Dimension, columns: Dimension
) -> list[tuple[str | None, str | None, int, int, int]]:
    found = source.found(query).order_by().annotate(row_raw=rows.expression, column_raw=columns.expression)
    inner, params = found.values_list("id", "row_raw", "column_raw").query.sql_with_params()
    one_each = rows.is_single and columns.is_single
    statement = _STATEMENT.format(
        inner=inner,
        number="count(*)" if one_each else "count(DISTINCT found.id)",
        first=_EACH[rows.form].format(column="found.row_raw"),
        second=_EACH[columns.form].format(column="found.column_raw"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, (*params, *_prefix(rows), *_prefix(columns)))
        return list(cursor.fetchall())


def _prefix(dimension: Dimension) -> tuple[str, ...]:
    return (f"{dimension.scheme}:",) if dimension.is_district else ()


def _without(
    source: ResourceSource, query: FeatureQuery, dimension: Dimension, totals: Counter[str], total: int
) -> int:
    """Resources with none of the dimension's values. Where rows have one value at most, what totals leave over."""
    if dimension.is_single:
        return total - sum(totals[value.code] for value in dimension.values)
    found = source.found(query).order_by().annotate(raw=dimension.expression).values_list("raw")
    inner, params = found.query.sql_with_params()
    each = _EACH[dimension.form].format(column="found.raw")
    statement = f"SELECT count(*) FROM ({inner}) found WHERE NOT EXISTS {each}"
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.fetchone()[0])


def inhabitants(value: DimensionValue, base: str) -> int | None:
    """Inhabitants of a district: ``total``, or an age class ``0-14``, ``65+``, ``75+`` summed from five-year ones."""
    if base == "total":
        return value.population
    return sum_of_ages(value.ages, base)


def sum_of_ages(ages: Iterable[tuple[str, int]], base: str) -> int | None:
    """Inhabitants of an age class out of numbers by five-year class (``0-4`` … ``85+``); None where none is known."""
    low, high = (int(base[:-1]), 999) if base.endswith("+") else (int(part) for part in base.split("-"))
    numbers = [count for label, count in ages if low <= _first_age(label) <= high]
    return sum(numbers) if numbers else None


def _first_age(label: str) -> int:
    return int(label.rstrip("+").split("-")[0])


def per_thousand(number: int, population: int | None) -> float | None:
    """Resources for each 1,000 inhabitants; None where nobody is known to live there."""
    return None if not population else 1000 * number / population
