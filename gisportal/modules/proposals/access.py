"""Who sees and decides proposals: the one statement of it."""

from django.db.models import Q

from gisportal.modules.proposals.models import Proposal, State
from layers.access import EDITS_ALL, NOTHING, Act, Level, Viewer, acting_q, visible_q
from layers.models import Resource


def may_decide(viewer: Viewer | None) -> bool:
    """A and the administrator decide, unless they are set to propose themselves."""
    viewer = viewer or Viewer()
    return viewer.level in EDITS_ALL and not viewer.proposes and viewer.acts is None


def visible_proposals_q(viewer: Viewer | None) -> Q:
    """Proposals a viewer reads: who decides all, the author his own."""
    viewer = viewer or Viewer()
    if may_decide(viewer):
        return Q()
    if viewer.account_id is None or viewer.acts is not None or viewer.level is Level.D:
        return NOTHING
    return Q(author_id=viewer.account_id)


def decidable_q(viewer: Viewer | None) -> Q:
    """Proposals a viewer may decide: open ones on entries he may :attr:`Act.APPROVE`."""
    if not may_decide(viewer):
        return NOTHING
    rows = Resource.unscoped.filter(acting_q(viewer, Act.APPROVE))
    return Q(state=State.PENDING) & (Q(resource=None) | Q(resource__in=rows))


def own_open_q(viewer: Viewer | None) -> Q:
    """Proposals the viewer made and may still change or withdraw."""
    viewer = viewer or Viewer()
    if viewer.account_id is None or viewer.acts is not None:
        return NOTHING
    return Q(author_id=viewer.account_id, state__in=[State.PENDING, State.SENT_BACK])


def may_propose_on(viewer: Viewer | None, resource_id: int) -> bool:
    """Whether a viewer may propose a change of an entry, or report a mistake: he has signed in and sees it."""
    viewer = viewer or Viewer()
    if viewer.account_id is None or viewer.acts is not None or viewer.level is Level.D:
        return False
    return Resource.unscoped.filter(visible_q(viewer), pk=resource_id).exists()


__all__ = ["Proposal", "decidable_q", "may_decide", "may_propose_on", "own_open_q", "visible_proposals_q"]
