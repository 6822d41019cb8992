"""Meetings of one entry, as a viewer may see or change them (R30)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from layers.access import Act, Viewer, acting_q
from layers.models import Resource, Session, SessionDate
from layers.sessions.occurrences import occurrences, rule_of
from layers.sessions.source import SessionSource
from layers.sessions.words import rule_text

#: Dates shown on the page of an entry.
SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session with its words and next dates. Only what its entry discloses is of a place here."""

    session: Session
    text: str
    next_days: tuple[date, ...]

    @property
    def place(self) -> str:
        """Venue and address shown."""
        return "　".join(filter(None, (self.session.venue, self.session.address_public)))


def meetings_of(viewer: Viewer, resource: int) -> list[Meeting]:
    """Meetings of an entry the viewer sees, in order."""
    rows = list(SessionSource(viewer).visible().filter(resource=resource).order_by("order", "id"))
    today = timezone.localdate()
    days: dict[int, list[date]] = {}
    found = SessionDate.unscoped.filter(session__in=rows, on__gte=today).order_by("on")
    for session, day in found.values_list("session", "on"):
        if len(days.setdefault(session, [])) < SHOWN:
            days[session].append(day)
    return [Meeting(row, rule_text(row), tuple(days.get(row.pk, ()))) for row in rows]


def entry_name(viewer: Viewer, resource: int) -> str | None:
    """Name of an entry the viewer sees."""
    return (
        Resource.unscoped.filter(acting_q(viewer, Act.READ), pk=resource)
        .values_list("name", flat=True)
        .first()
    )


def may_edit(viewer: Viewer, resource: int) -> bool:
    """Whether the viewer may change the meetings of an entry."""
    return Resource.unscoped.filter(acting_q(viewer, Act.UPDATE), pk=resource).exists()


def discloses_place(resource: int) -> bool:
    """Whether meetings of an entry may have a place of their own."""
    return Resource.unscoped.filter(pk=resource, disclosure="open").exists()


def days_ahead(session: Session, days: int = 400) -> list[date]:
    """Dates of a session from today on."""
    today = timezone.localdate()
    return occurrences(rule_of(session), today, today + timedelta(days=days))
