"""How well the geocoder does on files of addresses (R31): share resolved, and distance to given positions."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from pyproj import Geod
from python_calamine import CalamineWorkbook

from layers.geocoding.candidates import Candidate, MatchLevel
from layers.geocoding.cities import City
from layers.geocoding.geocoder import Geocoder
from layers.geocoding.normalise import fold

_GEOD = Geod(ellps="GRS80")
#: Header names of the open data of Japanese cities, lower case, without spaces.
ADDRESS = ("住所", "所在地", "address", "所在地_連結表記", "add1", "p14_003_address", "所在地住所")
LATITUDE = ("緯度", "latitude", "lat", "y")
LONGITUDE = ("経度", "longitude", "lon", "lng", "x")
CITY = ("市区町村名", "p14_002_city", "city", "都道府県名及び市町村名")
PREF = ("都道府県名", "p14_001_pref", "pref")
CODE = ("都道府県コード又は市区町村コード", "都道府県コード又は市町村コード", "全国地方公共団体コード")
#: Answers below this score understood the town but not what follows it.
DOUBTFUL = 0.6
_ADDRESS_VALUE = re.compile(r".{1,8}[市区町村郡].*[0-9０-９一二三四五六七八九十]")


@dataclass(frozen=True, slots=True)
class Row:
    """An address of a file, the place the file gives it (degrees, EPSG:4326) and the city it names."""

    address: str
    city: str
    lon: float | None
    lat: float | None


@dataclass
class FileQuality:
    """Counts over the non-empty addresses of one file; distances in metres."""

    name: str
    rows: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    distances: list[float] = field(default_factory=list)
    outside: int = 0
    doubtful: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    @property
    def resolved(self) -> int:
        """Addresses resolved to town level or finer."""
        return sum(count for name, count in self.levels.items() if name in _FINE)

    @property
    def share(self) -> float:
        """Share resolved, 1.0 for a file without addresses."""
        return self.resolved / self.rows if self.rows else 1.0

    def percentile(self, percent: int) -> float | None:
        """Distance below which ``percent`` of the placed addresses lie."""
        if len(self.distances) < 2:
            return self.distances[0] if self.distances else None
        return quantiles(self.distances, n=100, method="inclusive")[percent - 1]

    def as_dict(self) -> dict[str, Any]:
        """The line of the table as JSON."""
        return {
            "file": self.name, "rows": self.rows, "resolved": self.resolved, "share": round(self.share, 4),
            "levels": dict(self.levels), "with_position": len(self.distances),
            "median_m": self.percentile(50), "p95_m": self.percentile(95), "outside": self.outside,
            "doubtful": len(self.doubtful),
        }  # fmt: skip


_FINE = {level.name for level in MatchLevel if level >= MatchLevel.TOWN}


def measure_folder(geocoder: Geocoder, folder: Path) -> list[FileQuality]:
    """The quality for every file below ``folder`` that has a column of addresses."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".csv", ".xlsx", ".geojson"})
    results = []
    for path in paths:
        for name, rows in read_tables(path):
            if rows:
                label = str(path.relative_to(folder)) + (f" [{name}]" if name else "")
                results.append(measure(geocoder, label, rows))
    return results


def measure(geocoder: Geocoder, name: str, rows: list[Row]) -> FileQuality:
    """The quality over ``rows``."""
    result, names = FileQuality(name), CityNames(geocoder.directory.by_code.values())
    for row in rows:
        best = next(iter(geocoder.geocode(row.address, city=row.city or None, limit=1)), None)
        _count(names, result, row, best)
    return result


def _count(names: CityNames, result: FileQuality, row: Row, best: Candidate | None) -> None:
    result.rows += 1
    result.levels[best.level.name if best else "NONE"] += 1
    if best is None or best.level < MatchLevel.TOWN:
        result.failures.append(f"{row.city}|{row.address}")
        return
    if best.score < DOUBTFUL:
        result.doubtful.append(f"{row.city}|{row.address} -> {best.address} {best.score}")
    if _is_outside(names, row, best):
        result.outside += 1
        result.strays.append(f"{row.city}|{row.address} -> {best.address}")
    if row.lon is not None and row.lat is not None:
        metres = _GEOD.inv(row.lon, row.lat, best.lon, best.lat)[2]
        result.distances.append(metres)


def _is_outside(names: CityNames, row: Row, best: Candidate) -> bool:
    codes = names.named(row.address)
    return bool(codes) and best.lg_code not in codes


class CityNames:
    """Which municipality an address begins with, by plain comparison of names; the judge."""

    def __init__(self, cities: Iterable[City]) -> None:
        self._codes: dict[str, set[str]] = defaultdict(set)
        for city in cities:
            full = {f"{city.pref}{city.name}", f"{city.pref}{city.city}{city.ward}", city.name}
            names = full | ({f"{city.city}{city.ward}"} if city.city.endswith(("市", "区")) else set())
            whole = {f"{city.pref}{city.city}", city.city} if city.ward else set()
            for name in names | whole:
                self._codes[_plain(name)].add(city.lg_code)

    def named(self, address: str) -> set[str]:
        """Codes of the municipalities the address may name, empty if it begins with none."""
        plain = _plain(address)
        return next((self._codes[plain[:n]] for n in range(15, 2, -1) if plain[:n] in self._codes), set())


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("ケ", "ヶ")


def read_tables(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """The addresses of a file, by sheet for a workbook; nothing where no column holds addresses."""
    suffix = path.suffix.lower()
    if suffix == ".geojson":
        yield "", list(_rows(_features(path)))
    elif suffix == ".csv":
        yield "", list(_rows(_records(_csv_lines(path))))
    else:
        book = CalamineWorkbook.from_path(str(path))
        for sheet in book.sheet_names[:1]:
            lines = [[str(v).strip() for v in line] for line in book.get_sheet_by_name(sheet).to_python()]
            yield "", list(_rows(_records(lines)))


def _csv_lines(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", "replace")
    return list(csv.reader(io.StringIO(text, newline="")))


def _records(lines: list[list[str]]) -> Iterator[dict[str, str]]:
    """Lines as dictionaries; a file without a header gets its address column by what stands in it."""
    if not lines:
        return
    head = [_header(cell) for cell in lines[0]]
    if not set(head) & set(ADDRESS):
        found = [i for i, cell in enumerate(lines[0]) if _ADDRESS_VALUE.match(cell)]
        if not found or any(c.isalpha() and c.isascii() for c in "".join(head)):
            return
        head, lines = ["address" if i == found[-1] else f"column{i}" for i in range(len(head))], [[], *lines]
    for line in lines[1:]:
        yield dict(zip(head, (cell.strip() for cell in line), strict=False))


def _header(cell: str) -> str:
    return re.sub(r"\s", "", cell).lower()


def _features(path: Path) -> Iterator[dict[str, str]]:
    for feature in json.loads(path.read_text(encoding="utf-8-sig")).get("features", []):
        record = {_header(k): "" if v is None else str(v) for k, v in feature["properties"].items()}
        geometry = feature.get("geometry") or {}
        if geometry.get("type") == "Point":
            record["経度"], record["緯度"] = (str(v) for v in geometry["coordinates"][:2])
        yield record


def _rows(records: Iterable[dict[str, str]]) -> Iterator[Row]:
    for record in records:
        address = _value(record, ADDRESS)
        if not address:
            continue
        more = record.get("add2", "") if record.get("add1") == address else ""
        lon, lat = _degree(_value(record, LONGITUDE)), _degree(_value(record, LATITUDE))
        if not lon or not lat:
            lon = lat = None
        city = _value(record, CITY)
        if city and not fold(city).key.startswith(fold(_value(record, PREF)).key):
            city = _value(record, PREF) + city
        yield Row(address + more, city or _value(record, CODE), lon, lat)


def _value(record: dict[str, str], names: Iterable[str]) -> str:
    return next((record[name] for name in names if record.get(name)), "")


def _degree(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
