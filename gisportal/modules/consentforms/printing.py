"""Batches of forms: asked for on a page, printed by the worker, begun again where a killed worker left off."""

import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.consentforms import sheets, source
from gisportal.modules.consentforms.models import ConsentBatch, ConsentTemplate
from gisportal.papers.batch import print_batch
from gisportal.papers.pdf import Sheet
from layers.access import Viewer
from layers.media.store import forget, path_of

State = ConsentBatch.State
#: A batch nobody has told anything of for so long is begun again: its worker is gone.
SILENCE: Final = timedelta(minutes=3)
MOST_TRIES: Final = 5
KEPT: Final = timedelta(days=7)


class Stopped(Exception):
    """Somebody deleted the batch while it was printed."""


@transaction.atomic
def ask_batch(actor: Viewer, ids: list[int], address: str) -> ConsentBatch:
    """Asks for forms of some resources. ``address``: beginning of the portal's addresses, for the QR codes."""
    from gisportal.modules.consentforms.tasks import print_consent_batch

    secret = secrets.token_hex(16)
    batch = ConsentBatch.unscoped.create(
        account_id=actor.account_id,
        resource_ids=ids,
        address=address,
        file=f"{source.FOLDER}/{secret[:2]}/{secret[2:]}.pdf",
    )
    transaction.on_commit(lambda: print_consent_batch.defer(batch_id=batch.pk))
    return batch


def claim(batch_id: int) -> ConsentBatch | None:
    """The batch, for this worker alone; None where another is at it or it is done."""
    silent = Q(state=State.RUNNING, told_at__lt=timezone.now() - SILENCE)
    rows = ConsentBatch.unscoped.filter(Q(state=State.WAITING) | silent, pk=batch_id, tries__lt=MOST_TRIES)
    taken = rows.update(state=State.RUNNING, told_at=timezone.now(), tries=F("tries") + 1)
    return ConsentBatch.unscoped.select_related("account").get(pk=batch_id) if taken else None


def run_batch(batch_id: int) -> bool:
    """Prints a batch; whether it was this worker's to print. Rights are those of the moment it is printed."""
    batch = claim(batch_id)
    if batch is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        try:
            pages = _print(batch)
        except Stopped:
            return True
        except ValueError:
            ConsentBatch.unscoped.filter(pk=batch_id).update(state=State.FAILED)
            return True
    ConsentBatch.unscoped.filter(pk=batch_id).update(state=State.DONE, pages=pages, done=batch.total)
    return True


def _print(batch: ConsentBatch) -> int:
    path = path_of(batch.file)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    words = ConsentTemplate.current()

    def made(start: int, stop: int) -> list[Sheet]:
        viewer = viewer_of(batch.account)
        ids = batch.resource_ids[start:stop]
        return [sheets.sheet(viewer, form, batch.address, words) for form in sheets.forms(viewer, ids)]

    def told(done: int) -> None:
        if not ConsentBatch.unscoped.filter(pk=batch.pk).update(done=done, told_at=timezone.now()):
            raise Stopped

    return print_batch(
        path, batch.total, made, title=_("Consent forms"), stylesheets=[sheets.PAPER], progress=told
    )


def silent_batches() -> list[int]:
    """Batches to begin again; those tried too often are given up."""
    before = timezone.now() - SILENCE
    rows = ConsentBatch.unscoped.filter(state__in=[State.WAITING, State.RUNNING], told_at__lt=before)
    rows.filter(tries__gte=MOST_TRIES).update(state=State.FAILED)
    return list(rows.filter(tries__lt=MOST_TRIES).values_list("pk", flat=True))


@transaction.atomic
def drop_old() -> int:
    """Deletes batches made more than a week ago, files too; how many."""
    rows = ConsentBatch.unscoped.filter(made_at__lt=timezone.now() - KEPT)
    forget(*rows.values_list("file", flat=True))
    return rows.delete()[0]
