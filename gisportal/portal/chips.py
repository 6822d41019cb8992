"""The conditions of a search as chips that can be taken away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from gisportal.portal.filters import FilterGroup
from gisportal.portal.links import PERSON, Links
from layers.cql2 import FILTER_PARAMETERS
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.vacancy import WEEKDAYS

#: Not conditions: how the answer is shown.
_SHOWING: Final = frozenset({"page", "per_page", "sort", "lang", "radius", "filter-lang", "filter-crs"})
#: Parameters that may be given several times, and where a query keeps them.
_SEVERAL: Final = {
    "category": "categories", "field_of_support": "fields_of_support", "district": "districts",
    "vacancy": "vacancy", "operation": "operation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition: words for it, the address and the query without it."""

    label: str
    url: str
    query: FeatureQuery


def chips(source: ResourceSource, query: FeatureQuery, links: Links, groups: list[FilterGroup]) -> list[Chip]:
    """A chip for each value chosen."""
    titles = {(group.parameter, option.value): option.title for group in groups for option in group.options}
    names = {group.parameter: group.title for group in groups if group.kind != "district"}
    return list(_chips(source, query, links, titles, names))


def _chips(
    source: ResourceSource,
    query: FeatureQuery,
    links: Links,
    titles: dict[tuple[str, str], str],
    names: dict[str, str],
) -> Iterator[Chip]:
    for key in dict.fromkeys(key for key, _value in query.pairs):
        if key in _SHOWING:
            continue
        parts = _parts(key, [value for name, value in query.pairs if name == key])
        for part in parts:
            rest = [other for other in parts if other != part]
            label = _label(source, query, key, part, titles, names)
            without = _without(query, key, rest)
            yield Chip(label, links.search(query=without), without)


def _parts(key: str, values: list[str]) -> list[str]:
    """Values one by one; commas separate as repetition does, where they do."""
    if key not in _SEVERAL and not key.startswith("field."):
        return [" ".join(values)] if any(values) else []
    listed = key in _SEVERAL and key != "district"
    found = [part.strip() for value in values for part in (value.split(",") if listed else [value])]
    return list(dict.fromkeys(part for part in found if part))


def _without(query: FeatureQuery, key: str, rest: list[str]) -> FeatureQuery:
    """The query with only ``rest`` left of a parameter; with the point goes all that is measured from it."""
    dropped = {key}
    if key in PERSON and key != "serves":
        dropped |= set(PERSON)
        if any(name == "distance" for name, _down in query.sort):
            dropped.add("sort")
    if key == "filter":
        dropped |= FILTER_PARAMETERS
    smaller = query.without(*dropped)
    if not rest:
        return smaller
    left: dict[str, Any] = {"pairs": (*smaller.pairs, *((key, value) for value in rest))}
    if key.startswith("field."):
        left["fields"] = (*smaller.fields, (key.removeprefix("field."), tuple(rest)))
    else:
        left[_SEVERAL[key]] = tuple(rest)
    return replace(smaller, **left)


def _label(
    source: ResourceSource,
    query: FeatureQuery,
    key: str,
    value: str,
    titles: dict[tuple[str, str], str],
    names: dict[str, str],
) -> str:
    if key in {"place", "near", "address"}:
        return _place_label(query)
    if (key, value) in titles:
        return _chosen_label(source, key, titles[key, value], value, names)
    plain = {
        "q": _("words: %(value)s"),
        "session_on": _("meets on %(value)s"),
        "updated_after": _("updated since %(value)s"),
        "updated_before": _("updated until %(value)s"),
        "as_of": _("as of %(value)s"),
        "filter": _("filter: %(value)s"),
    }
    fixed = {"bbox": _("within the map shown"), "within": _("within the area drawn"),
             "serves": _("comes to the place")}  # fmt: skip
    if key == "session_day":
        return _("meets on %(value)s") % {"value": _weekday_titles(value)}
    if key in plain:
        return plain[key] % {"value": Truncator(value).chars(80)}
    if key == "stale":
        return _("not updated for long") if query.stale else _("updated or confirmed in time")
    return fixed.get(key) or f"{names.get(key, key)}: {value}"


def _weekday_titles(value: str) -> str:
    titles = dict(WEEKDAYS)
    return "・".join(str(titles[code]) for code in value.replace(",", " ").split() if code in titles)


def _place_label(query: FeatureQuery) -> str:
    """The person reads the address typed; nobody else's page has it."""
    label = query.spot.label if query.spot and query.spot.label else _("the place chosen")
    if query.radius is None:
        return _("from %(place)s") % {"place": label}
    return _("within %(radius)s of %(place)s") % {"radius": radius_title(query.radius), "place": label}


def radius_title(radius: float) -> str:
    """``500 m``, ``1.5 km``."""
    return f"{radius:g} m" if radius < 1000 else f"{radius / 1000:g} km"


def _chosen_label(source: ResourceSource, key: str, title: str, value: str, names: dict[str, str]) -> str:
    if key == "district":
        name = source.vocabulary.schemes[value.partition(":")[0]].full_title
        return f"{name}: {title}"
    return title if key in {"category", "formal"} else f"{names.get(key, key)}: {title}"
