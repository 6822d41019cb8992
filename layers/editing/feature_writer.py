"""The writer of the source ``resources``: features in, editing services behind (R21, R28, R30, R49; OGC 20-002)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from layers.access import Act, Level, may_create, may_propose, visible_q
from layers.editing.coordinates import JAPAN
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.feature_values import (
    ALWAYS,
    REQUIRED,
    VACANCY,
    check_types,
    empty_of,
    is_empty,
    is_same,
    item_key,
    merged,
    organisation_of,
    outside,
    parted_address,
    writable_items,
)
from layers.editing.items import EditItem, applies
from layers.editing.opening import allowed_acts
from layers.editing.place_checks import place_warnings
from layers.editing.services import create_resource, trash_resource, update_resource
from layers.editing.transactions import through
from layers.editing.vacancy import enter_vacancy
from layers.editing.values import same
from layers.errors import FeatureNotFound
from layers.models import Resource
from layers.source import Feature
from layers.writing import Door, FeatureEdit, Outdated, UnknownProperties, Written

if TYPE_CHECKING:
    from layers.resources import ResourceSource

#: Levels that change anything at all.
WRITERS = frozenset({Level.ADMINISTRATOR, Level.A, Level.B, Level.C})
Changes = dict[str, Any]


def resource_writer(source: "ResourceSource") -> "ResourceWriter | None":
    """The writer of a viewer who changes entries, or proposes changes; None for all others."""
    viewer = source.viewer
    if viewer.level not in WRITERS or viewer.acts is not None or viewer.account_id is None:
        return None
    return ResourceWriter(source)


class ResourceWriter:
    """See :class:`layers.writing.FeatureWriter`."""

    def __init__(self, source: "ResourceSource") -> None:
        self.source = source
        self.viewer = source.viewer
        #: What he would be allowed if his changes needed no approval.
        self.would = replace(source.viewer, proposes=False)

    def may_create(self) -> bool:
        """Whether he may register entries, or propose them."""
        return may_create(self.would) and (not self.viewer.proposes or may_propose(self.viewer))

    def acts(self) -> frozenset[Act]:
        """Registering, changing and deleting: of some entries at least."""
        return frozenset({Act.CREATE, Act.UPDATE, Act.DELETE}) if self.may_create() else frozenset()

    def items(self) -> dict[str, EditItem]:
        """Properties that can be written."""
        return dict(self._items)

    @cached_property
    def _items(self) -> dict[str, EditItem]:
        return writable_items(self.source.fields(), self.viewer, self.source.vocabulary)

    def required(self) -> tuple[str, ...]:
        """Name and category."""
        return REQUIRED

    def version(self, feature_id: int) -> int | None:
        """The version of an entry he may change or whose room he may state."""
        if not allowed_acts(self.would, feature_id) & {Act.UPDATE, Act.VACANCY}:
            return None
        found: int | None = Resource.unscoped.filter(pk=feature_id).values_list("version", flat=True).first()
        return found

    def create(self, edit: FeatureEdit, door: Door) -> Written:
        """Registers an entry, or proposes it."""
        with self._writing(door):
            if not self.may_create():
                raise NotAllowed(Act.CREATE)
            blank = Feature(0, dict.fromkeys(self.source.fields()))
            self._refuse_unknown(edit, blank)
            given = {key: value for key, value in edit.properties.items() if not is_empty(value)}
            wanted = self._wanted(replace(edit, properties=given), blank)
            room = {key: wanted.pop(key) for key in VACANCY if key in wanted}
            changes = self._as_items(wanted, str(wanted.get("category") or ""), "")
            changes |= self._position(edit, None)
            if self.viewer.proposes:
                return self._proposed(door, None, changes | _not_in_a_proposal(room), 0)
            row = create_resource(self.viewer, changes, door.name)
            if room:
                row = enter_vacancy(self.viewer, row.pk, room)
            return self._written(row.pk)

    def replace(self, feature_id: int, edit: FeatureEdit, door: Door, version: int | None = None) -> Written:
        """Changes an entry into what is given. Room, states and what its place is kept under stay where not given."""
        with self._writing(door):
            row = self._locked(feature_id, version)
            missing = [key for key in REQUIRED if is_empty(edit.properties.get(key)) and key in self._items]
            if missing:
                raise InvalidValues({key: [_("This is needed.")] for key in missing})
            return self._changed(row, replace(edit, properties=self._filled_up(row, edit)), door)

    def _filled_up(self, row: Resource, edit: FeatureEdit) -> Changes:
        """The properties of a replacement, empty ones where nothing is given."""
        stays = {*VACANCY, *ALWAYS, *(() if _has_own_place(row) else ("address",))}
        found = {key: empty_of(item.kind) for key, item in self._items.items() if key not in stays}
        given = {
            key: value for key, value in edit.properties.items() if value is not None or key not in stays
        }
        return {**found, **given}

    def update(self, feature_id: int, edit: FeatureEdit, door: Door, version: int | None = None) -> Written:
        """Changes what is given."""
        with self._writing(door):
            return self._changed(self._locked(feature_id, version), edit, door)

    def delete(self, feature_id: int, door: Door, version: int | None = None) -> Written:
        """Puts an entry in the trash, or proposes that."""
        with self._writing(door):
            row = self._locked(feature_id, version)
            if Act.DELETE not in allowed_acts(self.would, feature_id):
                raise NotAllowed(Act.DELETE)
            if self.viewer.proposes:
                page = door.propose_removal(self.viewer, feature_id, door.name)
                return _kept(page, feature_id, row.version)
            trash_resource(self.viewer, feature_id, door.name)
            return Written(feature_id)

    @contextmanager
    def _writing(self, door: Door) -> Iterator[None]:
        """One transaction; history and record name the door, refusals the properties."""
        mark = through.set(door.name)
        try:
            with transaction.atomic():
                yield
        except InvalidValues as error:
            raise outside(error) from error
        finally:
            through.reset(mark)

    def _locked(self, feature_id: int, version: int | None) -> Resource:
        """The row, seen and locked, at the version the client saw."""
        rows = Resource.unscoped.filter(visible_q(self.viewer), pk=feature_id)
        row = rows.select_for_update(of=("self",)).first()
        if row is None:
            raise FeatureNotFound(str(feature_id))
        if not allowed_acts(self.would, feature_id) & {Act.UPDATE, Act.DELETE, Act.VACANCY}:
            raise NotAllowed(Act.UPDATE)
        if version is not None and row.version != version:
            raise Outdated(row.version)
        return row

    def _changed(self, row: Resource, edit: FeatureEdit, door: Door) -> Written:
        shown = self.source.get(row.pk)
        wanted = self._wanted(edit, shown)
        room = {key: wanted.pop(key) for key in VACANCY if key in wanted}
        category = str(wanted.get("category") or shown.properties["category"])
        changes = self._as_items(wanted, category, row.building)
        changes |= self._position(edit, shown)
        if (changes.keys() & {"address", "lat"}) and not _has_own_place(row):
            why = [_why_not_here(row)]
            raise InvalidValues({key: why for key in ("address", "lat") if key in changes})
        if "address" in changes and edit.has_geometry:
            changes |= _as_point(edit.geometry)
        acts = allowed_acts(self.would, row.pk)
        if (changes and Act.UPDATE not in acts) or (room and Act.VACANCY not in acts):
            raise NotAllowed(Act.UPDATE)
        return self._saved(row, changes, room, door)

    def _saved(self, row: Resource, changes: Changes, room: Changes, door: Door) -> Written:
        proposes = self.viewer.proposes and bool(changes)
        if changes and not proposes:
            update_resource(self.viewer, row.pk, row.version, changes, door.name)
        if room:
            enter_vacancy(self.viewer, row.pk, room)
        if proposes:
            return self._proposed(door, row.pk, changes, row.version)
        return self._written(row.pk)

    def _proposed(self, door: Door, feature_id: int | None, changes: Changes, version: int) -> Written:
        page = door.propose_change(self.viewer, feature_id, changes, version, door.name)
        return _kept(page, feature_id, version)

    def _written(self, feature_id: int) -> Written:
        return Written(feature_id, Resource.unscoped.values_list("version", flat=True).get(pk=feature_id))

    def _wanted(self, edit: FeatureEdit, shown: Feature) -> Changes:
        """Values that differ from what is shown, by property, of the right types."""
        fields = self.source.fields()
        given = self._refuse_unknown(edit, shown)
        fixed = {key: [_("This is read-only.")] for key, value in given.items()
                 if key not in self._items and value is not None
                 and not is_same(fields[key].kind, value, shown.properties.get(key))}  # fmt: skip
        errors = [InvalidValues(fixed)] if fixed else []
        try:
            typed = check_types(self._items, {key: given[key] for key in given if key in self._items})
        except InvalidValues as error:
            errors.append(error)
        if together := merged(errors):
            raise together
        return {key: value for key, value in typed.items()
                if not is_same(fields[key].kind, value, shown.properties.get(key))}  # fmt: skip

    def _refuse_unknown(self, edit: FeatureEdit, shown: Feature) -> Changes:
        """The properties, all of them known. Raises :class:`UnknownProperties`."""
        given = {
            key: value for key, value in edit.properties.items() if not self._is_own_id(key, value, shown)
        }
        if unknown := [key for key in given if key not in self.source.fields()]:
            raise UnknownProperties(unknown)
        return given

    def _is_own_id(self, key: str, value: Any, shown: Feature) -> bool:
        """Some clients repeat the number of the feature among its properties."""
        return key == "id" and "id" not in self.source.fields() and (value is None or value == shown.id)

    def _as_items(self, wanted: Mapping[str, Any], category: str, building: str) -> Changes:
        found: Changes = {}
        words, fields = self.source.vocabulary, self.source.fields()
        for key, value in wanted.items():
            if key == "address":
                found |= parted_address(str(value or ""), building)
            elif key == "organisation":
                found[key] = organisation_of(value)
            elif fields[key].is_base or applies(words.fields[key], category or None, words):
                found[item_key(key, fields[key])] = empty_of(fields[key].kind) if value is None else value
            elif not is_empty(value):
                raise InvalidValues({key: [_("This field does not belong to the category.")]})
        return found

    def _position(self, edit: FeatureEdit, shown: Feature | None) -> Changes:
        """Latitude and longitude, where the point has moved: set by hand."""
        if not edit.has_geometry:
            return {}
        new = _as_point(edit.geometry)
        old = _as_point(shown.geom if shown else None)
        if same(new["lat"], old["lat"]) and same(new["lon"], old["lon"]):
            return {}
        if isinstance(edit.geometry, Point):
            _check_position(edit.geometry, is_lenient=edit.is_lenient)
        return new


def _as_point(geometry: Any) -> Changes:
    if not isinstance(geometry, Point):
        return {"lat": None, "lon": None, "geom_origin": ""}
    return {"lat": geometry.y, "lon": geometry.x, "geom_origin": "hand"}


def _check_position(point: Point, *, is_lenient: bool) -> None:
    west, south, east, north = JAPAN
    if west <= point.x <= east and south <= point.y <= north:
        if is_lenient or not (warnings := place_warnings("", point.y, point.x)):
            return
        raise InvalidValues({"geometry": warnings})
    if west <= point.y <= east and south <= point.x <= north:
        raise InvalidValues({"geometry": [_("Latitude and longitude seem to be swapped.")]})
    raise InvalidValues({"geometry": [_("The position lies outside Japan.")]})


def _has_own_place(row: Resource) -> bool:
    """Whether the place shown is the entry's own and open: neither undisclosed nor that of a shared site."""
    return row.disclosure == "open" and (row.site_id is None or row.geom is not None or bool(row.address))


def _why_not_here(row: Resource) -> str:
    if row.disclosure != "open":
        return _("The place of this entry is not disclosed; it is changed on the page of the entry.")
    return _("This entry stands at a shared site; its place is corrected on the page of the site.")


def _not_in_a_proposal(room: Mapping[str, Any]) -> Changes:
    if room:
        text = _("Room is stated once the entry has been approved.")
        raise InvalidValues({key: [text] for key in room})
    return {}


def _kept(page: str | None, feature_id: int | None, version: int) -> Written:
    if page is None:
        raise NotAllowed("propose")
    return Written(feature_id, version or None, page)


__all__ = ["ResourceWriter", "resource_writer"]
