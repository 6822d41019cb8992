"""Positions of real files: believed only inside the city; else found by the address, else reported (R31)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from pyproj import Geod
from shapely import STRtree
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from layers.geocoding import Candidate, MatchLevel, get_geocoder
from layers.imports import values
from layers.imports.readers import read_features
from layers.imports.report import FileReport, IssueKind
from layers.imports.staging import StagedPlace

_GEOD = Geod(ellps="WGS84")
#: Quays and piers lie outside a simplified coast line; about 100 m.
TOLERANCE = 0.001
#: Metres. A position further than this from the town its address names is reported; towns of the demo cities
#: reach 9 km from their point. Beyond :data:`WRONG` it is not believed (いわき市 has two halls of one name swapped).
DOUBTFUL = 4_000.0
WRONG = 12_000.0


@dataclass(frozen=True, slots=True)
class Where:
    """What a row says of its place, as text."""

    address: str
    building: str
    lon: str
    lat: str


def metres_between(position: tuple[float, float], answer: Candidate) -> float:
    """Metres on the ellipsoid between a position (degrees, longitude first) and an answer of the geocoder."""
    metres: float = _GEOD.inv(position[0], position[1], answer.lon, answer.lat)[2]
    return metres


class OutsideCity(Exception):
    """The address names another municipality."""


class Locator:
    """Places rows of one city. ``boundary``: GeoJSON of the city's area (EPSG:4326)."""

    def __init__(self, lg_code: str, title: str, pref: str, boundary: Path) -> None:
        self.lg_code, self.title, self.pref = lg_code, title, pref
        area: BaseGeometry = unary_union(
            [shape(feature["geometry"]).buffer(0) for feature in read_features(boundary)]
        )
        parts = area.buffer(TOLERANCE)
        self._parts = list(getattr(parts, "geoms", [parts]))
        self._tree = STRtree(self._parts)

    def covers(self, lon: float, lat: float) -> bool:
        """Whether a position (degrees, longitude first) lies in the city or within 100 m of it."""
        return len(self._tree.query(Point(lon, lat), predicate="intersects")) > 0

    def geocode(self, address: str) -> Candidate | None:
        """The best answer, wherever it lies; at least a municipality."""
        if not address:
            return None
        found = get_geocoder().geocode(address, city=self.lg_code, limit=1)
        return found[0] if found and found[0].level >= MatchLevel.CITY else None

    def locate(self, where: Where, row: int, name: str, report: FileReport) -> StagedPlace:
        """Position, town and municipality of a row. Raises :class:`OutsideCity`.

        Never trusted: no number, 0,0, axes swapped, outside the city. Such a row is placed by its address, and
        reported; where the address is not understood either it is kept without a position, and reported.
        """
        address, building = values.address(where.address)
        building = values.plain(where.building) or building
        answer = self.geocode(address)
        position, fault = self._position(where)
        if answer and self._is_elsewhere(answer, address):
            raise OutsideCity(address)
        place = StagedPlace(address=address, building=building)
        if answer and answer.lg_code == self.lg_code and answer.level >= MatchLevel.TOWN:
            place.lg_code, place.town = answer.lg_code, answer.town
        else:
            answer = None
        distance = metres_between(position, answer) if position and answer else 0.0
        if position and distance <= WRONG:
            place.lon, place.lat = position
            place.origin, place.precision = "file", "point"
            self._doubt(place, answer, distance, row, name, report)
            return place
        if position:
            fault = _("the position (%(lat)s %(lon)s) is %(km)s km away from the town of the address") % {
                "lat": where.lat,
                "lon": where.lon,
                "km": f"{distance / 1000:.0f}",
            }
        return self._by_address(place, answer, fault, row, name, report)

    def _is_elsewhere(self, answer: Candidate, address: str) -> bool:
        """Another municipality is written there; a town of that name somewhere else does not count."""
        if answer.lg_code == self.lg_code or self.title in address:
            return False
        return answer.city.rsplit("郡", 1)[-1] in address

    def _position(self, where: Where) -> tuple[tuple[float, float] | None, str]:
        lon, lat = values.coordinate(where.lon), values.coordinate(where.lat)
        if not where.lon and not where.lat:
            return None, _("no position")
        if lon is None or lat is None:
            return None, _("the position is no number (%(lat)s %(lon)s)") % {
                "lat": where.lat,
                "lon": where.lon,
            }
        if lon == 0 or lat == 0:
            return None, _("the position is 0")
        if self.covers(lon, lat):
            return (lon, lat), ""
        if self.covers(lat, lon):
            return None, _("latitude and longitude are swapped (%(lat)s %(lon)s)") % {"lat": lat, "lon": lon}
        return None, _("the position is outside the city (%(lat)s %(lon)s)") % {"lat": lat, "lon": lon}

    def _doubt(
        self,
        place: StagedPlace,
        answer: Candidate | None,
        distance: float,
        row: int,
        name: str,
        report: FileReport,
    ) -> None:
        if answer is None and place.address:
            report.add(
                IssueKind.ADDRESS_UNKNOWN,
                row,
                name,
                "",
                _("no town is known in the address (%(address)s)") % {"address": place.address},
            )
        elif answer and distance > DOUBTFUL:
            text = _("the position (%(lat)s %(lon)s) is %(km)s km away from %(town)s of the address") % {
                "lat": place.lat,
                "lon": place.lon,
                "km": f"{distance / 1000:.1f}",
                "town": answer.town,
            }
            report.add(IssueKind.POSITION_DOUBTFUL, row, name, "", text)

    def _by_address(
        self,
        place: StagedPlace,
        answer: Candidate | None,
        fault: str,
        row: int,
        name: str,
        report: FileReport,
    ) -> StagedPlace:
        kind = IssueKind.POSITION_MISSING if fault == _("no position") else IssueKind.POSITION_WRONG
        if answer:
            place.lon, place.lat, place.origin = answer.lon, answer.lat, "geocoded"
            place.precision = answer.level.name.lower()
            report.geocoded += 1
            report.add(
                kind,
                row,
                name,
                "",
                _("%(fault)s; placed by its address (%(address)s)")
                % {"fault": fault, "address": answer.address},
            )
        else:
            report.unplaced += 1
            report.add(
                kind,
                row,
                name,
                "",
                _("%(fault)s; nor does its address tell (%(address)s)")
                % {"fault": fault, "address": place.address},
            )
        return place
