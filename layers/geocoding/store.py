"""The gazetteer of the database as a :class:`layers.geocoding.geocoder.Store`."""

from __future__ import annotations

from django.contrib.gis.db.models.functions import GeometryDistance
from django.contrib.gis.geos import Point
from pyproj import Geod

from layers.crs import STORAGE_SRID
from layers.geocoding.candidates import MatchLevel, NearbyTown
from layers.geocoding.cities import City
from layers.geocoding.matcher import Town
from layers.models.gazetteer import GazetteerCity, GazetteerLoad, GazetteerNumber, GazetteerTown

#: Read for nearest towns before sorting by true distance: degrees order points differently from metres.
_OVERSAMPLE = 8
_GEOD = Geod(ellps="WGS84")


class DatabaseStore:
    """Reads the gazetteer tables; remembers only which cities have house numbers."""

    def __init__(self) -> None:
        self._numbered: frozenset[str] = frozenset()
        self._numbered_at = ""

    def version(self) -> str:
        """Id of the latest import, 0 before the first."""
        version = str(GazetteerLoad.objects.values_list("id", flat=True).first() or 0)
        if version != self._numbered_at:
            codes = GazetteerNumber.objects.order_by().values_list("lg_code", flat=True).distinct()
            self._numbered, self._numbered_at = frozenset(codes), version
        return version

    def cities(self) -> list[City]:
        """All municipalities."""
        return [
            City(c.lg_code, c.pref, c.county, c.city, c.ward, *(c.geom.coords if c.geom else (None, None)))
            for c in GazetteerCity.objects.all()
        ]

    def towns(self, lg_code: str) -> list[Town]:
        """All towns of one municipality."""
        return [_town(row) for row in GazetteerTown.objects.filter(lg_code=lg_code).order_by("id")]

    def towns_named(self, keys: list[str]) -> list[Town]:
        """Towns of the whole country whose key is one of ``keys``."""
        return [_town(row) for row in GazetteerTown.objects.filter(key__in=keys).order_by("id")[:500]]

    def point_of(self, town: Town, numbers: list[str]) -> tuple[str, MatchLevel, float, float, str] | None:
        """The first of ``numbers`` known in the town: number, level, lon, lat, origin."""
        if town.lg_code not in self._numbered:
            return None
        rows = GazetteerNumber.objects.filter(lg_code=town.lg_code, key=town.key, number__in=numbers)
        best = min(rows, key=lambda row: numbers.index(row.number), default=None)
        if best is None:
            return None
        return best.number, MatchLevel(best.level), best.geom.x, best.geom.y, best.origin

    def nearest(self, lon: float, lat: float, limit: int, max_distance: float) -> list[NearbyTown]:
        """Towns by their distance (metres on the ellipsoid) from a position; real points only."""
        here = Point(lon, lat, srid=STORAGE_SRID)
        # One sort key only: with a second one PostgreSQL 15 leaves the nearest-neighbour index (225 ms, not 2).
        near = GazetteerTown.objects.filter(is_derived=False).order_by(GeometryDistance("geom", here))
        measured = [(_metres(lon, lat, row), row.pk, row) for row in near[: limit * _OVERSAMPLE]]
        found = [(metres, row) for metres, _, row in sorted(measured)[:limit] if metres <= max_distance]
        cities = GazetteerCity.objects.in_bulk({row.lg_code for _, row in found})
        return [_nearby(row, metres, cities[row.lg_code]) for metres, row in found]


def _town(row: GazetteerTown) -> Town:
    return Town(
        row.lg_code, row.town, row.koaza, MatchLevel(row.level), row.key, row.geom.x, row.geom.y,
        row.is_derived, row.origin,
    )  # fmt: skip


def _metres(lon: float, lat: float, row: GazetteerTown) -> float:
    return float(_GEOD.inv(lon, lat, row.geom.x, row.geom.y)[2])


def _nearby(row: GazetteerTown, metres: float, city: GazetteerCity) -> NearbyTown:
    name = f"{city.county}{city.city}{city.ward}"
    return NearbyTown(
        f"{city.pref}{name}{row.town}{row.koaza}", MatchLevel(row.level), round(metres, 1),
        row.geom.x, row.geom.y, row.lg_code, city.pref, name, row.town, row.koaza, row.origin,
    )  # fmt: skip
