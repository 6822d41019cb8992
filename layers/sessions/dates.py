"""The table of dates, kept some months ahead so that a search by day uses an index (R30)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from layers.models import Session, SessionDate
from layers.parameters import SESSIONS_AHEAD, SESSIONS_BEHIND
from layers.sessions.occurrences import occurrences, rule_of
from layers.sessions.words import rule_text

#: Dates are kept from so many days ago to so many ahead: thirteen months.
BEHIND: Final = timedelta(days=SESSIONS_BEHIND)
AHEAD: Final = timedelta(days=SESSIONS_AHEAD)


def refresh(sessions: Iterable[Session]) -> int:
    """Writes the dates of some sessions anew where they differ; how many rows came or went."""
    return sum(_refresh_one(session) for session in sessions)


@transaction.atomic
def _refresh_one(session: Session) -> int:
    today = timezone.localdate()
    wanted = set(occurrences(rule_of(session), today - BEHIND, today + AHEAD))
    stored = dict(SessionDate.unscoped.filter(session=session).values_list("on", "pk"))
    gone = [pk for day, pk in stored.items() if day not in wanted]
    if gone:
        SessionDate.unscoped.filter(pk__in=gone).delete()
    new = [
        SessionDate(session=session, resource_id=session.resource_id, on=day, weekday=day.weekday())
        for day in sorted(wanted - set(stored))
    ]
    SessionDate.unscoped.bulk_create(new, ignore_conflicts=True)
    return len(gone) + len(new)


def refresh_all() -> int:
    """All of them; the worker does it every night, so that the table reaches as far ahead as yesterday."""
    return refresh(Session.unscoped.order_by("pk").iterator(chunk_size=500))


def stored_words(session: Session) -> str:
    """The rule as the source publishes it: in the language of the city."""
    from django.utils.translation import override

    with override("ja"):
        return rule_text(session)[:300]
