"""Finding the town, 丁目 or 小字 at the head of the rest of an address, in one city (R31)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layers.geocoding.candidates import MatchLevel
from layers.geocoding.normalise import Folded, loosen, name_key


@dataclass(frozen=True, slots=True)
class Town:
    """A row of the gazetteer: a town, 丁目 or 小字 with its point; ``key`` as :func:`fold` makes it."""

    lg_code: str
    town: str
    koaza: str
    level: MatchLevel
    key: str
    lon: float
    lat: float
    is_derived: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Towns whose name ends at place ``end`` of the key; ``trust`` 0..1 by how they were found."""

    towns: tuple[Town, ...]
    end: int
    trust: float


#: A 丁目 written without the word: 番町1-10, 大通東6, 本通18南1-1.
_BARE_CHOME = re.compile(r"(\d{1,2})(?:-?(?P<side>[東西南北])(?=\d|$)|-(?=\d)|ノ(?=\d)|丁(?!目)|(?=\s)|$)")
_CHOME_WORDS = ("丁目", "丁")
#: Ends the name of a former municipality in front of its towns (香川町 of 香川町浅野), left out at will.
_FORMER = re.compile(r"[町村区]")
#: In Kyoto the way to go stands before the town (烏丸通御池上る).
_WAY = re.compile(r".*(?:上ル|下ル|上ガル|東入ル?|西入ル?)")


def _splits_number(key: str, end: int) -> bool:
    """Whether a name ending here would tear a number apart (番町1 of 番町10)."""
    return key[end - 1].isdigit() and key[end : end + 1].isdigit()


class TownIndex:
    """The towns of one city by key; built once and kept for a while by the geocoder."""

    def __init__(self, towns: Iterable[Town]) -> None:
        self._exact: dict[str, list[Town]] = defaultdict(list)
        self._loose: dict[str, list[Town]] = defaultdict(list)
        self._koaza: dict[str, list[Town]] = defaultdict(list)
        self._tails: dict[str, list[Town]] = defaultdict(list)
        for town in towns:
            self._add(town)
        self._longest = max(map(len, self._exact), default=0)

    def _add(self, town: Town) -> None:
        self._exact[town.key].append(town)
        self._loose[loosen(town.key)].append(town)
        below = name_key(town.koaza) if town.koaza else ""
        if below:
            self._koaza[below].append(town)
        for former in _FORMER.finditer(town.key, 1, len(town.key) - len(below) - 1):
            if len(town.key) - former.end() >= 2:
                self._tails[town.key[former.end() :]].append(town)

    def hits(self, folded: Folded, start: int) -> list[Hit]:
        """Where the towns of this city are named from place ``start`` on, likeliest first."""
        exact = list(self._with_chome(folded.key, start, self._prefix(folded.key, start)))
        if exact and self._clean_end(folded, exact[0].end):
            return exact
        return exact + list(self._others(folded, start, bool(exact)))

    def _others(self, folded: Folded, start: int, has_exact: bool) -> Iterator[Hit]:
        yield from self._loosely(folded.key, start)
        if has_exact:
            return
        way = _WAY.match(folded.key, start)
        if way:
            yield from self._with_chome(folded.key, way.end(), self._prefix(folded.key, way.end()), 0.9)
        yield from self._without_former(folded.key, start)
        yield from self._koaza_alone(folded.key, start)

    @staticmethod
    def _clean_end(folded: Folded, end: int) -> bool:
        """Whether a town may end here: before a number, 字, space or the end."""
        rest = folded.key[end : end + 2]
        return not rest or end in folded.marked or any(c.isdigit() for c in rest)

    def _prefix(self, key: str, start: int) -> Hit | None:
        for size in range(min(self._longest, len(key) - start), 0, -1):
            end = start + size
            towns = self._exact.get(key[start:end])
            if towns and not _splits_number(key, end):
                return Hit(tuple(towns), end, 1.0)
        return None

    def _with_chome(self, key: str, start: int, hit: Hit | None, trust: float = 1.0) -> Iterator[Hit]:
        """The hit, before it the 丁目 whose word was left out."""
        if hit is None:
            return
        bare = _BARE_CHOME.match(key, hit.end)
        chome = self._chome(key[start : hit.end], bare) if bare else None
        only_chome = all(t.is_derived for t in hit.towns)
        if bare and chome and (only_chome or key[bare.end(1) : bare.end(1) + 1] == "-"):
            yield Hit(chome, bare.end(), trust if only_chome or self._three(key, hit.end) else trust * 0.9)
            trust *= 0.85
        yield Hit(hit.towns, hit.end, trust)

    def _chome(self, base: str, bare: re.Match[str]) -> tuple[Town, ...] | None:
        for word in _CHOME_WORDS:
            towns = self._exact.get(f"{base}{bare[1]}{word}{bare['side'] or ''}")
            if towns:
                return tuple(towns)
        return None

    @staticmethod
    def _three(key: str, start: int) -> bool:
        return re.match(r"\d+-\d+-\d+", key[start:]) is not None

    def _loosely(self, key: str, start: int) -> Iterator[Hit]:
        """The longest name when ノ, ケ, ツ, 町 and 村 are left out on both sides."""
        for size in range(min(self._longest + 2, len(key) - start), 1, -1):
            part = key[start : start + size]
            towns = self._loose.get(loosen(part)) if part[-1] not in "ノケツ" else None
            if towns and not _splits_number(key, start + size):
                hit = Hit(tuple(towns), start + size, 0.9)
                yield from self._with_chome_of(key, hit)
                return

    def _with_chome_of(self, key: str, hit: Hit) -> Iterator[Hit]:
        bare = _BARE_CHOME.match(key, hit.end)
        chome = self._chome(hit.towns[0].key, bare) if bare else None
        if bare and chome:
            yield Hit(chome, bare.end(), hit.trust)
        yield hit

    def _without_former(self, key: str, start: int) -> Iterator[Hit]:
        """高松市浅野 for 香川町浅野; 好間町好間工業団地 for 好間工業団地."""
        for size in range(min(self._longest, len(key) - start), 1, -1):
            towns = self._tails.get(key[start : start + size])
            if towns and not _splits_number(key, start + size):
                yield Hit(tuple(towns), start + size, 0.75 / len(towns) ** 0.5)
                break
        former = _FORMER.search(key, start + 1, start + 7)
        if former:
            yield from self._with_chome(key, former.end(), self._prefix(key, former.end()), 0.7)

    def _koaza_alone(self, key: str, start: int) -> Iterator[Hit]:
        """A 小字 whose town is left out; the more the city has of that name, the more doubtful."""
        for size in range(min(8, len(key) - start), 1, -1):
            towns = self._koaza.get(key[start : start + size])
            if towns and not _splits_number(key, start + size):
                yield Hit(tuple(towns[:20]), start + size, 0.65 / len(towns) ** 0.5)
                return
