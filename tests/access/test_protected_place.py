"""The exact point of an ``area`` entry is had by nobody but its named readers, through any door (design §3)."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client

from gisportal.accounts.viewers import viewer_of
from gisportal.audit.models import AuditEntry
from layers.editing.services import create_resource, update_resource
from layers.models import ProtectedPlace, Resource, ResourceVersion
from tests.access import doors
from tests.access.rule import Who
from tests.access.world import PEOPLE, World

#: Where it really is. The second pair is where it was before, and the address it had then.
LAT, LON = 34.3312377, 134.0712388
OLD_LAT, OLD_LON = 34.3498766, 134.0298755
ADDRESS, OLD_ADDRESS = "高松市かくれ町七丁目3", "高松市むかし町八丁目5"
SECRETS = (ADDRESS, OLD_ADDRESS, "かくれ町", "むかし町", "34.33123", "134.07123", "34.34987", "134.02987",
           "34°19'52", "134°04'16", "34.3312", "134.0712", "34.3498", "134.0298")  # fmt: skip
NAME = "資源999"
#: The reader himself, another provider, level A, the administrator, and nobody.
SOME = [who for who in PEOPLE if who.name in {"carl", "cora", "anna", "root", "anonymous"}]


@pytest.fixture
def salon(world: World) -> Resource:
    """Was open, moved, and is shown by its district since; carl alone reads its place."""
    world.publish(True)
    carl = viewer_of(world.accounts["carl"])
    row = create_resource(
        carl,
        {"name": NAME, "category": "salon", "publication": "public", "address": OLD_ADDRESS,
         "lat": OLD_LAT, "lon": OLD_LON},
    )  # fmt: skip
    row = update_resource(carl, row.pk, row.version, {"address": ADDRESS, "lat": LAT, "lon": LON})
    row = update_resource(carl, row.pk, row.version, {"disclosure": "area"}, "場所を伏せる")
    assert ProtectedPlace.unscoped.get(resource=row).geom.y == LAT
    return row


def paths(row: Resource) -> Iterator[str]:
    """Addresses that answer with text about the entry, or about what a question finds."""
    pk = row.pk
    items = "/ogc/collections/resources/items"
    for part in ("", "popup", "edit/", "delete/", "merge/", "people/", "site/", "history/", "media/"):
        yield f"/resources/{pk}/{part}"
    yield from ("/resources/?per_page=200", "/resources/trash/", "/resources/new/", f"/resources/at?ids={pk}")
    yield from (f"/resources/export.{ending}" for ending in ("geojson", "csv"))
    yield from (f"{items}?f=json&limit=1000", f"{items}/{pk}?f=json", f"{items}/{pk}?f=html")
    yield f"/geocode?q={quote(NAME)}"
    yield f"/geocode/reverse?lat={LAT + 0.001}&lon={LON + 0.001}"
    yield f"/admin/layers/resource/{pk}/change/"
    yield f"/admin/layers/resource/{pk}/history/"
    yield "/admin/audit/auditentry/"
    yield "/tiles/resources.json"
    yield "/planning/crosstab.json?rows=category&columns=district:area"


def text_of(client: Client, path: str, headers: dict[str, str]) -> str:
    answer = client.get(path, headers=headers, follow=True)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode("utf-8", "replace")


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_no_page_and_no_file_tells_the_place(world: World, salon: Resource, client: Client, who: Who) -> None:
    for path in paths(salon):
        found = leaks(text_of(client, path, world.headers(who)))
        is_his = who.name == "carl" and re.search(r"/(edit|site)/$", path)
        assert bool(found) == bool(is_his), (who.name, path, found)


@pytest.mark.parametrize("who", [who for who in SOME if who.level != "anonymous"], ids=lambda who: who.name)
def test_signed_in_pages_keep_it_too(world: World, salon: Resource, client: Client, who: Who) -> None:
    """By session, as the pages of editing and the administration are used."""
    client.force_login(world.accounts[who.name])
    for path in paths(salon):
        found = leaks(text_of(client, path, {}))
        is_his = who.name == "carl" and path.endswith(("/edit/", "/site/"))
        assert bool(found) == bool(is_his), (who.name, path, found)


@pytest.mark.parametrize("who", SOME, ids=lambda who: who.name)
def test_files_of_other_programs_do_not_hold_it(
    world: World, salon: Resource, client: Client, who: Who
) -> None:
    for ending in ("xlsx", "gpkg"):
        answer = client.get(f"/resources/export.{ending}", headers=world.headers(who))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        if ending == "xlsx" and answer.status_code == 200:
            with zipfile.ZipFile(io.BytesIO(body)) as parts:
                body = b"".join(parts.read(name) for name in parts.namelist())
        assert leaks(body.decode("utf-8", "replace")) == [], (who.name, ending)


@pytest.mark.parametrize("who", SOME, ids=lambda who: who.name)
def test_no_question_of_place_finds_it(world: World, salon: Resource, client: Client, who: Who) -> None:
    """Neither the point of now nor that of before, nor a word of either address: a hit would give it away."""
    headers = world.headers(who)
    for word in ("かくれ町", "むかし町"):
        assert NAME not in text_of(client, f"/resources/?q={quote(word)}", headers)
    for lat, lon in ((LAT, LON), (OLD_LAT, OLD_LON)):
        box = f"{lon - 0.0005},{lat - 0.0005},{lon + 0.0005},{lat + 0.0005}"
        ring = [
            [lon - 0.0005, lat - 0.0005],
            [lon + 0.0005, lat - 0.0005],
            [lon + 0.0005, lat + 0.0005],
            [lon - 0.0005, lat - 0.0005],
        ]
        within = quote(json.dumps({"type": "Polygon", "coordinates": [ring]}))
        for question in (f"near={lat},{lon}&radius=100", f"bbox={box}", f"within={within}"):
            for base in (
                "/resources/?",
                "/resources/export.geojson?",
                "/ogc/collections/resources/items?f=json&limit=1000&",
            ):
                assert NAME not in text_of(client, base + question, headers), (who.name, base, question)


@pytest.mark.parametrize("who", SOME, ids=lambda who: who.name)
def test_no_tile_holds_a_point_of_it(world: World, salon: Resource, client: Client, who: Who) -> None:
    seen = doors.tile_points(client, world.headers(who), world)
    assert NAME not in seen.names


def test_history_holds_no_place_of_before(world: World, salon: Resource) -> None:
    """The table itself: whoever reads it, by whatever page, finds none."""
    rows = ResourceVersion.unscoped.filter(resource_id=salon.pk)
    assert rows.count() == 3
    for row in rows:
        assert (row.geom, row.geom_public, row.address, row.address_public, row.town) == (
            None,
            None,
            "",
            "",
            "",
        )
    assert leaks(json.dumps([entry.summary for entry in AuditEntry.objects.all()], ensure_ascii=False)) == []


def test_record_of_the_portal_holds_none(world: World, salon: Resource) -> None:
    """A dump of every table but the protected one and what the test itself wrote."""
    out = io.StringIO()
    call_command(
        "dumpdata",
        "audit",
        "layers.resource",
        "layers.resourceversion",
        stdout=out,
        verbosity=0,
        use_base_manager=True,
    )
    assert NAME in out.getvalue()
    assert leaks(out.getvalue()) == []


def test_place_of_an_area_entry_is_asked_of_no_geocoder_outside(
    world: World, salon: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.editing import place

    def refuse(*given: object, **more: object) -> list[object]:
        raise AssertionError(f"asked outside: {given}")

    monkeypatch.setattr(place, "geocode_public", refuse)
    carl = viewer_of(world.accounts["carl"])
    update_resource(
        carl, salon.pk, Resource.unscoped.get(pk=salon.pk).version, {"address": "高松市べつの町1"}
    )
    hidden = ProtectedPlace.unscoped.get(resource=salon)
    assert (hidden.address, hidden.geom.y) == ("高松市べつの町1", LAT)
