"""Where an entry comes to stand: messy addresses, pins set by hand, shared sites, warnings (R31, Must show 5)."""

from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod

from layers.editing.errors import InvalidValues
from layers.editing.place_checks import place_warnings
from layers.editing.services import create_resource, update_resource
from layers.editing.sites import update_site
from layers.geocoding import get_geocoder
from layers.geocoding.candidates import MatchLevel
from layers.imports.gazetteer import load_gazetteer
from layers.models import GazetteerTown, ProtectedPlace, Resource, Site

pytestmark = pytest.mark.django_db
GEOD = Geod(ellps="GRS80")
LINES = (Path(__file__).parent / "messy_addresses.tsv").read_text().splitlines()
HOME = "372013"


@pytest.fixture(autouse=True)
def gazetteer(db: None, settings: Any) -> None:
    settings.LG_CODE = HOME
    if not GazetteerTown.objects.filter(lg_code=HOME).exists():
        load_gazetteer(settings.BASE_DIR / "fixtures" / "gazetteer", areas=("37",))


def apart(row: Resource, lat: float, lon: float) -> float:
    return float(GEOD.inv(row.geom.x, row.geom.y, lon, lat)[2])


def test_messy_addresses_end_at_the_geocoders_point(actors: Any) -> None:
    assert len(LINES) == 30
    wrong = []
    for line in LINES:
        messy, plain = line.split("\t")
        (best,) = get_geocoder().geocode(plain, city=HOME, limit=1)
        row = create_resource(actors["a"], {"name": "仮", "category": "salon", "address": messy})
        if row.geom is None or apart(row, best.lat, best.lon) > 1 or row.geom_origin != "geocoded":
            wrong.append((messy, row.geom and apart(row, best.lat, best.lon)))
        assert best.level >= MatchLevel.TOWN and row.geom_precision
    assert wrong == []


def test_a_pin_set_by_hand_survives_an_address_edit(actors: Any) -> None:
    row = create_resource(actors["a"], {"name": "仮", "category": "salon", "address": "高松市番町1-8-15"})
    row = update_resource(actors["a"], row.pk, row.version, {"lat": 34.3400001, "lon": 134.0400002})
    assert (row.geom_origin, row.geom_precision) == ("hand", "point")
    row = update_resource(actors["a"], row.pk, row.version, {"address": "高松市屋島西町2479-27"})
    assert apart(row, 34.3400001, 134.0400002) < 0.01 and row.town == "屋島西町"
    row = update_resource(
        actors["a"], row.pk, row.version, {"lat": 34.35, "lon": 134.10, "geom_origin": "geocoded"}
    )
    assert row.geom_origin == "geocoded"
    row = update_resource(actors["a"], row.pk, row.version, {"address": "高松市番町1-8-15"})
    (best,) = get_geocoder().geocode("高松市番町1-8-15", city=HOME, limit=1)
    assert apart(row, best.lat, best.lon) < 1


def test_a_hidden_pin_survives_an_address_edit_too(actors: Any) -> None:
    row = create_resource(
        actors["c"],
        {"name": "仮", "category": "salon", "address": "高松市番町1-8-15", "building": "3階",
         "lat": 34.34, "lon": 134.05,
         "disclosure": "area"},
    )  # fmt: skip
    hidden = ProtectedPlace.unscoped.get(resource=row)
    assert (hidden.address, hidden.geom.y) == ("高松市番町1-8-15 3階", 34.34)
    update_resource(actors["c"], row.pk, row.version, {"address": "高松市屋島西町2479-27"})
    hidden.refresh_from_db()
    assert (hidden.address, hidden.geom.y, hidden.town) == ("高松市屋島西町2479-27", 34.34, "屋島西町")
    row.refresh_from_db()
    update_resource(actors["c"], row.pk, row.version, {"lat": 34.35, "lon": 134.06})
    hidden.refresh_from_db()
    assert (hidden.geom.y, hidden.town) == (34.35, "屋島西町")


@pytest.mark.parametrize("disclosure", ["open", "contact"])
def test_only_readers_disclose_or_drop_a_hidden_place(actors: Any, disclosure: str) -> None:
    row = create_resource(
        actors["c"], {"name": "仮", "category": "salon", "lat": 34.34, "lon": 134.05, "disclosure": "area"}
    )
    for changes in ({"disclosure": disclosure}, {"lat": 34.0, "lon": 134.0}, {"address": "高松市番町1"}):
        with pytest.raises(InvalidValues):
            update_resource(actors["a"], row.pk, row.version, changes)
    assert ProtectedPlace.unscoped.get(resource=row).geom.y == 34.34


def test_what_looks_wrong_is_said() -> None:
    best = get_geocoder().geocode("高松市番町1-8-15", city=HOME, limit=1)[0]
    assert place_warnings("高松市番町1-8-15", best.lat, best.lon) == []
    assert any("km" in text for text in place_warnings("高松市番町1-8-15", best.lat + 0.05, best.lon))
    assert any("日本" in text for text in place_warnings("", 48.85, 2.35))
    assert any("市の外" in text for text in place_warnings("", 34.2929, 133.9500 - 0.2))
    assert any("坂出市" in text for text in place_warnings("香川県坂出市室町二丁目3-5", None, None))


def test_a_site_moves_all_its_entries_once(actors: Any) -> None:
    site = Site.unscoped.create(name="ビル", address="高松市番町1-8-15")
    rows = [
        create_resource(actors["a"], {"name": f"事業{n}", "category": "salon", "site": site.pk})
        for n in range(3)
    ]
    versions = {row.pk: row.version for row in rows}
    update_site(actors["a"], site.pk, {"address": "高松市番町1-8-15"}, {"lat": 34.3456, "lon": 134.0456})
    for pk, version in versions.items():
        after = Resource.unscoped.get(pk=pk)
        assert after.geom_public.y == 34.3456 and after.version > version
    assert Site.unscoped.get(pk=site.pk).geom_origin == "hand"
    update_site(actors["a"], site.pk, {"address": "高松市番町1-8-15"}, {"address": "高松市屋島西町2479-27"})
    moved = Site.unscoped.get(pk=site.pk)
    assert (moved.geom.y, moved.town) == (34.3456, "屋島西町")
