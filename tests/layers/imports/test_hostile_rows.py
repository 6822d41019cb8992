"""What lists of cities really send: swapped axes, NaN, text for numbers, columns gone."""

import json
from pathlib import Path
from typing import Any

import pytest

from layers.imports.city import stage_city
from layers.imports.readers import ImportFailure
from layers.imports.staging import StagedResource
from layers.models import Resource

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takamatsu")]

HEADER = "no,name,lat,lon,address,opened,beds,kind"
FIELDS = [{"key": "beds", "title": "病床数", "title_en": "Beds", "kind": "number", "audience": "public"}]


def city(folder: Path, *rows: str, header: str = HEADER, **changes: Any) -> Path:
    """A city of one list in a folder of its own."""
    file = {
        "path": "list.csv", "source": "list", "key": "no", "support": [],
        "category": {"column": "kind", "map": {"病院": "hospital"}, "default": "clinic"},
        "columns": {"name": "name", "lat": "lat", "lon": "lon", "address": "address", "opened_on": "opened"},
        "properties": {"beds": "beds"},
    }  # fmt: skip
    ring = [[133.9, 34.1], [134.2, 34.1], [134.2, 34.45], [133.9, 34.45], [133.9, 34.1]]
    square = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    plan = {
        "slug": "x", "lg_code": "372013", "title": "高松市", "pref": "香川県", "centre": [134.04, 34.34],
        "boundary": "boundary.geojson", "organisations": [], "files": [{**file, **changes}],
        "sources": [{"slug": "list", "title": "一覧", "publisher": "", "licence": "", "attribution": "試験"}],
        "districts": {"kind": "table", "table": {
            "code": "t", "title": "t", "title_en": "t", "description": "", "source": "list", "file": "areas.geojson",
            "towns": "towns.csv", "codes": {}, "readings": {}, "offices": {}, "is_approximate": False,
            "is_care_area": False}},
        "demo": {},
    }  # fmt: skip
    (folder / "city.json").write_text(json.dumps(plan), encoding="utf-8")
    (folder / "fields.json").write_text(json.dumps(FIELDS), encoding="utf-8")
    (folder / "list.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    (folder / "towns.csv").write_text("town,district\n", encoding="utf-8")
    (folder / "areas.geojson").write_text('{"features": []}', encoding="utf-8")
    (folder / "boundary.geojson").write_text(json.dumps({"features": [square]}), encoding="utf-8")
    return folder


def stage(folder: Path, *rows: str) -> tuple[list[StagedResource], list[tuple[str, int | None, str]]]:
    staged = stage_city(city(folder, *rows), with_demo=False)
    issues = staged.report.file("list.csv").issues
    return staged.resources, [(issue.kind.value, issue.row, issue.column) for issue in issues]


@pytest.mark.parametrize(
    ("lat", "lon", "kind"),
    [
        ("134.05", "34.34", "position_wrong"), ("0", "0", "position_wrong"), ("35.68", "139.76", "position_wrong"),
        ("NaN", "NaN", "position_wrong"), ("", "", "position_missing"), ("34.34", "", "position_wrong"),
        ("inf", "134.05", "position_wrong"), ("1e400", "134.05", "position_wrong"),
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_believed_is_geocoded_and_reported(
    tmp_path: Path, lat: str, lon: str, kind: str
) -> None:
    (resource,), issues = stage(tmp_path, f"1,試験医院,{lat},{lon},高松市番町1-8-15,,,病院")
    assert issues == [(kind, 2, "")]
    assert resource.place.origin == "geocoded"
    assert resource.place.lon == pytest.approx(134.045, abs=0.01)
    assert resource.place.town == "番町一丁目"


def test_neither_position_nor_address_is_kept_without_a_place(tmp_path: Path) -> None:
    (resource,), issues = stage(tmp_path, "1,試験医院,0,0,どこか,,,病院")
    assert issues == [("position_wrong", 2, "")]
    assert not resource.place.is_placed


def test_other_municipalities_are_left_out(tmp_path: Path) -> None:
    found, issues = stage(
        tmp_path,
        "1,綾川の店,34.25197,133.9301869,綾歌郡綾川町萱原822-1,,,病院",
        "2,三木の店,34.28,134.12,香川県木田郡三木町氷上364-1,,,病院",
        "3,町名だけの店,34.3438,134.0457,番町二丁目3-5,,,病院",
    )
    assert [resource.name for resource in found] == ["町名だけの店"]
    assert issues == [("outside_city", 2, ""), ("outside_city", 3, "")]


def test_a_position_far_from_its_address_is_not_believed(tmp_path: Path) -> None:
    (resource,), issues = stage(tmp_path, "1,試験医院,34.3438,134.0457,高松市塩江町上西乙1,,,病院")
    assert issues == [("position_wrong", 2, "")]
    assert resource.place.lat == pytest.approx(34.15, abs=0.05)


def test_text_for_numbers_and_dates_is_left_empty_and_named(tmp_path: Path) -> None:
    row = "1,試験医院,34.3438,134.0457,高松市番町2-3-5,平成元年ごろ,多数,病院"
    (resource,), issues = stage(tmp_path, row)
    assert sorted(issues) == [("value_unusable", 2, "beds"), ("value_unusable", 2, "opened")]
    assert resource.opened_on is None
    assert resource.properties == {}


def test_an_unknown_kind_takes_the_default_and_is_named(tmp_path: Path) -> None:
    (resource,), issues = stage(tmp_path, "1,試験医院,34.3438,134.0457,高松市番町2-3-5,,,鍼灸院")
    assert resource.category == "clinic"
    assert issues == [("value_unusable", 2, "kind")]


def test_a_row_without_a_name_and_a_number_used_twice(tmp_path: Path) -> None:
    place = "34.3438,134.0457,高松市番町2-3-5,,,病院"
    found, issues = stage(tmp_path, f"1,一,{place}", f"1,二,{place}", f"3,,{place}", "4,,,,,,,")
    assert [resource.source_key for resource in found] == ["1", "1#3"]
    assert issues == [("duplicate", 3, "no"), ("row_unusable", 4, "name")]


def test_a_missing_column_stops_the_import_before_anything_is_written(tmp_path: Path) -> None:
    before = Resource.unscoped.count()
    folder = city(tmp_path, "1,試験医院", header="no,name")
    with pytest.raises(
        ImportFailure, match=r"list\.csv, line 1, column kind: There is no such column; there are no、name"
    ):
        stage_city(folder)
    assert Resource.unscoped.count() == before


def test_a_plan_that_says_what_we_do_not_know(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure, match=r"city\.json.*colour"):
        stage_city(city(tmp_path, columns={"name": "name", "colour": "x"}))
    with pytest.raises(ImportFailure, match=r"city\.json"):
        stage_city(tmp_path / "nowhere")
