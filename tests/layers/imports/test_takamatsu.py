"""高松市 as it stands in the database after one import of the real files."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import transaction
from django.db.models import Sum
from shapely import wkb
from shapely.geometry import Point

from layers.imports import writer
from layers.imports.city import city_folder, import_city
from layers.imports.places import Locator
from layers.imports.plan import read_plan
from layers.imports.readers import read_features, read_table
from layers.imports.report import ImportReport
from layers.models import (
    Category,
    DataSource,
    District,
    DistrictScheme,
    FieldDefinition,
    Organisation,
    ProtectedPlace,
    Resource,
)

FOLDER = city_folder("takamatsu")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takamatsu")]

COUNTS = {
    "aed": 388, "clinic": 319, "dental": 222, "evacuation_space": 195, "nursery": 56, "primary_school": 53,
    "community_centre": 52, "clinic_with_beds": 44, "certified_centre": 40, "kindergarten": 37, "hospital": 32,
    "nursing_home": 29, "small_nursery": 22, "branch_office": 19, "child_base": 15, "low_cost_home": 12,
    "elderly_rest_house": 10, "health_centre": 9, "support_centre": 7, "welfare_council": 7, "home_salon": 5,
    "library": 5, "small_nursing_home": 4, "protective_home": 2, "exchange_centre": 1,
}  # fmt: skip


def test_every_row_of_every_file_is_created_or_reported(takamatsu: ImportReport) -> None:
    for plan in read_plan(FOLDER).files:
        file = takamatsu.file(plan.path)
        rows = read_table(FOLDER / plan.path, plan.sheet).rows
        assert file.read + file.blank == len(rows)
        assert file.created + file.left_out == file.read
    reasons = Counter(i.kind for i in takamatsu.file("aed_location.xlsx").issues if "left out" in i.message)
    assert reasons == {"outside_city": 62}


def test_counts_by_category() -> None:
    assert Counter(Resource.unscoped.values_list("category__code", flat=True)) == COUNTS


def test_no_position_is_zero_or_outside_the_city() -> None:
    locator = Locator("372013", "高松市", "香川県", FOLDER / "boundary.geojson")
    for name, geom in Resource.unscoped.exclude(geom_public=None).values_list("name", "geom_public"):
        assert geom is not None
        assert locator.covers(geom.x, geom.y), name
    unplaced = Resource.unscoped.filter(geom_public=None)
    assert set(unplaced.values_list("source__slug", flat=True)) == {"demo"}


def test_the_clinic_without_a_position_is_placed_by_its_address() -> None:
    clinic = Resource.unscoped.get(name__startswith="西岡耳鼻咽喉科医院")
    assert (clinic.geom_origin, clinic.town, clinic.operation) == ("geocoded", "仏生山町", "suspended")
    assert clinic.geom is not None


def test_no_name_of_an_owner_is_shipped_or_stored() -> None:
    header = (FOLDER / "hospital.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert "corporateRepresentative" not in header
    assert "establisher" in header
    text = "\n".join(path.read_text("utf-8-sig") for path in FOLDER.glob("*.csv"))
    assert not re.search(r"理事長|代表取締役|院長", text)
    public = re.compile(
        r"法人|会社|組合|協会|機構|連合会|日本赤十字社|国立大学|^(高松市|香川県|国|厚生労働省|法務省)$|センター"
    )
    for name in Organisation.unscoped.values_list("name", flat=True):
        assert public.search(name), f"{name} may be a person"


def test_workbooks_name_no_author() -> None:
    import zipfile

    for path in FOLDER.glob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            core = book.read("docProps/core.xml").decode() if "docProps/core.xml" in book.namelist() else ""
        assert not re.search(r"<(dc:creator|cp:lastModifiedBy)>[^<]", core), path.name


def test_population_joins_every_town(takamatsu: ImportReport) -> None:
    towns = District.unscoped.filter(scheme__code="towns")
    labels = [feature["properties"]["label"] for feature in read_features(FOLDER / "small_area_2015.geojson")]
    names = {row["regionName"] for row in read_table(FOLDER / "population_202602.xlsx").rows}
    assert sum(label in names for label in labels) == 231, "by the plain name"
    assert towns.count() == 244
    assert towns.filter(population=None).count() == 0, "the other 13 by rule"
    rows = read_table(FOLDER / "population_202602.xlsx").rows
    total = sum(int(row["totalPopulation"]) for row in rows)
    assert towns.aggregate(n=Sum("population"))["n"] == total
    households = sum(int(row["numberOfHouseholds"]) for row in rows)
    assert towns.aggregate(n=Sum("households"))["n"] == households
    for district in District.unscoped.all():
        assert sum(district.population_by_age.values()) == district.population
    former = District.unscoped.filter(scheme__code="former")
    assert former.aggregate(n=Sum("population"))["n"] == total
    kinds = Counter(issue.kind for issue in takamatsu.file("population_202602.xlsx").issues)
    assert kinds == {"joined_by_rule": 16}


@pytest.mark.parametrize("scheme", ["towns", "former"])
def test_polygons_are_valid_and_do_not_overlap(scheme: str) -> None:
    stored = list(District.unscoped.filter(scheme__code=scheme).values_list("title", "geom"))
    geoms = [wkb.loads(bytes(geom.wkb)) for _, geom in stored if geom]
    tree = shapely.STRtree(geoms)
    assert all(geom.is_valid and not geom.is_empty for geom in geoms)
    for index, geom in enumerate(geoms):
        for other in tree.query(geom, predicate="intersects"):
            if other > index:
                assert shapely.intersection(geom, geoms[other]).area < 1e-15, (
                    stored[index][0],
                    stored[int(other)][0],
                )


def test_former_towns_have_an_office_and_say_the_rule() -> None:
    scheme = DistrictScheme.objects.get(is_care_area=True)
    assert scheme.code == "former"
    assert "デモ用の割当" in scheme.description
    offices = {d.title: (d.office.name, d.office_phone) for d in scheme.districts.all() if d.office}  # type: ignore[attr-defined]
    assert len(offices) == 7
    assert offices["牟礼地区"] == (
        "地域包括支援センターサブセンター牟礼（牟礼総合センター２階）",
        "087-845-5711",
    )
    assert offices["旧高松市"][1] == "087-839-2811"


def allowed(definition: FieldDefinition, value: Any) -> bool:
    codes = {choice["code"] for choice in definition.choices}
    return {
        "text": lambda: isinstance(value, str) and value != "",
        "long_text": lambda: isinstance(value, str) and value != "",
        "number": lambda: isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": lambda: isinstance(value, bool),
        "choice": lambda: value in codes,
        "choices": lambda: isinstance(value, list) and bool(value) and set(value) <= codes,
        "date": lambda: re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None,
    }[definition.kind]()  # type: ignore[no-any-return]


def test_every_city_defined_value_fits_its_definition() -> None:
    fields = {field.key: field for field in FieldDefinition.objects.all()}
    used: Counter[str] = Counter()
    for name, properties in Resource.unscoped.values_list("name", "properties"):
        for key, value in properties.items():
            assert allowed(fields[key], value), (name, key, value)
            used[key] += 1
    empty = set(fields) - set(used)
    assert empty == {"parking"}, "the column exists in the file and is empty there"
    audiences = {field.audience for field in fields.values()}
    assert audiences == {"public", "members", "staff"}


def test_fields_only_where_their_categories_say() -> None:
    fields = {
        field.key: set(field.categories.values_list("id", flat=True))
        for field in FieldDefinition.objects.all()
    }
    above = {category.id: category.parent_id for category in Category.objects.all()}
    for name, category, properties in Resource.unscoped.values_list("name", "category", "properties"):
        parent = above[category]
        line = {category, parent, above.get(parent) if parent else None}
        for key in properties:
            assert not fields[key] or fields[key] & line, (name, key)


def test_the_demo_mix_is_what_the_plan_states() -> None:
    kinds = Counter(Resource.unscoped.exclude(source__slug="demo").values_list("publication", flat=True))
    total = kinds.total()
    assert 0.27 < kinds["public"] / total < 0.33
    assert 0.01 < kinds["draft"] / total < 0.04
    made_up = Resource.unscoped.exclude(vacancy="")
    assert made_up.count() > 150
    assert set(made_up.values_list("vacancy_origin", flat=True)) == {"demo"}


def test_undisclosed_demo_entries_show_no_place_but_their_district() -> None:
    salons = Resource.unscoped.filter(source__slug="demo", disclosure="area")
    assert salons.count() == 3 == ProtectedPlace.unscoped.count()
    for salon in salons:
        assert salon.name.startswith("（デモ）")
        assert (salon.geom_public, salon.address_public) == (None, "")
        assert {key.split(":")[0] for key in salon.district_keys} == {"former", "towns"}
        assert salon.withheld == ["phone"]
        assert salon.phone not in salon.search_public
    served = Resource.unscoped.get(source_key="visit-1", source__slug="demo").service_districts
    assert set(served.values_list("key", flat=True)) == {"former:mure", "former:aji"}


def test_last_update_is_the_date_of_the_file() -> None:
    rows = Resource.unscoped.order_by().values_list("source__slug", "updated_at", "source__dated_on")
    dates = set(rows)
    assert len(dates) == 17
    assert all(updated.date() == dated for _, updated, dated in dates)
    aed = DataSource.objects.get(slug="takamatsu_aed_location")
    assert str(aed.dated_on) == "2026-08-12", "the workbook's own property"


def test_every_source_carries_its_attribution() -> None:
    assert not DataSource.objects.filter(attribution="").exists()
    assert not Resource.unscoped.filter(source=None).exists()


def test_one_institution_of_two_lists_is_one_entry(takamatsu: ImportReport) -> None:
    merged = [i for i in takamatsu.file("kindergarten.xlsx").issues if i.kind == "duplicate"]
    assert len(merged) == 30
    centre = Resource.unscoped.get(name="高松市屋島こども園")
    assert centre.former_names == ["屋島こども園"]
    assert centre.properties["founder_type"] == "municipal"
    assert centre.capacity == 144


def test_a_second_import_changes_nothing() -> None:
    def snapshot() -> list[tuple[Any, ...]]:
        return [
            *Resource.unscoped.order_by("id").values_list("id", "name", "updated_at", "properties"),
            *District.unscoped.order_by("id").values_list("id", "key", "population"),
            *Organisation.unscoped.order_by("id").values_list("id", "name"),
            *FieldDefinition.objects.order_by("id").values_list("id", "key"),
            *Category.objects.order_by("id").values_list("id", "code"),
        ]

    before = snapshot()
    report = import_city(FOLDER)
    assert report.created_count == 0
    assert report.file("hospital.csv").existing == 617
    assert snapshot() == before


def test_an_import_that_breaks_off_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        Resource.unscoped.all().delete()
        District.unscoped.all().delete()
        DistrictScheme.objects.all().delete()

        def fail(*args: object) -> None:
            raise OSError("killed")

        monkeypatch.setattr(writer, "write_service_areas", fail)
        with pytest.raises(OSError, match="killed"):
            import_city(FOLDER)
        assert not Resource.unscoped.exists()
        assert not District.unscoped.exists()
        transaction.set_rollback(True)


def test_positions_agree_with_the_towns_of_their_addresses() -> None:
    """Where the gazetteer's town has one polygon of its name, nearly every resource lies in it or just beside."""
    polygons = {
        d.title: wkb.loads(bytes(d.geom.wkb))
        for d in District.unscoped.filter(scheme__code="towns")
        if d.geom
    }
    rows = Resource.unscoped.filter(town__in=polygons, geom_origin="file").values_list("town", "geom_public")
    near = [polygons[town].distance(Point(geom.x, geom.y)) < 0.003 for town, geom in rows if geom]
    assert len(near) > 1000
    assert sum(near) / len(near) > 0.98


def test_the_report_is_kept_and_readable(takamatsu: ImportReport, tmp_path: Path) -> None:
    takamatsu.write(tmp_path / "report.json")
    assert "イオン綾川ショッピングセンター" in (tmp_path / "report.json").read_text(encoding="utf-8")
    text = "\n".join(takamatsu.lines(issues_per_file=1))
    assert "aed_location.xlsx: 450 rows read, 388 created, 62 left out" in text
    assert "line 4 イオン綾川ショッピングセンター: outside the city (綾歌郡綾川町萱原822-1); left out" in text
    assert "… and 61 more" in text
