"""The geocoder: an address in, candidates out (R31). Offline; nothing leaves the house."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Protocol

from layers.geocoding.candidates import Candidate, MatchLevel, NearbyTown
from layers.geocoding.cities import City, CityDirectory, Reading
from layers.geocoding.matcher import Hit, Town, TownIndex
from layers.geocoding.normalise import Folded, fold
from layers.geocoding.numbers import Number, read_number

#: Cities whose towns one process keeps; a city has about 150 towns, the largest 6,000.
KEPT_CITIES = 64
MAX_TEXT = 200

_WORTH = {
    MatchLevel.PREFECTURE: 0.3,
    MatchLevel.CITY: 0.5,
    MatchLevel.TOWN: 0.85,
    MatchLevel.CHOME: 0.92,
    MatchLevel.KOAZA: 0.92,
    MatchLevel.BLOCK: 0.97,
    MatchLevel.NUMBER: 1.0,
}


class Store(Protocol):
    """Where the gazetteer lies; coordinates in degrees, longitude first (EPSG:4326)."""

    def cities(self) -> list[City]:
        """All municipalities."""

    def towns(self, lg_code: str) -> list[Town]:
        """All towns of one municipality."""

    def towns_named(self, keys: list[str]) -> list[Town]:
        """Towns of the whole country whose key is one of ``keys``."""

    def point_of(self, town: Town, numbers: list[str]) -> tuple[str, MatchLevel, float, float, str] | None:
        """The first of ``numbers`` known in the town: number, level, lon, lat, origin."""

    def nearest(self, lon: float, lat: float, limit: int, max_distance: float) -> list[NearbyTown]:
        """Towns by their distance from a position."""

    def version(self) -> str:
        """Changes whenever the gazetteer was loaded anew."""


class Geocoder:
    """Address to position and back over a :class:`Store`; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._towns: OrderedDict[str, TownIndex] = OrderedDict()
        self._directory: CityDirectory | None = None
        self._version = ""

    @property
    def directory(self) -> CityDirectory:
        """The municipalities, read once per version of the gazetteer."""
        version = self._store.version()
        with self._lock:
            if self._directory is None or version != self._version:
                self._directory, self._version = CityDirectory(self._store.cities()), version
                self._towns.clear()
            return self._directory

    def geocode(self, text: str, *, city: str | None = None, limit: int = 5) -> list[Candidate]:
        """Candidates for an address, best first; empty when nothing of it is known.

        ``city`` (code of 5 or 6 digits, or name) is where the address most likely lies; another
        prefecture or city named in the text wins. Never answers outside a city the text names.
        """
        return self._geocode(self.directory, text, city, limit)

    def geocode_many(
        self, texts: Iterable[str], *, city: str | None = None, limit: int = 1
    ) -> Iterator[list[Candidate]]:
        """:meth:`geocode` for each text in turn, the directory asked for once."""
        directory = self.directory
        for text in texts:
            yield self._geocode(directory, text, city, limit)

    def reverse(
        self, lon: float, lat: float, limit: int = 5, *, max_distance: float = 20_000
    ) -> list[NearbyTown]:
        """Towns nearest to a position (degrees, EPSG:4326), with their distance in metres."""
        return self._store.nearest(lon, lat, limit, max_distance)

    def _geocode(self, directory: CityDirectory, text: str, city: str | None, limit: int) -> list[Candidate]:
        folded = fold(text[:MAX_TEXT])
        if not folded.key:
            return []
        hint, below = directory.resolve(city) if city else ((), "")
        found = self._found(directory, folded, hint)
        if below and not _is_fine(found, 0.75):
            found += self._found(directory, fold(below + text[:MAX_TEXT]), hint)
        return _best(found)[:limit]

    def _found(self, directory: CityDirectory, folded: Folded, hint: tuple[City, ...]) -> list[Candidate]:
        readings = directory.readings(folded.key, hint)
        found = [c for reading in readings for c in self._read(directory, folded, reading)]
        if not readings or not (hint or _is_fine(found) or directory.is_certain(folded.key, readings[0])):
            found += self._anywhere(directory, folded)
        return found

    def _read(self, directory: CityDirectory, folded: Folded, reading: Reading) -> Iterator[Candidate]:
        for city in reading.cities:
            for hit in self._index(city.lg_code).hits(folded, reading.start):
                yield from self._answers(city, folded, hit)
        if reading.named:
            coarse = _coarse(directory, folded, reading)
            if coarse:
                yield coarse

    def _index(self, lg_code: str) -> TownIndex:
        with self._lock:
            index = self._towns.get(lg_code)
            if index is not None:
                self._towns.move_to_end(lg_code)
                return index
        index = TownIndex(self._store.towns(lg_code))
        with self._lock:
            self._towns[lg_code] = index
            while len(self._towns) > KEPT_CITIES:
                self._towns.popitem(last=False)
        return index

    def _anywhere(self, directory: CityDirectory, folded: Folded) -> list[Candidate]:
        """A town without its city: all towns of the country of that name, doubtful by their number."""
        keys = [folded.key[:size] for size in range(2, min(24, len(folded.key)) + 1)]
        towns = self._store.towns_named(keys)
        if not towns:
            return []
        longest = max(len(t.key) for t in towns)
        towns = [t for t in towns if len(t.key) == longest]
        trust = 0.7 / len(towns) ** 0.5
        return [
            candidate
            for town in towns[:50]
            for hit in TownIndex([town]).hits(folded, 0)[:1]
            for candidate in self._answers(
                directory.by_code[town.lg_code], folded, Hit(hit.towns, hit.end, trust)
            )
        ]

    def _answers(self, city: City, folded: Folded, hit: Hit) -> Iterator[Candidate]:
        number = read_number(folded, hit.end)
        trust = hit.trust * _rest_trust(folded, hit.end, number) * (1 if len(hit.towns) == 1 else 0.95)
        for town in hit.towns:
            yield self._answer(city, town, folded, hit.end, number, trust)

    def _answer(
        self, city: City, town: Town, folded: Folded, end: int, number: Number | None, trust: float
    ) -> Candidate:
        level, lon, lat, origin = town.level, town.lon, town.lat, town.origin
        finer = self._store.point_of(town, _tries(number)) if number else None
        if finer:
            _, level, lon, lat, origin = finer
        shown = number.value if number else ""
        rest = number.rest if number else folded.tail(end)
        return Candidate(
            f"{city.pref}{city.name}{town.town}{town.koaza}{shown}",
            level, round(_WORTH[level] * trust, 3), lon, lat, city.lg_code, city.pref, city.name,
            town.town, town.koaza, shown or None, rest or None, origin,
        )  # fmt: skip


def _is_fine(found: list[Candidate], score: float = 0.0) -> bool:
    return any(c.level >= MatchLevel.TOWN and c.score >= score for c in found)


def _tries(number: Number) -> list[str]:
    """The number as finer data may hold it, finest first: 3-14-2, 3-14, 3."""
    lot = number.value.removesuffix("-".join(number.parts))
    return [lot + "-".join(number.parts[:size]) for size in range(len(number.parts), 0, -1)]


#: A 小字 the gazetteer does not have, before its lot number; names with 町 are rather another town.
_UNKNOWN_KOAZA = re.compile(r"[^\d町村丁]{1,8}\d")
_PLACE_WORDS = re.compile(r"地内|地先|先|他|ホケ|付近")


def _rest_trust(folded: Folded, end: int, number: Number | None) -> float:
    """How well what follows the town looks like what follows a town."""
    if number and number.rest.startswith("丁目"):
        return 0.6  # a 丁目 the gazetteer does not have: perhaps another town of a like name
    if number or end >= len(folded.key) or _PLACE_WORDS.match(folded.key, end):
        return 1.0
    if end in folded.marked or folded.text[folded.origin[end] - 1].isspace() or folded.key[end - 1] == "目":
        return 0.85
    return 0.75 if _UNKNOWN_KOAZA.match(folded.key, end) else 0.55


def _coarse(directory: CityDirectory, folded: Folded, reading: Reading) -> Candidate | None:
    """The city itself, or the prefecture; doubtful when more was written than was understood."""
    head, level = reading.head, MatchLevel.CITY
    if head is None:
        level = MatchLevel.PREFECTURE
        head = next((c for c in directory.by_code.values() if c.pref == reading.pref), None)
    if head is None or head.lon is None or head.lat is None:
        return None
    rest = folded.tail(reading.start)
    score = _WORTH[level] * (0.5 if rest else 1.0) + (0 if rest else 0.4)
    name = head.name if level is MatchLevel.CITY else ""
    code = head.lg_code if level is MatchLevel.CITY else head.lg_code[:2]
    return Candidate(
        f"{reading.pref}{name}", level, round(score, 3), head.lon, head.lat, code, reading.pref, name,
        "", "", None, rest or None, "abr",
    )  # fmt: skip


def _best(found: list[Candidate]) -> list[Candidate]:
    """By score; of several answers of one address the best only; a city only beside no town of it."""
    kept: dict[tuple[str, str, float, float], Candidate] = {}
    for candidate in sorted(found, key=lambda c: (-c.score, -c.level, c.lg_code, c.address)):
        kept.setdefault((candidate.lg_code, candidate.address, candidate.lon, candidate.lat), candidate)
    fine = [c for c in kept.values() if c.level >= MatchLevel.TOWN]
    return fine or list(kept.values())
