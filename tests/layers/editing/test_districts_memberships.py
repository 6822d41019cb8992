"""Resources follow their districts: at once where few, by the worker where many, whatever happens to it (R24)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.utils import timezone

from layers import memberships
from layers.access import Level, Viewer
from layers.editing import districts as service
from layers.editing.errors import InvalidValues, NotAllowed
from layers.models import District, DistrictTown, MembershipRun, Resource
from tests.factories import LAT, LON, make_district, make_resource

pytestmark = pytest.mark.django_db
BOSS = Viewer(level=Level.ADMINISTRATOR, account_id=None)


def box(west: float, south: float, east: float, north: float) -> str:
    return MultiPolygon(Polygon.from_bbox((LON + west, LAT + south, LON + east, LAT + north))).geojson


def keys(row: Resource) -> list[str]:
    row.refresh_from_db()
    return list(row.district_keys)


def untrue() -> int:
    """Resources whose keys are not those the database would derive now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM layers_resource r WHERE r.district_keys::text[] IS DISTINCT FROM layers_keys_of(r)"
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def area() -> District:
    return make_district(title="中央")


def test_a_moved_boundary_takes_its_resources_along_at_once(area: District) -> None:
    near, far = make_resource(), make_resource(lon=LON + 0.2)
    assert (keys(near), keys(far)) == (["area:one"], [])
    before = near.updated_at
    service.save_district(BOSS, area.scheme, area, {}, box(0.1, -0.1, 0.3, 0.1))
    assert (keys(near), keys(far)) == ([], ["area:one"])
    assert near.updated_at == before
    assert not MembershipRun.objects.exists()


def test_many_resources_are_left_to_the_worker(area: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memberships, "INLINE_ROWS", 2)
    monkeypatch.setattr(memberships, "PART", 2)
    rows = [make_resource() for _each in range(5)]
    service.save_district(BOSS, area.scheme, area, {}, box(0.1, -0.1, 0.3, 0.1))
    run = memberships.open_run()
    assert run is not None
    assert (run.total_count, run.percent) == (5, 0)
    assert [keys(row) for row in rows] == [["area:one"]] * 5, "as before until the worker comes"
    assert memberships.advance(run.pk)
    assert [keys(row) for row in rows] == [[]] * 5
    run.refresh_from_db()
    assert (run.done_count, run.changed_count, run.percent) == (5, 5, 100)
    assert memberships.open_run() is None


def test_a_change_during_a_run_begins_it_anew(area: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memberships, "INLINE_ROWS", 1)
    monkeypatch.setattr(memberships, "PART", 1)
    rows = [make_resource() for _each in range(3)]
    service.save_district(BOSS, area.scheme, area, {}, box(0.1, -0.1, 0.3, 0.1))
    run = memberships.open_run()
    assert run is not None
    assert not memberships._one_part(run.pk)
    assert sorted(map(len, map(keys, rows))) == [0, 1, 1]
    service.save_district(BOSS, area.scheme, area, {}, box(-0.1, -0.1, 0.3, 0.1))
    assert MembershipRun.objects.get().last_id == 0
    assert memberships.advance(run.pk)
    assert [keys(row) for row in rows] == [["area:one"]] * 3


def test_a_lost_worker_loses_one_part_and_the_next_goes_on(
    area: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "INLINE_ROWS", 1)
    monkeypatch.setattr(memberships, "PART", 2)
    rows = [make_resource() for _each in range(6)]
    service.save_district(BOSS, area.scheme, area, {}, box(0.1, -0.1, 0.3, 0.1))
    run = MembershipRun.objects.get()
    assert not memberships._one_part(run.pk)

    def dies(after: int, upto: int) -> int:
        Resource.unscoped.filter(pk=upto).update(name="half done")
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(memberships, "_refresh", dies)
        with pytest.raises(RuntimeError):
            memberships.advance(run.pk)
    run.refresh_from_db()
    assert run.done_count == 2
    assert not Resource.unscoped.filter(name="half done").exists()
    assert memberships.forsaken_runs() == []
    MembershipRun.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert memberships.forsaken_runs() == [run.pk]
    assert memberships.advance(run.pk)
    assert [keys(row) for row in rows] == [[]] * 6
    assert memberships.forsaken_runs() == []


def test_the_worker_writes_only_what_is_no_longer_true(
    area: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = make_resource(), make_resource(lon=LON + 1)
    version = outside.version
    run = memberships.start_run("test")
    assert memberships.advance(run.pk)
    run.refresh_from_db()
    outside.refresh_from_db()
    assert (run.changed_count, outside.version, keys(inside)) == (0, version, ["area:one"])


def test_the_triggers_stand_aside_for_one_transaction_only(
    area: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_resource()
    monkeypatch.setattr(memberships, "INLINE_ROWS", 0)
    service.save_district(BOSS, area.scheme, area, {}, box(0.1, -0.1, 0.3, 0.1))
    assert keys(row) == ["area:one"]
    area.refresh_from_db()
    area.geom = MultiPolygon(Polygon.from_bbox((0, 0, 1, 1)), srid=4326)
    area.save()
    assert keys(row) == []


def test_the_reader_of_keys_agrees_with_the_trigger() -> None:
    """Sites, tables of towns, hand-set districts, protected places: the same answer in both functions."""
    from layers.models import ProtectedPlace, Site

    one = make_district(code="one", box=(LON - 0.05, LAT - 0.05, LON, LAT + 0.05))
    two = make_district(code="two", box=(LON, LAT - 0.05, LON + 0.05, LAT + 0.05))
    DistrictTown.objects.create(scheme=one.scheme, lg_code="372013", town="番町", district=two)
    site = Site.unscoped.create(name="館", lg_code="372013", town="番町", address="番町1")
    make_resource(lon=LON - 0.01)
    make_resource(lon=LON - 0.01, lg_code="372013", town="番町", address="番町2")
    make_resource(lon=None, site=site)
    make_resource(lon=LON - 0.01, hand_districts={"area": "two"})
    make_resource(lon=None, disclosure="contact")
    hidden = make_resource(lon=None, disclosure="area")
    ProtectedPlace.unscoped.create(resource=hidden, geom=f"SRID=4326;POINT({LON + 0.01} {LAT})")
    found = [list(row.district_keys) for row in Resource.unscoped.order_by("pk")]
    assert found == [["area:one"], ["area:two"], ["area:two"], ["area:two"], [], ["area:two"]]
    assert untrue() == 0


def test_a_new_code_is_followed_by_hand_set_and_served_districts(area: District) -> None:
    row = make_resource(lon=None, hand_districts={"area": "one"})
    row.service_districts.add(area)
    service.save_district(BOSS, area.scheme, area, {"code": "uno"})
    assert keys(row) == ["area:uno"]
    assert row.hand_districts == {"area": "uno"}
    assert row.served_keys == ["area:uno"]


def test_a_new_title_touches_no_resource(area: District) -> None:
    row = make_resource()
    version = row.version
    service.save_district(
        BOSS, area.scheme, area, {"title": "新中央", "population": "1,234", "office": "東包括"}
    )
    area.refresh_from_db()
    row.refresh_from_db()
    assert (area.title, area.population, area.office and area.office.name) == ("新中央", 1234, "東包括")
    assert row.version == version


def test_a_district_that_is_named_is_not_deleted(area: District) -> None:
    row = make_resource(lon=None, hand_districts={"area": "one"})
    with pytest.raises(InvalidValues):
        service.delete_district(BOSS, area)
    Resource.unscoped.filter(pk=row.pk).update(hand_districts={})
    served = make_resource()
    served.service_districts.add(area)
    with pytest.raises(InvalidValues):
        service.delete_district(BOSS, area)
    served.service_districts.clear()
    service.delete_district(BOSS, area)
    assert keys(served) == []


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.ADMINISTRATOR])
def test_only_an_administrator_changes_districts(level: Level, area: District) -> None:
    viewer = Viewer(level=level)
    acts: list[Any] = [
        lambda: service.create_scheme(viewer, {"code": "x", "title": "x"}),
        lambda: service.update_scheme(viewer, "area", {"title": "x"}),
        lambda: service.move_scheme(viewer, "area", up=True),
        lambda: service.delete_scheme(viewer, "area"),
        lambda: service.save_district(viewer, area.scheme, area, {"title": "x"}),
        lambda: service.delete_district(viewer, area),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    area.refresh_from_db()
    assert area.title == "中央"
