"""The search page as a value: what was found, by which conditions, and what else could be chosen (R1–R6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.hooks import search_actions
from gisportal.portal.chips import Chip, chips
from gisportal.portal.filters import FilterGroup, filter_groups
from gisportal.portal.links import EXTRA, Links
from gisportal.portal.models import SiteSetting
from gisportal.portal.own_fields import own_fields
from gisportal.portal.values import shown_value
from layers.district_names import NamedDistrict, districts_named
from layers.errors import ParameterError
from layers.fields import Field
from layers.freshness import is_stale
from layers.geocoding.service import LocatedDistrict, districts_at
from layers.query import FeatureQuery, Resolvers
from layers.resources import ResourceSource
from layers.source import Count, Feature
from layers.vacancy import WEEKDAYS, vacancy_before, vacancy_title
from layers.vocabulary import CategoryInfo

#: Counting stops here: more is said as "10,000 or more".
CAP: Final = 10_000
#: Entries of one list on A4 (``handout_views``).
MAX_LISTED: Final = 20
#: Fields a line of the list shows, beside the city's own listed ones.
KEYS: Final = (
    "name", "category", "address", "phone", "districts", "updated_at", "verified_at", "vacancy", "vacancy_as_of",
    "vacancy_origin", "vacancy_note", "vacancy_stated", "operation", "attribution",
)  # fmt: skip
SORTS: Final = ("", "name", "distance", "-updated_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    feature: Feature
    category: CategoryInfo
    url: str
    districts: tuple[NamedDistrict, ...]
    vacancy: str
    vacancy_before: str
    vacancy_origin: str
    operation: str
    extras: tuple[tuple[str, str, bool], ...]
    is_new: bool
    is_updated: bool
    is_stale: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    """One number of the paging."""

    number: int
    url: str
    is_current: bool


class SearchPage:
    """Everything the templates ask; each part is computed once and only when asked."""

    def __init__(self, request: HttpRequest, source: ResourceSource, resolvers: Resolvers) -> None:
        """Parses the query string. Raises :class:`layers.errors.ParameterError`."""
        self.request = request
        self.source = source
        self.query: FeatureQuery = source.parse(request.GET, extra=EXTRA, resolvers=resolvers)
        self.links = Links(self.query, request.GET)
        if self.query.page > 1 and not self.ids:
            raise ParameterError(
                "page", _("There are only %(count)d pages.") % {"count": max(self.page_count, 1)}
            )

    @cached_property
    def count(self) -> Count:
        """How many are found, up to :data:`CAP`."""
        return self.source.count(self.query, cap=CAP)

    @cached_property
    def page_count(self) -> int:
        """Pages of what was counted."""
        return -(-self.count.number // self.query.per_page)

    @cached_property
    def ids(self) -> list[int]:
        """Ids of this page, in order."""
        first = (self.query.page - 1) * self.query.per_page
        return self.source.page_ids(self.query, first, self.query.per_page)

    @cached_property
    def features(self) -> list[Feature]:
        """Features of this page."""
        keys = [*KEYS, *(field.key for field in self.listed_fields)]
        first = (self.query.page - 1) * self.query.per_page
        return self.source.load(self.query, offset=first, limit=self.query.per_page, keys=keys)

    @property
    def listed_fields(self) -> list[Field]:
        """The city's own fields that stand in the list."""
        return [field for field in self.source.fields().values() if field.is_listed and not field.is_base]

    @cached_property
    def rows(self) -> list[Row]:
        """Lines of the list."""
        named = districts_named(
            self.source.viewer, (key for item in self.features for key in item.properties["districts"] or ())
        )
        since = timezone.now() - timedelta(days=SiteSetting.current().new_days)
        new = self._new_ids(since)
        return [self._row(feature, named, since, new) for feature in self.features]

    def _new_ids(self, since: Any) -> set[int]:
        """Entries made lately; an entry imported lately from an old file is no news."""
        fresh = [item.id for item in self.features if item.properties["updated_at"] >= since]
        if not fresh:
            return set()
        rows = self.source.visible().filter(pk__in=fresh, created_at__gte=since)
        return set(rows.values_list("pk", flat=True))

    def _row(self, feature: Feature, named: dict[str, NamedDistrict], since: Any, new: set[int]) -> Row:
        values = feature.properties
        category = self.source.vocabulary.categories[values["category"]]
        mine = set(values["districts"] or ())
        return Row(
            feature=feature,
            category=category,
            url=self.links.resource(feature.id),
            districts=tuple(item for key, item in named.items() if key in mine),
            vacancy=vacancy_title(category, values["vacancy"]),
            vacancy_before=vacancy_before(category, values),
            vacancy_origin=self._choice("vacancy_origin", values["vacancy_origin"]),
            operation="" if values["operation"] == "open" else self._choice("operation", values["operation"]),
            extras=tuple(self._extras(values, category)),
            is_new=feature.id in new,
            is_updated=values["updated_at"] >= since and feature.id not in new,
            is_stale=is_stale(category, values["updated_at"], values["verified_at"], self.source.vocabulary),
        )

    def _choice(self, key: str, code: str | None) -> str:
        return self.source.fields()[key].choice_title(code) if code else ""

    def _extras(self, values: dict[str, Any], category: CategoryInfo) -> Iterable[tuple[str, str, bool]]:
        """Title, words and whether they stand on paper, of the listed fields that are for the category."""
        for field in own_fields(self.source, category.code):
            if field.is_listed and (text := shown_value(field, values.get(field.key))):
                yield str(field.title), text, field.is_printed

    @property
    def weekdays(self) -> list[tuple[str, str, bool]]:
        """Days of the week to look for meetings on: code, title, whether chosen."""
        return [
            (code, str(title), number in self.query.session_day)
            for number, (code, title) in enumerate(WEEKDAYS)
        ]

    @cached_property
    def attributions(self) -> list[str]:
        """Words the licences of what is listed ask for."""
        found = (item.properties["attribution"] for item in self.features)
        return list(dict.fromkeys(text for text in found if text))

    @cached_property
    def groups(self) -> list[FilterGroup]:
        """Conditions one may choose, with counts; without counts where too many are found to count each time."""
        return filter_groups(self.source, self.query, counted=self.count.is_exact)

    @property
    def has_fields(self) -> bool:
        """Whether the city has defined fields to search by."""
        return any(group.kind == "field" for group in self.groups)

    @property
    def chosen_fields(self) -> int:
        """How many choices of the city's own fields are made."""
        return sum(group.chosen_count for group in self.groups if group.kind == "field")

    @cached_property
    def chips(self) -> list[Chip]:
        """Conditions chosen, each with the address of the search without it."""
        return chips(self.source, self.query, self.links, self.groups)

    @cached_property
    def looser(self) -> list[tuple[Chip, Count]]:
        """For an empty result: what each condition would give when dropped, most first, none without gain."""
        if self.count.number:
            return []
        found = [(chip, self.source.count(chip.query, cap=CAP)) for chip in self.chips]
        return sorted((pair for pair in found if pair[1].number), key=lambda pair: -pair[1].number)

    @cached_property
    def answer(self) -> list[LocatedDistrict]:
        """Districts of the spot with the offices responsible, the care area first; none without a spot."""
        spot = self.query.spot
        if spot is None:
            return []
        return list(
            districts_at(self.source.viewer, spot.lon, spot.lat, lg_code=spot.lg_code, town=spot.town)
        )

    @property
    def pages(self) -> list[PageLink]:
        """Numbers around the current page, the first and the last."""
        current, last = self.query.page, self.page_count
        wanted = {1, last, *range(current - 2, current + 3)}
        return [
            PageLink(number, self.links.search(page=str(number)), number == current)
            for number in sorted(wanted)
            if 1 <= number <= max(last, current)
        ]

    @property
    def previous_url(self) -> str:
        """The page before, or nothing."""
        return self.links.search(page=str(self.query.page - 1)) if self.query.page > 1 else ""

    @property
    def next_url(self) -> str:
        """The page after, or nothing."""
        has_more = self.query.page < self.page_count or (
            not self.count.is_exact and len(self.ids) == self.query.per_page
        )
        return self.links.search(page=str(self.query.page + 1)) if has_more else ""

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """Orders offered: value, title, whether in force."""
        titles = {
            "": _("distance (as a default)") if self.query.spot else _("name (as a default)"),
            "name": _("name (reading)"),
            "distance": _("distance"),
            "-updated_at": _("newest update"),
            "updated_at": _("oldest update"),
        }
        offered = [value for value in titles if value != "distance" or self.query.spot]
        now = self.request.GET.get("sort", "")
        return [(value, titles[value], value == now) for value in offered]

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of what is found; None where nothing has a position or too much is found."""
        if not self.count.number or not self.count.is_exact:
            return None
        box = self.source.found(self.query).aggregate(box=Extent("geom_public"))["box"]
        return tuple(box) if box else None

    @property
    def tile_query(self) -> str:
        """The search as tiles and exports take it: no page, no order, no view."""
        return self.query.to_query_string(leave_out=("page", "per_page", "sort", "lang"))

    @property
    def export_urls(self) -> list[tuple[str, str]]:
        """Formats and addresses of all rows found."""
        text = self.query.to_query_string(leave_out=("page", "per_page"))
        return [
            (title, reverse("portal:export", args=[ending]) + (f"?{text}" if text else ""))
            for title, ending in (("Excel", "xlsx"), ("CSV", "csv"), ("GeoJSON", "geojson"))
        ]

    @property
    def handout_url(self) -> str:
        """A list on A4 of the entries of this page, as far as one list goes; it holds nothing of the search."""
        ids = [str(row.feature.id) for row in self.rows[:MAX_LISTED]]
        return f"{reverse('portal:handout-list')}?ids={','.join(ids)}"

    @property
    def actions(self) -> list[tuple[str, str]]:
        """What modules offer to do with all that is found: title and address."""
        text = self.query.to_query_string(leave_out=("page", "per_page"))
        return [
            (str(action.title), reverse(action.url_name) + (f"?{text}" if text else ""))
            for action in search_actions(self.source.viewer)
        ]

    @property
    def analysis_url(self) -> str:
        """The same search counted by category and district; empty where that page does not exist."""
        try:
            path = reverse("planning:crosstab")
        except NoReverseMatch:
            return ""
        return f"{path}?{self.tile_query}" if self.tile_query else path

    @property
    def copy_url(self) -> str:
        """Address of the search for others: without the person's point."""
        return self.request.build_absolute_uri(self.links.without_person())
