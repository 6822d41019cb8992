"""What the worker does for consent forms."""

from procrastinate.contrib.django import app

from gisportal.accounts.models import Account
from gisportal.accounts.viewers import viewer_of
from gisportal.modules.consentforms import services, source


@app.task(queue="papers", name="consentforms.print_batch")
def print_consent_batch(batch_id: int) -> bool:
    """Prints a batch of forms."""
    from gisportal.modules.consentforms.printing import run_batch

    return run_batch(batch_id)


@app.periodic(cron="*/2 * * * *")
@app.task(queue="upkeep", name="consentforms.resume")
def resume_batches(timestamp: int) -> int:
    """Begins batches again whose worker is gone, and drops old ones; ``timestamp``: when it was due."""
    from gisportal.modules.consentforms.printing import drop_old

    found = source.silent_batches()
    for batch_id in found:
        print_consent_batch.defer(batch_id=batch_id)
    drop_old()
    return len(found)


@app.task(queue="papers", name="consentforms.follow_everywhere")
def follow_everywhere(account_id: int) -> int:
    """Withholds what has no consent, once publication waits for it; may run twice. How many entries changed."""
    from django.db import transaction

    viewer = viewer_of(Account.objects.get(pk=account_id))
    changed = 0
    for resource_id in source.still_editable(viewer, source.public_ids()):
        with transaction.atomic():
            changed += services.follow(viewer, resource_id)
    return changed
