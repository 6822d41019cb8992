"""Geocoders outside the house, behind the own one (R31): off by default, never for a person's address.

Switched on by the setting ``GEOCODERS`` (``gsi``, ``nominatim``). One that does not answer is left alone
for a while (circuit breaker), so that a missing network costs one timeout, not one per address.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from layers.geocoding.candidates import Candidate, MatchLevel

TIMEOUT_SECONDS = 3.0
REST_SECONDS = 300.0
FAILURES_TO_OPEN = 2
USER_AGENT = "gisportal/0.1 (address search of a city portal)"
MAX_BYTES = 1_000_000
#: Another's answer is believed less than a house number of our own.
_SCORE = 0.6


class PrivateAddressError(ValueError):
    """Somebody tried to send a person's address to an outside service."""


class Provider(Protocol):
    """An outside geocoder. Raises ``OSError`` or ``ValueError`` when it gives no usable answer."""

    @property
    def name(self) -> str:
        """Key in the setting, and ``origin`` of its candidates."""

    def search(self, text: str, limit: int) -> list[Candidate]:
        """Candidates for an address; longitude and latitude in degrees."""


@dataclass
class Breaker:
    """Opens after some failures in a row, and lets one try through when the rest is over."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    opened_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def allows(self) -> bool:
        """Whether to ask now; after the rest one caller is let through."""
        with self._lock:
            if self.opened_at is None:
                return True
            if self.clock() - self.opened_at < REST_SECONDS:
                return False
            self.opened_at = self.clock()
            return True

    def report(self, *, success: bool) -> None:
        """Count an answer."""
        with self._lock:
            self.failures = 0 if success else self.failures + 1
            self.opened_at = self.clock() if self.failures >= FAILURES_TO_OPEN else None


def _get_json(base: str, params: dict[str, str]) -> Any:
    if urlsplit(base).scheme not in {"http", "https"}:
        raise ValueError("only http and https addresses are asked")
    request = Request(
        f"{base}?{urlencode(params)}", headers={"User-Agent": USER_AGENT, "Accept-Language": "ja"}
    )
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # scheme checked above
        return json.loads(answer.read(MAX_BYTES))


@dataclass(frozen=True)
class GsiAddressSearch:
    """住所検索 of 国土地理院: a list of GeoJSON features, longitude first."""

    url: str = "https://msearch.gsi.go.jp/address-search/AddressSearch"
    name: str = "gsi"

    def search(self, text: str, limit: int) -> list[Candidate]:
        """Candidates; the service tells no level, so the title's last character decides."""
        return [self._candidate(item) for item in _get_json(self.url, {"q": text})[:limit]]

    def _candidate(self, item: dict[str, Any]) -> Candidate:
        lon, lat = (float(v) for v in item["geometry"]["coordinates"][:2])
        title = str(item["properties"]["title"])
        return _outside(title, _level_of(title), lon, lat, self.name)


@dataclass(frozen=True)
class Nominatim:
    """A Nominatim server (``format=jsonv2``); the public one allows one request a second."""

    url: str = "https://nominatim.openstreetmap.org/search"
    name: str = "nominatim"

    def search(self, text: str, limit: int) -> list[Candidate]:
        """Candidates in Japan."""
        params = {
            "q": text,
            "format": "jsonv2",
            "limit": str(limit),
            "countrycodes": "jp",
            "addressdetails": "1",
        }
        return [self._candidate(item) for item in _get_json(self.url, params)]

    def _candidate(self, item: dict[str, Any]) -> Candidate:
        address = item.get("address", {})
        level = (
            MatchLevel.NUMBER
            if "house_number" in address
            else _RANKS.get(item.get("place_rank", 0), MatchLevel.TOWN)
        )
        return _outside(
            str(item["display_name"]), level, float(item["lon"]), float(item["lat"]), self.name,
            pref=str(address.get("province") or address.get("state") or ""),
            city=str(address.get("city") or address.get("town") or address.get("village") or ""),
        )  # fmt: skip


#: Nominatim's search ranks: 8 prefecture, 12–16 municipality, 30 house.
_RANKS = {
    8: MatchLevel.PREFECTURE,
    12: MatchLevel.CITY,
    14: MatchLevel.CITY,
    16: MatchLevel.CITY,
    30: MatchLevel.NUMBER,
}


def _level_of(title: str) -> MatchLevel:
    if title.endswith(("都", "道", "府", "県")):
        return MatchLevel.PREFECTURE
    if title.endswith(("市", "区")):
        return MatchLevel.CITY
    if title.endswith("丁目"):
        return MatchLevel.CHOME
    return MatchLevel.NUMBER if title.endswith(("号", "番地")) else MatchLevel.TOWN


def _outside(
    address: str, level: MatchLevel, lon: float, lat: float, origin: str, pref: str = "", city: str = ""
) -> Candidate:
    return Candidate(address, level, _SCORE, lon, lat, "", pref, city, "", "", None, None, origin)


class ExternalGeocoders:
    """The providers switched on, asked in order until one answers."""

    def __init__(self, providers: Iterable[Provider], clock: Callable[[], float] = time.monotonic) -> None:
        self._providers = [(provider, Breaker(clock)) for provider in providers]

    def search(self, text: str, *, private: bool, limit: int = 5) -> list[Candidate]:
        """Candidates of the first provider that has any.

        ``private`` (a person's address) has no default on purpose: with it nothing is sent and
        :class:`PrivateAddressError` is raised.
        """
        if private:
            raise PrivateAddressError("a person's address is never sent to an outside geocoder")
        for provider, breaker in self._providers:
            found = self._ask(provider, breaker, text, limit) if breaker.allows() else []
            if found:
                return found
        return []

    @staticmethod
    def _ask(provider: Provider, breaker: Breaker, text: str, limit: int) -> list[Candidate]:
        try:
            found = provider.search(text, limit)
        except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError):
            breaker.report(success=False)
            return []
        breaker.report(success=True)
        return found


PROVIDERS: dict[str, Callable[[], Provider]] = {"gsi": GsiAddressSearch, "nominatim": Nominatim}


def build_external(names: Iterable[str]) -> ExternalGeocoders:
    """The providers of the setting ``GEOCODERS``; raises ``ValueError`` for one that does not exist."""
    names = list(names)
    if unknown := [name for name in names if name not in PROVIDERS]:
        raise ValueError(f"GEOCODERS: {unknown[0]} is none of {', '.join(sorted(PROVIDERS))}")
    return ExternalGeocoders([PROVIDERS[name]() for name in names])
