"""Answers of the geocoder: candidates, their level of match, nearby towns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class MatchLevel(IntEnum):
    """How far down an address was recognised, coarse to fine; levels compare by ``<``."""

    PREFECTURE = 1
    CITY = 2
    TOWN = 3  # 大字・町
    CHOME = 4  # 丁目
    KOAZA = 5  # 小字
    BLOCK = 6  # 街区
    NUMBER = 7  # 住居番号・地番


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible place of an address; ``lon`` and ``lat`` are WGS 84 degrees (EPSG:4326).

    ``score`` is 0..1 and comparable between answers; ``number`` is the part read as lot or house
    number (``甲218-1``), ``rest`` what follows it (building, room); ``origin`` names the data source.
    """

    address: str
    level: MatchLevel
    score: float
    lon: float
    lat: float
    lg_code: str
    pref: str
    city: str
    town: str
    koaza: str
    number: str | None
    rest: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class NearbyTown:
    """A town point near a position; ``distance`` in metres on the ellipsoid."""

    address: str
    level: MatchLevel
    distance: float
    lon: float
    lat: float
    lg_code: str
    pref: str
    city: str
    town: str
    koaza: str
    origin: str
