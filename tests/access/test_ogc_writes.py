"""Writing through the OGC API: verbs × people × entries, against the independent rule of acts (R21, R28, R49)."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from gisportal.accounts.tokens import create_token
from gisportal.audit.models import AuditEntry
from gisportal.modules.proposals.models import Proposal
from layers.access import Level
from layers.models import ProtectedPlace, Resource, ResourceVersion
from tests.access.rule import Row, Who, sees
from tests.access.test_acts import may, some_rows
from tests.access.world import LAT, LON, MARKS, PEOPLE, PHONE, SECRET_ADDRESS, SECRET_POINT, World
from tests.factories import make_account, make_resource

ITEMS = "/ogc/collections/resources/items"
GEOJSON, MERGE = "application/geo+json", "application/merge-patch+json"
POINT = {"type": "Point", "coordinates": [LON, LAT]}
WHOLE = {"type": "Feature", "geometry": POINT, "properties": {"name": "書いた", "category": "salon"}}
PART = {"properties": {"name": "書いた"}}
#: Verb, body, its media type, the act it is.
VERBS = (
    ("PUT", WHOLE, GEOJSON, "update"),
    ("PATCH", PART, MERGE, "update"),
    ("PATCH", {"properties": {"vacancy": "few"}}, MERGE, "vacancy"),
    ("DELETE", None, "", "delete"),
)


def send(client: Client, headers: dict[str, str], method: str, path: str, body: Any, media: str) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    return client.generic(method, path, content, content_type=media, headers=headers)


def rows_of(world: World) -> Iterator[tuple[int, Row]]:
    """One entry of each kind of keeper and trash, and one public, undisclosed one."""
    yield from some_rows(world)
    yield next(
        (pk, row) for pk, row in world.rows.items() if row.publication == "public" and not row.shows_place
    )


def whole(row: Row) -> dict[str, Any]:
    """A replacement; of an undisclosed place nothing is said."""
    return {**WHOLE, "geometry": POINT if row.shows_place else None}


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_verbs_do_what_the_rule_allows(world: World, client: Client, who: Who, public: bool) -> None:
    world.publish(public)
    wrong = []
    for pk, row in rows_of(world):
        for method, body, media, act in VERBS:
            given = whole(row) if method == "PUT" else body
            with transaction.atomic():
                answer = send(client, world.headers(who), method, f"{ITEMS}/{pk}", given, media)
                transaction.set_rollback(True)
            if (expected := expected_status(who, row, act, public)) != answer.status_code:
                wrong.append((method, act, row, answer.status_code, expected))
            assert answer.status_code < 300 or row.name not in answer.content.decode()
    assert wrong == []


def expected_status(who: Who, row: Row, act: str, public: bool) -> int:
    """204 where the rule of acts allows it; else 404 for what one does not see, 401 for nobody, 403 for the others."""
    if not public and who.level in ("anonymous", "d"):
        return 404
    if who.level == "anonymous":
        return 401
    if who.level == "d":
        return 403
    if not sees(who, row, public):
        return 404
    return 204 if may(who, act, row, public) else 403


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_who_adds(world: World, client: Client, who: Who) -> None:
    for public, refused in ((False, 404), (True, 401 if who.level == "anonymous" else 403)):
        world.publish(public)
        before = Resource.unscoped.count()
        answer = send(client, world.headers(who), "POST", ITEMS, WHOLE, GEOJSON)
        allowed = who.level in ("a", "b", "c", "administrator")
        assert answer.status_code == (201 if allowed else refused)
        assert Resource.unscoped.count() == before + allowed
        if allowed:
            assert client.get(answer["Location"], headers=world.headers(who)).status_code == 200


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_options_name_what_one_may_use(world: World, client: Client, who: Who) -> None:
    world.publish(True)
    edits = who.level in ("a", "b", "c", "administrator")
    for path, verbs in ((ITEMS, "POST"), (f"{ITEMS}/{min(world.rows)}", "PUT, PATCH, DELETE")):
        found = client.options(path, headers=world.headers(who))["Allow"]
        assert found == ("GET, HEAD, " + verbs + ", OPTIONS" if edits else "GET, HEAD, OPTIONS")
    definition = client.get("/ogc/openapi", headers=world.headers(who)).json()["paths"]
    verbs = {verb for path, item in definition.items() if path.startswith("/collections/") for verb in item}
    assert verbs == ({"get", "post", "put", "patch", "delete"} if edits else {"get"})


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_nothing_is_changed_by_whom_it_is_refused(world: World, client: Client, who: Who) -> None:
    """Neither entries nor history nor record."""
    world.publish(True)
    before = state()
    for pk, row in rows_of(world):
        for method, body, media, act in VERBS:
            if not may(who, act, row, True):
                given = whole(row) if method == "PUT" else body
                send(client, world.headers(who), method, f"{ITEMS}/{pk}", given, media)
    assert state() == before


def state() -> list[Any]:
    rows = list(Resource.unscoped.order_by("pk").values_list("pk", "version", "updated_at", "deleted_at"))
    return [
        rows,
        ResourceVersion.unscoped.count(),
        AuditEntry.objects.filter(action__startswith="resource.").count(),
    ]


# --- tokens and accounts with less ------------------------------------------------------------------------------------


def test_a_reading_token_writes_nothing(world: World, client: Client) -> None:
    before = state()
    token = create_token(world.accounts["anna"], name="reads", may_write=False)
    headers = {"Authorization": f"Bearer {token}"}
    pk = min(world.rows)
    assert send(client, headers, "POST", ITEMS, WHOLE, GEOJSON).status_code == 403
    for method, body, media, _act in VERBS:
        assert send(client, headers, method, f"{ITEMS}/{pk}", body, media).status_code == 403
    assert client.options(ITEMS, headers=headers)["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options(f"{ITEMS}/{pk}", headers=headers)["Allow"] == "GET, HEAD, OPTIONS"
    assert not client.get(f"{ITEMS}/{pk}?f=json", headers=headers)["ETag"].startswith('"v')
    assert state() == before


def test_a_token_of_another_collection_writes_nothing(world: World, client: Client) -> None:
    before = state()
    token = create_token(world.accounts["anna"], name="districts", sources=["districts-area"])
    headers = {"Authorization": f"Bearer {token}"}
    assert send(client, headers, "POST", ITEMS, WHOLE, GEOJSON).status_code == 404
    for method, body, media, _act in VERBS:
        assert send(client, headers, method, f"{ITEMS}/{min(world.rows)}", body, media).status_code == 404
    assert state() == before


def test_one_who_proposes_changes_nothing_himself(world: World, client: Client) -> None:
    """R49: what he might have done is kept as proposals; what he might not is refused as ever."""
    account = world.accounts["carl"]
    account.proposes = True
    account.save()
    before, headers = state(), world.headers_of("carl")
    wrong = []
    for pk, row in rows_of(world):
        for method, body, media, act in VERBS:
            if act == "vacancy":
                continue
            count = Proposal.unscoped.count()
            given = whole(row) if method == "PUT" else body
            status = send(client, headers, method, f"{ITEMS}/{pk}", given, media).status_code
            kept = Proposal.unscoped.count() - count
            allowed = may(Who("carl", "c"), act, row, False)
            if (status, kept) != ((202, 1) if allowed else (404, 0)):
                wrong.append((method, row, status, kept))
    assert wrong == []
    assert send(client, headers, "POST", ITEMS, WHOLE, GEOJSON).status_code == 202
    assert state() == before


# --- what one does not see --------------------------------------------------------------------------------------------


def test_hidden_fields_are_neither_written_nor_told(world: World, client: Client) -> None:
    """A field one may not see is not there: same words as for a name nobody ever gave (design §2)."""
    for name in ("bert", "carl", "anna"):
        headers = world.headers_of(name)
        pk = next(pk for pk, row in world.rows.items() if "carl" in row.kept_by and not row.in_trash)
        answers = []
        for key in ("mark_staff", "choice_staff", "mark_nowhere"):
            for value in ("x", None, MARKS["staff"]):
                answer = send(client, headers, "PATCH", f"{ITEMS}/{pk}", {"properties": {key: value}}, MERGE)
                answers.append((answer.status_code, answer.content.decode().replace(key, "KEY")))
        assert {status for status, _text in answers} == {400} and len(
            {text for _status, text in answers}
        ) == 1
        document = client.get(f"{ITEMS}/{pk}?f=json", headers=headers).json()
        document["properties"]["name"] = "書いた"
        assert send(client, headers, "PUT", f"{ITEMS}/{pk}", document, GEOJSON).status_code == 204
        kept = Resource.unscoped.get(pk=pk).properties
        assert (kept["mark_staff"], kept["choice_staff"]) == (MARKS["staff"], "yes"), (
            "a replacement leaves them"
        )


def test_a_withheld_telephone_stays_with_its_members(world: World, client: Client) -> None:
    """Carl reads a public entry of others without its telephone; what he guesses tells him nothing."""
    world.publish(True)
    pk, _row = next((pk, row) for pk, row in world.rows.items()
                    if row.publication == "public" and row.withholds_phone and not row.kept_by
                    and not row.in_trash)  # fmt: skip
    phone = Resource.unscoped.get(pk=pk).phone
    answers = {
        send(
            client,
            world.headers_of("carl"),
            "PATCH",
            f"{ITEMS}/{pk}",
            {"properties": {"phone": value}},
            MERGE,
        ).content
        for value in (phone, "087-1111-2222", None)
    }
    assert len(answers) == 1 and PHONE not in answers.pop().decode()


@pytest.mark.parametrize("name", ["carl", "bert", "anna", "axel", "root"])
def test_an_undisclosed_place_is_neither_moved_nor_told(world: World, client: Client, name: str) -> None:
    pk = next(pk for pk, row in world.rows.items() if "carl" in row.kept_by and not row.shows_place)
    before = ProtectedPlace.unscoped.values_list("address", "geom").get(resource_id=pk)
    exact = {"type": "Point", "coordinates": list(SECRET_POINT)}
    answers = []
    for body in ({"geometry": POINT}, {"geometry": exact}, {"properties": {"address": SECRET_ADDRESS}},
                 {"properties": {"address": "番町"}}):  # fmt: skip
        answer = send(client, world.headers_of(name), "PATCH", f"{ITEMS}/{pk}", body, MERGE)
        text = answer.content.decode()
        assert answer.status_code == 422 and SECRET_ADDRESS not in text and "134.06" not in text
        answers.append(text)
    assert answers[0] == answers[1] and answers[2] == answers[3], "a right guess looks like a wrong one"
    assert ProtectedPlace.unscoped.values_list("address", "geom").get(resource_id=pk) == before
    assert Resource.unscoped.get(pk=pk).geom is None


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_is_refused() -> None:
    """Same tag, same moment: one 204, one 412, and the loser's words nowhere (must show: lost update)."""
    account = make_account(Level.A)
    pk = make_resource("前").pk
    headers = {"Authorization": f"Bearer {create_token(account)}"}
    tag = Client().get(f"{ITEMS}/{pk}?f=json", headers=headers)["ETag"]
    start, answers = threading.Barrier(4), {}

    def write(number: int) -> None:
        start.wait()
        body = {"properties": {"name": f"書き手{number}"}}
        answers[number] = send(
            Client(), {**headers, "If-Match": tag}, "PATCH", f"{ITEMS}/{pk}", body, MERGE
        ).status_code
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [204, 412, 412, 412]
    winner = next(number for number, status in answers.items() if status == 204)
    row = Resource.unscoped.get(pk=pk)
    assert (row.name, row.version) == (f"書き手{winner}", 2)
    assert ResourceVersion.unscoped.filter(resource_id=pk).count() == 2
