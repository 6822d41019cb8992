"""Clusters of low zooms: exact, complete, and kept true whatever way a row is written (design §6)."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from mapbox_vector_tile import decode

from layers.models import Category, Resource
from layers.resources import ResourceSource
from tiles import mvt
from tiles.grid import KEPT_ZOOMS, Tile, kept_zoom

from .conftest import PUBLIC, READER, Ask, Make

ROWS = """
INSERT INTO layers_resource (
    postcode, address, building, lg_code, town, geom, geom_origin, geom_precision, name, former_names, reading,
    category_id, fields_of_support, office_number, phone, fax, email, url, opening_hours, description, vacancy,
    vacancy_note, vacancy_origin, service_area, delivery, properties, publication, operation, disclosure,
    withheld, hand_districts, source_key, created_at, updated_at, verified_by, verified_how,
    address_public, formal, district_keys, served_keys, vacancy_detail, version, sort_name,
    search_public, search_members, search_staff)
SELECT '', '', '', '', '', ST_SetSRID(ST_MakePoint(
        133.9 + 0.3 * (random() * random()), 34.1 + 0.3 * (random() * random())), 4326),
    'file', '', '施設' || i, '{}', '', (%s::bigint[])[1 + i %% 3], '{}', '', '', '', '', '', '', '', '', '', '', '',
    'on_site',
    '{}', CASE WHEN i %% 3 = 0 THEN 'members' ELSE 'public' END, 'open', 'open', '{}', '{}', '', now(), now(),
    '', '', '', true, '{}', '{}', '{}', 1, '', '', '', ''
FROM generate_series(1, %s) i
"""


@pytest.fixture
def city(categories: dict[str, Category]) -> Callable[[int], None]:
    """Many resources at once, in three categories, a third of them for members only."""

    def _city(count: int) -> None:
        ids = [categories[code].pk for code in ("day_care", "visit_care", "child")]
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.1)")
            cursor.execute(ROWS, [ids, count])

    return _city


def cells() -> set[tuple[Any, ...]]:
    """Everything in the pyramid."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tiles_cell")
        return set(cursor.fetchall())


def rebuilt() -> set[tuple[Any, ...]]:
    """The pyramid counted anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiles_rebuild()")
    return cells()


def inside(content: bytes) -> list[dict[str, Any]]:
    """Features of a tile without those of its buffer."""
    found = decode(content, default_options={"y_coord_down": True})["resources"]["features"]
    return [item for item in found if all(0 <= part < 4096 for part in item["geometry"]["coordinates"])]


def count_of_zoom(ask: Ask, zoom: int, search: str, viewer: Any) -> int:
    """Points of all tiles of a zoom over the city, counted by what the tiles say."""
    total = 0
    first, last = tile_at(133.85, 34.45, zoom), tile_at(134.25, 34.05, zoom)
    for x in range(first[0], last[0] + 1):
        for y in range(first[1], last[1] + 1):
            response = ask(f"/tiles/resources/{zoom}/{x}/{y}.mvt?{search}", viewer)
            if response.status_code == 200:
                assert len(response.content) < 100_000
                total += sum(item["properties"].get("count", 1) for item in inside(response.content))
    return total


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile over a point."""
    from math import asinh, floor, pi, radians, tan

    return floor((lon + 180) / 360 * 2**zoom), floor((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom)


@pytest.mark.parametrize("zoom", [0, 5, 8, 9, 10, 11, 12, 13])
@pytest.mark.parametrize(
    "search", ["", "category=care", "category=visit_care,child", "q=1", "bbox=133.9,34.1,134.0,34.2"]
)
def test_the_tiles_of_a_zoom_hold_as_many_as_the_list(ask: Ask, city: Any, zoom: int, search: str) -> None:
    city(400)
    for viewer in (PUBLIC, READER):
        source = ResourceSource(viewer)
        params = [tuple(part.split("=", 1)) for part in search.split("&") if part]
        expected = source.count(source.parse(params)).number  # type: ignore[arg-type]
        assert count_of_zoom(ask, zoom, search, viewer) == expected > 0


def test_points_and_clusters_agree_at_the_seam(ask: Ask, city: Any) -> None:
    city(400)
    assert count_of_zoom(ask, 13, "", READER) == count_of_zoom(ask, 14, "", READER) == 400


@pytest.mark.parametrize("zoom", [6, 10, 11, 12, 13])
def test_kept_cells_equal_cells_counted_on_the_fly(city: Any, zoom: int) -> None:
    city(300)
    for viewer in (PUBLIC, READER):
        source = ResourceSource(viewer)
        for params in ({}, {"category": "day_care"}):
            query = source.parse(params)
            asked = mvt.Request(source, query, Tile(zoom, *tile_at(134.0, 34.2, zoom)), ("name", "category"))
            kept, counted = mvt._kept_clusters(asked, source), mvt._found_clusters(asked, source)
            assert [name(item) for item in by_place(kept)] == [name(item) for item in by_place(counted)]
            for one, other in zip(by_place(kept), by_place(counted), strict=True):
                assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=0.02, rel=0)


def by_place(clusters: list[mvt.Cluster]) -> list[mvt.Cluster]:
    """Clusters in an order both ways of counting agree on: sums are kept in centimetres."""
    return sorted(clusters, key=lambda item: (item.count, item.by_top, round(item.x / 7), round(item.y / 7)))


def name(cluster: mvt.Cluster) -> tuple[Any, ...]:
    """What must be the same; the id only of those that are one."""
    return cluster.count, cluster.by_top, cluster.one if cluster.count == 1 else 0


def test_a_cluster_says_how_many_of_what(ask: Ask, make: Make) -> None:
    for category in ("day_care", "visit_care", "child"):
        make(134.05, category=category)
    (found,) = inside(ask("/tiles/resources/10/893/408.mvt").content)
    assert found["properties"] == {"count": 3, "c_care": 2, "c_child": 1}
    assert "id" not in found or not found["id"]


def test_a_cell_of_one_is_the_point_itself(ask: Ask, make: Make) -> None:
    row = make(134.05, name="ひとつ", phone="087-1")
    make(134.05, name="隠れた", publication="draft")
    (found,) = inside(ask("/tiles/resources/10/893/408.mvt?fields=phone").content)
    assert found["id"] == row.pk
    assert found["properties"] == {"id": row.pk, "name": "ひとつ", "category": "day_care", "phone": "087-1"}


def test_every_write_keeps_the_cells_true(make: Make, categories: dict[str, Category]) -> None:
    """Random writes of every kind, one and many rows at a time; the cells equal a new count after each."""
    chance = random.Random(7)
    rows = [make(133.9 + chance.random() / 5, 34.1 + chance.random() / 5) for _ in range(30)]
    some = Resource.unscoped.filter(pk__in=[row.pk for row in rows[:12]])
    steps: list[Callable[[], Any]] = [
        lambda: some.update(publication="members"),
        lambda: some.update(category=categories["child"]),
        lambda: some.update(geom="SRID=4326;POINT(134.01 34.2)"),
        lambda: some.update(phone="1"),
        lambda: some.filter(pk__lt=rows[6].pk).update(deleted_at="2026-11-01T00:00Z"),
        lambda: some.update(deleted_at=None, publication="public"),
        lambda: some.update(geom=None, geom_origin=""),
        lambda: some.update(geom="SRID=4326;POINT(134.3 34.3)", geom_origin="file"),
        lambda: some.update(disclosure="contact", geom=None, geom_origin=""),
        lambda: some.delete(),
        lambda: make(134.0),
        lambda: Resource.unscoped.all().delete(),
    ]
    for step in steps:
        step()
        before = cells()
        assert before == rebuilt()
        assert all(row[4] > 0 for row in before)
    assert cells() == set()


@pytest.mark.django_db(transaction=True)
def test_emptying_the_table_empties_the_cells(make: Make) -> None:
    make(134.05)
    assert len(cells()) == len(KEPT_ZOOMS)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE layers_resource CASCADE")
    assert cells() == set()


def test_concurrent_writers_neither_lose_counts_nor_deadlock(transactional_db: None, make: Make) -> None:
    """Eight writers move rows between the same cells in opposite order."""
    from threading import Thread

    rows = [make(133.9 + index / 100) for index in range(8)]
    failures: list[BaseException] = []

    def move(order: list[Resource]) -> None:
        try:
            for row in order:
                Resource.unscoped.filter(pk=row.pk).update(geom="SRID=4326;POINT(134.01 34.2)")
                Resource.unscoped.filter(pk=row.pk).update(geom="SRID=4326;POINT(133.95 34.15)")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=move, args=(rows if turn % 2 else rows[::-1],)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert cells() == rebuilt()


def test_kept_zooms() -> None:
    assert [kept_zoom(zoom) for zoom in (3, 4, 5, 12, 13, 14, 16)] == [4, 4, 7, 13, 13, 16, 16]
    tile = Tile(10, 893, 408)
    west, east, north, south = tile.cells(13)
    assert (east - west + 1, south - north + 1) == (10, 10)
