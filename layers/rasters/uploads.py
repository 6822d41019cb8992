"""GeoTIFFs between upload and layer: kept, looked at, chosen how to be read; confirmed as every upload is.

The row is a ``StoredUpload`` whose options hold ``raster`` beside what :func:`layers.stored.uploads.confirm` reads.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing.errors import InvalidValues
from layers.geocoding.service import home_city
from layers.media import store
from layers.models import LayerKind, StoredLayer, StoredRaster, StoredUpload
from layers.rasters.checks import Inspection, inspect
from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.files import MAGIC
from layers.stored import uploads as stored_uploads
from layers.stored.options import ReadOptions
from layers.stored.services import require_keeper, tell

#: Where kept grids lie below MEDIA; uploads lie with all others.
FOLDER: Final = "rasters"
#: What ``percent`` of an upload is reckoned of.
WHOLE: Final = 1000

store.register_folder(FOLDER, lambda: StoredRaster.unscoped.values_list("file", flat=True))


def is_geotiff(head: bytes) -> bool:
    """Whether a file begins as a TIFF does."""
    return head[:4] in MAGIC


def is_raster(row: StoredUpload) -> bool:
    """Whether an upload is a GeoTIFF."""
    return "raster" in row.options


def keep_raster(
    actor: Viewer, name: str, parts: Iterable[bytes], layer: StoredLayer | None = None
) -> StoredUpload:
    """Keep a GeoTIFF for a look at it. ``layer``: the layer it is to be a new edition of.

    Raises :class:`RasterError`, and :class:`layers.editing.errors.NotAllowed`.
    """
    require_keeper(actor)
    if layer is not None and layer.kind != LayerKind.RASTER:
        raise RasterError(
            _("A layer of shapes cannot become one of values: make a new layer of the GeoTIFF."), "file"
        )
    with transaction.atomic():
        file = store.keep_parts(_counted(parts), stored_uploads.FOLDER, "tif")
        found = inspect(store.path_of(file), _lg_code())
        row = StoredUpload(
            layer=layer, account_id=actor.account_id, account_name=actor.name[:150],
            file_name=name.replace("\x00", "")[-200:], file=file, size=store.path_of(file).stat().st_size,
        )  # fmt: skip
        row.options = _options(found, _as_before(found, layer))
        row.save()
        tell(actor, "layer.uploaded", layer or row, file=row.file_name)
    return row


def _counted(parts: Iterable[bytes]) -> Iterable[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > settings.UPLOAD_MAX_BYTES:
            raise RasterError(
                _("The file is larger than %(most)d MB.") % {"most": settings.UPLOAD_MAX_BYTES // 1_000_000},
                "file",
            )
        yield part


def _lg_code() -> str:
    return home_city() or ""


def _as_before(found: Inspection, layer: StoredLayer | None) -> Choice:
    """A new edition is read as the one before, where it has the bands for it."""
    usual = Choice.usual(found)
    last = StoredRaster.unscoped.filter(edition__layer=layer).order_by("-pk").first() if layer else None
    if last is None:
        return usual
    before = Choice.from_dict(last.choice)
    if before.is_picture != usual.is_picture:
        return usual
    wanted = replace(usual, band=before.band, rgb=before.rgb, nodata=before.nodata)
    if found.needs_crs and before.srid:
        wanted = replace(wanted, srid=before.srid)
    try:
        wanted.check(found)
    except RasterError:
        return usual
    return wanted


def _options(found: Inspection, choice: Choice) -> dict[str, Any]:
    return {
        "raster": {"found": found.as_dict(), "choice": choice.as_dict()},
        "reading": ReadOptions().as_json(),
        "preview": {"needs_system": found.needs_crs and choice.srid is None, "count": WHOLE},
    }


def choice_of(row: StoredUpload) -> Choice:
    """How an upload is to be read, as chosen so far."""
    return Choice.from_dict(row.options["raster"]["choice"])


def look_again(row: StoredUpload) -> Inspection:
    """What an upload holds, read anew. Raises :class:`RasterError`."""
    return inspect(store.path_of(row.file), _lg_code())


def set_choice(actor: Viewer, row: StoredUpload, choice: Choice) -> None:
    """How an upload is to be read. Raises :class:`RasterError` for what the file does not have."""
    require_keeper(actor)
    if row.state != StoredUpload.State.STAGED:
        raise RasterError(_("This upload was settled already."))
    found = look_again(row)
    choice.check(found)
    row.options = _options(found, choice)
    row.save(update_fields=["options"])


def confirm(
    actor: Viewer, row: StoredUpload, values: Mapping[str, Any], *, as_of: date | None = None, note: str = ""
) -> StoredLayer:
    """As :func:`layers.stored.uploads.confirm`, for a raster. Raises what that raises, and :class:`InvalidValues`."""
    if not is_raster(row):
        raise InvalidValues({"": [_("This is no GeoTIFF.")]})
    return stored_uploads.confirm(
        actor, row, {**values, "kind": LayerKind.RASTER.value}, as_of=as_of, note=note
    )
