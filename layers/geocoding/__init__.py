"""Offline geocoding of Japanese addresses over the gazetteer in the database (R31).

>>> from layers.geocoding import get_geocoder  # doctest: +SKIP
>>> get_geocoder().geocode("高松市番町1-8-15", city="372013")[0].level  # doctest: +SKIP
<MatchLevel.CHOME: 4>
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from layers.geocoding.candidates import Candidate, MatchLevel, NearbyTown

if TYPE_CHECKING:
    from layers.geocoding.geocoder import Geocoder

__all__ = ["Candidate", "MatchLevel", "NearbyTown", "get_geocoder"]


@cache
def get_geocoder() -> Geocoder:
    """The geocoder of this process, over the gazetteer in the database."""
    from layers.geocoding.geocoder import Geocoder
    from layers.geocoding.store import DatabaseStore

    return Geocoder(DatabaseStore())
