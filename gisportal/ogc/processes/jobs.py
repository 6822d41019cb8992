"""Jobs: accepted, run by the worker, found again after a crash, dismissed, forgotten (OGC 18-062r2, 7.12–7.15)."""

import json
import logging
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from procrastinate.contrib.django.models import ProcrastinateJob

from gisportal.accounts.viewers import viewer_of
from gisportal.ogc.models import OgcJob
from gisportal.ogc.processes.body import Execution
from gisportal.ogc.processes.kinds import BY_KEY
from gisportal.ogc.processes.process import Process
from layers.access import Viewer, current_viewer
from layers.errors import ParameterError, SourceNotFound

logger = logging.getLogger(__name__)
Status = OgcJob.Status

#: Jobs of one account that may wait or run at once, and that are kept at all.
MOST_OPEN: Final = 5
MOST_KEPT: Final = 200
#: For how long an answer is kept; one that may tell where a person lives, shorter.
KEPT: Final = timedelta(hours=24)
KEPT_PERSONAL: Final = timedelta(hours=1)
#: Seconds the database may compute for a job; and for a request that waits.
SECONDS: Final = 300.0
SECONDS_WAITING: Final = 20.0
#: A worker without a sign of life for so long is lost (procrastinate gives one every 10 s).
SILENCE: Final = timedelta(seconds=40)
#: States of a task no worker will take up again.
_ENDED: Final = frozenset({"succeeded", "failed", "cancelled", "aborting", "aborted"})
#: A job is begun so often at most: one that kills its worker must not do so for ever.
MOST_ATTEMPTS: Final = 3
#: Bytes of an answer that is kept.
MOST_BYTES: Final = 8_000_000


class TooManyJobs(Exception):
    """The account has as many jobs waiting or running as it may."""


@sensitive_variables()
def create_job(viewer: Viewer, process: Process, execution: Execution) -> OgcJob:
    """Accept a job for the worker. Raises :class:`TooManyJobs`."""
    mine = OgcJob.objects.of(viewer)
    opened = mine.filter(status__in=[Status.ACCEPTED, Status.RUNNING]).count()
    if opened >= MOST_OPEN or mine.count() >= MOST_KEPT:
        raise TooManyJobs
    now = timezone.now()
    with transaction.atomic():
        job = OgcJob.objects.create(
            account_id=viewer.account_id or 0,
            scope=viewer.scope_key,
            process=process.key,
            inputs=dict(execution.inputs),
            response=execution.response,
            language=(translation.get_language() or "ja")[:8],
            created_at=now,
            updated_at=now,
            expires_at=now + (KEPT_PERSONAL if process.is_personal else KEPT),
        )
        transaction.on_commit(partial(_defer, job.pk))
    return job


def _defer(job_id: UUID) -> None:
    from gisportal.ogc.tasks import run_ogc_job

    OgcJob.objects.filter(pk=job_id).update(task_id=run_ogc_job.defer(job_id=str(job_id)))


def run_job(job_id: str) -> None:
    """Run an accepted job in the worker; one that was dismissed meanwhile is left alone."""
    now = timezone.now()
    begun = OgcJob.objects.filter(pk=job_id, status=Status.ACCEPTED).update(
        status=Status.RUNNING, attempts=F("attempts") + 1, started_at=now, updated_at=now, progress=5
    )
    if not begun:
        return
    job = OgcJob.objects.select_related("account__organisation").get(pk=job_id)
    with translation.override(job.language):
        try:
            result, status, message = _computed(job), Status.SUCCESSFUL, ""
        except ParameterError as error:
            result, status, message = None, Status.FAILED, f"{error.parameter}: {error.message}"
        except SourceNotFound:
            result, status, message = None, Status.FAILED, _("This process is not for you any more.")
        except OperationalError:
            result, status, message = None, Status.FAILED, _("It took too long. Narrow the search down.")
        except Exception as error:
            # What the exception says may hold an input; its kind does not.
            logger.error("job of process %s failed: %s", job.process, type(error).__name__)
            result, status, message = None, Status.FAILED, _("It could not be computed.")
    _finish(job, status, result, message)


@sensitive_variables()
def _computed(job: OgcJob) -> Any:
    viewer = viewer_of(job.account)
    process = BY_KEY.get(job.process)
    if process is None or not viewer.is_served or viewer.scope_key != job.scope:
        raise SourceNotFound(job.process)
    mark = current_viewer.set(viewer)
    try:
        found = json.dumps(
            process.run(viewer, job.inputs, SECONDS), cls=DjangoJSONEncoder, ensure_ascii=False
        )
    finally:
        current_viewer.reset(mark)
    if len(found.encode()) > MOST_BYTES:
        raise ParameterError("search", _("The answer is too large to be kept. Narrow the search down."))
    return json.loads(found)


def _finish(job: OgcJob, status: str, result: Any, message: str) -> None:
    """Keep the answer, unless the job was dismissed or taken up by another worker; drop the inputs."""
    now = timezone.now()
    process = BY_KEY.get(job.process)
    kept = KEPT_PERSONAL if process and process.is_personal else KEPT
    OgcJob.objects.filter(pk=job.pk, status=Status.RUNNING, attempts=job.attempts).update(
        status=status,
        result=result,
        message=message[:500],
        progress=100 if status == Status.SUCCESSFUL else job.progress,
        inputs={},
        finished_at=now,
        updated_at=now,
        expires_at=now + kept,
    )


def dismiss(job: OgcJob) -> OgcJob:
    """Cancel a job that waits or runs, or forget one that has ended. Its answer is gone at once.

    A statement that runs goes on to its end; what it computes is thrown away.
    """
    OgcJob.objects.filter(pk=job.pk).delete()
    job.status, job.inputs, job.result = Status.DISMISSED, {}, None
    job.updated_at = timezone.now()
    job.message = _("Dismissed.")
    return job


def resume() -> int:
    """Take up what a lost worker left behind; what was begun too often has failed. How many were found."""
    found = 0
    limit = timezone.now() - SILENCE
    for job in OgcJob.objects.filter(status__in=[Status.ACCEPTED, Status.RUNNING], updated_at__lt=limit):
        if _is_in_hands(job):
            continue
        found += 1
        if job.attempts >= MOST_ATTEMPTS:
            _finish_lost(job)
        else:
            same = OgcJob.objects.filter(pk=job.pk, status=job.status, attempts=job.attempts)
            if same.update(status=Status.ACCEPTED, updated_at=timezone.now()):
                _defer(job.pk)
    return found


def _is_in_hands(job: OgcJob) -> bool:
    """Whether procrastinate has it waiting, or a worker that lives has it."""
    task = ProcrastinateJob.objects.select_related("worker").filter(pk=job.task_id or 0).first()
    if task is None:
        return False
    if task.status != "doing":
        return task.status not in _ENDED
    worker = task.worker
    return worker is not None and bool(worker.last_heartbeat > timezone.now() - SILENCE)


def _finish_lost(job: OgcJob) -> None:
    with translation.override(job.language):
        message = _("The worker was lost %(count)d times.") % {"count": job.attempts}
    now = timezone.now()
    OgcJob.objects.filter(pk=job.pk, attempts=job.attempts).exclude(status=Status.SUCCESSFUL).update(
        status=Status.FAILED, inputs={}, message=message, finished_at=now, updated_at=now
    )


def purge() -> int:
    """Delete jobs whose time is over. How many there were."""
    number, _each = OgcJob.objects.filter(expires_at__lte=timezone.now()).delete()
    return number
