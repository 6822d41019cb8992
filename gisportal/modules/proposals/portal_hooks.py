"""Where proposals stand on other pages: the menu, beside a resource, and what waits on the top page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gisportal.hooks import (
    MenuItem,
    Panel,
    change_handler,
    detail_panel,
    menu_item,
    removal_handler,
    top_panel,
)
from gisportal.modules.proposals import services, source
from gisportal.modules.proposals.access import may_decide, may_propose_on
from gisportal.modules.proposals.models import State
from layers.access import Level, Viewer


def has_menu(viewer: Viewer) -> bool:
    """Who decides, and who proposes."""
    return may_decide(viewer) or (
        viewer.account_id is not None and viewer.level not in {Level.D, Level.ANONYMOUS}
    )


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """The way to report a mistake, and what waits already for who decides."""
    if not may_propose_on(viewer, resource.id):
        return None
    waiting = source.waiting_on(viewer, resource.id)
    return {"resource_id": resource.id, "waiting": list(waiting[:5])}


def on_top(viewer: Viewer) -> dict[str, Any] | None:
    """How many wait for a decision, or were sent back to their author."""
    waiting = source.decidable(viewer).count() if may_decide(viewer) else 0
    mine = source.own_open(viewer).filter(state=State.SENT_BACK).count()
    return {"waiting": waiting, "sent_back": mine} if waiting or mine else None


def keep_change(
    viewer: Viewer, resource_id: int | None, changes: dict[str, Any], base_version: int, note: str
) -> str:
    """Keeps what the form of an entry would have changed; gives the page of the proposal."""
    if resource_id is None:
        proposal = services.propose_new(viewer, changes, note)
    else:
        proposal = services.propose_change(viewer, resource_id, base_version, changes, note)
    return reverse("proposals:item", args=[proposal.pk])


def keep_removal(viewer: Viewer, resource_id: int, note: str) -> str:
    """Keeps that an entry be taken out; gives the page of the proposal."""
    return reverse("proposals:item", args=[services.propose_removal(viewer, resource_id, note).pk])


change_handler(keep_change)
removal_handler(keep_removal)
menu_item(MenuItem(title=_("Proposals"), url_name="proposals:list", order=60, shown_to=has_menu))
detail_panel(Panel("proposals/detail_panel.html", of_resource, order=800))
top_panel(Panel("proposals/top_panel.html", on_top, order=10))
