"""Where vacancy stands on other pages: the menu, a resource, and behind signed links."""

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, Panel, detail_panel, link_kind, menu_item
from gisportal.modules.vacancy import source
from gisportal.modules.vacancy.link_views import KIND, by_link
from gisportal.modules.vacancy.views import how_titles
from layers.access import Level, Viewer
from layers.editing.vacancy import ENTERED, TABLE_AT
from layers.vacancy import by_class, vacancy_title
from layers.vocabulary import vocabulary


def may_enter(viewer: Viewer) -> bool:
    """Providers and those who ask by telephone: A to C and the administrator."""
    return viewer.level not in {Level.ANONYMOUS, Level.D}


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """The table by class, who said it and how, and the way to the page for who may enter it."""
    category = vocabulary().categories[resource.properties["category"]]
    stored = source.detail_of(viewer, resource.id)
    entered = stored.get(ENTERED) or {}
    table = [
        {"title": title, "state": state, "words": vacancy_title(category, state), "count": count}
        for _code, title, state, count in by_class(category, stored)
    ]
    may_state = may_enter(viewer) and source.may_state(viewer, resource.id)
    how = entered.get("how") if may_enter(viewer) else ""
    if not (table or may_state or how):
        return None
    return {
        "table": table,
        "table_at": parse_datetime(str(stored.get(TABLE_AT) or "")),
        "how": how_titles().get(str(how), ""),
        "by": entered.get("by"),
        "may_state": may_state,
        "id": resource.id,
        "is_worded": category.vacancy_words == "marks",
    }


menu_item(MenuItem(_("Vacancy"), "vacancy:office", order=30, shown_to=may_enter))  # type: ignore[arg-type]
detail_panel(Panel("vacancy/detail_panel.html", of_resource, order=5))
link_kind(KIND, _("Vacancy"), by_link)  # type: ignore[arg-type]
