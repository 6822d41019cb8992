"""Batches of forms: asked for on a page, printed by the worker, begun again where a killed worker left off."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.consentforms import sheets, source
from gisportal.modules.consentforms.models import ConsentBatch, ConsentTemplate
from gisportal.papers.batch import print_batch
from gisportal.papers.pdf import Sheet
from layers.access import Viewer
from layers.media.store import forget, path_of

State = ConsentBatch.State


class Stopped(Exception):
    """Somebody deleted the batch while it was printed."""


@transaction.atomic
def ask_batch(actor: Viewer, ids: list[int], address: str) -> ConsentBatch:
    """Asks for forms of some resources. ``address``: beginning of the portal's addresses, for the QR codes."""
    from gisportal.modules.consentforms.tasks import print_consent_batch

    secret = secrets.token_hex(16)
    batch = ConsentBatch(
        account_id=actor.account_id,
        resource_ids=ids,
        address=address,
        file=f"{source.FOLDER}/{secret[:2]}/{secret[2:]}.pdf",
    )
    batch.save()
    transaction.on_commit(lambda: print_consent_batch.defer(batch_id=batch.pk))
    return batch


def run_batch(batch_id: int) -> bool:
    """Prints a batch; whether it was this worker's to print. Rights are those of the moment it is printed."""
    batch = source.claimed(batch_id)
    if batch is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        try:
            pages = _print(batch)
        except Stopped:
            return True
        except ValueError:
            source.tell_batch(batch_id, state=State.FAILED)
            return True
    source.tell_batch(batch_id, state=State.DONE, pages=pages, done=batch.total)
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
        if not source.tell_batch(batch.pk, done=done):
            raise Stopped

    return print_batch(
        path, batch.total, made, title=_("Consent forms"), stylesheets=[sheets.PAPER], progress=told
    )


@transaction.atomic
def drop_old() -> int:
    """Deletes batches made more than a week ago, files too; how many."""
    rows = source.old_batches()
    forget(*rows.values_list("file", flat=True))
    return rows.delete()[0]
