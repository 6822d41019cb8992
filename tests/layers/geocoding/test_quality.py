"""The quality of geocoding on the files of the demo cities (issue "Must show" 7)."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from layers.geocoding.geocoder import Geocoder
from layers.geocoding.quality import CityNames, measure_folder, read_tables

pytestmark = pytest.mark.django_db

CITIES = Path(__file__).resolve().parents[3] / "fixtures" / "cities"


def test_97_percent_of_the_shipped_addresses_and_none_outside_their_city(geocoder: Geocoder) -> None:
    results = measure_folder(geocoder, CITIES)
    rows = sum(r.rows for r in results)
    assert rows > 2000
    assert sum(r.resolved for r in results) / rows >= 0.97
    assert [stray for r in results for stray in r.strays] == []


def test_distances_to_the_positions_of_the_files(geocoder: Geocoder) -> None:
    """Towns of 高松 are up to a few kilometres across; a wrong town would be farther away."""
    for result in measure_folder(geocoder, CITIES):
        median = result.percentile(50)
        if len(result.distances) >= 20:
            assert median is not None and median < 800, result.name


def test_the_command_prints_a_table_and_json(geocoder: Geocoder, tmp_path: Path) -> None:
    lines = ["名称,住所,緯度,経度", "市役所,高松市番町1-8-15,34.3428,134.0466", "謎,謎の場所,,", "空,,,"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="cp932")
    out = StringIO()
    call_command("geocode_quality", str(tmp_path), "--json", stdout=out)
    total = json.loads(out.getvalue())["total"]
    assert (total["rows"], total["resolved"], total["outside"]) == (2, 1, 0)
    assert total["median_m"] < 100
    out = StringIO()
    call_command("geocode_quality", str(tmp_path), "--failures", stdout=out)
    assert "50.00 %" in out.getvalue()
    assert "謎の場所" in out.getvalue()


def test_no_such_folder() -> None:
    with pytest.raises(CommandError, match="not a folder"):
        call_command("geocode_quality", "/nowhere/at/all")


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"Add1": "札幌市中央区", "Add2": "南11条西10丁目1番3号"},
        "geometry": {"type": "Point", "coordinates": [141.34, 43.04]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    rows = dict(read_tables(path))[""]
    assert [(r.address, r.lon, r.lat) for r in rows] == [("札幌市中央区南11条西10丁目1番3号", 141.34, 43.04)]


def test_a_file_without_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("070110156,0110156,桜ヶ丘病院,9600111,福島市丸子字上川原２８－７３\n", encoding="utf-8")
    assert [r.address for r in dict(read_tables(path))[""]] == ["福島市丸子字上川原２８－７３"]


def test_zero_is_no_position(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("address,latitude,longitude\n高松市番町1-8-15,0,0\n", encoding="utf-8")
    assert dict(read_tables(path))[""][0].lon is None


def test_the_judge_knows_which_city_an_address_names(geocoder: Geocoder) -> None:
    names = CityNames(geocoder.directory.by_code.values())
    assert names.named("香川県高松市番町1") == {"372013"}
    assert names.named("府中市宮西町2") == {"132063", "342084"}
    assert names.named("綾歌郡綾川町滝宮") == {"373877"}
    assert names.named("一宮町500") == set()
