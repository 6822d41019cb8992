"""Addresses programs use. Pages and static files are no doors: they are neither limited nor counted."""

import re
from typing import Final

from django.utils.translation import gettext_lazy as _

#: Beginning of an address and the kind of door it is.
_BEGINNINGS: Final = (
    ("/ogc/", "ogc"),
    ("/tiles/", "tiles"),
    ("/styles/", "styles"),
    ("/geocode", "geocode"),
)
_PREFIXES: Final = tuple(prefix for prefix, _kind in _BEGINNINGS)
_FILES: Final = re.compile(r"/(resources/export|planning/\w+)\.(json|geojson|csv|xlsx|gpkg)$")

#: Words for each kind, in the order they are told of.
TITLES: Final = {
    "ogc": _("OGC API"),
    "tiles": _("Tiles"),
    "styles": _("Styles and legends"),
    "geocode": _("Geocoding"),
    "exports": _("Exports and tables"),
}


def door_of(path: str) -> str:
    """Kind of the door at an address; empty for pages."""
    if path.startswith(_PREFIXES):
        return next(kind for prefix, kind in _BEGINNINGS if path.startswith(prefix))
    if path == "/ogc":
        return "ogc"
    return "exports" if _FILES.match(path) else ""
