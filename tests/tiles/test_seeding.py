"""Filling the cache ahead for the public scope (design §6; issue 4 item 8)."""

from collections.abc import Iterator

import pytest

from gisportal.accounts.models import AccessSetting
from gisportal.accounts.tasks import seed_tiles
from layers.models import Resource
from tests.tiles.conftest import PUBLIC, Ask, Make
from tiles import cache, mvt, seeding
from tiles.models import CachedTile, SeededSource

pytestmark = pytest.mark.django_db
TILE = "/tiles/resources/14/14292/6526.mvt"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[mvt.Request]]:
    """Every tile that is built, in order."""
    found: list[mvt.Request] = []
    build = mvt.build

    def noting(asked: mvt.Request) -> bytes:
        found.append(asked)
        return build(asked)

    monkeypatch.setattr(mvt, "build", noting)
    yield found


def test_the_first_visitor_finds_the_tile_ready(make: Make, ask: Ask, builds: list[mvt.Request]) -> None:
    make(134.046, 34.342)
    found = seeding.seed()
    assert found.is_done
    assert found.built == len(builds) >= 15
    assert {asked.tile.z for asked in builds} == set(range(15))
    builds.clear()
    response = ask(TILE)
    assert response.status_code == 200
    assert len(response.content) > 20
    assert builds == []


def test_what_is_built_ahead_is_the_public_scope_only(make: Make) -> None:
    make(134.046, 34.342)
    make(134.046, 34.342, publication="members")
    seeding.seed()
    body = CachedTile.objects.get(pk=_key("resources", 14, 14292, 6526)).body
    assert bytes(body) == mvt.build(_asked("resources", 14, 14292, 6526))


def test_a_second_run_builds_nothing_and_a_change_only_what_lies_around_it(
    make: Make, builds: list[mvt.Request]
) -> None:
    make(134.046, 34.342)
    far = make(140.88, 37.05)
    seeding.seed()
    builds.clear()
    assert seeding.seed().built == 0
    Resource.unscoped.filter(pk=far.pk).update(name="別の名")
    changed = seeding.seed()
    assert changed.built == len(builds) > 0
    assert {asked.tile.x for asked in builds if asked.tile.z == 14} <= {14602, 14603, 14604}


def test_a_run_cut_short_is_taken_up_by_the_next(make: Make) -> None:
    make(134.046, 34.342)
    assert seeding.seed(seconds=-1) == seeding.Seeded(0, False)
    assert not SeededSource.objects.filter(pk="resources").exists()
    first = seeding.seed()
    assert first.is_done
    assert first.built
    SeededSource.objects.all().delete()
    assert seeding.seed().built == 0, "what is there in its version is left alone"


def test_the_worker_seeds_only_while_the_public_site_is_on(make: Make) -> None:
    make(134.046, 34.342)
    AccessSetting.objects.update_or_create(pk=1, defaults={"public_site": False})
    assert seed_tiles(0) == 0
    assert not CachedTile.objects.exists()
    AccessSetting.objects.filter(pk=1).update(public_site=True)
    assert seed_tiles(0) > 0


def _asked(slug: str, z: int, x: int, y: int) -> mvt.Request:
    from layers.source import get_source
    from tiles.grid import Tile

    source = get_source(slug, PUBLIC)
    return mvt.Request(source, source.parse({}), Tile(z, x, y), mvt.default_keys(source))


def _key(slug: str, z: int, x: int, y: int) -> str:
    from tiles.views import Asked

    asked = _asked(slug, z, x, y)
    cache.memory.clear()
    return Asked(asked.source, asked.query, asked.keys, True).key(asked.tile)
