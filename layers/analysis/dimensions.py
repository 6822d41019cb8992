"""Dimensions of a crosstab: what rows and columns may be (R34)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext as _

from layers.errors import ParameterError
from layers.fields import Field, Kind
from layers.models import District
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.vocabulary import CategoryInfo

#: Base fields that divide resources into classes.
_BASE: Final = ("field_of_support", "vacancy", "operation", "formal")
_PROPERTY: Final = {"field_of_support": "fields_of_support"}


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One row or column. ``pairs`` added to the search (in place of the same parameters) find exactly its resources.

    ``population``: inhabitants of a district, all and by age class, where known.
    """

    code: str
    title: str
    pairs: tuple[tuple[str, str], ...]
    population: int | None = None
    ages: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """Values in order, and how resources fall into them.

    ``expression``: Django expression of the raw value; ``form``: ``scalar``, ``district``, or ``array`` and
    ``json`` (several values per row); ``fold``: code of a value for a raw one, None for one that is not
    shown; ``scheme``: of districts.
    """

    key: str
    title: str
    values: tuple[DimensionValue, ...]
    expression: Any
    form: str
    fold: Callable[[str], str | None]
    scheme: str = ""

    @property
    def is_district(self) -> bool:
        """Whether the values are districts, and so can be drawn as a map."""
        return bool(self.scheme)

    @property
    def is_single(self) -> bool:
        """Whether a resource has one value at most."""
        return self.form in {"scalar", "district"}


def available(source: ResourceSource) -> list[tuple[str, str]]:
    """Keys and titles of the dimensions a viewer may use."""
    fields = source.fields()
    found = [("category", _("category"))]
    found += [(f"district:{scheme.code}", scheme.full_title) for scheme in source.vocabulary.schemes.values()]
    found += [
        (key, str(fields[_PROPERTY.get(key, key)].title))
        for key in _BASE
        if _PROPERTY.get(key, key) in fields
    ]
    found += [
        (f"field.{field.key}", str(field.title))
        for field in fields.values()
        if not field.is_base and field.is_filter and field.kind in {Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN}
    ]
    return found


def dimension(parameter: str, key: str, source: ResourceSource, query: FeatureQuery) -> Dimension:
    """The dimension a parameter asks for. ``category.<code>`` divides one category; ``district`` is the scheme
    that answers first. Raises :class:`ParameterError`."""
    if key == "category" or key.startswith("category."):
        return _category(parameter, key, source, query)
    if key == "district" or key.startswith("district:"):
        return _district(parameter, key, source, query)
    if key not in dict(available(source)):
        known = ", ".join(code for code, _title in available(source))
        raise ParameterError(
            parameter, _("There is no “%(key)s”. Known are: %(known)s.") % {"key": key, "known": known}
        )
    return _field(key, source.fields()[_PROPERTY.get(key, key.removeprefix("field."))], query)


def _category(parameter: str, key: str, source: ResourceSource, query: FeatureQuery) -> Dimension:
    tree = source.vocabulary.categories
    above = key.partition(".")[2] or None
    if above is not None and above not in tree:
        raise ParameterError(parameter, _("There is no “%(key)s”.") % {"key": key})
    children = [info for info in tree.values() if info.parent == above] or [tree[above or ""]]
    shown = [(info, _narrowed(info, query, tree)) for info in children]
    by_id = {str(pk): info.code for info, _codes in shown for pk in info.descendants}
    return Dimension(
        key=key,
        title=tree[above].title if above else _("category"),
        values=tuple(
            DimensionValue(info.code, info.title, tuple(("category", code) for code in codes))
            for info, codes in shown
            if codes
        ),
        expression=F("category_id"),
        form="scalar",
        fold=by_id.get,
    )


def _narrowed(info: CategoryInfo, query: FeatureQuery, tree: dict[str, CategoryInfo]) -> list[str]:
    """Categories that lie both in one row and in the search; empty where none does."""
    if not query.categories:
        return [info.code]
    chosen = [tree[code] for code in query.categories]
    if any(info.id in one.descendants for one in chosen):
        return [info.code]
    return [one.code for one in chosen if one.id in info.descendants]


def _district(parameter: str, key: str, source: ResourceSource, query: FeatureQuery) -> Dimension:
    schemes = source.vocabulary.schemes
    code = key.partition(":")[2] or next((item.code for item in schemes.values() if item.is_care_area), "")
    code = code or next(iter(schemes), "")
    if code not in schemes:
        raise ParameterError(parameter, _("There is no scheme “%(scheme)s”.") % {"scheme": code})
    chosen = {item for item in query.districts if item.startswith(f"{code}:")}
    rows = District.unscoped.filter(scheme__code=code)
    if chosen:
        rows = rows.filter(key__in=chosen)
    return Dimension(
        key=f"district:{code}",
        title=schemes[code].full_title,
        values=tuple(_district_value(row) for row in rows.defer("geom")),
        expression=F("district_keys"),
        form="district",
        fold=lambda value: value,
        scheme=code,
    )


def _district_value(row: District) -> DimensionValue:
    ages = tuple((str(key), int(value)) for key, value in row.population_by_age.items())
    return DimensionValue(row.key, row.title, (("district", row.key),), row.population, ages)


def _field(key: str, field: Field, query: FeatureQuery) -> Dimension:
    chosen = {part for name, value in query.pairs if name == key for part in value.split(",")}
    values = tuple(
        DimensionValue(code, str(title), ((key, code),))
        for code, title in (field.choices or (("true", _("yes")), ("false", _("no"))))
        if not chosen or code in chosen
    )
    form = "scalar" if field.kind is not Kind.CHOICES else "array" if field.is_base else "json"
    return Dimension(key, str(field.title), values, field.value(), form, lambda value: value)
