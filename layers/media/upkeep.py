"""The trash of photos and attachments emptied, and files nobody names swept up."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from layers.media.store import GRACE, forget, register_folder, sweep
from layers.models import Attachment, Photo


def empty_trash() -> int:
    """Deletes for good what was removed more than ``MEDIA_TRASH_DAYS`` days ago, with its files; how many."""
    limit = timezone.now() - timedelta(days=settings.MEDIA_TRASH_DAYS)
    count = 0
    for model, files in ((Photo, ("file", "thumbnail")), (Attachment, ("file",))):
        with transaction.atomic():
            gone = model.unscoped.filter(removed_at__lt=limit).select_for_update()
            for row in list(gone):
                forget(*(getattr(row, name) for name in files))
                row.delete()
                count += 1
    return count


def tidy(older_than: float = GRACE) -> int:
    """Empties the trash and sweeps the store; how many rows and files went."""
    return empty_trash() + sweep(older_than)


def _photo_files() -> Iterator[str]:
    for pair in Photo.unscoped.values_list("file", "thumbnail"):
        yield from pair


def _attachment_files() -> Iterator[str]:
    yield from Attachment.unscoped.values_list("file", flat=True)


register_folder("photos", _photo_files)
register_folder("attachments", _attachment_files)
