"""Divisions of a city from its files: polygons, tables of towns, population, responsible offices."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pyproj import Geod
from shapely import MultiPolygon
from shapely.geometry import Point, shape

from layers.geocoding.normalise import fold
from layers.imports.plan import CityPlan
from layers.imports.polygons import clean_cover, dissolve
from layers.imports.population import AGES, Area, Count, folded, join, read_population
from layers.imports.readers import ImportFailure, read_features, read_table
from layers.imports.report import FileReport, ImportReport, IssueKind

_GEOD = Geod(ellps="WGS84")
_KANJI = dict(zip("123456789", "一二三四五六七八九", strict=True))


@dataclass(slots=True)
class StagedDistrict:
    """One district; ``geom`` in degrees (EPSG:4326)."""

    code: str
    title: str
    geom: MultiPolygon
    reading: str = ""
    count: Count | None = None
    office: str = ""
    office_phone: str = ""
    town: str = ""


@dataclass(slots=True)
class StagedScheme:
    """A division with its districts and its table of towns (town → code)."""

    code: str
    title: str
    title_en: str
    description: str
    source: str
    districts: list[StagedDistrict]
    towns: dict[str, str] = field(default_factory=dict)
    is_approximate: bool = False
    is_care_area: bool = False
    population_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """An office that may be responsible for districts."""

    name: str
    phone: str
    lon: float
    lat: float


def stage_schemes(
    city: CityPlan, gazetteer_towns: Iterable[str], offices: Sequence[Office], report: ImportReport
) -> list[StagedScheme]:
    """All schemes of the city, the one an address is answered with first at the head."""
    plan = city.districts
    if plan["kind"] == "table":
        return [_from_table(city, plan["table"], set(gazetteer_towns), report)]
    towns = _towns(city, plan["towns"], report)
    return [_former(plan["former"], towns, gazetteer_towns, offices), towns]


def _towns(city: CityPlan, plan: Mapping[str, Any], report: ImportReport) -> StagedScheme:
    """町丁・字: one district per published polygon, in the order of its id."""
    features = sorted(read_features(city.folder / plan["file"]), key=lambda feature: str(feature["id"]))
    raw = [shape(feature["geometry"]) for feature in features]
    labels = [feature["properties"]["label"] for feature in features]
    _report_repairs(labels, raw, report.file(plan["file"]))
    counts, day = read_population(city.folder / plan["population"])
    file = report.file(plan["population"])
    file.read = len(counts)
    people_2015 = [int(feature["properties"].get("population") or 0) for feature in features]
    areas = [Area(label, weight) for label, weight in zip(labels, people_2015, strict=True)]
    joined = join(areas, counts, plan["aliases"], file)
    districts = [
        StagedDistrict(feature["id"].rsplit("/", 1)[-1], title, geom, count=count, town=label)
        for feature, title, geom, count, label in zip(
            features, town_titles(labels), clean_cover(raw), joined, labels, strict=True
        )
    ]
    return StagedScheme(
        plan["code"],
        plan["title"],
        plan["title_en"],
        plan["description"],
        plan["source"],
        districts,
        population_on=day,
    )


def _report_repairs(labels: Sequence[str], raw: Sequence[Any], file: FileReport) -> None:
    file.read = len(raw)
    for label, geom in zip(labels, raw, strict=True):
        if not geom.is_valid:
            file.add(
                IssueKind.POLYGON_REPAIRED,
                None,
                label,
                "geometry",
                _("a ring that crosses itself was repaired"),
            )


def town_titles(labels: Sequence[str]) -> list[str]:
    """Names as addresses have them (番町１丁目 → 番町一丁目); equal names are numbered in the order given."""
    plain = [
        re.sub(r"([1-9])丁目$", lambda found: _KANJI[found[1]] + "丁目", folded(label)) for label in labels
    ]
    seen: dict[str, int] = {}
    titles = []
    for name in plain:
        seen[name] = seen.get(name, 0) + 1
        titles.append(f"{name}（{seen[name]}）" if plain.count(name) > 1 else name)
    return titles


def _former(
    plan: Mapping[str, Any], towns: StagedScheme, gazetteer_towns: Iterable[str], offices: Sequence[Office]
) -> StagedScheme:
    """旧町地区: towns by the beginning of their name, everything else the rest; people summed."""
    kinds = [*plan["prefixes"], {**plan["rest"], "prefix": ""}]

    def code_of(town: str) -> str:
        return next(str(kind["code"]) for kind in kinds if town.startswith(kind["prefix"]))

    districts = []
    for kind in [kinds[-1], *kinds[:-1]]:
        members = [d for d in towns.districts if code_of(d.town) == kind["code"]]
        district = StagedDistrict(
            kind["code"], kind["title"], dissolve([d.geom for d in members]), kind["reading"], Count()
        )
        for member in members:
            if member.count and district.count:
                district.count.add(member.count)
        assign_office(district, offices)
        districts.append(district)
    return StagedScheme(
        plan["code"], plan["title"], plan["title_en"], plan["description"], plan["source"], districts,
        {town: code_of(town) for town in gazetteer_towns}, is_care_area=plan["is_care_area"],
        population_on=towns.population_on,
    )  # fmt: skip


def assign_office(district: StagedDistrict, offices: Sequence[Office]) -> None:
    """The demo's rule: the first office standing in the district, else the one nearest to its middle."""
    if not offices:
        return
    inside = [office for office in offices if district.geom.covers(Point(office.lon, office.lat))]
    middle = district.geom.representative_point()
    nearest = min(offices, key=lambda o: _GEOD.inv(middle.x, middle.y, o.lon, o.lat)[2])
    office = inside[0] if inside else nearest
    district.office, district.office_phone = office.name, office.phone


def _from_table(
    city: CityPlan, plan: Mapping[str, Any], gazetteer_towns: set[str], report: ImportReport
) -> StagedScheme:
    """Districts from approximate polygons with a table of towns that decides before them."""
    features = sorted(
        read_features(city.folder / plan["file"]), key=lambda f: int(f["properties"]["district_no"])
    )
    raw = [shape(feature["geometry"]) for feature in features]
    names = [feature["properties"]["name"] for feature in features]
    _report_repairs(names, raw, report.file(plan["file"]))
    phones = {o["name"]: o.get("phone", "") for o in city.organisations}
    districts = []
    for name, geom in zip(names, clean_cover(raw), strict=True):
        office = plan["offices"].get(name, plan["offices"]["*"])
        districts.append(
            StagedDistrict(
                plan["codes"][name], name, geom, plan["readings"][name], None, office, phones[office]
            )
        )
    return StagedScheme(
        plan["code"], plan["title"], plan["title_en"], plan["description"], plan["source"], districts,
        _town_table(city, plan, gazetteer_towns, report), plan["is_approximate"], plan["is_care_area"],
    )  # fmt: skip


def _town_table(
    city: CityPlan, plan: Mapping[str, Any], gazetteer_towns: set[str], report: ImportReport
) -> dict[str, str]:
    """Town as the gazetteer spells it → code of its district. Raises :class:`ImportFailure` for an unknown district."""
    table = read_table(city.folder / plan["towns"])
    table.require(["town", "district"])
    file = report.file(table.file)
    spelt = {fold(town).key: town for town in sorted(gazetteer_towns)}
    found: dict[str, str] = {}
    for row in table.rows:
        file.read += 1
        if row["district"] not in plan["codes"]:
            message = _("There is no district %(name)s.") % {"name": row["district"]}
            raise ImportFailure(message, table.file, "", row.number, "district")
        town = row["town"] if row["town"] in gazetteer_towns else spelt.get(fold(row["town"]).key, "")
        if not town:
            file.add(
                IssueKind.NOT_JOINED, row.number, row["town"], "town", _("the gazetteer has no such town")
            )
        found[town or row["town"]] = plan["codes"][row["district"]]
    return found


def age_json(count: Count | None) -> dict[str, int]:
    """Population by age as :class:`layers.models.District` keeps it."""
    return {age: count.by_age[age] for age in AGES} if count else {}
