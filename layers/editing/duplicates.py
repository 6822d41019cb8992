"""Entries that are likely the same thing twice (R28)."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from django.contrib.gis.measure import D
from django.db.models import Q

from layers.access import Act, Viewer, acting_q
from layers.models import Resource
from layers.text import normalise

#: Metres within which a similar name makes a likely duplicate.
NEARBY: Final = 50
_ALIKE: Final = 0.6
_PHONE: Final = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")


@dataclass(frozen=True, slots=True)
class Likely:
    """An entry that may be the same, with the reasons: ``name``, ``phone``, ``near``."""

    id: int
    name: str
    category: str
    address: str
    reasons: tuple[str, ...]


def likely_duplicates(viewer: Viewer, row: Resource, limit: int = 20) -> list[Likely]:
    """Entries the viewer might merge with ``row``: same name or telephone, or a like name within 50 m.

    Distances are measured between positions shown, never from a protected one.
    """
    phones = _PHONE.findall(row.phone)
    wanted = Q(sort_name=row.sort_name) | Q(name=row.name)
    for phone in phones:
        wanted |= Q(phone__contains=phone)
    if row.geom_public is not None:
        box = row.geom_public.buffer(0.001).envelope
        wanted |= Q(geom_public__within=box)
    rows = Resource.unscoped.filter(acting_q(viewer, Act.MERGE)).filter(wanted).exclude(pk=row.pk)
    near = set()
    if row.geom_public is not None:
        close = rows.filter(geom_public__distance_lte=(row.geom_public, D(m=NEARBY), "spheroid"))
        near = set(close.values_list("pk", flat=True))
    found = [
        Likely(other.pk, other.name, other.category.title, other.address_public, reasons)
        for other in rows.select_related("category")[:500]
        if (reasons := _reasons(row, other, phones, is_near=other.pk in near))
    ]
    return sorted(found, key=lambda item: (-len(item.reasons), item.id))[:limit]


def _reasons(row: Resource, other: Resource, phones: list[str], *, is_near: bool) -> tuple[str, ...]:
    one, two = normalise(row.name), normalise(other.name)
    reasons = []
    if one == two or row.sort_name == other.sort_name:
        reasons.append("name")
    if any(phone in other.phone for phone in phones):
        reasons.append("phone")
    if is_near and (one in two or two in one or SequenceMatcher(None, one, two).ratio() >= _ALIKE):
        reasons.append("near")
    return tuple(reasons)
