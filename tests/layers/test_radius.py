"""Radius search equals a geodesic computation over the same features (Must show 3)."""

import pytest
from pyproj import Geod

from layers import indexes
from layers.resources import ResourceSource

pytestmark = pytest.mark.django_db

GEOD = Geod(ellps="WGS84")
PLACES = {
    "市役所": (34.34279, 134.04655),
    "高松駅": (34.35070, 134.04690),
    "仏生山": (34.28437, 134.04057),
    "牟礼": (34.34147, 134.14279),
    "庵治": (34.38800, 134.13300),
    "塩江": (34.16750, 134.07900),
    "香川町": (34.24500, 134.03400),
    "香南": (34.22500, 134.01200),
    "国分寺": (34.30200, 133.95500),
    "女木島": (34.39600, 134.04800),
}


def geodesic(source: ResourceSource, lat: float, lon: float, radius: float) -> list[int]:
    """Ids within the radius, nearest first, ties by id; distances by GeographicLib through pyproj."""
    rows = [
        (pk, geom.x, geom.y)
        for pk, geom in source.visible().exclude(geom_public=None).values_list("pk", "geom_public")
    ]
    measured = [(GEOD.inv(lon, lat, x, y)[2], pk) for pk, x, y in rows]
    return [
        pk for metres, pk in sorted((round(metres, 6), pk) for metres, pk in measured) if metres <= radius
    ]


@pytest.mark.parametrize("radius", [300, 1_000, 3_000, 10_000])
@pytest.mark.parametrize("name", PLACES)
def test_radius_equals_geodesic(city: ResourceSource, name: str, radius: int) -> None:
    lat, lon = PLACES[name]
    query = city.parse({"near": f"{lat},{lon}", "radius": str(radius)})
    expected = geodesic(city, lat, lon, radius)
    assert set(city.found(query).values_list("pk", flat=True)) == set(expected)
    assert city.count(query).number == len(expected)
    assert _rounded_order(city, query) == expected
    fast = indexes.page_ids(city, query, 0, 20)
    assert fast is not None
    assert fast == list(city.features(query).values_list("pk", flat=True)[:20])
    assert indexes.page_ids(city, query, 20, 20) == list(
        city.features(query).values_list("pk", flat=True)[20:40]
    )


def _rounded_order(city: ResourceSource, query: object) -> list[int]:
    """The list's own order, ties of less than a micrometre by id as in the computation."""
    loaded = city.load(query, keys=["name"])  # type: ignore[arg-type]
    in_order = [feature.id for feature in loaded]
    by_distance = [
        pk for _metres, pk in sorted((round(feature.distance or 0, 6), feature.id) for feature in loaded)
    ]
    assert in_order == by_distance
    return in_order


def test_without_radius_rows_without_position_come_last(city: ResourceSource) -> None:
    query = city.parse({"near": "34.34279,134.04655"})
    ids = city.page_ids(query, 0, city.visible().count())
    placeless = set(city.visible().filter(geom_public=None).values_list("pk", flat=True))
    assert set(ids[len(ids) - len(placeless) :]) == placeless
    assert len(ids) == city.visible().count()


def test_bound_never_exceeds_the_true_distance() -> None:
    """The least distance proven from the web map is no more than the geodesic one, anywhere in Japan."""
    for lat in range(20, 47, 2):
        for bearing in range(0, 360, 15):
            for metres in (1, 100, 10_000, 200_000):
                lon2, lat2, _back = GEOD.fwd(135.0, lat, bearing, metres)
                x1, y1 = indexes._web_mercator(135.0, lat)
                x2, y2 = indexes._web_mercator(lon2, lat2)
                planar = ((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5
                assert indexes._least_metres(planar, lat) <= metres * (1 + 1e-9)
