"""The one way a line comes into the record."""

from typing import Any

from gisportal.audit.models import AuditEntry


def record(actor: Any, action: str, target: Any = None, **details: Any) -> AuditEntry:
    """Writes that ``actor`` (an account or None) did ``action`` to ``target`` (a model instance or None).

    ``details`` are plain values. Written in the transaction of the change: both stand or neither.
    """
    known = actor is not None and getattr(actor, "pk", None) is not None
    return AuditEntry.objects.create(
        account_id=actor.pk if known else None,
        account_name=actor.get_username()[:150] if known else "",
        action=action,
        target_type="" if target is None else target._meta.label_lower,
        target_id="" if target is None else str(target.pk),
        summary=details,
    )
