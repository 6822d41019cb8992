"""Where uploaded layers stand on other pages: the menu."""

from django.utils.translation import gettext_lazy as _

from gisportal.hooks import MenuItem, menu_item
from layers.access import Viewer, may_keep_layers
from layers.stored.catalogue import layers_for


def has_layers(viewer: Viewer) -> bool:
    """Keepers, and whoever finds a layer there."""
    return may_keep_layers(viewer) or bool(layers_for(viewer))


menu_item(MenuItem(_("Map layers"), "datasets:index", order=60, shown_to=has_layers))  # type: ignore[arg-type]
