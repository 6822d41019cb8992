"""Who reads and writes news of a resource: against a rule stated a second time, by pages and by services."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from gisportal.accounts.viewers import anonymous_viewer, viewer_of
from gisportal.modules.resourcenews import services, source
from gisportal.modules.resourcenews.access import may_write
from gisportal.modules.resourcenews.models import NewsItem, NewsPhoto
from layers.access import Viewer
from layers.media.store import keep
from layers.models import Resource
from tests.access.rule import Row, Who, is_member, sees
from tests.access.world import PEOPLE, World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class News:
    """A piece of news of the matrix. ``time``: now, planned, past; ``writer``: a name or nobody."""

    row: Row
    time: str
    audience: str
    in_trash: bool
    writer: str


def writes(who: Who, row: Row) -> bool:
    """Whoever edits the resource: A and administrator all, B and C what they keep."""
    if row.in_trash:
        return False
    if who.level in ("a", "administrator"):
        return True
    # bert belongs to the house that keeps what carl keeps
    kept = who.name in row.kept_by or (who.name == "bert" and "carl" in row.kept_by)
    return who.level in ("b", "c") and kept


def reads(who: Who, news: News, site_is_public: bool) -> bool:
    """Of a resource he sees; members' news as a member; out of its time only whoever writes or wrote it."""
    if news.in_trash or not sees(who, news.row, site_is_public):
        return False
    if writes(who, news.row) or (who.name == news.writer and who.level != "anonymous"):
        return True
    return news.time == "now" and (news.audience == "all" or is_member(who, news.row))


PERIODS = {"now": (0, 1), "planned": (2, 5), "past": (-9, -1)}


@pytest.fixture
def filled(world: World) -> dict[int, News]:
    """News of every kind on resources of every kind."""
    today = timezone.localdate()
    made = {}
    kinds = list(product(PERIODS, ("all", "members"), (False, True)))
    for number, (resource_id, row) in enumerate(sorted(world.rows.items())):
        for kind_number, (time, audience, in_trash) in enumerate(kinds):
            writer = ("dora", "cora", "bea", "")[(number + kind_number) % 4]
            first, last = PERIODS[time]
            item = NewsItem.unscoped.create(
                resource_id=resource_id, title=f"知らせ{number:03}-{kind_number}", audience=audience,
                shown_from=today + timedelta(days=first), shown_until=today + timedelta(days=last),
                author=world.accounts.get(writer), author_name=writer or "だれか",
                deleted_at=timezone.now() if in_trash else None,
            )  # fmt: skip
            made[item.pk] = News(row, time, audience, in_trash, writer)
    return made


def viewer(world: World, who: Who) -> Viewer:
    """The viewer a person is."""
    return viewer_of(world.accounts[who.name]) if who.name in world.accounts else anonymous_viewer()


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_everyone_reads_what_the_rule_says(
    world: World, filled: dict[int, News], who: Who, public: bool
) -> None:
    world.publish(public)
    found = set(source.visible_news(viewer(world, who)).values_list("pk", flat=True))
    assert found == {pk for pk, news in filled.items() if reads(who, news, public)}


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_everyone_writes_where_the_rule_says(world: World, filled: dict[int, News], who: Who) -> None:
    world.publish(True)
    seen = viewer(world, who)
    assert {pk for pk in world.rows if may_write(seen, pk)} == {
        pk for pk, row in world.rows.items() if writes(who, row)
    }
    writable = set(source.writable_news(seen).values_list("pk", flat=True))
    assert writable == {pk for pk, news in filled.items() if writes(who, news.row) and not news.in_trash}
    trashed = set(source.trashed_news(seen).values_list("pk", flat=True))
    assert trashed == {pk for pk, news in filled.items() if writes(who, news.row) and news.in_trash}


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_pages_and_photos_ask_the_rule(
    world: World, filled: dict[int, News], client: Client, who: Who, public: bool
) -> None:
    world.publish(public)
    headers = world.headers(who)
    for pk in sorted(filled)[::29]:
        news = filled[pk]
        photo = NewsPhoto.unscoped.create(
            item_id=pk,
            alt="写真",
            width=1,
            height=1,
            file=keep(b"x", "t", "jpg"),
            thumbnail=keep(b"x", "t", "jpg"),
        )
        may = reads(who, news, public)
        for path in (
            f"/news/{pk}/",
            f"/news/photos/{photo.pk}/full.jpg",
            f"/news/photos/{photo.pk}/small.jpg",
        ):
            answer = client.get(path, headers=headers)
            assert (answer.status_code == 200) is may, (path, answer.status_code)
        may_write = writes(who, news.row) and not news.in_trash
        assert (client.get(f"/news/{pk}/edit", headers=headers).status_code == 200) is may_write


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_lists_and_panels_show_running_news_only(
    world: World, filled: dict[int, News], client: Client, who: Who, public: bool
) -> None:
    world.publish(public)
    headers = world.headers(who)
    running = {pk for pk, news in filled.items() if news.time == "now" and reads(who, news, public)}
    titles = dict(NewsItem.unscoped.values_list("pk", "title"))
    listed = set()
    for page in range(1, 9):
        answer = client.get(f"/news/?page={page}", headers=headers)
        if answer.status_code == 200:
            listed |= {pk for pk, title in titles.items() if title in answer.text}
    assert listed == running
    for resource_id, row in sorted(world.rows.items())[::6]:
        answer = client.get(f"/resources/{resource_id}/", headers=headers)
        if not sees(who, row, public):
            assert answer.status_code != 200
            continue
        shown = {pk for pk, title in titles.items() if title in answer.text}
        assert shown == {pk for pk in running if filled[pk].row is row}


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_services_refuse_who_may_not(world: World, filled: dict[int, News], who: Who) -> None:
    actor = viewer(world, who)
    for resource_id, row in sorted(world.rows.items())[::5]:
        if writes(who, row):
            made = services.create_news(actor, resource_id, {"title": "書いた"})
            assert services.trash_news(actor, made.pk).deleted_at is not None
            assert services.restore_news(actor, made.pk).deleted_at is None
        else:
            with pytest.raises(PermissionDenied):
                services.create_news(actor, resource_id, {"title": "書けない"})
            pk = NewsItem.unscoped.filter(resource=resource_id, deleted_at=None).values_list("pk", flat=True)[
                0
            ]
            with pytest.raises(PermissionDenied):
                services.update_news(actor, pk, 1, {"title": "変えられない"})
            with pytest.raises(PermissionDenied):
                services.trash_news(actor, pk)


def test_news_goes_with_its_resource_into_the_trash(world: World, filled: dict[int, News]) -> None:
    admin = viewer(world, PEOPLE[-1])
    pk = next(pk for pk, news in filled.items() if not news.in_trash and not news.row.in_trash)
    resource_id = NewsItem.unscoped.get(pk=pk).resource_id
    Resource.unscoped.filter(pk=resource_id).update(deleted_at=timezone.now())
    assert not source.visible_news(admin).filter(pk=pk).exists()
