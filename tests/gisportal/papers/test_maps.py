"""Maps for paper: lengths, directions and positions against an independent geodesic calculation."""

import re
from itertools import pairwise

import pytest
import shapely
from pyproj import Geod

from gisportal.papers.labels import Labels
from gisportal.papers.map_data import Boundaries, Boundary
from gisportal.papers.maps import DrawnMap, MapPoint, map_svg
from gisportal.papers.projection import Plane
from tiles.models import BasemapFeature, BasemapSource

GEOD = Geod(ellps="GRS80")
PLACES = [(134.0466, 34.3428), (140.8877, 37.0504), (127.68, 26.21), (141.93, 45.52)]


def _drawn(*points: MapPoint, **more: object) -> DrawnMap:
    drawn = map_svg(points, **{"width_mm": 120, "height_mm": 90, **more})  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


@pytest.mark.parametrize("metres", [600, 1_500, 12_000, 40_000])
@pytest.mark.parametrize("place", PLACES)
def test_scale_bar_is_true(place: tuple[float, float], metres: int) -> None:
    """The bar laid on the map along any direction spans its metres of land, to 1 in 1,000."""
    plane = Plane(*place, metres, 120, 90).rounded()
    bar_metres, bar_mm = plane.scale_bar(36)
    assert 14 <= bar_mm <= 36
    for x, y in ((10, 10), (60, 45), (80, 85)):
        for dx, dy in ((bar_mm, 0), (0, -bar_mm), (-bar_mm * 0.6, bar_mm * 0.8)):
            start, end = plane.degrees(x, y), plane.degrees(x + dx, y + dy)
            assert GEOD.inv(*start, *end)[2] == pytest.approx(bar_metres, rel=1e-3)


def test_scale_is_a_round_number_and_says_what_is_drawn() -> None:
    plane = Plane(*PLACES[0], 1_500, 120, 90).rounded()
    assert plane.denominator == 15_000
    assert plane.metres_per_mm == pytest.approx(15)
    assert plane.rounded() == plane


def test_north_is_up() -> None:
    plane = Plane(*PLACES[1], 2_000, 100, 80)
    azimuth = GEOD.inv(*plane.degrees(50, 40), *plane.degrees(50, 5))[0]
    assert abs(azimuth) < 0.01


@pytest.mark.django_db
def test_bar_drawn_is_the_bar_told() -> None:
    drawn = _drawn(MapPoint(*PLACES[0]))
    halves = re.findall(r'width="([\d.]+)" height="1.1"', drawn.svg)
    assert sum(map(float, halves)) == pytest.approx(drawn.bar_mm, abs=0.01)
    assert f">{drawn.bar_metres} m<" in drawn.svg
    assert ">N<" in drawn.svg


@pytest.mark.django_db
def test_all_points_lie_on_the_paper() -> None:
    points = [MapPoint(134.02 + i * 0.011, 34.2 + i * 0.02, label=str(i)) for i in range(1, 12)]
    drawn = _drawn(*points)
    corners = re.findall(r"([\d.-]+),([\d.-]+)", " ".join(re.findall(r'points="([^"]+)"', drawn.svg)))
    assert len(corners) > 11 * 4
    assert all(0 < float(x) < 120 and 0 < float(y) < 90 for x, y in corners)


@pytest.mark.django_db
def test_nothing_to_show_is_no_map() -> None:
    assert map_svg([], width_mm=120, height_mm=90) is None


@pytest.mark.django_db
def test_names_are_text_never_markup() -> None:
    hostile = '</text></svg><script>alert(1)</script>&"'
    box = shapely.box(134.045, 34.33, 134.06, 34.35)
    drawn = _drawn(
        MapPoint(*PLACES[0], label=hostile[:30]),
        districts=[Boundaries((Boundary("<b>第一</b>", box), Boundary("二", box.buffer(1))), "s", ("出典",))],
        title=hostile,
    )
    assert "<script" not in drawn.svg and "<b>" not in drawn.svg
    assert drawn.attributions == ("出典",)


@pytest.mark.django_db
def test_base_map_is_drawn_with_the_words_of_its_licence() -> None:
    from gisportal.papers import map_data

    map_data._base_shapes.cache_clear()
    BasemapSource.objects.create(
        slug="land", attribution="国土数値情報を加工", licence="CC BY 4.0", fingerprint="1"
    )
    BasemapSource.objects.create(slug="far", attribution="よその市", licence="CC BY 4.0", fingerprint="2")
    for source, box in (("land", (134.0, 34.3, 134.1, 34.4)), ("far", (140, 37, 141, 38))):
        geom = BasemapFeature(geom=f"SRID=4326;{shapely.box(*box).wkt}").geom
        BasemapFeature.objects.create(layer="land", source=source, geom=geom.transform(3857, clone=True))
    drawn = _drawn(MapPoint(*PLACES[0]))
    map_data._base_shapes.cache_clear()
    assert drawn.attributions == ("国土数値情報を加工(CC BY 4.0)",)


def test_names_do_not_lie_over_one_another() -> None:
    labels = Labels(60, 40)
    written = [labels.place("長い地名です", 30, 20, 3, "#000000", gap=2) for _ in range(9)]
    assert written.count(True) == 4
    for (left, top, right, bottom), other in pairwise(labels.taken):
        assert right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3]
