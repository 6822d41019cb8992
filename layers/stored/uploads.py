"""Files between upload and layer: kept, looked at, confirmed; loaded by the worker (``layers/stored/loading.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Viewer, may_keep_layers
from layers.editing.errors import InvalidValues, NotAllowed
from layers.fields import Kind
from layers.imports.boundary_files import UnreadableFile
from layers.media import store
from layers.models import StoredEdition, StoredLayer, StoredUpload
from layers.stored.keys import is_key
from layers.stored.options import MAX_FILE, FieldOption, ReadOptions
from layers.stored.preview import Preview, field_options, look
from layers.stored.services import require_keeper, tell
from layers.stored.styles import plain_style
from layers.stored.values import KINDS, clean

FOLDER: Final = "layers"
#: A worker silent for so long is lost: a part of a large file is read in much less.
SILENCE: Final = timedelta(minutes=3)

store.register_folder(FOLDER, lambda: StoredUpload.unscoped.exclude(file="").values_list("file", flat=True))


def keep_upload(
    actor: Viewer, name: str, parts: Iterable[bytes], layer: StoredLayer | None = None
) -> StoredUpload:
    """Keep a file for a look at it. ``layer``: the layer it is to be a new edition of.

    Raises :class:`UnreadableFile` where nothing at all can be read of it, :class:`NotAllowed`.
    """
    require_keeper(actor)
    with transaction.atomic():
        file = store.keep_parts(_counted(parts), FOLDER, "bin")
        row = StoredUpload(
            layer=layer, account_id=actor.account_id, account_name=actor.name[:150],
            file_name=clean(name)[-200:], file=file, size=store.path_of(file).stat().st_size,
        )  # fmt: skip
        _look(row, ReadOptions())
        row.save()
        tell(actor, "layer.uploaded", layer or row, file=row.file_name)
    return row


def _counted(parts: Iterable[bytes]) -> Iterable[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > MAX_FILE:
            raise UnreadableFile(_("The file is larger than %(most)d MB.") % {"most": MAX_FILE // 2**20})
        yield part


def _look(row: StoredUpload, options: ReadOptions) -> Preview:
    known = {item["title"]: item["key"] for item in row.layer.fields} if row.layer else {}
    found = look(store.path_of(row.file), options, known)
    if not options.fields:
        options = replace(options, layer=found.layer, fields=_as_before(field_options(found), row.layer))
    row.options = {"reading": options.as_json(), "preview": found.as_json()}
    return found


def _as_before(fields: Sequence[FieldOption], layer: StoredLayer | None) -> tuple[FieldOption, ...]:
    """A new edition of a layer is read as the one before, where its columns are the same."""
    before = {item["key"]: item for item in layer.fields} if layer else {}
    return tuple(
        replace(item, kind=before[item.key]["kind"], unit=before[item.key].get("unit", ""))
        if item.key in before
        else item
        for item in fields
    )


def staged(viewer: Viewer, upload_id: int) -> StoredUpload | None:
    """An upload, for keepers of layers; None where there is none."""
    rows = StoredUpload.unscoped.select_related("layer", "edition")
    return rows.filter(pk=upload_id).first() if may_keep_layers(viewer) else None


def waiting(viewer: Viewer) -> list[StoredUpload]:
    """Uploads nobody has settled yet, or that are being loaded, or could not be; newest first."""
    if not may_keep_layers(viewer):
        return []
    states = [StoredUpload.State.STAGED, StoredUpload.State.LOADING, StoredUpload.State.FAILED]
    recent = timezone.now() - timedelta(days=7)
    rows = StoredUpload.unscoped.filter(state__in=states, created_at__gte=recent)
    return list(rows.select_related("layer").defer("options")[:20])


def set_reading(actor: Viewer, row: StoredUpload, options: ReadOptions) -> None:
    """Read the file in another way: another layer of it, system, encoding or columns of positions.

    Raises :class:`UnreadableFile`; the choice before stays then.
    """
    require_keeper(actor)
    _staged_or_refuse(row)
    kept = {key: value for key, value in row.options.items() if key == "reading"}
    before = ReadOptions.of(kept.get("reading") or {})
    same = (before.layer, before.encoding) == (options.layer or before.layer, options.encoding)
    _look(row, options if same and options.fields else replace(options, fields=()))
    row.save(update_fields=["options"])


def set_fields(actor: Viewer, row: StoredUpload, fields: Sequence[FieldOption]) -> None:
    """What becomes of the columns. Raises :class:`InvalidValues`."""
    require_keeper(actor)
    _staged_or_refuse(row)
    _check_fields(fields)
    reading = replace(ReadOptions.of(row.options["reading"]), fields=tuple(fields))
    row.options = {**row.options, "reading": reading.as_json()}
    row.save(update_fields=["options"])


def _check_fields(fields: Sequence[FieldOption]) -> None:
    kept = [item for item in fields if item.kind]
    errors: dict[str, list[str]] = {}
    for item in kept:
        if item.kind not in [str(kind) for kind in KINDS]:
            errors.setdefault(item.column, []).append(_("There is no such kind."))
        if not is_key(item.key):
            errors.setdefault(item.column, []).append(
                _("“%(key)s” cannot be a key: lower-case letters, digits and _, no word of the addresses.")
                % {"key": item.key[:60]}
            )
        if not item.title.strip() or len(item.title) > 120:
            errors.setdefault(item.column, []).append(_("A title of 1 to 120 characters is needed."))
        if sum(other.key == item.key for other in kept) > 1:
            errors.setdefault(item.column, []).append(
                _("The key “%(key)s” stands twice.") % {"key": item.key}
            )
    if errors:
        raise InvalidValues(errors)


def _staged_or_refuse(row: StoredUpload) -> None:
    if row.state != StoredUpload.State.STAGED:
        raise InvalidValues({"": [_("This upload was settled already.")]})


def dismiss(actor: Viewer, row: StoredUpload) -> None:
    """The person said no, or has read why it failed: the file is forgotten."""
    require_keeper(actor)
    with transaction.atomic():
        found = StoredUpload.unscoped.select_for_update(of=("self",)).get(pk=row.pk)
        if found.state == StoredUpload.State.DONE:
            return
        found.state, found.finished_at = StoredUpload.State.DISMISSED, timezone.now()
        store.forget(found.file)
        found.file, found.options = "", {}
        found.save()


def confirm(
    actor: Viewer, row: StoredUpload, values: Mapping[str, Any], *, as_of: date | None = None, note: str = ""
) -> StoredLayer:
    """Yes: a new layer with these words, or a new edition of its layer; the worker loads it.

    ``values``: as :func:`layers.stored.services.edit_layer` takes them, with ``slug``; without effect for an edition.
    Raises :class:`InvalidValues`, :class:`NotAllowed`.
    """
    from layers.stored.services import create_layer

    require_keeper(actor)
    with transaction.atomic():
        found = StoredUpload.unscoped.select_for_update(of=("self",)).get(pk=row.pk)
        _staged_or_refuse(found)
        if found.options["preview"]["needs_system"]:
            raise InvalidValues({"srid": [_("Choose the reference system of the coordinates first.")]})
        fields = ReadOptions.of(found.options["reading"]).fields
        _check_fields(fields)
        layer = found.layer or create_layer(actor, {**values, "style": plain_style()})
        if not StoredLayer.unscoped.acting(actor, Act.UPDATE).filter(pk=layer.pk).exists():
            raise NotAllowed
        if StoredUpload.unscoped.filter(layer=layer, state=StoredUpload.State.LOADING).exists():
            raise InvalidValues(
                {"": [_("Another edition of this layer is being loaded. Wait until it is there.")]}
            )
        edition = _new_edition(actor, layer, found, as_of, note)
        found.layer, found.edition, found.state = layer, edition, StoredUpload.State.LOADING
        found.done_count, found.total_count = 0, found.options["preview"]["count"]
        found.beat_at = timezone.now()
        found.save()
        transaction.on_commit(partial(defer, found.pk))
    row.refresh_from_db()
    return layer


def _new_edition(
    actor: Viewer, layer: StoredLayer, row: StoredUpload, as_of: date | None, note: str
) -> StoredEdition:
    last = StoredEdition.unscoped.filter(layer=layer).aggregate(last=Max("number"))["last"] or 0
    return StoredEdition.unscoped.create(
        layer=layer, number=last + 1, as_of=as_of, note=note[:300], file_name=row.file_name,
        style=layer.style, made_by_id=actor.account_id, made_by_name=actor.name[:150],
    )  # fmt: skip


def defer(upload_id: int) -> None:
    """Tell the worker."""
    from layers.tasks import load_layer

    load_layer.defer(upload_id=upload_id)


def forsaken() -> list[int]:
    """Uploads whose worker was lost: the next one begins anew."""
    lost = StoredUpload.unscoped.filter(
        state=StoredUpload.State.LOADING, beat_at__lt=timezone.now() - SILENCE
    )
    return list(lost.values_list("pk", flat=True))


__all__ = [
    "Kind", "confirm", "dismiss", "forsaken", "keep_upload", "set_fields", "set_reading", "staged", "waiting",
]  # fmt: skip
