"""Where freshness stands on other pages: the menu, a resource, and behind signed links."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, Panel, detail_panel, link_kind, menu_item
from gisportal.modules.freshness import source
from gisportal.modules.freshness.services import KIND
from gisportal.modules.freshness.views import HOW, by_link, hows, may_see
from layers.access import Viewer
from layers.freshness import is_stale
from layers.vocabulary import vocabulary


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """When it was verified and how; for who may confirm, the one tap."""
    words, values = vocabulary(), resource.properties
    may_confirm = source.confirmable(viewer).filter(pk=resource.id).exists()
    verified = values.get("verified_at")
    if not may_confirm and verified is None:
        return None
    by, how = source.verified_by(viewer, resource.id)
    category = words.categories[values["category"]]
    return {
        "resource_id": resource.id,
        "verified_at": verified,
        "how": HOW.get(how, ""),
        "by": by if may_see(viewer) else "",
        "is_stale": is_stale(category, values["updated_at"], verified, words),
        "may_confirm": may_confirm,
        "hows": hows(viewer),
    }


menu_item(MenuItem(_("Not updated"), "freshness:overview", order=40, shown_to=may_see))  # type: ignore[arg-type]
detail_panel(Panel("freshness/detail_panel.html", of_resource, order=2))
link_kind(KIND, _("Confirmation"), by_link)  # type: ignore[arg-type]
