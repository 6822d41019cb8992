"""Districts of every resource of both demo cities, computed a second way (issue 2, "Must show" 4).

The table of towns decides where the scheme has one and names the town; else shapely's point in polygon over
the polygons as stored. Nothing of the database's own functions is used.
"""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker
from shapely import wkb
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from layers.imports.report import ImportReport
from layers.models import District, DistrictScheme, DistrictTown, ProtectedPlace, Resource, Site
from tests.fixtures_cities import city_loaded, load_iwaki, load_takamatsu

pytestmark = pytest.mark.django_db
Place = tuple[str, str, Point | None]


@pytest.fixture(scope="module", params=[load_takamatsu, load_iwaki], ids=["takamatsu", "iwaki"])
def loaded(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[ImportReport]:
    """Each demo city in turn."""
    load: Callable[[], ImportReport] = request.param
    with city_loaded(django_db_blocker, load) as report:
        yield report


def place_of(row: Resource | Site | ProtectedPlace) -> Place:
    return row.lg_code, row.town, Point(row.geom.x, row.geom.y) if row.geom else None


def true_place(resource: Resource, hidden: dict[int, ProtectedPlace]) -> Place:
    """Where a resource really is: its own place, else its site's, else the protected one."""
    if resource.pk in hidden:
        return place_of(hidden[resource.pk])
    if resource.geom is None and not resource.address and resource.site:
        return place_of(resource.site)
    return place_of(resource)


def expected(
    place: Place, schemes: list[str], towns: dict[tuple[str, str, str], str], polygons: "Polygons"
) -> set[str]:
    lg_code, town, point = place
    found = set()
    for scheme in schemes:
        key = towns.get((scheme, lg_code, town))
        if key is None and point is not None:
            key = next((key for key, geom in polygons[scheme] if geom.covers(point)), None)
        if key:
            found.add(key)
    return found


Polygons = dict[str, list[tuple[str, BaseGeometry]]]


def test_districts_equal_an_independent_computation(loaded: ImportReport) -> None:
    schemes = list(DistrictScheme.objects.values_list("code", flat=True))
    polygons: Polygons = {code: [] for code in schemes}
    for district in District.unscoped.select_related("scheme").order_by("id"):
        assert district.geom is not None
        polygons[district.scheme.code].append((district.key, wkb.loads(bytes(district.geom.wkb))))
    rows = DistrictTown.objects.values_list("scheme__code", "lg_code", "town", "district__key")
    towns = {(scheme, lg_code, town): key for scheme, lg_code, town, key in rows}
    hidden = {place.pk: place for place in ProtectedPlace.unscoped.all()}
    compared = 0
    for resource in Resource.unscoped.select_related("site"):
        wanted = expected(true_place(resource, hidden), schemes, towns, polygons)
        assert set(resource.district_keys) == wanted, resource.name
        compared += len(wanted)
    assert compared > 780


def test_every_place_lies_in_at_most_one_district_of_a_scheme(loaded: ImportReport) -> None:
    for keys in Resource.unscoped.values_list("district_keys", flat=True):
        schemes = [key.split(":")[0] for key in keys]
        assert len(schemes) == len(set(schemes))
