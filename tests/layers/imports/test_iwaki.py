"""いわき市 as it stands in the database after one import of the real files."""

from collections import Counter

import pytest
import shapely
from shapely import wkb

from layers.imports.city import city_folder
from layers.imports.places import Locator
from layers.imports.readers import read_table
from layers.imports.report import ImportReport
from layers.models import DistrictScheme, DistrictTown, GazetteerTown, Resource, Site

FOLDER = city_folder("iwaki")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("iwaki")]


def test_every_row_is_there(iwaki: ImportReport) -> None:
    kinds = Counter(Resource.unscoped.values_list("source__slug", flat=True))
    assert kinds == {
        "iwaki_emergency": 295, "iwaki_evacuation": 280, "iwaki_kaigo": 206, "iwaki_support_offices": 4, "demo": 3,
    }  # fmt: skip
    assert iwaki.created_count == 788


def test_services_of_one_office_share_a_site() -> None:
    """Independently: rows of one office number less than 300 m apart stand on one site."""
    numbers = Counter(row["事業所番号"] for row in read_table(FOLDER / "kaigo.csv").rows)
    for number, count in numbers.items():
        sites = set(Resource.unscoped.filter(office_number=number).values_list("site", flat=True))
        assert count == 1 or len(sites) == 1, number
    onahama = Site.unscoped.get(name="介護老人保健施設 小名浜ときわ苑")
    assert onahama.resources.count() == 5  # type: ignore[attr-defined]
    services = set(onahama.resources.values_list("geom_public", "address_public"))  # type: ignore[attr-defined]
    assert len(services) == 1


def test_both_kinds_of_shelter_share_their_site() -> None:
    school = Resource.unscoped.get(name="江名中学校")
    yard = Resource.unscoped.get(name="江名中学校校庭")
    assert school.site_id == yard.site_id is not None
    assert (school.category.code, yard.category.code) == ("evacuation_shelter", "evacuation_space")
    assert yard.properties["hazard_tsunami"] is True
    assert "hazard_earthquake" not in yard.properties


def test_visiting_services_say_where_they_go() -> None:
    visits = Resource.unscoped.filter(delivery="visits", source__slug="iwaki_kaigo")
    assert visits.count() == 11
    for service in visits:
        assert service.service_area in {"city", "districts"}
        assert "デモ用" in service.description
        own = set(service.district_keys)
        assert service.service_area == "city" or own <= set(
            service.service_districts.values_list("key", flat=True)
        )
    assert Counter(visits.values_list("service_area", flat=True)).keys() == {"city", "districts"}


def test_all_375_towns_of_the_table_are_towns_of_the_gazetteer(iwaki: ImportReport) -> None:
    known = set(GazetteerTown.objects.filter(lg_code="072044").values_list("town", flat=True))
    table = DistrictTown.objects.filter(scheme__code="chiku", lg_code="072044")
    assert table.count() == 375 == len(read_table(FOLDER / "town_to_district.csv").rows)
    assert set(table.values_list("town", flat=True)) <= known
    assert iwaki.file("town_to_district.csv").issues == []


def test_the_table_decides_before_the_polygon() -> None:
    table = dict(DistrictTown.objects.values_list("town", "district__key"))
    for resource in Resource.unscoped.exclude(town="").values("name", "town", "district_keys"):
        assert resource["district_keys"] == [table[resource["town"]]], resource["name"]


def test_districts_are_approximate_and_do_not_overlap() -> None:
    scheme = DistrictScheme.objects.get()
    assert scheme.is_approximate
    assert scheme.is_care_area
    geoms = [wkb.loads(bytes(d.geom.wkb)) for d in scheme.districts.all() if d.geom]  # type: ignore[attr-defined]
    assert len(geoms) == 13
    assert all(
        shapely.intersection(a, b).area < 1e-15 for index, a in enumerate(geoms) for b in geoms[index + 1 :]
    )


def test_only_taira_has_an_office_from_the_data() -> None:
    scheme = DistrictScheme.objects.get()
    assert "デモ用の割当" in scheme.description
    offices = {d.title: d.office.name for d in scheme.districts.all() if d.office}  # type: ignore[attr-defined]
    assert offices.pop("平") == "平地区保健福祉センター"
    assert set(offices.values()) == {"いわき市生活・就労支援センター"}
    assert len(offices) == 12


def test_no_position_is_outside_the_city_or_far_from_its_address(iwaki: ImportReport) -> None:
    locator = Locator("072044", "いわき市", "福島県", FOLDER / "boundary.geojson")
    for name, geom in Resource.unscoped.exclude(geom_public=None).values_list("name", "geom_public"):
        assert geom is not None
        assert locator.covers(geom.x, geom.y), name
    halls = Resource.unscoped.filter(name="下小川集会所", source__slug="iwaki_evacuation")
    assert {(hall.town, hall.geom_origin) for hall in halls} == {
        ("小川町下小川", "geocoded"),
        ("川部町", "geocoded"),
    }
    wrong = [i for i in iwaki.file("evacuation.geojson").issues if i.kind == "position_wrong"]
    assert [issue.row for issue in wrong] == [81, 161]


def test_fields_of_the_file() -> None:
    service = Resource.unscoped.get(name="i-step訪問入浴")
    assert service.properties["service_weekdays"] == ["mon", "tue", "wed", "thu", "fri", "sat", "holiday"]
    assert service.fax == "0246-88-7579"
    assert service.reading == "アイステップホウモンニュウヨク"
    assert service.organisation is not None
    assert service.organisation.name == "i-step株式会社"
    both = Resource.unscoped.filter(properties__has_key="for_elderly_and_disabled")
    assert both.count() == 24
