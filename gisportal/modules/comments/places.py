"""Places drawn on the map, as a form hands them over: GeoJSON of a point or polygon, or latitude and longitude."""

import json
import re
import unicodedata
from typing import Any, Final

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point
from django.utils.translation import gettext as _

from layers.crs import STORAGE_SRID

MOST_CORNERS: Final = 500
LONGEST: Final = 40_000
#: Japan with its islands: west, south, east, north in degrees.
JAPAN: Final = (122.0, 20.0, 154.5, 46.0)
_PAIR: Final = re.compile(r"([+-]?\d{1,3}(?:\.\d+)?)\s*[,、\s]\s*([+-]?\d{1,3}(?:\.\d+)?)")


class PlaceError(ValueError):
    """What is wrong with a place; the message is for whoever typed or drew it."""


def read_drawn(text: str) -> GEOSGeometry | None:
    """A point or polygon (EPSG:4326) from GeoJSON. Raises :class:`PlaceError`."""
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise PlaceError(
            _("The drawn area has too many corners: at most %(count)d.") % {"count": MOST_CORNERS}
        )
    try:
        given: Any = json.loads(text)
        found = GEOSGeometry(json.dumps({"type": given["type"], "coordinates": given["coordinates"]}))
    except (ValueError, TypeError, KeyError, RecursionError, GEOSException, GDALException) as error:
        raise PlaceError(_("The drawn place cannot be read. Draw it again.")) from error
    found.srid = STORAGE_SRID
    return _checked(found)


def _checked(found: GEOSGeometry) -> GEOSGeometry:
    if found.geom_type not in {"Point", "Polygon"} or found.empty or found.hasz:
        raise PlaceError(_("Draw one point or one area."))
    if found.num_coords > MOST_CORNERS:
        raise PlaceError(
            _("The drawn area has too many corners: at most %(count)d.") % {"count": MOST_CORNERS}
        )
    west, south, east, north = found.extent
    if not (JAPAN[0] <= west and JAPAN[1] <= south and east <= JAPAN[2] and north <= JAPAN[3]):
        raise PlaceError(_("The place lies outside Japan. Are latitude and longitude the wrong way round?"))
    if not found.valid:
        raise PlaceError(_("The sides of the drawn area cross one another. Draw it again."))
    return found


def read_pair(text: str) -> GEOSGeometry | None:
    """A point from “latitude, longitude” in degrees. Raises :class:`PlaceError`."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if not plain:
        return None
    found = _PAIR.fullmatch(plain)
    if not found:
        raise PlaceError(_("Write latitude and longitude in degrees, like 34.3428, 134.0466."))
    return _checked(Point(float(found[2]), float(found[1]), srid=STORAGE_SRID))


def as_pair(geom: GEOSGeometry | None) -> str:
    """A point as it may be typed again; nothing for an area."""
    if geom is None or geom.geom_type != "Point":
        return ""
    lon, lat = geom.coords  # type: ignore[misc]
    return f"{lat:.6f}, {lon:.6f}"
