"""Coverage (R34, G6) by hand on small squares; ``test_coverage_city.py`` has a whole city."""

from math import pi

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from layers.access import Level, Viewer
from layers.analysis import coverage as measured
from layers.analysis.coverage import coverage, district_population, layer_population, method
from layers.districts import DistrictSource
from layers.errors import ParameterError
from layers.models import District, ProtectedPlace
from layers.resources import ResourceSource
from layers.source import get_source
from tests.factories import make_category, make_district, make_resource

pytestmark = pytest.mark.django_db
PLANE = 6672
#: A circle of 128 corners is 0.04 % smaller than one.
TOLERANCE = 0.001
STAFF = Viewer(level=Level.ADMINISTRATOR, account_id=1)


def districts(scheme: str, viewer: Viewer = STAFF) -> DistrictSource:
    found = get_source(f"districts-{scheme}", viewer)
    assert isinstance(found, DistrictSource)
    return found


def plane_square(west: float, south: float, side: float) -> tuple[float, float, float, float, Polygon]:
    """A square of the plane zone (metres) as degrees."""
    square = Polygon.from_bbox((west, south, west + side, south + side))
    square.srid = PLANE
    square.transform(4326)
    return (*square.extent, square)


def town(code: str, west: float, south: float, side: float, people: int, scheme: str = "town") -> District:
    *_box, square = plane_square(west, south, side)
    row = make_district(
        scheme, code, population=people, population_by_age={"0-4": 10, "60-64": 5, "65-69": 7, "75+": 3}
    )
    District.unscoped.filter(pk=row.pk).update(geom=MultiPolygon(square, srid=4326))
    return row


def degrees(x: float, y: float) -> dict[str, float]:
    west, south, *_rest = plane_square(x, y, 1.0)
    return {"lon": west, "lat": south}


@pytest.fixture
def plain(db: None) -> ResourceSource:
    """Two towns of 1 km² with 1,000 inhabitants, and a resource in the middle of the first."""
    from layers import vocabulary

    town("one", 50_000, 148_000, 1_000, 1_000)
    town("two", 51_000, 148_000, 1_000, 1_000)
    make_resource("真ん中", **degrees(50_500, 148_500), category=make_category("salon"))
    vocabulary.forget()
    found = get_source("resources", STAFF)
    assert isinstance(found, ResourceSource)
    return found


def total(source: ResourceSource, **more: object) -> measured.Reached:
    options = {"distance": 390.0, "detour": 1.3, **more}
    return coverage(source, source.parse({}), district_population(source.viewer, "town"), **options).groups[
        "total"
    ]  # type: ignore[arg-type]


def test_one_circle(plain: ResourceSource) -> None:
    """390 m on foot are 300 m in a straight line: π · 0.3² of a square kilometre."""
    found = total(plain)
    assert found.inhabitants == pytest.approx(2_000)
    assert found.covered == pytest.approx(1_000 * pi * 0.09, rel=TOLERANCE)
    assert found.share == pytest.approx(pi * 0.09 / 2, rel=TOLERANCE)


def test_nobody_is_counted_twice(plain: ResourceSource) -> None:
    """A second resource on the same spot, and one on the line between the towns whose circle overlaps."""
    once = total(plain).covered
    make_resource("同じ所", **degrees(50_500, 148_500))
    assert total(plain).covered == pytest.approx(once)
    make_resource("となり", **degrees(50_800, 148_500))
    # Area of two circles of 300 m with their middles 300 m apart.
    overlap = 0.09 * (2 * pi / 3 - 3**0.5 / 2)
    assert total(plain).covered == pytest.approx(1_000 * (2 * pi * 0.09 - overlap), rel=TOLERANCE)


def test_whole_town_is_at_most_all_of_it(plain: ResourceSource) -> None:
    found = coverage(plain, plain.parse({}), district_population(STAFF, "town"), distance=2_000, detour=1.0,
                     districts=districts("town"))  # fmt: skip
    assert found.groups["total"].share == pytest.approx(1.0, abs=1e-6)
    assert [round(each.groups["total"].covered) for each in found.districts] == [1_000, 1_000]
    assert found.groups["child"].inhabitants == pytest.approx(20)
    assert found.groups["65"].inhabitants == pytest.approx(20)
    assert found.groups["75"].inhabitants == pytest.approx(6)


def test_nothing_found_covers_nobody(plain: ResourceSource) -> None:
    found = coverage(
        plain, plain.parse({"q": "どこにもない"}), district_population(STAFF, "town"), distance=500
    )
    assert (found.places, found.groups["total"].covered, found.groups["total"].share) == (0, 0, 0)


def test_an_undisclosed_place_reaches_nobody(plain: ResourceSource) -> None:
    before = total(plain).covered
    hidden = make_resource("自宅サロン", lon=None, disclosure="area")
    place = degrees(51_500, 148_500)
    ProtectedPlace.unscoped.create(resource=hidden, geom=Point(place["lon"], place["lat"], srid=4326))
    found = coverage(plain, plain.parse({}), district_population(STAFF, "town"), distance=390)
    assert found.without_place == 1
    assert found.groups["total"].covered == pytest.approx(before)


def test_a_viewer_counts_his_own_alone(plain: ResourceSource) -> None:
    """Level C with nothing of its own covers nobody; level A sees all (R21)."""
    stranger = get_source("resources", Viewer(level=Level.C, account_id=987))
    assert isinstance(stranger, ResourceSource)
    assert total(stranger).covered == 0
    assert total(plain).covered > 0


def test_fields_of_any_collection(plain: ResourceSource) -> None:
    """A number field of another collection gives the same answer as the scheme it comes from."""
    people = layer_population(STAFF, "districts-town", {"total": "population"})
    found = coverage(plain, plain.parse({}), people, distance=390)
    assert found.groups["total"] == total(plain)


@pytest.mark.parametrize(
    ("slug", "keys"),
    [
        ("resources", {"total": "population"}),
        ("districts-nowhere", {"total": "population"}),
        ("districts-town", {"total": "name"}),
        ("districts-town", {"everybody": "population"}),
        ("districts-town", {"total": "households"}),
    ],
)
def test_refusals_name_the_population(plain: ResourceSource, slug: str, keys: dict[str, str]) -> None:
    with pytest.raises(ParameterError) as raised:
        layer_population(STAFF, slug, keys)
    assert raised.value.parameter == "population"


def test_too_many_places_are_refused(plain: ResourceSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "MOST_PLACES", 0)
    with pytest.raises(ParameterError, match="search"):
        total(plain)


def test_the_method_is_told(plain: ResourceSource) -> None:
    found = coverage(plain, plain.parse({}), district_population(STAFF, "town"), distance=390)
    assert "300" in method(found) and "390" in method(found) and "1.3" in method(found)
