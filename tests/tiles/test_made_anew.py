"""A tile made again: version and tile by one question, its plan kept; nothing is asked where nothing changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.gis.geos import Polygon
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from mapbox_vector_tile import decode

from layers.access import Level, Viewer
from layers.models import Category, Resource
from layers.resources import ResourceSource
from layers.versions import READ_AHEAD, known_versions, source_version
from tiles import cache, mvt
from tiles.envelopes import envelope
from tiles.grid import Tile

from .conftest import PUBLIC, READER, STAFF, Ask, Make

HERE, FAR = Tile(14, 14292, 6528), 133.13
ADDRESS = "/tiles/resources/14/14292/6528.mvt"

Change = Callable[[Resource], Any]


@contextmanager
def versions_read() -> Iterator[None]:
    """As a request with a token begins."""
    with known_versions({source: source_version(source) for source in READ_AHEAD}):
        yield


def features(body: bytes) -> dict[Any, Any]:
    found = decode(body)["resources"]["features"] if body else []
    return {item["id"]: (item["properties"], item["geometry"]) for item in found}


def wanted(search: str = "", viewer: Viewer = STAFF, tile: Tile = HERE) -> mvt.Request:
    source = ResourceSource(viewer)
    pairs = [tuple(part.split("=")) for part in search.split("&") if part]
    return mvt.Request(source, source.parse(pairs), tile, mvt.default_keys(source))


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Tiles asked for together with their versions: whether each was made."""
    told: list[bool] = []
    real = mvt.build_unless

    def build_unless(*given: Any) -> tuple[int, bytes | None]:
        version, body = real(*given)
        told.append(body is not None)
        return version, body

    monkeypatch.setattr(mvt, "build_unless", build_unless)
    monkeypatch.setattr(cache, "SHARED_FROM_SECONDS", 60)
    return told


@pytest.mark.django_db
@pytest.mark.parametrize("viewer", [PUBLIC, READER, STAFF])
def test_a_tile_made_again_is_the_tile_made_anew(
    ask: Ask, make: Make, renewals: list[bool], viewer: Viewer
) -> None:
    resource = make(134.05, name="公園 100% 'さ'")
    make(134.051, publication="members")
    first = ask(ADDRESS, viewer)
    resource.name = "公園 %s"
    resource.save()
    again = ask(ADDRESS, viewer)
    assert renewals == [True]
    cache.memory.clear()  # another process
    anew = ask(ADDRESS, viewer)
    assert again["ETag"] == anew["ETag"] != first["ETag"]
    assert features(again.content) == features(anew.content) != features(first.content)


@pytest.mark.django_db
def test_a_tile_may_become_empty_and_full_again(ask: Ask, make: Make, renewals: list[bool]) -> None:
    resource = make(134.05)
    assert ask(ADDRESS).status_code == 200
    Resource.unscoped.filter(pk=resource.pk).update(deleted_at=timezone.now())
    assert ask(ADDRESS).status_code == 204
    Resource.unscoped.filter(pk=resource.pk).update(deleted_at=None)
    assert ask(ADDRESS).status_code == 200
    assert renewals == [True, True]


@pytest.mark.django_db
def test_a_change_elsewhere_makes_no_tile(ask: Ask, make: Make, renewals: list[bool]) -> None:
    make(134.05)
    first = ask(ADDRESS)
    make(FAR)
    assert ask(ADDRESS).content == first.content
    assert ask(ADDRESS, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert renewals == [False, False]


@pytest.mark.django_db
def test_a_change_of_words_makes_the_tile_anew(ask: Ask, make: Make, renewals: list[bool]) -> None:
    make(134.05)
    first = ask(ADDRESS)
    Category.objects.filter(code="day_care").update(title="デイサービス")
    assert ask(ADDRESS)["ETag"] != first["ETag"]
    assert renewals == [True]


@pytest.mark.django_db
def test_what_is_unchanged_as_a_whole_is_not_asked(ask: Ask, make: Make, renewals: list[bool]) -> None:
    make(134.05)
    with versions_read():
        first = ask(ADDRESS, STAFF)
        with CaptureQueriesContext(connection) as queries:
            assert ask(ADDRESS, STAFF).content == first.content
            assert ask(ADDRESS, STAFF, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert (len(queries), renewals) == (0, [])


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [0, 60], ids=["slow", "quick"])
@pytest.mark.parametrize(
    "change",
    [
        lambda row: Resource.unscoped.filter(pk=row.pk).update(name="別"),
        lambda row: Resource.unscoped.filter(pk=row.pk).update(publication="draft"),
        lambda row: Resource.unscoped.filter(pk=row.pk).update(deleted_at=timezone.now()),
        lambda row: Resource.unscoped.filter(pk=row.pk).update(geom="SRID=4326;POINT(133.1 34.3)"),
        lambda row: Resource.unscoped.filter(pk=row.pk).delete(),
        lambda row: Resource.unscoped.bulk_create([Resource(**values_of(row))]),
        lambda row: Category.objects.filter(code="day_care").update(code="day"),
    ],
    ids="name publication trash move delete insert category".split(),
)
def test_every_change_shows_with_the_next_request(
    ask: Ask, make: Make, change: Change, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SHARED_FROM_SECONDS", seconds)
    resource = make(134.05)
    with versions_read():
        first = ask(ADDRESS)
    change(resource)
    with versions_read():
        second = ask(ADDRESS)
    cache.memory.clear()
    anew = ask(ADDRESS)
    assert second["ETag"] == anew["ETag"] != first["ETag"]
    assert features(second.content) == features(anew.content)


def values_of(row: Resource) -> dict[str, Any]:
    names = ("category_id", "geom", "geom_origin", "publication", "updated_at")
    return {"name": "もう一つ", **{name: getattr(row, name) for name in names}}


@pytest.mark.django_db
def test_a_change_while_a_request_runs_is_seen_by_the_next(ask: Ask, make: Make) -> None:
    """What was read ahead is older than the tile; the next request reads a newer version and asks again."""
    resource = make(134.05)
    with versions_read():
        Resource.unscoped.filter(pk=resource.pk).update(name="途中")
        running = ask(ADDRESS)
        Resource.unscoped.filter(pk=resource.pk).update(name="後")
    with versions_read():
        later = ask(ADDRESS)
    assert "途中".encode() in running.content
    assert "後".encode() in later.content


def test_nothing_is_unchanged_without_a_mark() -> None:
    memory = cache.Memory()
    memory.put("key", "1", cache.Body(b"x"))
    assert memory.unchanged("key", "") is None
    memory.put("key", "1", cache.Body(b"x"), mark="7")
    assert memory.unchanged("key", "8") is None
    assert memory.unchanged("key", "7") is not None
    assert memory.get("key", "1", "8") is not None
    assert memory.unchanged("key", "7") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("search", "viewer", "zoom", "keeps"),
    [
        ("", STAFF, 14, True),
        ("sort=name&page=2", PUBLIC, 18, True),
        ("", STAFF, 13, False),
        ("category=care", STAFF, 14, False),
        ("q=公園", STAFF, 14, False),
        ("bbox=134,34,134.1,34.1", STAFF, 14, False),
        ("", Viewer(level=Level.C, account_id=3), 14, False),
    ],
)
def test_only_whole_scopes_keep_a_plan(
    categories: dict[str, Category], search: str, viewer: Viewer, zoom: int, keeps: bool
) -> None:
    assert mvt.keeps_plan(wanted(search, viewer, Tile(zoom, 1, 1))) is keeps


def test_a_box_is_the_polygon_of_its_corners() -> None:
    area = Polygon.from_bbox((1.5, -2.0, 3.25, 4.0))
    area.srid = 3857
    assert envelope((1.5, -2.0, 3.25, 4.0)) == area.hexewkb.decode().lower()


def asked_of_the_session(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


PLANS = "SELECT COALESCE(sum(generic_plans), 0) FROM pg_prepared_statements WHERE statement LIKE '%ST_AsMVT%'"
STATEMENTS = "SELECT count(*) FROM pg_prepared_statements"


@pytest.mark.django_db(transaction=True)
def test_one_plan_for_all_tiles_and_the_session_plans_as_before(make: Make) -> None:
    make(134.05)
    source = ResourceSource(STAFF)
    before, mode = asked_of_the_session(PLANS), asked_of_the_session("SHOW plan_cache_mode")
    for tile in (HERE, Tile(14, 14293, 6528), Tile(17, 1, 1)):
        mvt.build_unless(wanted(tile=tile), source, -1)
    assert asked_of_the_session(PLANS) == before + 3
    assert asked_of_the_session("SHOW plan_cache_mode") == mode == "force_custom_plan"
    assert connection.connection.prepare_threshold is None


@pytest.mark.django_db(transaction=True)
def test_after_an_error_the_connection_goes_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make(134.05)
    source, asked = ResourceSource(STAFF), wanted()
    good = mvt.build_unless(asked, source, -1)
    for broken in ("SELECT pg_sleep(%s)", "SELECT 1 / (%s - 1)", "SELECT nothing %s"):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")
        with pytest.raises(Exception, match=r"timeout|zero|nothing"):
            mvt._run_planned(broken, [1])
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
        assert asked_of_the_session("SHOW plan_cache_mode") == "force_custom_plan"
        assert connection.connection.prepare_threshold is None
        assert mvt.build_unless(asked, source, -1) == good
    monkeypatch.setattr(mvt, "_KEEP_PLAN", "SELECT 1 / 0")
    with pytest.raises(Exception, match="zero"):
        mvt.build_unless(asked, source, -1)
    monkeypatch.undo()
    assert mvt.build_unless(asked, source, -1) == good


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_tile_is_an_error_of_the_database(make: Make) -> None:
    make(134.05)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 20")
    try:
        with pytest.raises(OperationalError):
            mvt._run_planned("SELECT pg_sleep(%s)", [1])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


@pytest.mark.django_db(transaction=True)
def test_a_connection_keeps_a_few_plans_only(make: Make) -> None:
    make(134.05)
    for number in range(mvt._PLANS_KEPT + 8):
        mvt._run_planned(f"SELECT %s + {number}", [1])
    assert asked_of_the_session(STATEMENTS) <= mvt._PLANS_KEPT + 1
