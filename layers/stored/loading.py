"""A confirmed file becomes an edition: loaded part by part by the worker, shown by one small UPDATE at the end.

One of the modules allowed a cursor, for COPY. What is loaded belongs to an edition nobody is shown yet, so a lost
worker leaves nothing behind that matters: the next one begins anew.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

import shapely
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from layers.access import Viewer
from layers.crs import STORAGE_SRID
from layers.fields import Kind
from layers.imports.boundary_files import UnreadableFile
from layers.media import store
from layers.models import StoredEdition, StoredFeature, StoredLayer, StoredUpload
from layers.signals import vocabulary_changed
from layers.stored import shapes
from layers.stored.files import LayerFile, RawRow, open_file
from layers.stored.options import BATCH, MAX_VERTICES, FieldOption, ReadOptions
from layers.stored.report import Report
from layers.stored.styles import fitting
from layers.stored.values import read_value
from layers.text import normalise

logger = logging.getLogger(__name__)

_COPY: Final = "COPY layers_storedfeature (edition_id, number, geom, properties, search) FROM STDIN"
#: More different values than this make a text of a choice.
MOST_CHOICES: Final = 100
MAX_SEARCH: Final = 2_000


class _Lost(Exception):
    """Somebody else has taken the upload over, or dismissed it."""


@dataclass(slots=True)
class _Loaded:
    """What the edition turned out to hold."""

    report: Report = field(default_factory=Report)
    choices: dict[str, Counter[str]] = field(default_factory=dict)
    count: int = 0
    extent: list[float] | None = None

    def grow(self, geoms: Iterable[BaseGeometry | None]) -> None:
        """The extent with these shapes in it."""
        for geom in geoms:
            if geom is not None:
                west, south, east, north = geom.bounds
                old = self.extent or [west, south, east, north]
                self.extent = [min(old[0], west), min(old[1], south), max(old[2], east), max(old[3], north)]


def load(upload_id: int) -> bool:
    """Load what was confirmed; whether it is shown now. Anything wrong with the file is kept with the upload."""
    row = StoredUpload.unscoped.filter(pk=upload_id, state=StoredUpload.State.LOADING).first()
    if row is None or row.edition_id is None:
        return False
    from layers.rasters.loading import load as load_raster
    from layers.rasters.uploads import is_raster

    with translation.override(settings.LANGUAGE_CODE):
        try:
            (load_raster if is_raster(row) else _load)(_Claim(row))
        except _Lost:
            return False
        except UnreadableFile as error:
            _fail(row, str(error))
            return False
        except Exception:
            logger.exception("upload %s could not be loaded", upload_id)
            _fail(
                row,
                _("The file could not be loaded. Tell the administrator the number %(id)d.") % {"id": row.pk},
            )
            return False
    return True


class _Claim:
    """Holds an upload against a second worker: each sign of life must follow on the one before."""

    def __init__(self, row: StoredUpload) -> None:
        self.row = row
        self._beat: datetime = row.beat_at
        self.beat(0)

    def beat(self, done: int, total: int | None = None) -> None:
        """Say how far it is. Raises :class:`_Lost` where the upload is no longer ours."""
        now = timezone.now()
        changes: dict[str, Any] = {"beat_at": now, "done_count": done}
        if total is not None:
            changes["total_count"] = total
        rows = StoredUpload.unscoped.filter(
            pk=self.row.pk, beat_at=self._beat, state=StoredUpload.State.LOADING
        )
        if not rows.update(**changes):
            raise _Lost
        self._beat = now


def _load(claim: _Claim) -> None:
    row = claim.row
    options = ReadOptions.of(row.options.get("reading") or {})
    StoredFeature.unscoped.filter(edition_id=row.edition_id).delete()
    file = open_file(store.path_of(row.file), options)
    claim.beat(0, file.count)
    crs = shapes.system_of(file, options, list(islice(_rows(file), 200)))
    if crs is None:
        raise UnreadableFile(_("Nobody has said in which reference system the numbers are."))
    found = _Loaded()
    shaper = shapes.Shaper(crs, found.report)
    places = _places(file, options)
    for batch in _batches(file):
        geoms = shaper.shapes(batch)
        if shaper.vertices > MAX_VERTICES:
            raise UnreadableFile(_("More than %(most)d corners.") % {"most": MAX_VERTICES})
        found.grow(geoms)
        _copy(row.edition_id, _records(batch, geoms, places, found))
        found.count += len(batch)
        claim.beat(found.count)
    _show(claim, file, found, shaper, crs_title=shapes.title(crs))


def _rows(file: LayerFile) -> Iterator[RawRow]:
    for batch in file.batches():
        yield from batch


def _batches(file: LayerFile) -> Iterator[list[RawRow]]:
    for part in file.batches():
        for start in range(0, len(part), BATCH):
            yield part[start : start + BATCH]


def _places(file: LayerFile, options: ReadOptions) -> list[tuple[int, FieldOption]]:
    """Columns that become fields, by their place in a row."""
    at = {name: place for place, name in enumerate(file.columns)}
    return [(at[item.column], item) for item in options.fields if item.kind and item.column in at]


def _records(
    batch: Sequence[RawRow],
    geoms: Sequence[BaseGeometry | None],
    places: Sequence[tuple[int, FieldOption]],
    found: _Loaded,
) -> Iterator[tuple[int, str | None, str, str]]:
    for row, geom in zip(batch, geoms, strict=True):
        properties: dict[str, Any] = {}
        texts = []
        for at, option in places:
            read = read_value(row.values[at], option)
            if read.problem:
                found.report.note(read.problem, row.number, option.title, str(row.values[at])[:80])
            if read.value is None:
                continue
            properties[option.key] = read.value
            if option.kind == Kind.CHOICE:
                found.choices.setdefault(option.key, Counter())[str(read.value)] += 1
            if isinstance(read.value, str) and option.kind != Kind.DATE:
                texts.append(normalise(read.value[:500]))
        ewkb = (
            None
            if geom is None
            else shapely.to_wkb(shapely.set_srid(geom, STORAGE_SRID), hex=True, include_srid=True)
        )
        yield row.number, ewkb, json.dumps(properties, ensure_ascii=False), "|".join(texts)[:MAX_SEARCH]


def _copy(edition_id: int | None, records: Iterable[tuple[int, str | None, str, str]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for record in records:
            copy.write_row((edition_id, *record))


def _show(claim: _Claim, file: LayerFile, found: _Loaded, shaper: shapes.Shaper, *, crs_title: str) -> None:
    """The swap: the edition is ready and shown, the one before stays to be gone back to."""
    row = claim.row
    options = ReadOptions.of(row.options.get("reading") or {})
    with transaction.atomic():
        claim.beat(found.count)
        layer = StoredLayer.unscoped.select_for_update(of=("self",)).get(pk=row.layer_id or 0)
        edition = StoredEdition.unscoped.get(pk=row.edition_id or 0)
        edition.fields = _fields(options, found.choices)
        edition.geometry_type, edition.feature_count = shaper.geometry_type, found.count
        edition.extent, edition.report = found.extent, found.report.as_json()
        edition.file_format, edition.crs = file.format, crs_title
        edition.ready_at = timezone.now()
        show(layer, edition)
        row.state, row.finished_at, row.done_count = StoredUpload.State.DONE, timezone.now(), found.count
        row.total_count = found.count
        row.beat_at = timezone.now()
        store.forget(row.file)
        row.file = ""
        row.save()
        vocabulary_changed.send(
            sender=StoredLayer, actor=Viewer(account_id=row.account_id, name=row.account_name),
            action="layer.loaded", target=layer,
            details={"edition": edition.number, "features": found.count},
        )  # fmt: skip


def show(layer: StoredLayer, edition: StoredEdition) -> None:
    """Show an edition, inside a transaction that holds the layer. What was shown keeps its fields and its style."""
    if layer.current_id and layer.current_id != edition.pk:
        StoredEdition.unscoped.filter(pk=layer.current_id).update(fields=layer.fields, style=layer.style)
    layer.fields, layer.geometry_type = edition.fields, edition.geometry_type
    layer.style = fitting(edition.style or layer.style, edition)
    edition.style = layer.style
    edition.save()
    layer.current = edition
    layer.save()


def _fields(options: ReadOptions, choices: dict[str, Counter[str]]) -> list[dict[str, Any]]:
    found = []
    for item in options.fields:
        if not item.kind:
            continue
        known = choices.get(item.key, Counter())
        few = item.kind == Kind.CHOICE and len(known) <= MOST_CHOICES
        kind = item.kind if few or item.kind != Kind.CHOICE else Kind.TEXT
        found.append(
            {
                "key": item.key,
                "title": item.title,
                "kind": str(kind),
                "unit": item.unit,
                "choices": [[value, value] for value in sorted(known)] if few else [],
            }
        )
    return found


def _fail(row: StoredUpload, problem: str) -> None:
    with transaction.atomic():
        StoredFeature.unscoped.filter(edition_id=row.edition_id).delete()
        StoredUpload.unscoped.filter(pk=row.pk).update(
            state=StoredUpload.State.FAILED, problem=problem, finished_at=timezone.now()
        )
