"""Which resources lie in which districts, computed anew: at once where few are touched, else by the worker (R24).

Triggers keep the keys true for every single change (``layers/sql/memberships.sql``). A change that touches more than
:data:`INLINE_ROWS` resources would hold its request for seconds (0.35 ms each); it says so before it writes, the
triggers stand aside, and a :class:`MembershipRun` goes through all resources in parts. Every part is a transaction
with the place it reached, so a worker that dies loses one part and the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from layers.crs import STORAGE_SRID
from layers.models import MembershipRun, Resource

#: More resources than this are left to the worker: they would take about two seconds.
INLINE_ROWS: Final = 5_000
#: Resources of one part of a run; a part takes 0.2 s where little changes, 1.5 s where everything does.
PART: Final = 4_000
#: Seconds the worker gives to a run before it lets other work in.
SLICE: Final = 20.0
#: A run without a sign of life for so long has lost its worker.
SILENCE: Final = timedelta(seconds=60)


def touched_q(geoms: Iterable[GEOSGeometry | None], keys: Iterable[str]) -> Q:
    """Resources that may lie in boundaries (degrees, EPSG:4326) or that have one of the keys ``scheme:code`` now."""
    found = Q(district_keys__overlap=list(keys)) | Q(disclosure="area")
    boxes = [geom.extent for geom in geoms if geom]
    if boxes:
        west, south, east, north = zip(*boxes, strict=True)
        box = Polygon.from_bbox((min(west), min(south), max(east), max(north)))
        box.srid = STORAGE_SRID
        found |= Q(geom_public__bboverlaps=box)
    return found


def is_large(touched: Q) -> bool:
    """Whether more resources are touched than one request should wait for."""
    return Resource.unscoped.filter(touched)[: INLINE_ROWS + 1].count() > INLINE_ROWS


@contextmanager
def following(touched: Q, reason: str) -> Iterator[bool]:
    """A transaction that changes districts; yields whether their resources follow later, by the worker.

    ``touched``: resources the change may concern; ``reason``: words for the page that shows the progress.
    """
    with transaction.atomic():
        later = is_large(touched)
        if later:
            _leave_to_worker("later")
        yield later
        if later:
            _leave_to_worker("")
            start_run(reason)


def _leave_to_worker(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gisportal.memberships', %s, true)", [value])


def start_run(reason: str) -> MembershipRun:
    """The open run, from the beginning; or a new one. The worker is told when the transaction stands."""
    run = MembershipRun.objects.select_for_update().filter(finished_at=None).first()
    run = run or MembershipRun(reason=reason)
    run.reason = reason[:200]
    run.last_id = run.done_count = run.changed_count = 0
    run.total_count = Resource.unscoped.count()
    run.save()
    transaction.on_commit(partial(_defer, run.pk))
    return run


def _defer(run_id: int) -> None:
    from layers.tasks import refresh_memberships

    refresh_memberships.defer(run_id=run_id)


def open_run() -> MembershipRun | None:
    """The run that is not finished yet: until then districts of resources may be those of before."""
    return MembershipRun.objects.filter(finished_at=None).first()


def advance(run_id: int, seconds: float = SLICE) -> bool:
    """Go on with a run for a while. True when nothing is left to do for this worker."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _one_part(run_id):
            return True
    return False


def _one_part(run_id: int) -> bool:
    """One part in a transaction of its own. True when the run is finished, gone, or in another worker's hands."""
    with transaction.atomic():
        rows = MembershipRun.objects.select_for_update(skip_locked=True)
        run = rows.filter(pk=run_id, finished_at=None).first()
        if run is None:
            return True
        following_ids = (
            Resource.unscoped.filter(pk__gt=run.last_id).order_by("pk").values_list("pk", flat=True)
        )
        ids = list(following_ids[:PART])
        if ids:
            run.changed_count += _refresh(run.last_id, ids[-1])
            run.last_id = ids[-1]
            run.done_count += len(ids)
        now = timezone.now()
        run.beat_at, run.finished_at = now, None if ids else now
        run.save()
    return not ids


def _refresh(after: int, upto: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_refresh_memberships(%s, %s)", [after, upto])
        return int(cursor.fetchone()[0])


def forsaken_runs() -> list[int]:
    """Open runs whose worker was lost: the next one takes them up."""
    lost = MembershipRun.objects.filter(finished_at=None, beat_at__lt=timezone.now() - SILENCE)
    return list(lost.values_list("pk", flat=True))


def latest_run() -> MembershipRun | None:
    """The run that was finished last."""
    return MembershipRun.objects.exclude(finished_at=None).first()
