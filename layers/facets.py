"""Counts beside each choice (R1, R3). Counts ignore their own condition."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Func, QuerySet, TextField
from django.utils.translation import gettext as _

from layers.errors import ParameterError
from layers.fields import Field, Kind
from layers.models import District
from layers.query import FeatureQuery
from layers.source import Facet

if TYPE_CHECKING:
    from layers.resources import ResourceSource


class Unnest(Func):
    """One row per item of an SQL array."""

    function = "unnest"
    output_field = TextField()
    set_returning = True


class JsonItems(Func):
    """One row per item of a JSON array of texts."""

    function = "jsonb_array_elements_text"
    output_field = TextField()
    set_returning = True


def facets(source: "ResourceSource", query: FeatureQuery, key: str) -> list[Facet]:
    """Facets of ``category``, ``field_of_support``, ``district:<scheme>``, ``vacancy``, ``operation``, ``formal`` or
    ``field.<key>``. Raises :class:`ParameterError` for any other."""
    if key == "category":
        return _categories(source, query)
    if key.startswith("district:"):
        return _districts(source, query, key.partition(":")[2])
    fields = source.fields()
    name = key.removeprefix("field.")
    if name not in fields or fields[name].kind not in {Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN}:
        raise ParameterError(key, _("There is no such field to count by."))
    return _field(source, query.without(key), key, fields[name], query)


def grouped(rows: "QuerySet[Any]", expression: Any) -> dict[Any, int]:
    """Number of rows by a value."""
    counted = rows.annotate(facet_value=expression).values_list("facet_value")
    return dict(counted.annotate(facet_count=Count("pk")).order_by())


def _categories(source: "ResourceSource", query: FeatureQuery) -> list[Facet]:
    """The tree in order; a category counts what lies below it."""
    counts = grouped(source.found(query.without("category")), F("category_id"))
    return [
        Facet(info.code, info.title, sum(counts.get(pk, 0) for pk in info.descendants), info.depth,
              info.code in query.categories)
        for info in source.vocabulary.categories.values()
    ]  # fmt: skip


def _districts(source: "ResourceSource", query: FeatureQuery, scheme: str) -> list[Facet]:
    if scheme not in source.vocabulary.schemes:
        raise ParameterError("district", _("There is no scheme “%(scheme)s”.") % {"scheme": scheme})
    chosen = [key for key in query.districts if key.startswith(f"{scheme}:")]
    others = [key for key in query.districts if key not in chosen]
    rows = source.found(_with_districts(query, others))
    counts = grouped(rows, Unnest(F("district_keys")))
    return [
        Facet(key, title, counts.get(key, 0), 0, key in chosen)
        for key, title in District.unscoped.filter(scheme__code=scheme).values_list("key", "title")
    ]


def _with_districts(query: FeatureQuery, keys: list[str]) -> FeatureQuery:
    from dataclasses import replace

    return replace(query, districts=tuple(keys))


def _field(
    source: "ResourceSource", others: FeatureQuery, key: str, field: Field, query: FeatureQuery
) -> list[Facet]:
    if field.kind is Kind.CHOICES:
        value = Unnest(field.value()) if field.is_base else JsonItems(field.value())
    else:
        value = field.value()
    counts = {_code(found): number for found, number in grouped(source.found(others), value).items()}
    chosen = {item for name, value in query.pairs if name == key for item in value.split(",")}
    listed = field.choices or (("true", _("yes")), ("false", _("no")))
    return [
        Facet(code, str(title), counts.get(code, 0), 0, code in chosen)
        for code, title in listed
        if code not in field.retired_codes or code in chosen or counts.get(code)
    ]


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


__all__ = ["facets", "grouped"]
