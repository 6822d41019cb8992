"""Who may read and write comments on activities: the one statement of it (R35, R21).

Read by A, B and the administrator; a comment on a resource may be opened to level C responsible for it. Never read
by D, by nobody, by a signed link, or on a resource one does not see. Changed and deleted by its author, A and the
administrator. ``tests/modules/comments`` states the rule a second time.
"""

from django.db.models import Q

from layers.access import EDITS_ALL, NOTHING, Level, Viewer, responsible_q, visible_q
from layers.models import Resource


def may_use_comments(viewer: Viewer | None) -> bool:
    """Whether comments exist for a viewer at all."""
    viewer = viewer or Viewer()
    return _is_person(viewer) and (viewer.reads_all or viewer.level is Level.C)


def may_comment(viewer: Viewer | None) -> bool:
    """Whether a viewer may write comments: who reads all of them."""
    viewer = viewer or Viewer()
    return _is_person(viewer) and viewer.reads_all


def may_define_classes(viewer: Viewer | None) -> bool:
    """Whether a viewer settles the words of the classification."""
    viewer = viewer or Viewer()
    return _is_person(viewer) and viewer.level is Level.ADMINISTRATOR


def _is_person(viewer: Viewer) -> bool:
    """Signed in as an account, not by a link limited to some acts."""
    return viewer.account_id is not None and viewer.acts is None


def visible_comments_q(viewer: Viewer | None) -> Q:
    """Comments a viewer reads. No viewer is the anonymous one."""
    return _seen_q(viewer, Q(deleted_at=None))


def _seen_q(viewer: Viewer | None, kept: Q) -> Q:
    viewer = viewer or Viewer()
    if not may_use_comments(viewer):
        return NOTHING
    seen = Resource.unscoped.filter(visible_q(viewer))
    if viewer.reads_all:
        return kept & (Q(resource=None) | Q(resource__in=seen.values("pk")))
    own = seen.filter(responsible_q(viewer)).values("pk")
    return kept & Q(is_open_to_responsible=True, resource__in=own)


def _changeable_q(viewer: Viewer | None, kept: Q) -> Q:
    viewer = viewer or Viewer()
    if not may_comment(viewer):
        return NOTHING
    seen = _seen_q(viewer, kept)
    return seen if viewer.level in EDITS_ALL else seen & Q(author=viewer.account_id)


def editable_comments_q(viewer: Viewer | None) -> Q:
    """Comments a viewer may change and delete: his own, and all of them for A and the administrator."""
    return _changeable_q(viewer, Q(deleted_at=None))


def restorable_comments_q(viewer: Viewer | None) -> Q:
    """Comments in the trash a viewer may take back."""
    return _changeable_q(viewer, Q(deleted_at__isnull=False))


def may_comment_on(viewer: Viewer | None, resource_id: int) -> bool:
    """Whether a viewer may write a comment on a resource: he sees it."""
    return may_comment(viewer) and Resource.unscoped.filter(visible_q(viewer), pk=resource_id).exists()
