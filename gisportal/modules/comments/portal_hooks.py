"""Where comments stand on other pages: in the menu and beside a resource."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, Panel, detail_panel, menu_item
from gisportal.modules.comments.access import may_comment, may_use_comments
from gisportal.modules.comments.search import page_rows
from gisportal.modules.comments.source import CommentSource
from layers.access import Viewer

ON_DETAIL: Final = 5


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """The latest comments on a resource, and the way to write one."""
    if not may_use_comments(viewer):
        return None
    source = CommentSource(viewer)
    query = source.parse([("resource", str(resource.id)), ("per_page", str(ON_DETAIL))])
    rows, total = page_rows(source, query), source.count(query).number
    if not rows and not may_comment(viewer):
        return None
    return {
        "rows": rows,
        "total": total,
        "has_more": total > len(rows),
        "resource_id": resource.id,
        "may_comment": may_comment(viewer),
    }


menu_item(
    MenuItem(title=_("Comments on activities"), url_name="comments:search", order=60, shown_to=may_comment)
)  # type: ignore[arg-type]
detail_panel(Panel("comments/detail_panel.html", of_resource, order=40))
