"""Loading the gazetteer: derived towns, towns without a position, replacement in one transaction."""

import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from layers.geocoding import MatchLevel
from layers.geocoding.geocoder import Geocoder
from layers.geocoding.store import DatabaseStore
from layers.imports.gazetteer import TOWNS, load_gazetteer
from layers.models import GazetteerCity, GazetteerLoad, GazetteerNumber, GazetteerTown

pytestmark = pytest.mark.django_db

HEAD = "lg_code,pref,city,town,koaza,lat,lon"


def write_folder(folder: Path, towns: list[str]) -> Path:
    cities = [
        "lg_code,pref,pref_kana,pref_roma,county,county_kana,county_roma,city,city_kana,city_roma,ward,ward_kana,"
        "ward_roma,efct_date,ablt_date,remarks",
        "122297,千葉県,,,,,,袖ケ浦市,,,,,,1947-04-17,,",
        "372013,香川県,,,,,,高松市,,,,,,1947-04-17,,",
        "372021,香川県,,,,,,消滅市,,,,,,1947-04-17,2005-01-01,",
    ]
    (folder / "abr_mt_city_all.csv").write_text("\n".join(cities), encoding="utf-8-sig")
    points = ["lg_code,rep_lon,rep_lat", "372013,134.046574,34.342791"]
    (folder / "abr_mt_city_pos_all.csv").write_text("\n".join(points), encoding="utf-8-sig")
    with gzip.open(folder / TOWNS, "wt", encoding="utf-8-sig") as file:
        file.write("\n".join([HEAD, *towns]))
    return folder


def test_what_is_derived(geocoder: Geocoder, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        [
            "372013,香川県,高松市,番町一丁目,,34.0,134.0",
            "372013,香川県,高松市,番町二丁目,,34.2,134.2",
            "372013,香川県,高松市,番町三丁目,,,",
            "372013,香川県,高松市,平,菱川町,34.4,134.4",
            "372013,香川県,高松市,無位置,,,",
            ",千葉県,袖ヶ浦市,奈良輪,,35.4,139.9",
            ",千葉県,謎市,奈良輪,,35.4,139.9",
            "372013,香川県,高松市,（大字なし）,,34.3,134.3",
        ],
    )
    report = load_gazetteer(folder)
    assert (report.towns, report.derived, report.unplaced) == (7, 3, 1)
    assert report.unknown_cities == ("千葉県謎市",)
    base = GazetteerTown.objects.get(town="番町")
    assert (base.level, base.is_derived, base.geom.coords) == (3, True, (134.1, 34.1))
    third = GazetteerTown.objects.get(town="番町三丁目")
    assert (third.level, third.geom.coords) == (MatchLevel.TOWN, base.geom.coords)
    assert GazetteerTown.objects.get(town="平", koaza="").is_derived
    assert GazetteerTown.objects.get(town="奈良輪").lg_code == "122297"
    assert not GazetteerCity.objects.filter(city="消滅市").exists()


def test_the_geocoder_sees_a_new_load_at_once(geocoder: Geocoder, tmp_path: Path) -> None:
    assert geocoder.geocode("高松市新町名1-2")[0].level == MatchLevel.CITY
    load_gazetteer(write_folder(tmp_path, ["372013,香川県,高松市,新町名,,34.0,134.0"]))
    assert geocoder.geocode("高松市新町名1-2")[0].address == "香川県高松市新町名1-2"


def test_a_broken_file_leaves_the_old_gazetteer(geocoder: Geocoder, tmp_path: Path) -> None:
    before = GazetteerTown.objects.count()
    with pytest.raises(ValueError):
        load_gazetteer(write_folder(tmp_path, ["372013,香川県,高松市,番町,,abc,134.0"]))
    assert GazetteerTown.objects.count() == before


def test_areas_keep_it_small(geocoder: Geocoder) -> None:
    """The test fixture itself: only the areas asked for, every municipality."""
    assert set(GazetteerTown.objects.filter(lg_code__startswith="38").values_list("lg_code")) == set()
    assert GazetteerCity.objects.count() > 1900
    assert GazetteerNumber.objects.filter(level=MatchLevel.BLOCK).exists()


def test_version_moves_with_every_load(geocoder: Geocoder, tmp_path: Path) -> None:
    store = DatabaseStore()
    before = store.version()
    load_gazetteer(write_folder(tmp_path, ["372013,香川県,高松市,番町,,34.0,134.0"]))
    assert store.version() != before
    assert GazetteerLoad.objects.count() >= 2


def test_the_command(geocoder: Geocoder, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, ["372013,香川県,高松市,番町,,34.0,134.0", "122297,千葉県,袖ケ浦市,奈良輪,,35.4,139.9"]
    )
    out = StringIO()
    call_command("load_gazetteer", str(folder), "--area", "37", stdout=out)
    assert "1 towns (0 derived)" in out.getvalue()


@pytest.mark.parametrize("arguments", [["/nowhere/at/all"], ["--area", "香川"], ["--area", "372"]])
def test_bad_arguments(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("load_gazetteer", *arguments)
