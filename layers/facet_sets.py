"""Counts beside the choices of several conditions in one statement (R1, R3)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from layers.errors import ParameterError
from layers.facets import JsonItems, Unnest
from layers.fields import Field, Kind
from layers.models import District
from layers.query import FeatureQuery
from layers.source import Facet

if TYPE_CHECKING:
    from layers.resources import ResourceSource

#: From this many conditions on, finding rows once beats finding them once per condition.
FEW = 5
COUNTED = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN})
Counts = dict[str, int]


def facet_sets(
    source: "ResourceSource", query: FeatureQuery, keys: Sequence[str], *, counted: bool = True
) -> dict[str, list[Facet]]:
    """Facets by key: ``category``, ``district:<scheme>``, or a parameter (``vacancy``, ``field.<key>`` …).

    Every count ignores its own condition. With ``counted`` off all counts are -1 and nothing is asked of the rows.

    Raises:
        ParameterError: a key that cannot be counted by.
    """
    counts = _counts(source, query, keys) if counted else None
    titles = _district_titles(keys)
    return {key: _listed(source, query, key, None if counts is None else counts[key], titles) for key in keys}


def _counts(source: "ResourceSource", query: FeatureQuery, keys: Sequence[str]) -> dict[str, Counts]:
    """Conditions without a choice of their own all count the same rows: where those are dear to find, one reading
    serves all."""
    alike = [key for key in keys if not _is_chosen(query, key)]
    is_dear = bool(query.words or query.fields or query.serves or query.within)
    if len(alike) < FEW or not is_dear:
        alike = []
    counts = _counted_once(source, query, alike)
    branches = [_branch(source, query, key) for key in keys if key not in counts]
    counts |= {key: {} for key in keys if key not in counts}
    if branches:
        for key, value, number in branches[0].union(*branches[1:], all=True):
            counts[key][value] = number
    return counts


def _is_chosen(query: FeatureQuery, key: str) -> bool:
    if key.startswith("district:"):
        scheme = key.removeprefix("district:") + ":"
        return any(item.startswith(scheme) for item in query.districts)
    return any(name == key for name, _value in query.pairs)


def _counted_once(source: "ResourceSource", query: FeatureQuery, keys: Sequence[str]) -> dict[str, Counts]:
    """Reads the values of all rows found and counts here; 20 GROUP BY over a word search took 8 times as long."""
    columns: dict[str, Any] = {_column(key): _value(source, key) for key in keys}
    if not columns:
        return {}
    counters: dict[str, Counter[Any]] = {column: Counter() for column in columns}
    rows = source.found(query).order_by().values_list(*columns.values())
    for row in rows.iterator(chunk_size=2_000):
        for counter, value in zip(counters.values(), row, strict=True):
            if isinstance(value, list):
                counter.update(value)
            elif value is not None:
                counter[value] += 1
    texts = {
        column: {_text(value): number for value, number in counter.items()}
        for column, counter in counters.items()
    }
    return {key: texts[_column(key)] for key in keys}


def _column(key: str) -> str:
    """All schemes stand in one column."""
    return "district" if key.startswith("district:") else key


def _value(source: "ResourceSource", key: str) -> Any:
    """The value a key counts by, an array where a row has several."""
    if key == "category":
        return F("category_id")
    return F("district_keys") if key.startswith("district:") else _field(source, key).value()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _branch(source: "ResourceSource", query: FeatureQuery, key: str) -> "QuerySet[Any, Any]":
    rows, value = _counted(source, query, key)
    named = rows.annotate(
        facet_key=Value(key, output_field=CharField()), facet_value=Cast(value, TextField())
    )
    grouped: QuerySet[Any, Any] = named.values_list("facet_key", "facet_value").annotate(
        facet_count=Count("pk")
    )
    return grouped.order_by()


def _counted(source: "ResourceSource", query: FeatureQuery, key: str) -> tuple["QuerySet[Any]", Any]:
    """Rows to count and the value to count them by."""
    value = _value(source, key)
    if key.startswith("district:"):
        return source.found(_without_scheme(query, key)), Unnest(value)
    rows = source.found(query.without(key))
    if key == "category" or (field := _field(source, key)).kind is not Kind.CHOICES:
        return rows, value
    return rows, Unnest(value) if field.is_base else JsonItems(value)


def _without_scheme(query: FeatureQuery, key: str) -> FeatureQuery:
    scheme = key.removeprefix("district:") + ":"
    return replace(query, districts=tuple(item for item in query.districts if not item.startswith(scheme)))


def _field(source: "ResourceSource", key: str) -> Field:
    name = "fields_of_support" if key == "field_of_support" else key.removeprefix("field.")
    field = source.fields().get(name)
    if field is None or field.kind not in COUNTED:
        raise ParameterError(key, _("There is no such field to count by."))
    return field


def _district_titles(keys: Sequence[str]) -> dict[str, str]:
    schemes = [key.removeprefix("district:") for key in keys if key.startswith("district:")]
    if not schemes:
        return {}
    rows = District.unscoped.filter(scheme__code__in=schemes).order_by("scheme", "order", "code")
    return dict(rows.values_list("key", "title"))


def _listed(
    source: "ResourceSource", query: FeatureQuery, key: str, counts: Counts | None, titles: dict[str, str]
) -> list[Facet]:
    def count(value: str) -> int:
        return -1 if counts is None else counts.get(value, 0)

    if key == "category":
        return [
            Facet(info.code, info.title, -1 if counts is None else sum(count(str(pk)) for pk in info.descendants),
                  info.depth, info.code in query.categories)
            for info in source.vocabulary.categories.values()
        ]  # fmt: skip
    if key.startswith("district:"):
        scheme = key.removeprefix("district:") + ":"
        return [
            Facet(code, title, count(code), 0, code in query.districts)
            for code, title in titles.items()
            if code.startswith(scheme)
        ]
    chosen = {item for name, value in query.pairs if name == key for item in value.split(",")}
    field = _field(source, key)
    listed = field.choices or (("true", _("yes")), ("false", _("no")))
    return [
        Facet(code, str(title), count(code), 0, code in chosen)
        for code, title in listed
        if code not in field.retired_codes or code in chosen or count(code)
    ]


__all__ = ["facet_sets"]
