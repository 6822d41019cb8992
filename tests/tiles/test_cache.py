"""The tile cache: keyed by scope and search, outdated by changes nearby only (design §6)."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from layers.access import Level, Viewer
from layers.models import Category, Resource, Responsibility
from tiles import cache, mvt
from tiles.models import CachedTile

from .conftest import PUBLIC, READER, STAFF, Ask, Make

HERE, FAR = "14/14292/6528", "14/14250/6528"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tiles built, in order; every tile counts as costly, so that it is shared."""
    made: list[str] = []
    real = mvt.build

    def build(asked: mvt.Request) -> bytes:
        made.append(f"{asked.tile.z}/{asked.tile.x}/{asked.tile.y}")
        return real(asked)

    monkeypatch.setattr(mvt, "build", build)
    monkeypatch.setattr(cache, "SHARED_FROM_SECONDS", 0)
    return made


def again(ask: Ask, response: HttpResponse, address: str, viewer: Any = PUBLIC) -> int:
    """Status of asking again with the tag of an answer."""
    return ask(address, viewer, **{"If-None-Match": response["ETag"]}).status_code


def test_the_second_time_nothing_is_built(ask: Ask, make: Make, builds: list[str]) -> None:
    make(134.05)
    address = f"/tiles/resources/{HERE}.mvt"
    first = ask(address)
    assert ask(address).content == first.content
    cache.memory.clear()  # another process
    assert ask(address).content == first.content
    assert again(ask, first, address) == 304
    assert builds == [HERE]


def test_an_empty_tile_is_kept_too(ask: Ask, make: Make, builds: list[str]) -> None:
    make(134.05)
    for _turn in range(2):
        assert ask(f"/tiles/resources/{FAR}.mvt").status_code == 204
    cache.memory.clear()
    assert ask(f"/tiles/resources/{FAR}.mvt").status_code == 204
    assert builds == [FAR]


def test_an_unchanged_tile_costs_no_query_of_data(ask: Ask, make: Make) -> None:
    make(134.05)
    address = f"/tiles/resources/{HERE}.mvt"
    tag = ask(address)["ETag"]
    for headers in ({}, {"If-None-Match": tag}):
        with CaptureQueriesContext(connection) as queries:
            ask(address, **headers)
        assert len(queries) <= 2, [query["sql"] for query in queries]
        assert not any("layers_resource" in query["sql"] for query in queries)


def test_a_change_outdates_its_tile_and_not_the_city(ask: Ask, make: Make, builds: list[str]) -> None:
    near, far = make(134.05), make(133.13)
    addresses = {"near": f"/tiles/resources/{HERE}.mvt", "far": "/tiles/resources/14/14250/6528.mvt"}
    first = {name: ask(address) for name, address in addresses.items()}
    Resource.unscoped.filter(pk=near.pk).update(name="新しい名前")
    assert again(ask, first["far"], addresses["far"]) == 304
    assert again(ask, first["near"], addresses["near"]) == 200
    assert "新しい名前".encode() in ask(addresses["near"]).content
    assert builds.count(FAR) == 1
    assert far.pk


def test_a_move_outdates_the_old_and_the_new_place(ask: Ask, make: Make) -> None:
    row = make(134.05)
    old, new = f"/tiles/resources/{HERE}.mvt", "/tiles/resources/14/14298/6528.mvt"
    before, empty = ask(old), ask(new)
    assert empty.status_code == 204
    Resource.unscoped.filter(pk=row.pk).update(geom="SRID=4326;POINT(134.18 34.3)")
    assert again(ask, before, old) == 204
    assert again(ask, empty, new) == 200


@pytest.mark.parametrize("zoom", range(6, 14))
def test_a_cluster_drawn_across_an_edge_is_outdated_by_its_far_end(ask: Ask, make: Make, zoom: int) -> None:
    """A neighbour's cluster lies in the buffer; a point at the other side of its cell goes."""
    from tiles.grid import WORLD, Tile

    tile = Tile(zoom, *(int(part) for part in place(134.05, 34.3, zoom)))
    west, south, _east, _north = tile.box
    cell = tile.width / 8
    y = south + cell / 2
    for offset in (0.1, 0.15, 0.97):
        make_at(make, west - cell * offset, y)
    gone = Resource.unscoped.order_by("-pk").first()
    address = f"/tiles/resources/{zoom}/{tile.x}/{tile.y}.mvt"
    before = ask(address)
    assert before.status_code == 200, WORLD
    assert gone is not None
    gone.delete()
    assert again(ask, before, address) == 200


def place(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Tile column and row of a point, with fractions."""
    from math import asinh, pi, radians, tan

    return (lon + 180) / 360 * 2**zoom, (1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom


def make_at(make: Make, x: float, y: float) -> Resource:
    """A resource at EPSG:3857 coordinates."""
    from math import atan, degrees, pi, sinh

    radius = 6378137
    return make(degrees(x / radius), degrees(atan(sinh(y / radius))) if pi else 0)


def test_scopes_do_not_share_tiles(ask: Ask, make: Make, builds: list[str]) -> None:
    make(134.05)
    make(134.05, publication="members")
    address = f"/tiles/resources/{HERE}.mvt"
    tags = {ask(address, viewer)["ETag"] for viewer in (PUBLIC, READER, STAFF)}
    assert len(tags) == 3
    assert len(builds) == 3
    ask(address, Viewer(level=Level.B, account_id=77))  # the same scope as READER
    assert len(builds) == 3


def test_own_rows_and_places_are_never_kept(
    ask: Ask, make: Make, builds: list[str], django_user_model: Any
) -> None:
    account = django_user_model.objects.create_user("c")
    Responsibility.unscoped.create(resource=make(134.05), account=account)
    mine = Viewer(level=Level.C, account_id=account.pk)
    address = f"/tiles/resources/{HERE}.mvt"
    first = ask(address, mine)
    ask(address, mine)
    ask(f"{address}?near=34.3,134.05&radius=900")
    ask(f"{address}?serves=34.3,134.05")
    assert len(builds) == 4
    assert not CachedTile.objects.exists()
    assert again(ask, first, address, mine) == 304  # by its content
    Responsibility.unscoped.all().delete()
    assert again(ask, first, address, mine) == 204


def test_order_of_parameters_and_what_has_no_effect_share_a_tile(
    ask: Ask, make: Make, builds: list[str]
) -> None:
    make(134.05, vacancy="available", vacancy_as_of=timezone.now())
    for search in (
        "category=care&vacancy=available",
        "vacancy=available&category=care&page=3&sort=name&lang=en",
    ):
        assert ask(f"/tiles/resources/{HERE}.mvt?{search}").status_code == 200
    assert len(builds) == 1


def test_vocabulary_outdates_every_tile(ask: Ask, make: Make, categories: dict[str, Category]) -> None:
    make(134.05)
    address = f"/tiles/resources/{HERE}.mvt"
    before = ask(address)
    Category.objects.filter(code="child").update(colour="#000000")
    assert again(ask, before, address) == 200


def test_the_newest_version_takes_the_place_of_the_old(ask: Ask, make: Make, builds: list[str]) -> None:
    row = make(134.05)
    for name in ("一", "二", "三"):
        Resource.unscoped.filter(pk=row.pk).update(name=name)
        ask(f"/tiles/resources/{HERE}.mvt")
    assert CachedTile.objects.count() == 1
    assert len(builds) == 3


def test_both_caches_stay_small(db: None) -> None:
    memory = cache.Memory(limit=3_000)
    for index in range(50):
        memory.put(str(index), "1", cache.Body(b"x" * 500))
    assert memory.size <= 3_000
    assert memory.get("49", "1") is not None
    assert memory.get("0", "1") is None
    assert memory.get("49", "2") is None
    for index in range(10):
        cache.put(str(index), "1", cache.Body(b"x" * 500), seconds=1)
    assert cache.evict(10_000) == 0
    assert cache.evict(5_000) == 2
    assert set(CachedTile.objects.values_list("pk", flat=True)) == {str(index) for index in range(2, 10)}


def test_a_cache_that_cannot_be_written_keeps_nobody_from_a_tile(
    ask: Ask, make: Make, builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("No space left on device")

    make(134.05)
    monkeypatch.setattr(CachedTile.objects, "bulk_create", refuse)
    assert ask(f"/tiles/resources/{HERE}.mvt").status_code == 200
    assert ask(f"/tiles/resources/{HERE}.mvt").status_code == 200
    assert builds == [HERE]
