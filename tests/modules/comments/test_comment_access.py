"""Who reads and writes comments: against a rule stated a second time, through every way out of the database."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from gisportal.accounts.viewers import anonymous_viewer, viewer_of
from gisportal.modules.comments import services
from gisportal.modules.comments import source as reads
from gisportal.modules.comments.models import Comment, CommentPhoto
from layers.access import Act, Level, Viewer
from layers.media.store import keep
from layers.models import District
from layers.source import sources
from tests.access.doors import _body, _tiles
from tests.access.rule import Row, Who
from tests.access.world import LAT, LON, PEOPLE, World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """A comment of the matrix. ``row`` is None on a district or a drawn place."""

    row: Row | None
    opened: bool
    in_trash: bool
    author: str
    mark: str


def reads_it(who: Who, told: Told) -> bool:
    """A, B and the administrator; C what is opened to it on what it keeps. The public site changes nothing."""
    if told.in_trash or (told.row is not None and told.row.in_trash):
        return False
    if who.level in ("a", "b", "administrator"):
        return True
    return who.level == "c" and told.opened and told.row is not None and who.name in told.row.kept_by


def changes_it(who: Who, told: Told) -> bool:
    """A and the administrator all, B its own."""
    if not reads_it(who, told):
        return False
    return who.level in ("a", "administrator") or (who.level == "b" and who.name == told.author)


@pytest.fixture
def filled(world: World) -> dict[int, Told]:
    """Comments on resources of every kind, on the district and at places."""
    authors = ("bert", "bea", "anna", "carl")
    made: dict[int, Told] = {}

    def write(row: Row | None, opened: bool, in_trash: bool, **place: Any) -> None:
        number = len(made)
        author = authors[number % len(authors)]
        mark = f"印{number:03}"
        comment = Comment.unscoped.create(
            text=f"{mark} 見守り", acted_on=timezone.localdate(), author=world.accounts[author], author_name=author,
            posted_at=timezone.now(), updated_at=timezone.now(), is_open_to_responsible=opened,
            deleted_at=timezone.now() if in_trash else None, **place,
        )  # fmt: skip
        made[comment.pk] = Told(row, opened, in_trash, author, mark)

    for pk, row in sorted(world.rows.items()):
        for opened in (False, True):
            write(row, opened, False, resource_id=pk)
    write(next(iter(world.rows.values())), True, True, resource_id=min(world.rows))
    district = District.unscoped.get()
    for number in range(5):
        write(None, False, number == 4, geom=Point(LON + 0.001 * number, LAT + 0.002, srid=4326))
        write(
            None, False, number == 3, district=district, district_key=district.key, district_title="第一圏域"
        )
    return made


def viewer(world: World, who: Who) -> Viewer:
    """The viewer a person is."""
    return viewer_of(world.accounts[who.name]) if who.name in world.accounts else anonymous_viewer()


def expected(filled: dict[int, Told], who: Who) -> set[str]:
    """Marks of what somebody reads."""
    return {told.mark for told in filled.values() if reads_it(who, told)}


def marks(filled: dict[int, Told], text: str) -> set[str]:
    """Marks that stand in an answer."""
    return {told.mark for told in filled.values() if told.mark in text}


def _text(client: Client, headers: dict[str, str], path: str) -> str:
    answer = client.get(path, headers=headers)
    if answer.status_code != 200:
        assert answer.status_code in {302, 401, 403, 404}, (path, answer.status_code)
        return ""
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.text  # type: ignore[attr-defined]


def _excel(client: Client, headers: dict[str, str]) -> str:
    answer = client.get("/comments/export.xlsx", headers=headers)
    if answer.status_code != 200:
        return ""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    return json.dumps(
        [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row], ensure_ascii=False
    )


def _all_tiles(client: Client, headers: dict[str, str]) -> str:
    found = []
    for x, y in _tiles(16):
        answer = client.get(f"/tiles/comments/16/{x}/{y}.mvt?fields=text", headers=headers)
        assert answer.status_code in {200, 204, 401, 403, 404}, answer.status_code
        if answer.status_code == 200:
            layer = mapbox_vector_tile.decode(_body(answer)).get("comments", {"features": []})
            found += [feature["properties"]["text"] for feature in layer["features"]]
    return "\n".join(found)


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_every_door_gives_what_the_rule_says(
    world: World, filled: dict[int, Told], client: Client, who: Who, public: bool
) -> None:
    world.publish(public)
    headers = world.headers(who)
    wanted = expected(filled, who)
    doors = {
        "list": _text(client, headers, "/comments/?per_page=200"),
        "csv": _text(client, headers, "/comments/export.csv"),
        "map": _text(client, headers, "/comments/map.geojson"),
        "items": _text(client, headers, "/ogc/collections/comments/items?f=json&limit=1000"),
        "items html": _text(client, headers, "/ogc/collections/comments/items?f=html&limit=1000"),
        "excel": _excel(client, headers),
    }
    assert {name: marks(filled, text) for name, text in doors.items()} == dict.fromkeys(doors, wanted)
    placed = {
        told.mark
        for told in filled.values()
        if reads_it(who, told) and (told.row is None or told.row.shows_place)
    }
    assert marks(filled, _all_tiles(client, headers)) == placed


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_single_pages_and_photos_ask_the_rule(
    world: World, filled: dict[int, Told], client: Client, who: Who, public: bool
) -> None:
    world.publish(public)
    headers = world.headers(who)
    for pk, told in sorted(filled.items())[::5]:
        photo = CommentPhoto.unscoped.create(
            comment_id=pk,
            alt="写真",
            width=1,
            height=1,
            file=keep(b"x", "t", "jpg"),
            thumbnail=keep(b"x", "t", "jpg"),
        )
        paths = (
            f"/comments/{pk}/",
            f"/comments/photos/{photo.pk}/full.jpg",
            f"/ogc/collections/comments/items/{pk}",
        )
        for path in paths:
            answer = client.get(path, headers=headers)
            assert (answer.status_code == 200) is reads_it(who, told), (path, answer.status_code)
        answer = client.get(f"/comments/{pk}/edit", headers=headers)
        assert (answer.status_code == 200) is changes_it(who, told)


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_panels_of_resources_ask_the_rule(
    world: World, filled: dict[int, Told], client: Client, who: Who, public: bool
) -> None:
    world.publish(public)
    for pk, row in sorted(world.rows.items())[::4]:
        text = _text(client, world.headers(who), f"/resources/{pk}/")
        wanted = {told.mark for told in filled.values() if told.row is row and reads_it(who, told)}
        assert marks(filled, text) == wanted


@pytest.mark.parametrize("public", [False, True])
def test_the_source_exists_for_readers_only(world: World, public: bool) -> None:
    world.publish(public)
    having = {who.name for who in PEOPLE if any(s.slug == "comments" for s in sources(viewer(world, who)))}
    assert having == {who.name for who in PEOPLE if who.level in ("a", "b", "c", "administrator")}


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_services_refuse_who_may_not(world: World, filled: dict[int, Told], who: Who) -> None:
    actor = viewer(world, who)
    values = {"text": "書いた", "acted_on": timezone.localdate()}
    for pk, row in sorted(world.rows.items())[::6]:
        if who.level in ("a", "b", "administrator") and not row.in_trash:
            made = services.create_comment(actor, {**values, "resource_id": pk})
            assert made.author_id == actor.account_id
            assert services.trash_comment(actor, made.pk).deleted_at is not None
            assert services.restore_comment(actor, made.pk).deleted_at is None
        else:
            with pytest.raises(PermissionDenied):
                services.create_comment(actor, {**values, "resource_id": pk})
    for pk, told in sorted(filled.items())[::7]:
        if changes_it(who, told):
            assert services.update_comment(actor, pk, 1, {"text": "直した"}).version == 2
        else:
            with pytest.raises(PermissionDenied):
                services.update_comment(actor, pk, 1, {"text": "直せない"})
            with pytest.raises(PermissionDenied):
                services.trash_comment(actor, pk)
    if who.level != "administrator":
        with pytest.raises(PermissionDenied):
            services.add_class(actor, "見守り")


def test_a_signed_link_reads_no_comment(world: World, filled: dict[int, Told]) -> None:
    """Whatever it opens: it is no person, or is limited to some acts."""
    ids = tuple(world.rows)
    links = [
        Viewer(level=Level.C, granted_ids=ids, acts=frozenset({Act.READ, Act.UPDATE})),
        Viewer(level=Level.C, granted_ids=ids),
        Viewer(level=Level.A, account_id=1, acts=frozenset({Act.READ})),
    ]
    assert [list(reads.visible_comments(link)) for link in links] == [[], [], []]
    assert len(reads.visible_comments(Viewer(level=Level.A, account_id=1))) > 30


def test_csv_holds_each_row_once(world: World, filled: dict[int, Told], client: Client) -> None:
    text = _text(client, world.headers(PEOPLE[-1]), "/comments/export.csv").removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) - 1 == len(expected(filled, PEOPLE[-1])) == len({row[0] for row in rows[1:]})
