"""What looks wrong about a position: said, never refused (R31)."""

from typing import Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from pyproj import Geod

from layers.crs import STORAGE_SRID
from layers.editing.coordinates import JAPAN
from layers.editing.place import candidates
from layers.geocoding import get_geocoder
from layers.geocoding.candidates import Candidate, MatchLevel
from layers.geocoding.service import home_city
from layers.models import District

#: Metres a pin may lie from its address, by how far down the address was recognised.
FAR: Final = 500
FAR_OF_TOWN: Final = 2_000
_GEOD: Final = Geod(ellps="WGS84")


def place_warnings(
    address: str, lat: float | None, lon: float | None, *, is_public: bool = True
) -> list[str]:
    """Warnings about an address and a position (WGS 84 degrees), in the language in force.

    ``is_public``: the address is published; one that is not is asked of no geocoder outside.
    """
    home = home_city()
    found = candidates(address, is_public=is_public) if address.strip() else []
    candidate = found[0] if found else None
    warnings = []
    if candidate and home and candidate.level >= MatchLevel.CITY and not _same_city(candidate.lg_code, home):
        warnings.append(_("The address lies in %(city)s.") % {"city": candidate.city or candidate.pref})
    elif address.strip() and (candidate is None or candidate.level < MatchLevel.TOWN):
        warnings.append(_("The address is not known; please look at the pin."))
    if lat is not None and lon is not None:
        warnings += _of_position(lat, lon, home)
        warnings += _of_distance(lat, lon, candidate)
    return warnings


def _same_city(one: str, other: str) -> bool:
    return one[:5] == other[:5]


def _of_position(lat: float, lon: float, home: str | None) -> list[str]:
    west, south, east, north = JAPAN
    if not (south <= lat <= north and west <= lon <= east):
        return [_("The position lies outside Japan.")]
    point = Point(lon, lat, srid=STORAGE_SRID)
    if home is None or District.unscoped.filter(geom__covers=point).exists():
        return []
    nearest = get_geocoder().reverse(lon, lat, limit=1)
    if nearest and _same_city(nearest[0].lg_code, home):
        return []
    if nearest:
        return [_("The position lies outside the city (near %(place)s).") % {"place": nearest[0].address}]
    return [_("The position lies outside the city.")]


def _of_distance(lat: float, lon: float, candidate: Candidate | None) -> list[str]:
    if candidate is None or candidate.level < MatchLevel.TOWN:
        return []
    limit = FAR if candidate.level >= MatchLevel.BLOCK else FAR_OF_TOWN
    metres = _GEOD.inv(lon, lat, candidate.lon, candidate.lat)[2]
    if metres <= limit:
        return []
    return [_("The pin lies %(distance)s from the address.") % {"distance": _distance(metres)}]


def _distance(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"
