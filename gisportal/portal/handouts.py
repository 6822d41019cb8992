"""What a handout for a client says (R10): the entry as it may leave the house.

Two rules beyond those of the detail page: fields that are not printed (非公開項目) are left out, and so is what a row
withholds from the public — whoever hands the paper over may know a home's telephone, the paper may not carry it on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.portal.dates import shown_date
from gisportal.portal.detail_views import Fact
from gisportal.portal.models import SiteSetting
from gisportal.portal.own_fields import is_for
from gisportal.portal.templatetags.portal import moment
from gisportal.portal.values import shown_value
from layers.access import Viewer
from layers.district_names import NamedDistrict, districts_named
from layers.errors import FeatureNotFound
from layers.fields import WITHHELD, Kind
from layers.models import VacancyOrigin
from layers.resources import ResourceSource
from layers.source import PREFIX, Feature
from layers.vacancy import vacancy_before, vacancy_title
from layers.vocabulary import CategoryInfo

#: Shown in a place of their own, or of no use to a client.
PLACED: Final = frozenset(
    ["name", "reading", "category", "category_title", "address", "phone", "opening_hours", "districts", "attribution",
     "updated_at", "verified_at", "operation", "publication", "formal", "office_number", "site", "service_area",
     "capacity"]
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One resource as a handout shows it; ``number``: its place in a list, from 1."""

    feature: Feature
    category: CategoryInfo
    facts: tuple[Fact, ...]
    districts: tuple[NamedDistrict, ...]
    vacancy: str
    operation: str
    is_public: bool
    number: int = 0

    @property
    def values(self) -> dict[str, Any]:
        """Its values, masked."""
        return self.feature.properties

    @property
    def updated(self) -> str:
        """When it was last changed or confirmed, whichever is later."""
        days = [self.values[key] for key in ("updated_at", "verified_at") if self.values.get(key)]
        return shown_date(max(days)) if days else ""


def entries(source: ResourceSource, ids: Sequence[int]) -> list[Entry]:
    """Resources in the order asked; those the viewer may not see are left out.

    Raises:
        FeatureNotFound: none is left.
    """
    rows = source.visible().filter(pk__in=ids)
    outside = ResourceSource(Viewer(public_site=True), source.vocabulary)
    told = {row["id"]: row for row in outside.select(rows, sorted(WITHHELD))}
    found = {row["id"]: _feature(row, told[row["id"]]) for row in source.select(rows)}
    if not found:
        raise FeatureNotFound(",".join(map(str, ids)))
    anonymous = ResourceSource(Viewer(public_site=source.viewer.public_site), source.vocabulary)
    public = set(anonymous.visible().filter(pk__in=list(found)).values_list("pk", flat=True))
    ordered = [found[pk] for pk in dict.fromkeys(ids) if pk in found]
    return [_entry(source, item, place, item.id in public) for place, item in enumerate(ordered, 1)]


def _feature(row: dict[str, Any], told: dict[str, Any]) -> Feature:
    values = {key.removeprefix(PREFIX): value for key, value in row.items() if key.startswith(PREFIX)}
    values.update({key: told[PREFIX + key] for key in WITHHELD})
    return Feature(row["id"], values, row["shown_geom"])


def _entry(source: ResourceSource, feature: Feature, number: int, is_public: bool) -> Entry:
    fields, values = source.fields(), feature.properties
    category = source.vocabulary.categories[values["category"]]
    shown = [
        field
        for key, field in fields.items()
        if field.is_printed
        and key not in PLACED
        and not key.startswith("vacancy")
        and has_value(values[key])
        and is_for(source, field, category.code)
    ]
    return Entry(
        feature=feature,
        category=category,
        facts=tuple(Fact(str(field.title), shown_value(field, values[field.key]), field.kind is Kind.LONG_TEXT)
                    for field in shown),
        districts=tuple(districts_named(source.viewer, values["districts"] or ()).values()),
        vacancy=_vacancy(category, values),
        operation=shown_value(fields["operation"], values["operation"]) if values["operation"] != "open" else "",
        is_public=is_public,
        number=number,
    )  # fmt: skip


def has_value(value: Any) -> bool:
    """Whether there is something to show."""
    return value not in (None, "", [], {})


def _vacancy(category: CategoryInfo, values: dict[str, Any]) -> str:
    """Room in words with its time; what has grown old says so (``layers.vacancy``)."""
    title = vacancy_title(category, values["vacancy"])
    if not title:
        return ""
    parts = [str(title)]
    if values["vacancy_count"] is not None:
        parts.append(_("%(count)d places") % {"count": values["vacancy_count"]})
    if values["vacancy_note"]:
        parts.append(values["vacancy_note"])
    if before := vacancy_before(category, values):
        parts.append(_("before: %(vacancy)s") % {"vacancy": before})
    if values["vacancy_as_of"]:
        parts.append(_("as of %(time)s") % {"time": moment(values["vacancy_as_of"])})
    if values["vacancy_origin"] == VacancyOrigin.DEMO:
        parts.append(str(VacancyOrigin.DEMO.label))
    return "・".join(parts)


def page_address(request: HttpRequest, resource_id: int) -> str:
    """Whole address of the entry's page, for the QR code; it holds nothing of the search one came from."""
    return request.build_absolute_uri(reverse("portal:resource", args=[resource_id]))


def frame(found: Iterable[Entry]) -> dict[str, Any]:
    """What every handout says beside its entries."""
    used = {entry.values["attribution"] for entry in found} - {None, ""}
    return {
        "contact": SiteSetting.current().contact,
        "printed_on": shown_date(timezone.localdate()),
        "attributions": sorted(used),
    }


def file_title(found: Sequence[Entry]) -> str:
    """Name of a single entry, or how many there are: the title of the file."""
    return found[0].values["name"] if len(found) == 1 else _("List of %(count)d") % {"count": len(found)}
