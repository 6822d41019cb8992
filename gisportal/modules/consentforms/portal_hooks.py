"""Where consent stands on other pages: beside a resource, in the menu, and among what one does with a search."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, Panel, SearchAction, detail_panel, menu_item, search_action
from gisportal.modules.consentforms import source
from layers.access import SERVED, Viewer


def of_resource(viewer: Viewer, resource: Any) -> dict[str, Any] | None:
    """The newest consent of a resource, for who may edit it."""
    if viewer.account_id is None or source.editable_resource(viewer, resource.id) is None:
        return None
    newest = source.consents_of(viewer, resource.id).first()
    return {"resource_id": resource.id, "newest": newest}


def prints_forms(viewer: Viewer) -> bool:
    """A to C and administrators, signed in; those set to propose change nothing themselves."""
    return viewer.account_id is not None and viewer.level in SERVED and not viewer.proposes


detail_panel(Panel("consentforms/detail_panel.html", of_resource, order=60))
menu_item(MenuItem(title=_("Consent forms"), url_name="consentforms:index", order=80, shown_to=prints_forms))  # type: ignore[arg-type]
search_action(SearchAction(_("Consent forms of these"), "consentforms:new-batch", shown_to=prints_forms))
