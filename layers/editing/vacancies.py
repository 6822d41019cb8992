"""Room as of a time (空き情報, R30): one act of its own, for providers, their links, and clerks after a call."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Level, Viewer, responsible_q
from layers.editing.cleaning import clean
from layers.editing.errors import InvalidValues
from layers.editing.items import COUNT, EditItem
from layers.editing.services import locked, tell
from layers.editing.transactions import acting
from layers.fields import Kind
from layers.models import Resource, Vacancy, VacancyOrigin


def vacancy_items() -> dict[str, EditItem]:
    """Items of the act. The table by class is checked by ``layers/editing/vacancy.py``."""
    states = tuple((str(code), title) for code, title in Vacancy.choices if code)
    return {
        "vacancy": EditItem("vacancy", _("vacancy"), Kind.CHOICE, "vacancy", states),
        "vacancy_count": EditItem("vacancy_count", _("places free"), Kind.NUMBER, "vacancy", form=COUNT),
        "vacancy_note": EditItem("vacancy_note", _("note on vacancy"), Kind.TEXT, "vacancy", max_length=200),
        "capacity": EditItem("capacity", _("capacity"), Kind.NUMBER, "vacancy", form=COUNT),
    }


def set_vacancy(
    actor: Viewer,
    resource_id: int,
    values: Mapping[str, Any],
    how: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Resource:
    """Sets the room of an entry; the time is now, the origin follows from who says so.

    ``detail``: the table by class, already checked. Raises :class:`NotAllowed`, ``FeatureNotFound``,
    :class:`InvalidValues`.
    """
    cleaned = clean(vacancy_items(), values, actor)
    with acting(actor, how):
        row = locked(actor, resource_id, Act.VACANCY)
        for key, value in cleaned.items():
            setattr(row, key, value)
        if detail is not None:
            row.vacancy_detail = dict(detail)
        if row.capacity is not None and row.vacancy_count is not None and row.vacancy_count > row.capacity:
            raise InvalidValues({"vacancy_count": [_("More places free than there are places.")]})
        row.vacancy_as_of = row.updated_at = timezone.now()
        row.vacancy_origin = _origin(actor, row)
        row.save()
        tell(actor, "resource.vacancy", row, sorted(cleaned))
    return row


def _origin(actor: Viewer, row: Resource) -> str:
    own = (
        actor.level in {Level.B, Level.C}
        and Resource.unscoped.filter(responsible_q(actor), pk=row.pk).exists()
    )
    return VacancyOrigin.PROVIDER if own else VacancyOrigin.CITY
