"""Sessions of a resource: made, changed, removed by whoever may edit it (R21, R30)."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Viewer
from layers.editing.errors import InvalidValues
from layers.editing.services import locked
from layers.editing.transactions import acting
from layers.errors import FeatureNotFound
from layers.models import Disclosure, Resource, Session
from layers.sessions.cleaning import clean_session
from layers.sessions.dates import refresh, stored_words
from layers.signals import resource_changed

MOST_SESSIONS: Final = 50


def save_session(
    actor: Viewer, resource_id: int, raw: Mapping[str, Any], session_id: int | None = None
) -> Session:
    """Makes a session, or changes one. ``raw``: a form's texts; see :func:`layers.sessions.cleaning.clean_session`.

    Raises :class:`InvalidValues`, ``NotAllowed``, ``FeatureNotFound``.
    """
    values = clean_session(raw)
    with acting(actor, _("times of meetings")):
        row = locked(actor, resource_id, Act.UPDATE)
        session = _session(row, session_id)
        _check_place(row, values)
        for key, value in values.items():
            setattr(session, key, value)
        session.schedule = stored_words(session)
        session.save()
        session.refresh_from_db()
        refresh([session])
        _changed(actor, row, "session.changed" if session_id else "session.created", session)
    return session


def delete_session(actor: Viewer, resource_id: int, session_id: int) -> None:
    """Removes a session. Raises ``NotAllowed``, ``FeatureNotFound``."""
    with acting(actor, _("times of meetings")):
        row = locked(actor, resource_id, Act.UPDATE)
        session = _session(row, session_id)
        _changed(actor, row, "session.deleted", session)
        session.delete()


def _session(row: Resource, session_id: int | None) -> Session:
    if session_id is not None:
        found = Session.unscoped.filter(pk=session_id, resource=row).first()
        if found is None:
            raise FeatureNotFound(str(session_id))
        return found
    rows = Session.unscoped.filter(resource=row)
    if rows.count() >= MOST_SESSIONS:
        raise InvalidValues({"recurrence": [_("At most %(most)d per entry.") % {"most": MOST_SESSIONS}]})
    return Session(resource=row, order=(rows.aggregate(most=Max("order"))["most"] or 0) + 1)


def _check_place(row: Resource, values: Mapping[str, Any]) -> None:
    """An entry that does not tell its place takes none for its meetings: it would tell all (design §3)."""
    if row.disclosure == Disclosure.OPEN:
        return
    wrong = [_("This entry does not disclose its place; its meetings cannot either.")]
    found = {key: wrong for key, value in (("address", values["address"]), ("lat", values["geom"])) if value}
    if found:
        raise InvalidValues(found)


def _changed(actor: Viewer, row: Resource, action: str, session: Session) -> None:
    row.updated_at = timezone.now()
    row.save(update_fields=["updated_at"])
    resource_changed.send(
        sender=Session,
        actor=actor,
        action=action,
        resource_id=row.pk,
        details={"items": ["sessions"], "session": session.pk, "schedule": session.schedule},
    )
