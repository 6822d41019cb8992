"""Conditions one may choose on the search page, with counts beside each choice (R1, R3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from layers.facet_sets import COUNTED, facet_sets
from layers.fields import Kind
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import Facet
from layers.vocabulary import CategoryInfo

#: Parameters of the product's own choices, in the order of the page.
BASE: Final = ("vacancy", "operation", "formal")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. ``count`` is None where nothing was counted."""

    value: str
    title: str
    count: int | None
    depth: int
    is_chosen: bool
    colour: str = ""
    shape: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """The choices of one parameter, or a free input where ``input_kind`` says so.

    ``kind``: ``category``, ``district``, ``base`` or ``field``; ``radio``: at most one may be chosen.
    """

    key: str
    parameter: str
    title: str
    kind: str
    options: tuple[Option, ...] = ()
    note: str = ""
    radio: bool = False
    input_kind: str = ""
    value: str = ""

    @property
    def chosen_count(self) -> int:
        """How many of it are chosen."""
        return sum(option.is_chosen for option in self.options) or int(bool(self.value))

    @property
    def identifier(self) -> str:
        """Identifier of the element."""
        return "f-" + self.key.replace(".", "-").replace(":", "-")


def filter_groups(source: ResourceSource, query: FeatureQuery, *, counted: bool = True) -> list[FilterGroup]:
    """All groups, in the order of the page."""
    schemes = [f"district:{code}" for code in source.vocabulary.schemes]
    fields = [item for item in source.fields().values() if not item.is_base and item.is_filter]
    choices = [f"field.{item.key}" for item in fields if item.kind in COUNTED]
    sets = facet_sets(
        source, query, ["category", *schemes, "field_of_support", *BASE, *choices], counted=counted
    )
    return [*_base_groups(source, sets, schemes), *_field_groups(source, query, sets)]


def _base_groups(
    source: ResourceSource, sets: dict[str, list[Facet]], schemes: list[str]
) -> Iterator[FilterGroup]:
    categories = source.vocabulary.categories
    yield FilterGroup(
        "category", "category", _("Category"), "category", options("category", sets["category"], categories)
    )
    for key in schemes:
        scheme = source.vocabulary.schemes[key.removeprefix("district:")]
        note = _("The boundaries are approximate.") if scheme.is_approximate else ""
        yield FilterGroup(key, "district", scheme.title, "district", options(key, sets[key]), note)
    titles = {
        "field_of_support": _("Field of support"),
        "vacancy": _("Vacancy"),
        "operation": _("Operation"),
        "formal": _("Formal or informal"),
    }
    for key, title in titles.items():
        yield FilterGroup(
            key, key, title, "base", options(key, _worded(key, sets[key])), radio=key == "formal"
        )


def _worded(key: str, facets: list[Facet]) -> list[Facet]:
    """``formal`` is a truth value with words of its own."""
    if key != "formal":
        return facets
    words = {"true": _("formal services"), "false": _("informal services")}
    return [Facet(item.value, words[item.value], item.count, item.depth, item.is_chosen) for item in facets]


def _field_groups(
    source: ResourceSource, query: FeatureQuery, sets: dict[str, list[Facet]]
) -> Iterator[FilterGroup]:
    given = dict(query.pairs)
    for field in source.fields().values():
        if field.is_base or not field.is_filter:
            continue
        key = f"field.{field.key}"
        title = f"{field.title} ({field.unit})" if field.unit else str(field.title)
        if field.kind in COUNTED:
            radio = field.kind is Kind.BOOLEAN
            yield FilterGroup(key, key, title, "field", options(key, sets[key]), field.help_text, radio=radio)
        else:
            is_span = field.kind in {Kind.NUMBER, Kind.DATE}
            note = _("One value, or a range such as 10..20, 10.. or ..20.") if is_span else field.help_text
            yield FilterGroup(
                key, key, title, "field", note=note, input_kind="span" if is_span else "text",
                value=given.get(key, ""),
            )  # fmt: skip


def options(
    key: str, facets: list[Facet], categories: dict[str, CategoryInfo] | None = None
) -> tuple[Option, ...]:
    """Choices of one condition from its facets."""
    return tuple(_option(key, item, (categories or {}).get(item.value)) for item in facets)


def _option(key: str, item: Facet, category: CategoryInfo | None) -> Option:
    return Option(
        value=item.value,
        title=item.title,
        count=None if item.count < 0 else item.count,
        depth=item.depth,
        is_chosen=item.is_chosen,
        colour=category.colour if category else "",
        shape=category.shape if category else "",
        identifier="c-" + f"{key}-{item.value}".replace(".", "-").replace(":", "-"),
    )
