"""Past states of one resource in words, and the way back to them (R28: nothing anyone does is lost)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from layers.access import Act, Viewer, acting_q, members_rows_q
from layers.editing.errors import Difference
from layers.editing.items import PLACE, EditItem, items_for
from layers.editing.services import update_resource
from layers.editing.values import changed_keys, current_values, differences, picked
from layers.errors import FeatureNotFound
from layers.models import Resource, ResourceVersion, VacancyOrigin
from layers.models.resource_columns import Vacancy

#: States shown on one page of a history.
PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One state: who made it when, and how it differs from the one before.

    ``point``, ``point_before``: positions shown (EPSG:4326) where the pin moved. ``acts``: what was done beside items
    (trash, verification, vacancy), in words.
    """

    version: int
    at: datetime
    actor: str
    note: str
    differences: tuple[Difference, ...]
    acts: tuple[str, ...]
    is_first: bool
    is_current: bool
    point: Point | None
    point_before: Point | None

    @property
    def has_moved(self) -> bool:
        """Whether the pin moved."""
        return not self.is_first and self.point != self.point_before


def resource_with_history(viewer: Viewer, resource_id: int) -> Resource:
    """The resource, for a member of its audience; also one in the trash he may restore.

    History names who changed what, so it is for members. Raises ``FeatureNotFound``.
    """
    rows = Resource.unscoped.filter(
        acting_q(viewer, Act.READ) | acting_q(viewer, Act.RESTORE), pk=resource_id
    )
    members = members_rows_q(viewer)
    row = (rows if members is None else rows.filter(members)).first()
    if row is None:
        raise FeatureNotFound(str(resource_id))
    return row


def steps(viewer: Viewer, resource_id: int, page: int = 1) -> tuple[list[Step], bool]:
    """States of a resource, the newest first, and whether older ones follow. Raises ``FeatureNotFound``."""
    row = resource_with_history(viewer, resource_id)
    start = (page - 1) * PER_PAGE
    rows = ResourceVersion.unscoped.filter(resource_id=row.pk).order_by("-valid_from", "-version")
    states = list(rows[start : start + PER_PAGE + 1])
    items = items_for(viewer)
    found = [
        _step(state, states[number + 1] if number + 1 < len(states) else None, items)
        for number, state in enumerate(states[:PER_PAGE])
    ]
    return found, len(states) > PER_PAGE


def _step(state: ResourceVersion, before: ResourceVersion | None, items: dict[str, EditItem]) -> Step:
    values = current_values(state)
    changed = differences(current_values(before), values, items) if before else []
    return Step(
        version=state.version,
        at=state.valid_from,
        actor=state.actor_name,
        note=state.note,
        differences=tuple(changed),
        acts=tuple(_acts(state, before)) if before else (),
        is_first=before is None,
        is_current=state.valid_to is None,
        point=state.geom_public,
        point_before=before.geom_public if before else None,
    )


def _acts(state: ResourceVersion, before: ResourceVersion) -> Iterable[str]:
    if state.deleted_at and not before.deleted_at:
        yield _("merged into another entry") if state.merged_into_id else _("put in the trash")
    if before.deleted_at and not state.deleted_at:
        yield _("taken out of the trash")
    if state.verified_at != before.verified_at and state.verified_at:
        yield _("content verified")
    room = ("vacancy", "vacancy_count", "vacancy_note", "vacancy_as_of")
    if any(getattr(state, key) != getattr(before, key) for key in room):
        yield _("vacancy: %(state)s") % {"state": _room(state)}


def _room(state: ResourceVersion) -> str:
    title = str(dict(Vacancy.choices).get(state.vacancy, _("not stated")))
    parts = [title, "" if state.vacancy_count is None else str(state.vacancy_count), state.vacancy_note]
    origin = str(dict(VacancyOrigin.choices).get(state.vacancy_origin, ""))
    return " ".join([part for part in parts if part] + ([f"({origin})"] if origin else []))


def state_of(viewer: Viewer, resource_id: int, version: int) -> ResourceVersion:
    """One past state. Raises ``FeatureNotFound``."""
    row = resource_with_history(viewer, resource_id)
    state = ResourceVersion.unscoped.filter(resource_id=row.pk, version=version).first()
    if state is None:
        raise FeatureNotFound(f"{resource_id} v{version}")
    return state


def pins(viewer: Viewer, resource_id: int, version: int) -> tuple[Point | None, Point | None]:
    """Positions shown before a state and in it (EPSG:4326). Raises ``FeatureNotFound``."""
    state = state_of(viewer, resource_id, version)
    earlier = (
        ResourceVersion.unscoped.filter(resource_id=resource_id, version__lt=version)
        .order_by("-version")
        .first()
    )
    return (earlier.geom_public if earlier else None), state.geom_public


def way_back(viewer: Viewer, resource_id: int, version: int) -> list[Difference]:
    """What going back to a past state would change: now beside then. Raises ``FeatureNotFound``."""
    state = state_of(viewer, resource_id, version)
    row = Resource.unscoped.get(pk=resource_id)
    return differences(
        current_values(row, viewer), _restorable(row, state), items_for(viewer, row.category.code)
    )


def restore_version(
    actor: Viewer, resource_id: int, version: int, current_version: int, keys: Iterable[str] | None = None
) -> Resource:
    """Takes items back to a past state: those of ``keys``, or all. Itself a new state, which can be taken back.

    A place that is not disclosed stays as it is: the history does not hold it. Raises as ``update_resource``.
    """
    state = state_of(actor, resource_id, version)
    row = Resource.unscoped.get(pk=resource_id)
    values = _restorable(row, state)
    items = items_for(actor, str(values["category"]))
    wanted = [key for key in (values if keys is None else keys) if key in items and key in values]
    if {"lat", "lon", "geom_origin"} & set(wanted):
        wanted = [*wanted, *({"lat", "lon", "geom_origin"} & set(values) - set(wanted))]
    before = current_values(row, actor)
    changes = picked(values, changed_keys(before, picked(values, wanted)))
    if {"lat", "lon"} & set(changes):
        changes |= picked(values, ("lat", "lon", "geom_origin"))
    note = _("back to version %(version)d") % {"version": version}
    return update_resource(actor, resource_id, current_version, changes, note=note)


def _restorable(row: Resource, state: ResourceVersion) -> dict[str, Any]:
    """Values of a past state one may go back to; a field that has one today and had none then goes back to none."""
    values = current_values(state)
    if not values["category"]:
        values["category"] = current_values(row)["category"]
    for key in row.properties:
        values.setdefault(f"field.{key}", "")
    if row.disclosure != "open" or state.disclosure != "open":
        return {key: value for key, value in values.items() if key not in {*PLACE, "disclosure", "site"}}
    return values
