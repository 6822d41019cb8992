"""Staged rows into the database, in few statements. What is there already stays as it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.utils import timezone
from shapely import wkb

from layers.crs import STORAGE_SRID
from layers.imports.districts import StagedScheme, age_json
from layers.imports.plan import CityPlan, SourcePlan
from layers.imports.report import ImportReport
from layers.imports.staging import StagedPlace, StagedResource, StagedSite
from layers.models import (
    Category,
    DataSource,
    District,
    DistrictScheme,
    DistrictTown,
    Organisation,
    ProtectedPlace,
    Resource,
    Site,
)

BATCH = 500
JAPAN = ZoneInfo("Asia/Tokyo")


def write_sources(plans: Iterable[SourcePlan]) -> dict[str, DataSource]:
    """All sources by slug; those missing are created."""
    return {
        plan.slug: DataSource.objects.get_or_create(
            slug=plan.slug,
            defaults={
                name: getattr(plan, name)
                for name in (
                    "title",
                    "publisher",
                    "licence",
                    "licence_url",
                    "attribution",
                    "url",
                    "dated_on",
                    "note",
                )
            },
        )[0]
        for plan in plans
    }


def write_organisations(
    city: CityPlan, schemes: Sequence[StagedScheme], resources: Sequence[StagedResource]
) -> dict[str, Organisation]:
    """Organisations by name: those of the plan, offices of districts, and whoever runs a resource."""
    wanted = {raw["name"]: Organisation(**raw) for raw in city.organisations}
    for scheme in schemes:
        for district in scheme.districts:
            if district.office:
                wanted.setdefault(
                    district.office, Organisation(name=district.office, phone=district.office_phone)
                )
    numbers = {organisation.corporate_number for organisation in wanted.values()}
    for resource in resources:
        name = resource.organisation
        if name and name not in wanted:
            number = resource.corporate_number if len(resource.corporate_number) == 13 else ""
            wanted[name] = Organisation(name=name, corporate_number="" if number in numbers else number)
            numbers.add(number)
    known = {
        organisation.name: organisation for organisation in Organisation.unscoped.filter(name__in=wanted)
    }
    taken = set(Organisation.unscoped.exclude(corporate_number="").values_list("corporate_number", flat=True))
    missing = [organisation for name, organisation in wanted.items() if name not in known]
    for organisation in missing:
        if organisation.corporate_number in taken:
            organisation.corporate_number = ""
    return known | {o.name: o for o in Organisation.unscoped.bulk_create(missing, BATCH)}


def write_schemes(
    schemes: Sequence[StagedScheme],
    lg_code: str,
    sources: Mapping[str, DataSource],
    organisations: Mapping[str, Organisation],
) -> int:
    """Create schemes that are missing, with districts and tables of towns; how many districts."""
    created = 0
    for order, staged in enumerate(schemes, start=1):
        if DistrictScheme.objects.filter(code=staged.code).exists():
            continue
        scheme = DistrictScheme.objects.create(
            code=staged.code, title=staged.title, title_en=staged.title_en, description=staged.description, order=order,
            is_approximate=staged.is_approximate, is_care_area=staged.is_care_area, source=sources[staged.source],
        )  # fmt: skip
        created += len(_write_districts(scheme, staged, lg_code, organisations))
    return created


def _write_districts(
    scheme: DistrictScheme, staged: StagedScheme, lg_code: str, organisations: Mapping[str, Organisation]
) -> list[District]:
    rows = [
        District(
            scheme=scheme, code=d.code, key=f"{scheme.code}:{d.code}", title=d.title, reading=d.reading, order=order,
            geom=_multi(wkb.dumps(d.geom)), office=organisations.get(d.office), office_phone=d.office_phone,
            population=d.count.population if d.count else None, population_by_age=age_json(d.count),
            population_on=staged.population_on if d.count else None, households=d.count.households if d.count else None,
        )
        for order, d in enumerate(staged.districts, start=1)
    ]  # fmt: skip
    created = District.unscoped.bulk_create(rows, BATCH)
    by_code = {district.code: district for district in created}
    DistrictTown.objects.bulk_create(
        [
            DistrictTown(scheme=scheme, lg_code=lg_code, town=town, district=by_code[code])
            for town, code in sorted(staged.towns.items())
        ],
        BATCH,
    )
    return created


def _multi(data: bytes) -> MultiPolygon:
    geom = GEOSGeometry(memoryview(data), srid=STORAGE_SRID)
    return geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=STORAGE_SRID)


def _place(place: StagedPlace) -> dict[str, object]:
    point = Point(place.lon, place.lat, srid=STORAGE_SRID) if place.is_placed else None
    return {
        "address": place.address, "building": place.building, "lg_code": place.lg_code, "town": place.town,
        "geom": point, "geom_origin": place.origin, "geom_precision": place.precision,
    }  # fmt: skip


def write_sites(
    resources: Sequence[StagedResource], organisations: Mapping[str, Organisation]
) -> dict[int, Site]:
    """Sites of the given resources, by the identity of the staged site."""
    staged: dict[int, StagedSite] = {id(r.site): r.site for r in resources if r.site}
    rows = [
        Site(
            name=site.name,
            phone=site.phone,
            organisation=organisations.get(site.organisation),
            **_place(site.place),
        )
        for site in staged.values()
    ]
    return dict(zip(staged, Site.unscoped.bulk_create(rows, BATCH), strict=True))


def new_resources(
    resources: Sequence[StagedResource], sources: Mapping[str, DataSource], report: ImportReport
) -> list[StagedResource]:
    """Those not there yet, by source and key; the others are counted as existing and left alone."""
    known = set(
        Resource.unscoped.filter(source__in=sources.values()).values_list("source__slug", "source_key")
    )
    fresh = []
    for resource in resources:
        file = report.file(resource.file)
        if (resource.source, resource.source_key) in known:
            file.existing += 1
        else:
            file.created += 1
            fresh.append(resource)
    return fresh


def write_resources(
    staged: Sequence[StagedResource],
    sources: Mapping[str, DataSource],
    categories: Mapping[str, Category],
    organisations: Mapping[str, Organisation],
    sites: Mapping[int, Site],
) -> list[Resource]:
    """Create the resources with their protected places; derived columns are the database's business."""
    rows = [
        Resource(
            source=sources[r.source], category=categories[r.category], organisation=organisations.get(r.organisation),
            site=sites[id(r.site)] if r.site else None, **_values(r), **_place(r.place),
        )
        for r in staged
    ]  # fmt: skip
    created = Resource.unscoped.bulk_create(rows, BATCH)
    ProtectedPlace.unscoped.bulk_create(
        [_protected(row, r.hidden_place) for row, r in zip(created, staged, strict=True) if r.hidden_place]
    )
    return created


def _protected(resource: Resource, place: StagedPlace) -> ProtectedPlace:
    point = Point(place.lon, place.lat, srid=STORAGE_SRID) if place.is_placed else None
    return ProtectedPlace(
        resource=resource, address=place.address, lg_code=place.lg_code, town=place.town, geom=point
    )


def _values(r: StagedResource) -> dict[str, object]:
    day = _midday(r.updated_on)
    names = (
        "name reading former_names phone fax url opening_hours description capacity office_number operation opened_on "
        "delivery service_area properties disclosure withheld publication vacancy vacancy_origin source_key"
    ).split()
    return {
        **{name: getattr(r, name) for name in names},
        "fields_of_support": list(r.support), "updated_at": day,
        "vacancy_as_of": _stated_at(r, day) if r.vacancy else None,
    }  # fmt: skip


def _stated_at(r: StagedResource, day: datetime.datetime) -> datetime.datetime:
    """The file's day; what the demo makes up is so many days old when it is loaded."""
    if r.vacancy_age_days is None:
        return day
    return timezone.now().replace(microsecond=0) - datetime.timedelta(days=r.vacancy_age_days)


def _midday(day: datetime.date | None) -> datetime.datetime:
    """最終更新日 is the file's date: noon in Japan, so that it is the same day in every zone of the country."""
    assert day is not None
    return datetime.datetime.combine(day, datetime.time(12), JAPAN)


def write_service_areas(
    staged: Sequence[StagedResource], created: Sequence[Resource], city: CityPlan
) -> None:
    """Districts served: those the entry names, else (the demo's rule) its own district and those that touch it."""
    wanted = [(r, row) for r, row in zip(staged, created, strict=True) if r.service_area == "districts"]
    if not wanted:
        return
    named = {
        raw["key"]: raw["service_districts"] for raw in city.demo["entries"] if "service_districts" in raw
    }
    by_key = {district.key: district for district in District.unscoped.all()}
    keys_of = dict(
        Resource.unscoped.filter(pk__in=[row.pk for _, row in wanted]).values_list("pk", "district_keys")
    )
    links = []
    for resource, row in wanted:
        keys = named.get(resource.source_key) if resource.source == "demo" else None
        served = [by_key[key] for key in keys] if keys else _around([by_key[key] for key in keys_of[row.pk]])
        links += [Resource.service_districts.through(resource=row, district=district) for district in served]
    Resource.service_districts.through.objects.bulk_create(links, BATCH)


def _around(own: Sequence[District]) -> list[District]:
    found: dict[int, District] = {}
    for district in own:
        near = District.unscoped.filter(scheme=district.scheme_id, geom__intersects=district.geom)
        found |= {d.pk: d for d in (district, *near)}
    return list(found.values())
