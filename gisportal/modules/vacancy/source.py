"""Which entries stand on a page of vacancy, and what is shown of each (R30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from layers.access import Act, Viewer, acting_q, responsible_q
from layers.editing.vacancy import ENTERED, TABLE_AT, may_undo
from layers.models import Resource
from layers.text import normalise
from layers.vacancy import by_class, classes_for, is_old, vacancy_title, words_for
from layers.vocabulary import CategoryInfo, vocabulary

#: Entries of one page; an office has fewer, a search may find more.
MOST: Final = 60
STATES: Final = ("available", "few", "full", "ask")


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of the table: ``state`` and ``count`` as stored."""

    code: str
    title: str
    state: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """One entry on the page."""

    row: Resource
    category: CategoryInfo
    states: tuple[tuple[str, str], ...]
    title: str
    is_old: bool
    classes: tuple[ClassRow, ...]
    table_at: str
    how: str
    by: str
    can_undo: bool


def office_of(viewer: Viewer, *, resource: int | None = None, words: str = "") -> list[Resource]:
    """Entries whose room the viewer may state: his own, those of one entry's office, or those found by name.

    One more than :data:`MOST` may come back: it says that there are more.
    """
    rows = Resource.unscoped.filter(acting_q(viewer, Act.VACANCY)).select_related(
        "category", "site", "organisation"
    )
    if resource is not None:
        rows = rows.filter(_same_office(viewer, resource))
    elif words:
        for word in words.split():
            rows = rows.filter(search_public__contains=normalise(word))
    else:
        rows = rows.filter(responsible_q(viewer))
    return list(rows.order_by("organisation__name", "site__name", "sort_name", "id")[: MOST + 1])


def _same_office(viewer: Viewer, resource: int) -> Q:
    own = (
        Resource.unscoped.filter(acting_q(viewer, Act.VACANCY), pk=resource)
        .values("site_id", "organisation_id")
        .first()
    )
    if own is None:
        return Q(pk__in=[])
    found = Q(pk=resource)
    if own["organisation_id"]:
        found |= Q(organisation_id=own["organisation_id"])
    if own["site_id"]:
        found |= Q(site_id=own["site_id"])
    return found


def linked(viewer: Viewer) -> list[Resource]:
    """Entries a signed link opens, as far as they still stand."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.VACANCY), pk__in=viewer.granted_ids)
    return list(rows.select_related("category", "site", "organisation").order_by("sort_name", "id"))


def may_link(viewer: Viewer, ids: Iterable[int]) -> set[int]:
    """Entries of ``ids`` for which the viewer may make links: those he may edit."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.UPDATE), pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def names_of(viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    """Names of entries the viewer sees, by id."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.READ), pk__in=list(ids))
    return dict(rows.values_list("pk", "name"))


def may_state(viewer: Viewer, resource: int) -> bool:
    """Whether the viewer may state the room of an entry."""
    return Resource.unscoped.filter(acting_q(viewer, Act.VACANCY), pk=resource).exists()


def detail_of(viewer: Viewer, resource: int) -> dict[str, Any]:
    """The stored table of an entry the viewer sees."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.READ), pk=resource)
    return rows.values_list("vacancy_detail", flat=True).first() or {}


def card(row: Resource) -> Card:
    """What the page shows of an entry."""
    category = vocabulary().categories[row.category.code]
    stored = row.vacancy_detail
    said = {code: (state, count) for code, _title, state, count in by_class(category, stored)}
    entered = stored.get(ENTERED) or {}
    words = words_for(category)
    return Card(
        row=row,
        category=category,
        states=tuple((code, str(words[code])) for code in STATES),
        title=vacancy_title(category, row.vacancy),
        is_old=is_old(category, row.vacancy, row.vacancy_as_of),
        classes=tuple(
            ClassRow(code, title, *said.get(code, ("", None))) for code, title in classes_for(category)
        ),
        table_at=str(stored.get(TABLE_AT) or ""),
        how=str(entered.get("how") or ""),
        by=str(entered.get("by") or ""),
        can_undo=may_undo(row),
    )
