"""Coverage (R34, G6) of 高松市 against an independent computation with geopandas and shapely."""

import geopandas
import pytest
from shapely import wkb
from shapely.geometry import Point as ShapelyPoint

from layers.access import Level, Viewer
from layers.analysis.coverage import coverage, district_population
from layers.districts import DistrictSource
from layers.models import District
from layers.resources import ResourceSource
from layers.source import get_source

pytestmark = pytest.mark.django_db
PLANE = 6672
#: The circle has 128 corners here, 1,024 there; shares of area agree within this.
TOLERANCE = 0.001
STAFF = Viewer(level=Level.ADMINISTRATOR, account_id=1)


def districts(scheme: str, viewer: Viewer = STAFF) -> DistrictSource:
    found = get_source(f"districts-{scheme}", viewer)
    assert isinstance(found, DistrictSource)
    return found


def frame(scheme: str) -> geopandas.GeoDataFrame:
    rows = District.unscoped.filter(scheme__code=scheme).exclude(geom=None)
    shapes = [wkb.loads(bytes(row.geom.wkb)) for row in rows]
    over = [
        sum(v for k, v in row.population_by_age.items() if int(k.rstrip("+").split("-")[0]) >= 75)
        for row in rows
    ]
    data = {"key": [row.key for row in rows], "people": [row.population or 0 for row in rows], "over": over}
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=4326).to_crs(PLANE)


@pytest.mark.parametrize(
    ("words", "metres"), [("category=library", 800), ("category=medical", 500), ("", 300)]
)
def test_as_shapely_computes_it(city: ResourceSource, words: str, metres: int) -> None:
    """Total, 75 and over, and every district of another scheme."""
    query = city.parse([pair.split("=") for pair in words.split("&") if pair])  # type: ignore[misc]
    found = coverage(city, query, district_population(STAFF, "towns"), distance=metres * 1.25, detour=1.25,
                     districts=districts("former"))  # fmt: skip
    shapes = city.features(query).values_list("geom_public", flat=True)
    points = [ShapelyPoint(geom.x, geom.y) for geom in shapes if geom]
    assert found.places == len(points) > 0
    reach = geopandas.GeoSeries(points, crs=4326).to_crs(PLANE).buffer(metres, quad_segs=256).union_all()
    towns, homes = frame("towns"), frame("former")
    share = towns.geometry.intersection(reach).area / towns.geometry.area
    for group, column in {"total": "people", "75": "over"}.items():
        assert found.groups[group].inhabitants == pytest.approx(towns[column].sum())
        wanted = float((share * towns[column]).sum())
        assert found.groups[group].covered == pytest.approx(wanted, rel=TOLERANCE)
    assert {answer.key for answer in found.districts} == set(homes["key"])
    for answer in found.districts:
        home = homes[homes["key"] == answer.key].geometry.iloc[0]
        inside = towns.geometry.intersection(home).area / towns.geometry.area
        within = towns.geometry.intersection(home).intersection(reach).area / towns.geometry.area
        assert answer.groups["total"].inhabitants == pytest.approx(
            float((inside * towns["people"]).sum()), abs=1
        )
        wanted = float((within * towns["people"]).sum())
        assert answer.groups["total"].covered == pytest.approx(wanted, rel=TOLERANCE, abs=1)
