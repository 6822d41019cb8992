"""Rows that mean one thing: the same institution in two lists, the same office number twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from pyproj import Geod

from layers.imports.plan import CityPlan
from layers.imports.report import ImportReport, IssueKind
from layers.imports.staging import StagedResource
from layers.imports.values import same_name

#: Metres; two rows of one name within it are one institution.
SAME_PLACE = 500.0
_GEOD = Geod(ellps="WGS84")


def bare_name(name: str, title: str) -> str:
    """A name without the words lists add or leave out (高松市立, 認定こども園)."""
    text = same_name(name).removeprefix(same_name(f"{title}立"))
    return re.sub(r"^(幼保連携型|幼稚園型|保育所型)?認定こども園|認定こども園$", "", text) or text


def merge_duplicates(
    resources: Sequence[StagedResource], city: CityPlan, report: ImportReport
) -> list[StagedResource]:
    """Rows of a file that says ``merge_into`` another are joined to the row there of the same name and place."""
    into = {plan.path: plan.merge_into for plan in city.files if plan.merge_into}
    kept: list[StagedResource] = []
    for resource in resources:
        target = into.get(resource.file)
        twin = _twin(resource, [r for r in resources if r.file == target], city.title) if target else None
        if twin is None:
            kept.append(resource)
            continue
        _join(twin, resource)
        file = report.file(resource.file)
        file.left_out += 1
        text = _("the same institution as line %(row)s of %(file)s, %(name)s; made one entry")
        text %= {"row": twin.row, "file": twin.file, "name": twin.name}
        file.add(IssueKind.DUPLICATE, resource.row, resource.name, "", text)
    return kept


def _twin(resource: StagedResource, others: Sequence[StagedResource], title: str) -> StagedResource | None:
    name = bare_name(resource.name, title)
    for other in others:
        if other.category == resource.category and _is_near(resource, other):
            same_phone = bool(resource.phone) and resource.phone == other.phone
            if bare_name(other.name, title) == name or same_phone:
                return other
    return None


def _is_near(one: StagedResource, other: StagedResource) -> bool:
    if not one.place.is_placed or not other.place.is_placed:
        return one.place.address == other.place.address
    metres: float = _GEOD.inv(one.place.lon, one.place.lat, other.place.lon, other.place.lat)[2]
    return metres <= SAME_PLACE


def _join(kept: StagedResource, other: StagedResource) -> None:
    """What the kept row lacks is taken from the other."""
    kept.properties = {**other.properties, **kept.properties}
    kept.url = kept.url or other.url
    kept.phone = kept.phone or other.phone
    if same_name(kept.name) != same_name(other.name):
        kept.former_names = [*kept.former_names, other.name]


def unify_organisations(resources: Sequence[StagedResource]) -> None:
    """One organisation written with and without blanks or brackets is one: the first spelling stays."""
    spelt: dict[str, str] = {}
    for resource in resources:
        if resource.organisation:
            resource.organisation = spelt.setdefault(same_name(resource.organisation), resource.organisation)


def settle_office_numbers(resources: Sequence[StagedResource], report: ImportReport) -> None:
    """An office number stands once with a service; a second row keeps its place but not the number."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        key = (resource.office_number, resource.category)
        if resource.office_number and key in seen:
            text = _("office number %(number)s stands twice with one service; left empty")
            text %= {"number": resource.office_number}
            file = report.file(resource.file)
            file.add(IssueKind.DUPLICATE, resource.row, resource.name, "事業所番号", text)
            resource.office_number = ""
        seen.add(key)
