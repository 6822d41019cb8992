"""Who may read and write news of a resource: the one statement of it (R11, R21).

Written by whoever may edit the resource; read by whoever sees the resource – news for members by its members only –
while its time runs. Those who write see what is planned and past, too. ``tests/modules/resourcenews`` states the
rule a second time.
"""

from django.db.models import Q
from django.utils import timezone

from layers.access import NOTHING, Act, Viewer, acting_q, members_rows_q, visible_q
from layers.models import Resource


def _of(rows: Q) -> Q:
    """News of the resources a condition names."""
    return NOTHING if rows is NOTHING else Q(resource__in=Resource.unscoped.filter(rows).values("pk"))


def running_q() -> Q:
    """Shown today."""
    today = timezone.localdate()
    return Q(shown_from__lte=today) & (Q(shown_until=None) | Q(shown_until__gte=today))


def visible_news_q(viewer: Viewer | None) -> Q:
    """News a viewer reads. No viewer is the anonymous one."""
    viewer = viewer or Viewer()
    seen = _of(visible_q(viewer))
    if seen is NOTHING:
        return NOTHING
    kept = Q(deleted_at=None) & seen
    members = members_rows_q(viewer)
    for_him = Q() if members is None else Q(audience="all") | _of(members)
    return kept & ((running_q() & for_him) | writable_news_q(viewer) | _own(viewer))


def _own(viewer: Viewer) -> Q:
    """What he wrote himself; of use only beside the condition that he sees the resource."""
    return Q(author=viewer.account_id) if viewer.account_id is not None else NOTHING


def writable_news_q(viewer: Viewer | None) -> Q:
    """News a viewer may change and delete."""
    rows = _of(acting_q(viewer, Act.UPDATE))
    return rows if rows is NOTHING else Q(deleted_at=None) & rows


def restorable_news_q(viewer: Viewer | None) -> Q:
    """News in the trash a viewer may take back."""
    rows = _of(acting_q(viewer, Act.UPDATE))
    return rows if rows is NOTHING else Q(deleted_at__isnull=False) & rows


def may_write(viewer: Viewer | None, resource_id: int) -> bool:
    """Whether a viewer may write news of a resource."""
    rows = acting_q(viewer, Act.UPDATE)
    return rows is not NOTHING and Resource.unscoped.filter(rows, pk=resource_id).exists()
