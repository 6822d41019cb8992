"""Coordinate reference systems: one storage SRID, one list of what is spoken outside.

Coordinates are kept as WGS 84 (EPSG:4326), longitude first. JGD2011 and WGS 84 differ by less than the
accuracy of any address here, and PROJ treats them as equal.
"""

from dataclasses import dataclass
from typing import Final

STORAGE_SRID: Final = 4326
WEB_MERCATOR_SRID: Final = 3857
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

#: JGD2011 plane rectangular zone (平面直角座標系) of each prefecture, by its two-digit code, where one zone
#: serves the whole prefecture. Hokkaido, Tokyo's islands, Kagoshima and Okinawa have several; the main one stands here.
PLANE_ZONE_BY_PREFECTURE: Final[dict[str, int]] = {
    "01": 12, "02": 10, "03": 10, "04": 10, "05": 10, "06": 10, "07": 9, "08": 9, "09": 9, "10": 9,
    "11": 9, "12": 9, "13": 9, "14": 9, "15": 8, "16": 7, "17": 7, "18": 6, "19": 8, "20": 8,
    "21": 7, "22": 8, "23": 7, "24": 6, "25": 6, "26": 6, "27": 6, "28": 5, "29": 6, "30": 6,
    "31": 5, "32": 3, "33": 5, "34": 3, "35": 3, "36": 4, "37": 4, "38": 4, "39": 4, "40": 2,
    "41": 2, "42": 1, "43": 2, "44": 2, "45": 2, "46": 2, "47": 15,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Crs:
    """A CRS spoken outside: OGC address, EPSG number, and whether latitude (or northing) comes first."""

    uri: str
    srid: int
    is_northing_first: bool


def epsg_uri(srid: int) -> str:
    """OGC name of an EPSG code (OGC 17-058r2)."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def plane_srid(lg_code: str) -> int:
    """EPSG code (6669–6687) of the JGD2011 plane rectangular zone of a municipality (高松 6672, いわき 6677)."""
    return 6668 + PLANE_ZONE_BY_PREFECTURE[lg_code[:2]]


def supported_crs(lg_code: str) -> list[Crs]:
    """CRSs offered for a municipality, CRS84 first; order of axes as EPSG defines it. Without a code no plane zone."""
    found = [
        Crs(CRS84, STORAGE_SRID, False),
        Crs(epsg_uri(4326), 4326, True),
        Crs(epsg_uri(6668), 6668, True),
        Crs(epsg_uri(4612), 4612, True),
        Crs(epsg_uri(WEB_MERCATOR_SRID), WEB_MERCATOR_SRID, False),
    ]
    if lg_code[:2] in PLANE_ZONE_BY_PREFECTURE:
        found.append(Crs(epsg_uri(plane_srid(lg_code)), plane_srid(lg_code), True))
    return found
