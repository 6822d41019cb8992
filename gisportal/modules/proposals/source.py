"""Reads of proposals: every one starts from the rule in ``access``."""

from django.db.models import QuerySet

from gisportal.modules.proposals.access import decidable_q, own_open_q, visible_proposals_q
from gisportal.modules.proposals.models import Proposal
from layers.access import Viewer, visible_q
from layers.models import Resource


def proposals(viewer: Viewer | None) -> QuerySet[Proposal]:
    """Proposals a viewer reads."""
    return Proposal.unscoped.filter(visible_proposals_q(viewer)).select_related("resource")


def decidable(viewer: Viewer | None) -> QuerySet[Proposal]:
    """Proposals a viewer may decide."""
    return Proposal.unscoped.filter(decidable_q(viewer))


def own_open(viewer: Viewer | None) -> QuerySet[Proposal]:
    """Proposals the viewer made and may still withdraw."""
    return Proposal.unscoped.filter(own_open_q(viewer))


def waiting_on(viewer: Viewer | None, resource_id: int) -> QuerySet[Proposal]:
    """Open proposals on one entry that concern the viewer."""
    return Proposal.unscoped.filter(decidable_q(viewer) | own_open_q(viewer), resource_id=resource_id)


def seen_resource(viewer: Viewer | None, resource_id: int | None) -> Resource | None:
    """The entry of a proposal, where the viewer sees it."""
    return Resource.unscoped.filter(visible_q(viewer), pk=resource_id).select_related("category").first()
