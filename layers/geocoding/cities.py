"""Which prefecture and municipality an address names (R31).

The directory (about 1,900 municipalities) is small and kept in each process; towns are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from layers.geocoding.normalise import fold, name_key


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
        self.prefs.setdefault(name_key(city.pref), city.pref)
        for name in {city.name, f"{city.city}{city.ward}"}:
            self._keys[name_key(name)].append(city)
        if city.ward:
            self._wards[(city.pref, city.city)].append(city)
            self._ward_keys[name_key(city.ward)].append(city)

    def resolve(self, hint: str) -> tuple[tuple[City, ...], str]:
        """The cities a hint means, and what of its name is below them (原町区 of 南相馬市原町区).

        A hint is a code of 5 or 6 digits or a name; a designated city means all its wards.
        """
        city = self.by_code.get(hint) or next((c for k, c in self.by_code.items() if k[:5] == hint), None)
        if city is not None:
            return self.parts(city), ""
        folded = fold(hint)
        readings = [r for r in self.readings(folded.key, ()) if r.cities]
        return (readings[0].cities, folded.tail(readings[0].start)) if readings else ((), "")

    def parts(self, city: City) -> tuple[City, ...]:
        """The city itself, or its wards if it is a designated city."""
        if city.ward:
            return (city,)
        return tuple(self._wards.get((city.pref, city.city), ())) or (city,)

    def readings(self, key: str, hint: tuple[City, ...]) -> list[Reading]:
        """Every reading of the head of a folded address, best first.

        A named prefecture or city wins over the hint; a 町 or 村 without its prefecture may as well be
        a town of the hinted city (高松市一宮町), so both readings are kept.
        """
        pref, start = self._pref(key)
        named = [r for r in self._named(key, start) if not pref or r.pref == pref]
        inside = tuple(c for c in hint if not pref or c.pref == pref)
        readings = self._ward_readings(key, start, inside)
        if inside and not (named and self._certain(named, key, start, pref)):
            readings.append(Reading(inside[0].pref, inside, start, False, self._whole(inside)))
        if hint and len(named) > 1:
            named.sort(key=lambda r: not set(r.cities) & set(hint))
        readings = named + readings + ([] if named else self._short(key, start, pref, inside))
        if not readings and pref:
            readings.append(Reading(pref, (), start, True))
        return readings

    def _short(self, key: str, start: int, pref: str, inside: tuple[City, ...]) -> list[Reading]:
        """Cities named without 市 (福島県いわき平…), tried where the prefecture or a hint holds them."""
        if not pref and not inside:
            return []
        found = []
        for size in range(min(6, len(key) - start), 1, -1):
            for city in self._keys.get(key[start : start + size] + "市", ()):
                if city in inside or city.pref == pref:
                    found.append(Reading(city.pref, self.parts(city), start + size, True, city))
        return found

    def _pref(self, key: str) -> tuple[str, int]:
        for size in (3, 4, 5, 6):
            if key[:size] in self.prefs:
                return self.prefs[key[:size]], size
        for folded, name in self.prefs.items():  # 「福島いわき市」: the suffix is left out
            stem = folded[:-1]
            if (
                not key.startswith(stem)
                or name == "北海道"
                or key[len(stem) : len(stem) + 1] in "市区町村郡島"
            ):
                continue
            if any(r.pref == name for r in self._named(key, len(stem))):
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
    def is_certain(key: str, reading: Reading) -> bool:
        """Whether the text can mean nothing but that city: with its prefecture, or a 市 or 区."""
        head = key[: reading.start]
        return head.startswith(name_key(reading.pref)) or head[-1:] in "市区" or "郡" in head

    @staticmethod
    def _certain(named: list[Reading], key: str, start: int, pref: str) -> bool:
        return bool(pref) or "郡" in key[start : named[0].start] or key[named[0].start - 1] in "市区"

    def _whole(self, cities: tuple[City, ...]) -> City:
        """The designated city of several wards, or the one city."""
        first = cities[0]
        if len(cities) == 1 or not first.ward:
            return first
        same = (c for c in self.by_code.values() if (c.pref, c.city, c.ward) == (first.pref, first.city, ""))
        return next(same, first)
