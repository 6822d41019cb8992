"""Screens of districts as pages: boundaries, imports, tables of towns, progress (R24)."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from shapely.geometry import box, mapping

from gisportal.audit.models import AuditEntry
from layers import memberships
from layers.access import Level
from layers.models import District, DistrictImport, DistrictScheme, DistrictTown
from tests.factories import LAT, LON, make_district, make_resource
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db
BOW = {
    "type": "Polygon",
    "coordinates": [[[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]],
}


def url(name: str, *args: Any) -> str:
    return reverse(f"portal:settings:{name}", args=args)


@pytest.fixture
def boss(signed_in: SignedIn) -> Client:
    return signed_in(Level.ADMINISTRATOR)


@pytest.fixture
def area() -> District:
    return make_district(title="中央")


def values(**more: Any) -> dict[str, Any]:
    return {
        "code": "one", "title": "中央", "reading": "ちゅうおう", "office": "", "office_phone": "", "population": "",
        "households": "", "population_on": "", "geom": "", **more,
    }  # fmt: skip


def square(west: float, east: float) -> str:
    return json.dumps(mapping(box(LON + west, LAT, LON + east, LAT + 0.01)))


def file_of(*shapes: Any) -> SimpleUploadedFile:
    features = [
        {"type": "Feature", "properties": {"code": f"d{i}", "name": f"地区{i}"}, "geometry": mapping(shape)}
        for i, shape in enumerate(shapes)
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return SimpleUploadedFile("地区.geojson", data)


@pytest.mark.parametrize("level", [Level.A, Level.B, Level.C, Level.D])
def test_every_page_is_the_administrators_alone(
    signed_in: SignedIn, client: Client, level: Level, area: District
) -> None:
    waiting = DistrictImport.objects.create(scheme=area.scheme, file_name="x", data=b"{}")
    person = signed_in(level)
    addresses = [url(name) for name in ("districts", "scheme-add", "districts-progress")]
    addresses += [
        url(name, "area")
        for name in ("scheme", "scheme-edit", "scheme-move", "scheme-delete", "district-upload", "district-towns",
                     "district-towns-csv", "district-add")
    ]  # fmt: skip
    addresses += [url(name, "area", area.pk) for name in ("district", "district-delete")]
    addresses += [url(name, waiting.pk) for name in ("district-import", "district-import-decide")]
    for address in addresses:
        assert person.get(address).status_code == 403, address
        assert person.post(address, values(title="x", answer="no", act="save", table="")).status_code in {
            403,
            405,
        }
        assert client.get(address).status_code == 302, address
    area.refresh_from_db()
    waiting.refresh_from_db()
    assert (area.title, waiting.state) == ("中央", "staged")


def test_a_scheme_and_its_district_are_made_and_answer_an_address(boss: Client) -> None:
    boss.post(url("scheme-add"), {"code": "care", "title": "日常生活圏域", "is_care_area": "on"})
    text = square(-0.01, 0.01)
    answer = boss.post(
        url("district-add", "care"),
        values(geom=text, office="西包括", office_phone="087-1", population="１２００"),
    )
    assert answer.status_code == 422, "a full-width number is no number here"
    boss.post(
        url("district-add", "care"),
        values(geom=text, office="西包括", office_phone="087-1", population="1,200"),
    )
    row = District.unscoped.get(key="care:one")
    assert (row.population, row.office and row.office.name, row.office_phone) == (1200, "西包括", "087-1")
    found = make_resource(lon=LON, lat=LAT + 0.005)
    assert found.district_keys == ["care:one"]
    page = boss.get(url("scheme", "care")).content.decode()
    assert "西包括" in page and "1,200" in page and "2.04" in page
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"districts.scheme_created", "districts.created"} <= actions


@pytest.mark.parametrize(
    "text",
    [
        "hello", "{}", '{"type": "Polygon"}', '{"type": "Point", "coordinates": [134, 34]}', "POINT(134 34)",
        "LINESTRING(1 2, 3 4)",
        "SRID=6672;POLYGON((0 0,1 0,1 1,0 0))", "POLYGON((0 0,1 0,1 1,0 0))",
        "POLYGON((34 134,34.1 134,34.1 134.1,34 134))",
        "POLYGON EMPTY", '{"type":"Polygon","coordinates":[[[1e999,1],[1,2],[2,2],[1e999,1]]]}', "[" * 100_000,
        '{"type":"Feature","geometry":null}', "POLYGON((134 34, 134 34, 134 34, 134 34))",
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_said_beside_it_and_kept(boss: Client, area: District, text: str) -> None:
    before = area.geom
    answer = boss.post(url("district", "area", area.pk), values(title="新しい名", geom=text))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_geom"' in page and "新しい名" in page
    area.refresh_from_db()
    assert (area.title, area.geom) == ("中央", before)


def test_a_crossing_outline_is_refused_with_its_place_and_cleaned_with_consent(
    boss: Client, area: District
) -> None:
    text = json.dumps(BOW)
    page = boss.post(url("district", "area", area.pk), values(geom=text)).content.decode()
    assert f"{LAT + 0.005:.5f}" in page and 'name="cleans"' in page
    answer = boss.post(url("district", "area", area.pk), values(geom=text, cleans="on"))
    assert answer.status_code == 302
    area.refresh_from_db()
    assert area.geom is not None and area.geom.valid and len(area.geom) == 2


def test_an_overlap_is_measured_and_needs_consent(boss: Client, area: District) -> None:
    other = make_district(code="two", title="東", box=(LON + 0.06, LAT, LON + 0.07, LAT + 0.01))
    text = square(0.0, 0.061)
    answer = boss.post(url("district", "area", area.pk), values(geom=text))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "東" in page and 'name="accepts_overlaps"' in page
    assert (
        boss.post(url("district", "area", area.pk), values(geom=text, accepts_overlaps="on")).status_code
        == 302
    )
    area.refresh_from_db()
    assert area.geom is not None and other.geom is not None and area.geom.intersects(other.geom)


def test_wkt_and_features_are_read_too(boss: Client, area: District) -> None:
    wkt = box(LON, LAT, LON + 0.01, LAT + 0.01).wkt
    for text in (
        wkt,
        f"SRID=4326;{wkt}",
        json.dumps({"type": "Feature", "properties": {}, "geometry": json.loads(square(0, 0.02))}),
    ):
        assert boss.post(url("district", "area", area.pk), values(geom=text)).status_code == 302, text
    area.refresh_from_db()
    assert area.geom is not None and area.geom.extent[2] == pytest.approx(LON + 0.02)


def test_a_boundary_that_was_not_touched_is_not_rounded(boss: Client, area: District) -> None:
    fine = box(LON + 0.123456789123, LAT, LON + 0.13, LAT + 0.01)
    area.geom = f"SRID=4326;MULTIPOLYGON((({','.join(f'{x!r} {y!r}' for x, y in fine.exterior.coords)})))"  # type: ignore[assignment]
    area.save()
    area.refresh_from_db()
    before = area.geom
    page = boss.get(url("district", "area", area.pk))
    boss.post(url("district", "area", area.pk), values(title="新", geom=page.context["form"]["geom"].value()))
    area.refresh_from_db()
    assert area.title == "新"
    assert area.geom is not None and before is not None and area.geom.equals_exact(before, 0)


# --- imports -------------------------------------------------------------------------------------------------------


def test_a_file_is_looked_at_and_then_taken_over(boss: Client, area: District) -> None:
    shapes = [box(LON + i * 0.01, LAT, LON + 0.0105 + i * 0.01, LAT + 0.01) for i in range(2)]
    answer = boss.post(url("district-upload", "area"), {"file": file_of(*shapes)})
    waiting = DistrictImport.objects.get()
    assert answer["Location"] == url("district-import", waiting.pk)
    page = boss.get(answer["Location"])
    text = page.content.decode()
    assert "地区1" in text and "data-show-piece" in text and "中央" in text
    seen = page.context["digest"]
    assert District.unscoped.count() == 1
    boss.post(url("district-import-decide", waiting.pk), {"answer": "yes", "seen": seen})
    assert set(District.unscoped.values_list("title", flat=True)) == {"中央", "地区0", "地区1"}
    assert AuditEntry.objects.filter(action="districts.imported").exists()
    again = boss.post(url("district-import-decide", waiting.pk), {"answer": "yes", "seen": seen}, follow=True)
    assert again.status_code == 200
    assert District.unscoped.count() == 3


def test_a_decision_on_what_nobody_saw_is_refused(boss: Client, area: District) -> None:
    boss.post(url("district-upload", "area"), {"file": file_of(box(LON, LAT, LON + 0.01, LAT + 0.01))})
    waiting = DistrictImport.objects.get()
    answer = boss.post(url("district-import-decide", waiting.pk), {"answer": "yes", "seen": "0" * 64})
    assert answer.status_code == 422
    assert District.unscoped.count() == 1
    boss.post(url("district-import-decide", waiting.pk), {"answer": "no"})
    waiting.refresh_from_db()
    assert (waiting.state, bytes(waiting.data)) == ("dismissed", b"")


def test_other_ways_to_read_are_chosen(boss: Client, area: District) -> None:
    boss.post(url("district-upload", "area"), {"file": file_of(box(LON, LAT, LON + 0.01, LAT + 0.01))})
    waiting = DistrictImport.objects.get()
    choices = {
        "code_field": "",
        "title_field": "code",
        "reading_field": "",
        "srid": "6668",
        "encoding": "",
        "layer": "",
    }
    assert boss.post(url("district-import", waiting.pk), choices).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.options["title_field"], waiting.options["srid"]) == ("code", 6668)
    bad = boss.post(url("district-import", waiting.pk), {**choices, "srid": "9999", "code_field": "nothing"})
    assert bad.status_code == 422
    outside = boss.post(url("district-import", waiting.pk), {**choices, "srid": "6672"}, follow=True)
    assert "度です" in outside.content.decode()


def test_a_file_that_is_none_gets_words(boss: Client, area: District) -> None:
    for data in (b"hello", b"PK\x03\x04" + b"\0" * 50):
        answer = boss.post(url("district-upload", "area"), {"file": SimpleUploadedFile("x.zip", data)})
        assert answer.status_code == 422
        assert 'href="#id_file"' in answer.content.decode()
    assert boss.post(url("district-upload", "area"), {}).status_code == 422
    assert not DistrictImport.objects.exists()


def test_names_in_a_file_are_text_never_markup(boss: Client, area: District) -> None:
    document = json.loads(file_of(box(LON, LAT, LON + 0.01, LAT + 0.01)).read())
    document["features"][0]["properties"]["name"] = "<script>x</script>"
    data = json.dumps(document).encode()
    boss.post(url("district-upload", "area"), {"file": SimpleUploadedFile("<b>.geojson", data)})
    page = boss.get(url("district-import", DistrictImport.objects.get().pk)).content.decode()
    assert "<script>x" not in page and "<b>.geojson" not in page
    assert "&lt;script&gt;x" in page


# --- towns, progress -----------------------------------------------------------------------------------------------


def test_a_table_of_towns_is_shown_checked_and_saved(boss: Client, area: District) -> None:
    resource = make_resource(lon=None, address="番町1", lg_code="372013", town="番町")
    table = "lg_code,town,district\n372013,番町,one\n372013,亀井町,中央\n"
    address = url("district-towns", "area")
    shown = boss.post(address, {"table": table, "act": "check"})
    assert shown.context["change_count"] == 2 and not DistrictTown.objects.exists()
    assert boss.post(address, {"table": table, "act": "save"}).status_code == 302
    resource.refresh_from_db()
    assert resource.district_keys == ["area:one"]
    assert boss.get(url("district-towns-csv", "area")).content.decode("utf-8-sig") == (
        "lg_code,town,district\n372013,亀井町,one\n372013,番町,one\n"
    )
    file = SimpleUploadedFile("t.csv", "lg_code,town,district\n372013,亀井町,one\n".encode("cp932"))
    shown = boss.post(address, {"file": file, "table": "", "act": "check"})
    assert [(change.town, change.after) for change in shown.context["changes"]] == [("番町", "")]


@pytest.mark.parametrize(
    "table",
    ["", "a,b\n", "lg_code,town,district\n1,番町,one\n", "lg_code,town,district\n372013,,one\n",
     "lg_code,town,district\n372013,番町,nowhere\n", "lg_code,town,district\n372013,番町,one\n372013,番町,one\n",
     "lg_code,town,district\n372013,番町\n"],
)  # fmt: skip
def test_a_table_that_is_wrong_names_the_line_and_is_kept(boss: Client, area: District, table: str) -> None:
    for act in ("check", "save"):
        answer = boss.post(url("district-towns", "area"), {"table": table, "act": act})
        assert answer.status_code == 422
        assert answer.context["table"] == table
    assert not DistrictTown.objects.exists()


def test_the_progress_is_shown_until_it_is_done(
    boss: Client, area: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "INLINE_ROWS", 0)
    make_resource()
    boss.post(url("district", "area", area.pk), values(geom=square(0.1, 0.2)))
    run = memberships.open_run()
    assert run is not None
    for address in (url("districts"), url("scheme", "area"), url("districts-progress")):
        assert 'hx-trigger="every 2s"' in boss.get(address).content.decode()
    memberships.advance(run.pk)
    assert "every 2s" not in boss.get(url("districts-progress")).content.decode()
    assert "<progress" not in boss.get(url("districts")).content.decode()


def test_a_scheme_with_districts_stays(boss: Client, area: District) -> None:
    assert boss.post(url("scheme-delete", "area")).status_code == 422
    assert boss.post(url("district-delete", "area", area.pk)).status_code == 302
    assert boss.post(url("scheme-delete", "area")).status_code == 302
    assert not DistrictScheme.objects.exists()


def test_the_order_of_schemes_is_changed_by_buttons(boss: Client, area: District) -> None:
    boss.post(url("scheme-add"), {"code": "school", "title": "小学校区"})
    boss.post(url("scheme-move", "school"), {"to": "up"})
    assert list(DistrictScheme.objects.values_list("code", flat=True)) == ["school", "area"]
    assert "小学校区" in boss.get(url("districts")).content.decode()


def test_every_page_answers_the_administrator(boss: Client, area: District) -> None:
    waiting = DistrictImport.objects.create(scheme=area.scheme, file_name="x", data=b"rubbish")
    plain = [url(name) for name in ("index", "districts", "scheme-add", "districts-progress")]
    plain += [
        url(name, "area")
        for name in ("scheme", "scheme-edit", "scheme-delete", "district-upload", "district-towns",
                     "district-towns-csv", "district-add")
    ]  # fmt: skip
    plain += [url(name, "area", area.pk) for name in ("district", "district-delete")]
    plain += [url("district-import", waiting.pk)]
    assert {address: boss.get(address).status_code for address in plain} == dict.fromkeys(plain, 200)
    for gone in (
        url("scheme", "nothing"),
        url("district", "area", area.pk + 1),
        url("district-import", waiting.pk + 1),
    ):
        assert boss.get(gone).status_code == 404
