"""The way to the page for developers: in the menu of whoever settles the portal, and in the foot of every page."""

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, menu_item
from layers.access import Level, Viewer


def is_administrator(viewer: Viewer) -> bool:
    """The menu of everybody else is for people at their work; they find the page in the foot."""
    return viewer.level is Level.ADMINISTRATOR


menu_item(MenuItem(_("Developers"), "developers:index", order=95, shown_to=is_administrator))  # type: ignore[arg-type]
