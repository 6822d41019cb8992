"""Districts and responsible offices of an address, for those who may ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.exceptions import PermissionDenied

from layers.access import Level, Viewer
from layers.geocoding import service
from layers.geocoding.candidates import Candidate, MatchLevel
from layers.geocoding.geocoder import Geocoder
from layers.geocoding.service import geocode_public, home_city, locate, locate_point
from layers.models import District, DistrictScheme, DistrictTown, Organisation

pytestmark = pytest.mark.django_db

TAKAMATSU = "372013"


def square(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


@pytest.fixture(autouse=True)
def takamatsu(settings: Any) -> None:
    settings.LG_CODE = TAKAMATSU


@pytest.fixture
def care(geocoder: Geocoder) -> DistrictScheme:
    """Two schemes: 町 by polygon only; 日常生活圏域, approximate, with a table of towns that contradicts them."""
    office = Organisation.unscoped.create(name="地域包括支援センター中央", phone="087-000-0000")
    towns = DistrictScheme.objects.create(code="machi", title="町", order=1)
    District.unscoped.create(
        scheme=towns, code="all", key="machi:all", title="全部", geom=square(133.9, 34.2, 134.2, 34.5)
    )
    care = DistrictScheme.objects.create(
        code="care", title="日常生活圏域", order=2, is_approximate=True, is_care_area=True
    )
    west = District.unscoped.create(
        scheme=care, code="west", key="care:west", title="西部", geom=square(133.9, 34.2, 134.2, 34.5)
    )
    east = District.unscoped.create(
        scheme=care, code="east", key="care:east", title="東部", office=office, office_phone="087-111-1111"
    )
    DistrictTown.objects.create(scheme=care, lg_code=TAKAMATSU, town="番町一丁目", district=east)
    DistrictTown.objects.create(scheme=care, lg_code=TAKAMATSU, town="瓦町一丁目", district=west)
    return care


def viewer(level: Level, public_site: bool = False) -> Viewer:
    return Viewer(
        level=level, account_id=1 if level is not Level.ANONYMOUS else None, public_site=public_site
    )


def test_the_table_of_towns_decides_before_the_polygon(care: DistrictScheme) -> None:
    found = locate(viewer(Level.B), "番町1-8-15")[0]
    first, second = found.districts
    assert (first.key, first.decided_by, first.approximate) == ("care:east", "table", True)
    assert (first.office, first.office_phone) == ("地域包括支援センター中央", "087-111-1111")
    assert (second.key, second.decided_by, second.approximate) == ("machi:all", "polygon", False)


def test_the_polygon_decides_for_a_town_not_in_the_table(care: DistrictScheme) -> None:
    found = locate(viewer(Level.B), "高松市サンポート2-1")[0]
    assert [(d.key, d.decided_by) for d in found.districts] == [
        ("care:west", "polygon"),
        ("machi:all", "polygon"),
    ]


def test_the_offices_own_number_where_the_district_has_none(care: DistrictScheme) -> None:
    District.unscoped.filter(code="east").update(office_phone="")
    assert locate(viewer(Level.A), "番町1-8-15")[0].districts[0].office_phone == "087-000-0000"


def test_a_whole_city_lies_in_no_district(care: DistrictScheme) -> None:
    assert locate(viewer(Level.A), "高松市")[0].districts == ()


def test_a_position_is_judged_by_the_polygons(care: DistrictScheme) -> None:
    here, towns = locate_point(viewer(Level.C), 134.046355, 34.34253, limit=2)
    assert [d.key for d in here] == ["care:west", "machi:all"]
    assert towns[0].candidate.town == "番町一丁目"
    assert towns[0].districts[0].key == "care:east"


ALLOWED = [
    viewer(Level.ADMINISTRATOR), viewer(Level.A), viewer(Level.B), viewer(Level.C),
    viewer(Level.ANONYMOUS, public_site=True), viewer(Level.D, public_site=True),
]  # fmt: skip


@pytest.mark.parametrize("who", ALLOWED)
def test_who_may_ask(care: DistrictScheme, who: Viewer) -> None:
    assert locate(who, "番町1-8-15")[0].districts
    assert locate_point(who, 134.05, 34.34)[0]


@pytest.mark.parametrize("who", [None, viewer(Level.ANONYMOUS), viewer(Level.D)])
def test_who_may_not(care: DistrictScheme, who: Viewer | None) -> None:
    with pytest.raises(PermissionDenied):
        locate(who, "番町1-8-15")
    with pytest.raises(PermissionDenied):
        locate_point(who, 134.05, 34.34)


def test_the_city_of_the_portal_is_the_default(geocoder: Geocoder, settings: Any) -> None:
    settings.LG_CODE = "072044"
    assert locate(viewer(Level.B), "小名浜花畑町34-2")[0].candidate.city == "いわき市"


def test_the_city_of_the_data_where_none_is_set(care: DistrictScheme, settings: Any) -> None:
    settings.LG_CODE = ""
    assert home_city() == TAKAMATSU


def test_without_any_data_there_is_no_home(geocoder: Geocoder, settings: Any) -> None:
    settings.LG_CODE = ""
    assert home_city() is None


class Outside:
    """Stands for the outside geocoders; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def search(self, text: str, *, private: bool, limit: int) -> list[Candidate]:
        self.asked.append((text, private))
        return [candidate("香川県高松市謎町"), candidate("福島県福島市謎町")]


def candidate(address: str) -> Candidate:
    return Candidate(address, MatchLevel.TOWN, 0.6, 134.0, 34.3, "", "", "", "", "", None, None, "gsi")


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    fake = Outside()
    monkeypatch.setattr(service, "_external", lambda names: fake)
    yield fake


def test_a_persons_address_never_leaves(care: DistrictScheme, outside: Outside) -> None:
    locate(viewer(Level.A), "高松市謎町1-2")
    locate(viewer(Level.A), "番町1-8-15")
    assert outside.asked == []


def test_a_published_address_is_asked_outside_only_if_unknown(geocoder: Geocoder, outside: Outside) -> None:
    assert geocode_public("高松市番町1-8-15")[0].origin == "geolonia"
    assert outside.asked == []
    assert [c.address for c in geocode_public("高松市謎町1-2")] == ["香川県高松市謎町"]
    assert outside.asked == [("高松市謎町1-2", False)]
