"""Load the gazetteer into PostgreSQL by COPY (R31): files of ``fixtures/gazetteer``, read as published.

Everything is replaced in one transaction, so a reader sees the old gazetteer or the new one.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.db import connection, transaction

from layers.geocoding.candidates import MatchLevel
from layers.geocoding.normalise import fold
from layers.models import GazetteerLoad

TOWNS = "towns_all_japan.csv.gz"
SUPPLEMENT = "supplement.csv"
TOWN_ORIGIN = "geolonia"
NUMBER_ORIGIN = "abr"
DERIVED_ORIGIN = "derived"

#: 浜松市 merged its wards in 2024; the town file still has the old ones. Their former codes.
FORMER_WARDS = {
    "浜松市中区": "221317", "浜松市東区": "221325", "浜松市西区": "221333", "浜松市南区": "221341",
    "浜松市北区": "221350", "浜松市浜北区": "221368", "浜松市天竜区": "221376",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownRow:
    """One line for ``layers_gazetteertown``; degrees, EPSG:4326."""

    lg_code: str
    town: str
    koaza: str
    level: MatchLevel
    key: str
    lon: float
    lat: float
    is_derived: bool = False
    origin: str = TOWN_ORIGIN

    def values(self) -> tuple[object, ...]:
        point = f"SRID=4326;POINT({self.lon} {self.lat})"
        level = int(self.level)
        return (self.lg_code, self.town, self.koaza, level, self.key, point, self.is_derived, self.origin)


@dataclass(frozen=True, slots=True)
class CityRow:
    """One line for ``layers_gazetteercity``."""

    lg_code: str
    pref: str
    county: str
    city: str
    ward: str
    point: str | None

    @property
    def join_key(self) -> str:
        return fold(f"{self.pref}{self.county}{self.city}{self.ward}").key

    def values(self) -> tuple[object, ...]:
        return (self.lg_code, self.pref, self.county, self.city, self.ward, self.point)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was loaded and what was left out; ``unplaced`` are towns without any position."""

    cities: int
    towns: int
    derived: int
    numbers: int
    unplaced: int
    unknown_cities: tuple[str, ...]


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a CSV file, compressed or not, UTF-8 with or without BOM."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


@lru_cache(maxsize=200_000)
def _key(name: str) -> str:
    return fold(name).key


def read_cities(folder: Path) -> list[CityRow]:
    """The municipalities of the register with their points, and the former wards."""
    points = {
        row["lg_code"]: f"SRID=4326;POINT({row['rep_lon']} {row['rep_lat']})"
        for row in read_rows(folder / "abr_mt_city_pos_all.csv")
        if row["rep_lon"]
    }
    cities = [
        CityRow(r["lg_code"], r["pref"], r["county"], r["city"], r["ward"], points.get(r["lg_code"]))
        for r in read_rows(folder / "abr_mt_city_all.csv")
        if not r["ablt_date"]
    ]
    known = {city.lg_code for city in cities}
    former = [
        CityRow(code, "静岡県", "", "浜松市", name.removeprefix("浜松市"), None)
        for name, code in FORMER_WARDS.items()
        if code not in known
    ]
    return cities + former


def read_towns(
    path: Path, codes: dict[str, str], wanted: Callable[[str], bool]
) -> tuple[list[TownRow], list[tuple[str, str, str]], set[str]]:
    """Towns with a point, towns without one, and municipalities of the file that no one knows."""
    placed: list[TownRow] = []
    bare: list[tuple[str, str, str]] = []
    unknown: set[str] = set()
    for row in read_rows(path):
        code = row["lg_code"] or codes.get(_key(row["pref"] + row["city"]), "")
        if not code:
            unknown.add(row["pref"] + row["city"])
        elif wanted(code) and _key(row["town"] + row["koaza"]):  # （大字なし） alone names nothing
            if row["lat"] and row["lon"]:
                placed.append(_town(code, row["town"], row["koaza"], float(row["lon"]), float(row["lat"])))
            else:
                bare.append((code, row["town"], row["koaza"]))
    return placed, bare, unknown


def _town(code: str, town: str, koaza: str, lon: float, lat: float) -> TownRow:
    key = _key(town) + (fold(koaza).key if koaza else "")
    town = town if _key(town) else ""
    return TownRow(code, town, koaza, _level(key, koaza), key, lon, lat)


def _level(key: str, koaza: str) -> MatchLevel:
    if koaza:
        return MatchLevel.KOAZA
    return MatchLevel.CHOME if _chome_base(key) else MatchLevel.TOWN


_CHOME = re.compile(r"^(.*?[^0-9])[0-9]+(?:丁目?[東西南北]?|条)$")
_CHOME_AS_WRITTEN = re.compile(r"^(.*?)[〇一二三四五六七八九十百0-9０-９]+(?:丁目?[東西南北]?|条)$")


def _chome_base(key: str) -> str | None:
    """The town before a 丁目 or 条: 番町 of 番町1丁目, 豊平 of 豊平5条."""
    found = _CHOME.match(key)
    return found[1] if found else None


def derive_parents(rows: Iterable[TownRow]) -> list[TownRow]:
    """Towns that stand in the file only through their 小字 or 丁目, at the mean of those points."""
    rows = list(rows)
    have = {(r.lg_code, r.key) for r in rows}
    below: dict[tuple[str, str, str, MatchLevel], list[TownRow]] = defaultdict(list)
    for row in rows:
        key = _key(row.town)
        if row.koaza and key:
            below[(row.lg_code, row.town, key, _level(key, ""))].append(row)
        elif base := _chome_base(key):
            below[(row.lg_code, _chome_name(row.town), base, _level(base, ""))].append(row)
    parents = [_mean(*at, group) for at, group in below.items() if at[2] and (at[0], at[2]) not in have]
    # A 丁目 known only by its 小字, or a 条 only by its 丁目, has a town above it in turn.
    return parents + (derive_parents([*rows, *parents]) if parents else [])


def _chome_name(town: str) -> str:
    found = _CHOME_AS_WRITTEN.match(town)
    return found[1] if found else town


def _mean(code: str, town: str, key: str, level: MatchLevel, group: list[TownRow]) -> TownRow:
    lon = round(sum(r.lon for r in group) / len(group), 6)
    lat = round(sum(r.lat for r in group) / len(group), 6)
    return TownRow(code, town, "", level, key, lon, lat, True, DERIVED_ORIGIN)


def place_bare(bare: list[tuple[str, str, str]], placed: list[TownRow]) -> tuple[list[TownRow], int]:
    """Towns without a point take that of the town above them, and its level; how many found none."""
    by_key = {(r.lg_code, r.key): r for r in placed}
    found: list[TownRow] = []
    for code, town, koaza in bare:
        key = _key(town)
        if (code, key + (fold(koaza).key if koaza else "")) in by_key:
            continue
        above = by_key.get((code, key)) if koaza else by_key.get((code, _chome_base(key) or ""))
        if above is not None:
            full = key + (fold(koaza).key if koaza else "")
            row = replace(above, town=town, koaza=koaza, key=full, is_derived=True, origin=DERIVED_ORIGIN)
            by_key[(code, full)] = row
            found.append(row)
    return found, len(bare) - len(found)


def read_names(path: Path, cities: list[CityRow]) -> Iterator[tuple[str, str, str]]:
    """Towns of the address base registry's list of one city, which has no positions: code, town, 小字.

    A 小字 without its town (most of 高松市's) says nothing and is left out.
    """
    digits = path.name.split("_")[2]
    code = next(city.lg_code for city in cities if city.lg_code.startswith(digits))
    for row in read_rows(path):
        if row["大字・町名"] and (row["丁目名"] or row["小字名"]):
            yield code, row["大字・町名"] + row["丁目名"], row["小字名"].removeprefix("字")


def read_numbers(path: Path) -> Iterator[tuple[object, ...]]:
    """House numbers with their points, and each block at the mean of its house numbers."""
    blocks: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in read_rows(path):
        key = _key(row["oaza_cho"] + row["chome"]) + (fold(row["koaza"]).key if row["koaza"] else "")
        number = "-".join(filter(None, (row["blk_num"], row["rsdt_num"], row["rsdt_num2"])))
        blocks[(row["lg_code"], key, row["blk_num"])].append((float(row["lon"]), float(row["lat"])))
        yield _number(row["lg_code"], key, number, MatchLevel.NUMBER, float(row["lon"]), float(row["lat"]))
    for (code, key, block), points in blocks.items():
        lon, lat = (round(sum(p[axis] for p in points) / len(points), 7) for axis in (0, 1))
        if block:
            yield _number(code, key, block, MatchLevel.BLOCK, lon, lat)


def _number(
    code: str, key: str, number: str, level: MatchLevel, lon: float, lat: float
) -> tuple[object, ...]:
    return (code, key, number, int(level), f"SRID=4326;POINT({lon} {lat})", NUMBER_ORIGIN)


def load_gazetteer(folder: Path, *, areas: tuple[str, ...] = ()) -> LoadReport:
    """Replace the gazetteer by the files of ``folder``.

    ``areas`` (prefixes of municipality codes) narrows towns and numbers; municipalities are always all.
    """

    def wanted(code: str) -> bool:
        return not areas or code.startswith(areas)

    cities = read_cities(folder)
    towns, derived, unplaced, unknown = _all_towns(folder, cities, wanted)
    files = sorted(folder.glob("rsdt_*.csv.gz"))
    numbers = [row for path in files for row in read_numbers(path) if wanted(str(row[0]))]
    with transaction.atomic():
        _replace(cities, towns, numbers)
        scope = ",".join(areas) or "all"
        GazetteerLoad.objects.create(scope=scope, town_count=len(towns), number_count=len(numbers))
    _key.cache_clear()
    return LoadReport(len(cities), len(towns), derived, len(numbers), unplaced, tuple(sorted(unknown)))


def _all_towns(
    folder: Path, cities: list[CityRow], wanted: Callable[[str], bool]
) -> tuple[list[TownRow], int, int, set[str]]:
    """Every town with a point of its own or of the town above it; derived, unplaced, unknown cities."""
    codes = {city.join_key: city.lg_code for city in cities}
    placed, bare, unknown = read_towns(folder / TOWNS, codes, wanted)
    if (folder / SUPPLEMENT).exists():
        extra, _, _ = read_towns(folder / SUPPLEMENT, codes, wanted)
        placed += [replace(row, is_derived=True, origin="supplement") for row in extra]
    derived = derive_parents(placed)
    files = sorted(folder.glob("abr_town_*.csv.gz"))
    named = [row for path in files for row in read_names(path, cities) if wanted(row[0])]
    more, unplaced = place_bare(bare, placed + derived)
    more += place_bare(named, placed + derived + more)[0]
    return placed + derived + more, len(derived) + len(more), unplaced, unknown


def _replace(cities: list[CityRow], towns: list[TownRow], numbers: list[tuple[object, ...]]) -> None:
    """Old rows out, new rows in. DELETE, not TRUNCATE: who reads meanwhile neither waits nor finds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE layers_gazetteerload IN SHARE ROW EXCLUSIVE MODE")  # one import at a time
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")
    _copy("layers_gazetteercity (lg_code, pref, county, city, ward, geom)", (c.values() for c in cities))
    _copy(
        "layers_gazetteertown (lg_code, town, koaza, level, key, geom, is_derived, origin)",
        (t.values() for t in towns),
    )
    _copy("layers_gazetteernumber (lg_code, key, number, level, geom, origin)", numbers)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_TABLES)}")


_TABLES = ("layers_gazetteercity", "layers_gazetteertown", "layers_gazetteernumber")


def _copy(target: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
