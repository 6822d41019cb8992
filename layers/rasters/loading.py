"""A confirmed GeoTIFF becomes an edition: written as COG by the worker, shown by one small UPDATE at the end."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.imports.boundary_files import UnreadableFile
from layers.media import store
from layers.models import StoredEdition, StoredLayer, StoredRaster, StoredUpload
from layers.rasters.catalogue import style_of
from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.first_style import first_style
from layers.rasters.storing import Kept
from layers.rasters.storing import store as write_raster
from layers.rasters.uploads import FOLDER, WHOLE, choice_of
from layers.signals import vocabulary_changed

#: Seconds between signs of life while one long step is at work.
BEAT_EVERY: Final = 20.0


def load(claim: Any) -> None:
    """Load what was confirmed. ``claim``: holds the upload (``layers.stored.loading``).

    Raises :class:`UnreadableFile` with words for the person who waits.
    """
    row: StoredUpload = claim.row
    choice = choice_of(row)
    secret = secrets.token_hex(16)
    name = f"{FOLDER}/{secret[:2]}/{secret[2:]}.tif"
    target = store.path_of(name)
    try:
        with _alive(claim) as tell:
            kept = write_raster(store.path_of(row.file), choice, target, tell)
        _show(claim, choice, kept, name)
    except RasterError as error:
        target.unlink(missing_ok=True)
        raise UnreadableFile(error.message) from error
    except FileNotFoundError as error:
        raise UnreadableFile(_("The uploaded file is lost. Upload it again.")) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@contextmanager
def _alive(claim: Any) -> Iterator[Any]:
    """Says how far it is, at most every second, and that it lives while GDAL is at one long step.

    GDAL gives no sign while it writes overviews, so a thread of its own does; a claim lost there is noticed by the
    next sign given here.
    """
    done, last, over, lock = 0, 0.0, threading.Event(), threading.Lock()

    def beat(share: float) -> None:
        nonlocal done, last
        if monotonic() - last >= 1.0:
            with lock:
                done, last = int(share * WHOLE), monotonic()
                claim.beat(done, WHOLE)

    def live() -> None:
        try:
            while not over.wait(BEAT_EVERY):
                with lock:
                    claim.beat(done)
        except Exception:
            return
        finally:
            connection.close()

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        over.set()
        thread.join()


def _show(claim: Any, choice: Choice, kept: Kept, name: str) -> None:
    from layers.stored.loading import show

    row: StoredUpload = claim.row
    with transaction.atomic():
        claim.beat(WHOLE)
        layer = StoredLayer.unscoped.select_for_update(of=("self",)).get(pk=row.layer_id or 0)
        edition = StoredEdition.unscoped.get(pk=row.edition_id or 0)
        raster = keep_raster_row(edition, choice, kept, name)
        edition.fields, edition.geometry_type, edition.feature_count = [], "Raster", 0
        edition.extent, edition.report = list(kept.degrees), {}
        edition.file_format, edition.crs = "GeoTIFF", kept.crs_title[:200]
        edition.style = style_for(layer, raster, kept)
        edition.ready_at = timezone.now()
        show(layer, edition)
        row.state, row.finished_at = StoredUpload.State.DONE, timezone.now()
        row.done_count = row.total_count = WHOLE
        row.beat_at = timezone.now()
        store.forget(row.file)
        row.file = ""
        row.save()
        vocabulary_changed.send(
            sender=StoredLayer, actor=Viewer(account_id=row.account_id, name=row.account_name),
            action="layer.loaded", target=layer,
            details={"edition": edition.number, "columns": kept.width, "rows": kept.height},
        )  # fmt: skip


def keep_raster_row(edition: StoredEdition, choice: Choice, kept: Kept, name: str) -> StoredRaster:
    """The row of a written file."""
    return StoredRaster.unscoped.create(
        edition=edition,
        file=name,
        size=store.path_of(name).stat().st_size,
        width=kept.width,
        height=kept.height,
        dtype=kept.dtype,
        srid=kept.srid,
        cell_width=kept.cell[0],
        cell_height=kept.cell[1],
        is_picture=kept.is_picture,
        summary=kept.summary.as_dict(),
        palette=[list(entry) for entry in kept.palette],
        choice=choice.as_dict(),
    )


def style_for(layer: StoredLayer, raster: StoredRaster, kept: Kept) -> dict[str, Any]:
    """The style of the edition before where it fits, so that colours mean the same; else a first one."""
    before = style_of(layer.style)
    if layer.current_id and before.is_picture == raster.is_picture:
        return before.as_dict()
    return first_style(kept.summary, kept.palette, is_picture=kept.is_picture).as_dict()
