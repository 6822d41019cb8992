"""Where surveys stand on other pages: the menu, a search, a resource, and behind signed links."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, Panel, SearchAction, detail_panel, link_kind, menu_item, search_action
from gisportal.modules.surveys.answer_views import by_link
from gisportal.modules.surveys.services import KIND
from gisportal.modules.surveys.source import answerable, may_run
from layers.access import Viewer


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """Running surveys that wait for an answer about a resource."""
    if viewer.account_id is None:
        return None
    waiting = list(answerable(viewer).filter(resource_id=resource.id, state="open")[:3])
    return {"waiting": waiting} if waiting else None


menu_item(MenuItem(_("Surveys"), "surveys:index", order=70, shown_to=may_run))  # type: ignore[arg-type]
detail_panel(Panel("surveys/detail_panel.html", of_resource, order=3))
search_action(SearchAction(_("Survey of these"), "surveys:new", shown_to=may_run))
link_kind(KIND, _("Answer to a survey"), by_link)  # type: ignore[arg-type]
