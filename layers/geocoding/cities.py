"""Which prefecture and municipality an address names (R31).

The directory (about 1,900 municipalities) is small and kept in each process; towns are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from layers.geocoding.normalise import fold


@dataclass(frozen=True, slots=True)
class City:
    """A municipality or ward; ``lg_code`` has six digits, ``name`` county, city and ward together."""

    lg_code: str
    pref: str
    county: str
    city: str
    ward: str
    lon: float | None
    lat: float | None

    @property
    def name(self) -> str:
        return f"{self.county}{self.city}{self.ward}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the head of an address: its cities and where in the key the rest begins.

    ``cities`` holds all wards when a designated city is named without its ward, and is empty when only
    the prefecture is known. ``named`` tells whether the text itself names the place.
    """

    pref: str
    cities: tuple[City, ...]
    start: int
    named: bool
    head: City | None = None  # the city to answer with when nothing finer is found


@dataclass
class CityDirectory:
    """All municipalities, found by their folded names."""

    cities: Iterable[City]
    by_code: dict[str, City] = field(default_factory=dict)
    prefs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys: dict[str, list[City]] = defaultdict(list)
        self._wards: dict[tuple[str, str], list[City]] = defaultdict(list)
        self._ward_keys: dict[str, list[City]] = defaultdict(list)
        for city in self.cities:
            self._add(city)
        self._longest = max((len(k) for k in self._keys), default=0)

    def _add(self, city: City) -> None:
        self.by_code[city.lg_code] = city
        self.prefs.setdefault(fold(city.pref).key, city.pref)
        for name in {city.name, f"{city.city}{city.ward}"}:
            self._keys[fold(name).key].append(city)
        if city.ward:
            self._wards[(city.pref, city.city)].append(city)
            self._ward_keys[fold(city.ward).key].append(city)

    def resolve(self, hint: str) -> tuple[City, ...]:
        """The cities a hint means: code of 5 or 6 digits or a name; all wards of a designated city."""
        city = self.by_code.get(hint) or next((c for k, c in self.by_code.items() if k[:5] == hint), None)
        if city is not None:
            return self.parts(city)
        readings = [r for r in self.readings(hint, ()) if r.start == len(fold(hint).key)]
        return readings[0].cities if readings else ()

    def parts(self, city: City) -> tuple[City, ...]:
        """The city itself, or its wards if it is a designated city."""
        if city.ward:
            return (city,)
        return tuple(self._wards.get((city.pref, city.city), ())) or (city,)

    def readings(self, text: str, hint: tuple[City, ...]) -> list[Reading]:
        """Every reading of the head of ``text``, best first.

        A named prefecture or city wins over the hint; a 町 or 村 without its prefecture may as well be
        a town of the hinted city (高松市一宮町), so both readings are kept.
        """
        key = fold(text).key
        pref, start = self._pref(key)
        named = [r for r in self._named(key, start) if not pref or r.pref == pref]
        inside = tuple(c for c in hint if not pref or c.pref == pref)
        readings = self._ward_readings(key, start, inside)
        if inside and not (named and self._certain(named, key, start, pref)):
            readings.append(Reading(inside[0].pref, inside, start, False, self._whole(inside)))
        if hint and len(named) > 1:
            named.sort(key=lambda r: not set(r.cities) & set(hint))
        readings = named + readings
        if not readings and pref:
            readings.append(Reading(pref, (), start, True))
        return readings

    def _pref(self, key: str) -> tuple[str, int]:
        for size in (3, 4, 5, 6):
            if key[:size] in self.prefs:
                return self.prefs[key[:size]], size
        for folded, name in self.prefs.items():  # 「福島いわき市」: the suffix is left out
            stem = folded[:-1]
            if name != "北海道" and key.startswith(stem) and key[len(stem) : len(stem) + 1] not in "県府都市区町村郡島":
                if any(True for r in self._named(key, len(stem)) if r.pref == name):
                    return name, len(stem)
        return "", 0

    def _named(self, key: str, start: int) -> list[Reading]:
        for size in range(min(self._longest, len(key) - start), 1, -1):
            found = self._keys.get(key[start : start + size])
            if found:
                return [Reading(c.pref, self.parts(c), start + size, True, c) for c in found]
        return []

    def _ward_readings(self, key: str, start: int, inside: tuple[City, ...]) -> list[Reading]:
        found = list(self._ward_heads(key, start))
        cities = [(c, end) for c, end in found if c in inside] if inside else found
        return [Reading(c.pref, (c,), end, True, c) for c, end in cities]

    def _ward_heads(self, key: str, start: int) -> Iterator[tuple[City, int]]:
        for size in (2, 3, 4, 5):
            for city in self._ward_keys.get(key[start : start + size], ()):
                yield city, start + size

    @staticmethod
    def _certain(named: list[Reading], key: str, start: int, pref: str) -> bool:
        return bool(pref) or "郡" in key[start : named[0].start] or key[named[0].start - 1] in "市区"

    def _whole(self, cities: tuple[City, ...]) -> City:
        """The designated city of several wards, or the one city."""
        first = cities[0]
        if len(cities) == 1 or not first.ward:
            return first
        whole = (c for c in self.by_code.values() if c.pref == first.pref and c.city == first.city and not c.ward)
        return next(whole, first)
