"""Where news stands on other pages: beside a resource, and on the top page."""

from typing import Any, Final

from gisportal.hooks import Panel, detail_panel, top_panel
from gisportal.modules.resourcenews import source
from gisportal.modules.resourcenews.access import may_write
from gisportal.modules.resourcenews.views import listed
from layers.access import Viewer

ON_DETAIL: Final = 3
ON_TOP: Final = 5


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """The newest running news of a resource; for who may write, also the way to write."""
    rows = source.running_news(viewer).filter(resource=resource.id)
    found = list(rows[: ON_DETAIL + 1])
    is_writer = may_write(viewer, resource.id)
    if not found and not is_writer:
        return None
    return {
        "items": listed(viewer, found[:ON_DETAIL]),
        "has_more": len(found) > ON_DETAIL,
        "may_write": is_writer,
        "resource_id": resource.id,
    }


def newest(viewer: Viewer) -> dict[str, Any] | None:
    """The newest news of the viewer's resources, then of all he sees."""
    if not viewer.is_served:
        return None
    found = source.news_for_top(viewer, ON_TOP)
    return {"items": listed(viewer, found)} if found else None


detail_panel(Panel("resourcenews/detail_panel.html", of_resource, order=20))
top_panel(Panel("resourcenews/top_panel.html", newest, order=20))
