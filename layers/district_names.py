"""Titles and responsible offices of districts named by key, for pages that show a resource's districts."""

from collections.abc import Iterable
from dataclasses import dataclass

from layers.access import Viewer
from layers.districts import visible_districts
from layers.models import District


@dataclass(frozen=True, slots=True)
class NamedDistrict:
    """A district ``scheme:code`` with its scheme's title and the office responsible."""

    key: str
    scheme: str
    scheme_title: str
    title: str
    office: str
    office_phone: str
    approximate: bool
    answers_first: bool


def districts_named(viewer: Viewer | None, keys: Iterable[str]) -> dict[str, NamedDistrict]:
    """Districts by key, in the order of the schemes, those that answer first first; one query, none without keys."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = District.unscoped.filter(visible_districts(viewer), key__in=wanted)
    ordered = rows.select_related("scheme", "office").order_by(
        "-scheme__is_care_area", "scheme__order", "scheme__code", "order", "code"
    )
    return {row.key: _named(row) for row in ordered}


def _named(row: District) -> NamedDistrict:
    office = row.office
    return NamedDistrict(
        key=row.key,
        scheme=row.scheme.code,
        scheme_title=row.scheme.title,
        title=row.title,
        office=office.name if office else "",
        office_phone=row.office_phone or (office.phone if office else ""),
        approximate=row.scheme.is_approximate,
        answers_first=row.scheme.is_care_area,
    )
