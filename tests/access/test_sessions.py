"""Every way to the meetings of an entry, and who gets through it: the rule is the one of the entry (R21, R30)."""

import json
from collections.abc import Callable

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from layers.models import Session
from layers.sessions.dates import refresh_all
from tests.access import doors
from tests.access.rule import is_served, sees
from tests.access.world import PEOPLE, SECRET_ADDRESS, SECRET_POINT, World

Door = Callable[[Client, dict[str, str], World], tuple[set[str], str]]


@pytest.fixture
def meetings(world: World) -> World:
    """Each entry meets daily; those that hide their place were given one all the same."""
    for pk, row in world.rows.items():
        place = (
            {} if row.shows_place else {"geom": Point(*SECRET_POINT, srid=4326), "address": SECRET_ADDRESS}
        )
        Session.unscoped.create(
            resource_id=pk, title=f"集まり{row.name}", recurrence="weekly", weekdays=list(range(7)),
            start_time="10:00", schedule="毎週", **place,
        )  # fmt: skip
    refresh_all()
    return world


def _names(text: str) -> set[str]:
    return set(doors.NAME.findall(text))


def ogc(client: Client, headers: dict[str, str], world: World) -> tuple[set[str], str]:
    """Items of the source."""
    answer = client.get("/ogc/collections/sessions/items?f=json&limit=1000", headers=headers)
    text = answer.content.decode()
    return (_names(text) if answer.status_code == 200 else set()), text


def single(client: Client, headers: dict[str, str], world: World) -> tuple[set[str], str]:
    """Every single item there is."""
    found, texts = set(), ""
    for session in Session.unscoped.select_related("resource"):
        answer = client.get(f"/ogc/collections/sessions/items/{session.pk}?f=json", headers=headers)
        if answer.status_code == 200:
            found.add(session.resource.name)
            texts += answer.content.decode()
    return found, texts


def tile(client: Client, headers: dict[str, str], world: World) -> tuple[set[str], str]:
    """Tiles of the source: places only."""
    text = ""
    for x, y in doors._tiles(14):
        answer = client.get(f"/tiles/sessions/14/{x}/{y}.mvt?fields=address,venue,schedule", headers=headers)
        if answer.status_code == 200:
            text += json.dumps(mapbox_vector_tile.decode(answer.content), ensure_ascii=False)
    return _names(text), text


def page(client: Client, headers: dict[str, str], world: World) -> tuple[set[str], str]:
    """The page of each entry's meetings."""
    return _each(client, headers, world, "/resources/{}/sessions/")


def calendar(client: Client, headers: dict[str, str], world: World) -> tuple[set[str], str]:
    """The calendar file of each entry."""
    return _each(client, headers, world, "/resources/{}/sessions.ics")


def _each(client: Client, headers: dict[str, str], world: World, address: str) -> tuple[set[str], str]:
    found, texts = set(), ""
    for pk, row in world.rows.items():
        answer = client.get(address.format(pk), headers=headers)
        if answer.status_code == 200:
            found.add(row.name)
            texts += answer.content.decode()
    return found, texts


DOORS: dict[str, tuple[Door, bool]] = {
    "ogc": (ogc, True), "single": (single, True), "tile": (tile, False), "page": (page, True),
    "calendar": (calendar, True),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_meetings_are_seen_by_who_sees_their_entry(meetings: World, client: Client, door: str) -> None:
    look, shows_all = DOORS[door]
    wrong = []
    for public in (False, True):
        meetings.publish(public)
        for who in PEOPLE:
            names, text = look(client, meetings.headers(who), meetings)
            rule = {
                row.name
                for row in meetings.rows.values()
                if sees(who, row, public) and (shows_all or row.shows_place)
            }
            if names != rule:
                wrong.append((who.name, public, sorted(names ^ rule)[:5]))
            if SECRET_ADDRESS in text or any(f"{degrees:.4f}" in text for degrees in SECRET_POINT):
                wrong.append((who.name, public, ["a protected place"]))
    assert wrong == []


def test_the_source_does_not_exist_for_whom_nothing_is_served(meetings: World, client: Client) -> None:
    for public in (False, True):
        meetings.publish(public)
        for who in PEOPLE:
            status = client.get("/ogc/collections/sessions?f=json", headers=meetings.headers(who)).status_code
            assert (status == 200) == is_served(who, public), (who.name, public, status)
