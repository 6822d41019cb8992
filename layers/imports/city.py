"""A city from its folder of files: stage and check everything, then write it in one transaction (design §6)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from layers.imports import demo, sites, writer
from layers.imports.catalogue import load_categories, load_fields, load_fields_of_support, read_fields
from layers.imports.districts import Office, StagedScheme, stage_schemes
from layers.imports.mapping import FileMapper
from layers.imports.merging import merge_duplicates, settle_office_numbers, unify_organisations
from layers.imports.places import Locator
from layers.imports.plan import CityPlan, read_plan
from layers.imports.readers import read_table
from layers.imports.report import ImportReport
from layers.imports.staging import StagedResource
from layers.indexes import refresh_grams
from layers.models import DistrictScheme, GazetteerTown

INITIAL = "initial"


def city_folder(slug: str) -> Path:
    """Folder of a demo city in ``fixtures``."""
    return Path(settings.BASE_DIR) / "fixtures" / "cities" / slug


def demo_cities() -> list[str]:
    """Names of the demo cities that are shipped."""
    return sorted(path.parent.name for path in city_folder("").glob("*/city.json"))


@dataclass(slots=True)
class Staged:
    """Everything read and checked, nothing written."""

    city: CityPlan
    resources: list[StagedResource]
    schemes: list[StagedScheme]
    fields: dict[str, dict[str, object]]
    report: ImportReport


def stage_city(folder: Path, *, with_demo: bool = True) -> Staged:
    """Read, check, place and group all files of a city. Raises :class:`layers.imports.readers.ImportFailure`.

    ``with_demo`` adds what the demo makes up (publication, vacancy, entries); without it everything is a draft.
    """
    city = read_plan(folder)
    report = ImportReport(city.title)
    fields = read_fields(folder / "fields.json")
    locator = Locator(city.lg_code, city.title, city.pref, folder / city.boundary)
    resources = merge_duplicates(_stage_files(city, fields, locator, report), city, report)
    settle_office_numbers(resources, report)
    unify_organisations(resources)
    schemes = stage_schemes(city, gazetteer_towns(city.lg_code), _offices(city, resources), report)
    sites.group(resources, {plan.path: plan.sites for plan in city.files})
    if with_demo:
        demo.make_up(resources, city)
        resources += demo.entries(city, locator)
    else:
        for resource in resources:
            resource.publication = "draft"
    return Staged(city, resources, schemes, fields, report)


def _stage_files(
    city: CityPlan, fields: dict[str, dict[str, object]], locator: Locator, report: ImportReport
) -> list[StagedResource]:
    sources = {source.slug: source for source in city.sources}
    resources: list[StagedResource] = []
    for plan in city.files:
        table = read_table(city.folder / plan.path, plan.sheet)
        mapper = FileMapper(city, plan, sources[plan.source], fields, locator, report.file(plan.path))
        resources += mapper.stage(table)
    return resources


def gazetteer_towns(lg_code: str) -> list[str]:
    """Names of the city's towns as the gazetteer spells them."""
    rows = GazetteerTown.objects.filter(lg_code=lg_code).order_by("town").values_list("town", flat=True)
    return list(rows.distinct())


def _offices(city: CityPlan, resources: Sequence[StagedResource]) -> list[Office]:
    """Offices districts may be given to: the rows of the file the plan names."""
    source = city.districts.get("former", {}).get("offices")
    return [
        Office(r.name, r.phone, r.place.lon, r.place.lat)
        for r in resources
        if r.source == source and r.place.lon is not None and r.place.lat is not None
    ]


def apply_import(staged: Staged) -> ImportReport:
    """Write what was staged in one transaction; a second time nothing changes. Returns the report."""
    report, city = staged.report, staged.city
    with transaction.atomic():
        transaction.on_commit(refresh_grams)
        sources = writer.write_sources(city.sources)
        initial = city.folder.parent.parent / INITIAL
        categories = load_categories(initial / "categories.json")
        report.created[_("fields of support")] = load_fields_of_support(initial / "fields_of_support.json")
        report.created[_("field definitions")] = load_fields(staged.fields, categories)
        organisations = writer.write_organisations(city, staged.schemes, staged.resources)
        report.created[_("districts")] = writer.write_schemes(
            staged.schemes, city.lg_code, sources, organisations
        )
        fresh = writer.new_resources(staged.resources, sources, report)
        sites_by_id = writer.write_sites(fresh, organisations)
        created = writer.write_resources(fresh, sources, categories, organisations, sites_by_id)
        writer.write_service_areas(fresh, created, city)
    report.created |= {
        _("sites"): len(sites_by_id),
        _("resources"): len(created),
        _("district schemes"): DistrictScheme.objects.count(),
    }
    return report


def import_city(folder: Path, *, with_demo: bool = True) -> ImportReport:
    """:func:`stage_city` and :func:`apply_import`, timed."""
    began = time.monotonic()
    report = apply_import(stage_city(folder, with_demo=with_demo))
    report.seconds = round(time.monotonic() - began, 1)
    return report
