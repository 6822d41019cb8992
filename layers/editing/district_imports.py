"""Boundaries of a whole scheme from a file: staged, looked at, and taken over in one transaction (R24)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import shapely
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from layers.access import Viewer
from layers.editing.categories import require_administrator
from layers.editing.district_values import stored
from layers.editing.districts import tell, why_not_deletable
from layers.editing.errors import InvalidValues
from layers.editing.transactions import acting
from layers.imports import boundary_checks as checks
from layers.imports.boundary_files import UnreadableFile, read_boundary_file
from layers.imports.boundary_staging import Boundary, Reading, Staged, guess_fields, stage
from layers.memberships import following, touched_q
from layers.models import District, DistrictImport, DistrictScheme
from layers.versions import source_version

#: Square metres a boundary may move by and still count as the same.
SAME_AREA = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One district of the scheme or of the file. Areas in square metres; ``moved``: what one has and the other not."""

    kind: str
    code: str
    title: str
    before_title: str
    before_area: float
    after_area: float
    moved: float
    kept_because: str = ""


def upload(actor: Viewer, scheme: DistrictScheme, name: str, data: bytes) -> DistrictImport:
    """Keeps a file for a look at it; likely fields are chosen. Raises ``UnreadableFile``."""
    require_administrator(actor)
    file = read_boundary_file(data)
    guessed = guess_fields(file.columns, [feature.values for feature in file.features])
    with transaction.atomic():
        DistrictImport.objects.filter(scheme=scheme, state=DistrictImport.State.STAGED).update(
            state=DistrictImport.State.DISMISSED, data=b""
        )
        row = DistrictImport(
            scheme=scheme, account_id=actor.account_id, file_name=name.replace("\x00", "")[:200], data=data,
            options=asdict(Reading.of({"layer": file.layer, **guessed})),
        )  # fmt: skip
        row.save()
        tell(actor, "districts.uploaded", scheme, file=row.file_name)
    return row


def set_options(actor: Viewer, row: DistrictImport, options: Mapping[str, Any]) -> None:
    """How the file is to be read, as the person chose."""
    require_administrator(actor)
    row.options = asdict(Reading.of(options))
    row.save(update_fields=["options"])


def look(row: DistrictImport) -> Staged:
    """The file read as chosen. Raises ``UnreadableFile``."""
    reading = Reading.of(row.options)
    file = read_boundary_file(bytes(row.data), layer=reading.layer, encoding=reading.encoding)
    return stage(file, reading)


def digest(row: DistrictImport) -> str:
    """What a person has seen: file, choices, and the districts there were. Another one is another question."""
    seen = hashlib.sha256(bytes(row.data))
    seen.update(json.dumps(row.options, sort_keys=True).encode())
    seen.update(str(source_version(f"districts-{row.scheme.code}")).encode())
    return seen.hexdigest()


def differences(scheme: DistrictScheme, staged: Staged) -> list[Change]:
    """The scheme as it is beside the file: new, changed, the same, missing in the file."""
    there = {row.code: row for row in District.unscoped.filter(scheme=scheme).select_related("scheme")}
    found = [_change(boundary, there.pop(boundary.code, None)) for boundary in staged.boundaries]
    for row in there.values():
        area = checks.square_metres(_shape(row))
        found.append(Change("missing", row.code, "", row.title, area, 0.0, area, why_not_deletable(row)))
    order = {"missing": 0, "changed": 1, "new": 2, "same": 3}
    return sorted(found, key=lambda change: order[change.kind])


def _shape(row: District) -> BaseGeometry | None:
    return None if row.geom is None else shapely.from_wkb(bytes(row.geom.wkb))


def _change(boundary: Boundary, row: District | None) -> Change:
    after = checks.square_metres(boundary.geom)
    if row is None:
        return Change("new", boundary.code, boundary.title, "", 0.0, after, after)
    shape = _shape(row)
    before = checks.square_metres(shape)
    moved = after if shape is None else checks.square_metres(
        checks.polygons_of(shapely.symmetric_difference(shape, boundary.geom))
    )  # fmt: skip
    same = moved < SAME_AREA and row.title == boundary.title and boundary.reading in ("", row.reading)
    return Change("same" if same else "changed", row.code, boundary.title, row.title, before, after, moved)


def dismiss(actor: Viewer, row: DistrictImport) -> None:
    """The person said no: the file is forgotten."""
    require_administrator(actor)
    row.state, row.data = DistrictImport.State.DISMISSED, b""
    row.save(update_fields=["state", "data"])


def apply_import(actor: Viewer, import_id: int, seen: str) -> dict[str, int]:
    """Takes a staged file over, all of it or nothing. ``seen``: the digest of what the person looked at.

    Raises :class:`InvalidValues` where something changed since, or the file is not ready.
    """
    require_administrator(actor)
    with acting(actor, _("districts imported")):
        row = (
            DistrictImport.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=import_id)
        )
        DistrictScheme.objects.select_for_update().get(pk=row.scheme_id)
        if row.state != DistrictImport.State.STAGED:
            raise InvalidValues({"": [_("This import was settled already.")]})
        if digest(row) != seen:
            raise InvalidValues({"": [_("Something changed since you looked. Look at the report again.")]})
        try:
            staged = look(row)
        except UnreadableFile as error:
            raise InvalidValues({"": [str(error)]}) from None
        if not staged.is_ready:
            raise InvalidValues({"": [_("There are refused features. Correct them, or leave them out.")]})
        counts = _write(row.scheme, staged)
        row.state, row.applied_at, row.data = DistrictImport.State.APPLIED, timezone.now(), b""
        row.save(update_fields=["state", "applied_at", "data"])
        tell(actor, "districts.imported", row.scheme, file=row.file_name, **counts)
    return counts


def _write(scheme: DistrictScheme, staged: Staged) -> dict[str, int]:
    there = {row.code: row for row in District.unscoped.filter(scheme=scheme).select_related("scheme")}
    wanted = {boundary.code: boundary for boundary in staged.boundaries}
    gone = [row for code, row in there.items() if code not in wanted] if staged.reading.removes else []
    kept = [row for row in gone if why_not_deletable(row)]
    gone = [row for row in gone if row not in kept]
    new, changed = _rows(scheme, there, wanted, staged.reading)
    geoms = [stored(boundary.geom) for boundary in staged.boundaries] + [row.geom for row in there.values()]
    keys = [f"{scheme.code}:{code}" for code in {*there, *wanted}]
    with following(touched_q(geoms, keys), _("import of %(scheme)s") % {"scheme": scheme.title}):
        District.unscoped.filter(pk__in=[row.pk for row in gone]).delete()
        District.unscoped.bulk_update(changed, ["geom", "title", "reading"])
        District.unscoped.bulk_create(new)
    return {"created": len(new), "changed": len(changed), "removed": len(gone), "kept": len(kept)}


def _rows(
    scheme: DistrictScheme, there: Mapping[str, District], wanted: Mapping[str, Boundary], reading: Reading
) -> tuple[list[District], list[District]]:
    """New rows and those that change; what the file does not say of a district (office, population) stays."""
    last = District.unscoped.filter(scheme=scheme).aggregate(last=Max("order"))["last"] or 0
    new, changed = [], []
    for number, boundary in enumerate(wanted.values(), 1):
        row = there.get(boundary.code)
        if row is None:
            row = District(
                scheme=scheme,
                code=boundary.code,
                key=f"{scheme.code}:{boundary.code}",
                order=last + number * 10,
            )
            new.append(row)
        else:
            changed.append(row)
        row.title, row.geom = boundary.title, stored(boundary.geom)  # type: ignore[assignment]
        row.reading = boundary.reading or row.reading
    return new, changed
