"""Meetings of an entry that is merged into another go with it."""

from typing import Any

from django.dispatch import receiver

from layers.models import Session, SessionDate
from layers.signals import resources_merged


@receiver(resources_merged, dispatch_uid="layers.sessions.merged")
def move_sessions(sender: object, kept_id: int, merged_id: int, **more: Any) -> None:
    """Inside the transaction of the merge."""
    Session.unscoped.filter(resource_id=merged_id).update(resource_id=kept_id)
    SessionDate.unscoped.filter(resource_id=merged_id).update(resource_id=kept_id)
