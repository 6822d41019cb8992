"""Usage by client and day: right, in batches, and without words, places or addresses (D8, I5)."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import ApiToken
from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token
from gisportal.gate import store
from gisportal.gate.keeper import write_usage
from gisportal.gate.models import Usage
from gisportal.gate.usage import tally
from layers.access import Level
from tests.factories import make_account, make_resource

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def summed_anew() -> Iterator[None]:
    tally.take()
    yield
    tally.take()


def sums(**only: object) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    write_usage()
    return {
        (row.kind, row.door): (row.requests, row.errors, row.failures, row.limited)
        for row in Usage.objects.filter(**only)
    }


def test_each_client_and_door_is_summed_up(client: Client) -> None:
    set_public_site(True)
    secret = create_token(make_account(Level.A), name="QGIS")
    headers = {"Authorization": f"Bearer {secret}"}
    client.get("/ogc/?f=json", headers=headers)
    client.get("/ogc/collections/none?f=json", headers=headers)
    client.get("/tiles/resources.json", headers=headers)
    person = Client()
    person.force_login(make_account(Level.B))
    person.get("/tiles/resources.json")
    client.get("/geocode?q=x")
    client.get("/about/data")
    assert sums() == {
        ("token", "ogc"): (2, 1, 0, 0),
        ("token", "tiles"): (1, 0, 0, 0),
        ("people", "tiles"): (1, 0, 0, 0),
        ("anonymous", "geocode"): (1, 0, 0, 0),
    }
    assert set(Usage.objects.values_list("day", flat=True)) == {timezone.localdate()}
    assert Usage.objects.filter(kind="token", token_id=ApiToken.objects.get().pk).count() == 2


def test_batches_add_up(client: Client) -> None:
    for _batch in range(3):
        client.get("/ogc/?f=json")
        client.get("/ogc/?f=json")
        write_usage()
    assert sums() == {("anonymous", "ogc"): (6, 0, 0, 0)}


def test_bytes_are_those_sent(client: Client) -> None:
    body = client.get("/ogc/conformance?f=json").content
    client.head("/ogc/conformance?f=json")
    packed = client.get("/ogc/conformance?f=json", headers={"Accept-Encoding": "br"}).content
    write_usage()
    assert Usage.objects.get().bytes == len(body) + len(packed)


def test_a_streamed_export_is_counted_when_it_was_sent(client: Client) -> None:
    set_public_site(True)
    make_resource("図書館", publication="public")
    answer = client.get("/resources/export.geojson")
    assert sums() == {}
    sent = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert sums() == {("anonymous", "exports"): (1, 0, 0, 0)}
    assert Usage.objects.get().bytes == len(sent)


def test_what_cannot_be_written_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/ogc/?f=json")

    def broken(rows: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(store, "use", broken)
    with pytest.raises(DatabaseError):
        write_usage()
    monkeypatch.undo()
    client.get("/ogc/?f=json")
    assert sums() == {("anonymous", "ogc"): (2, 0, 0, 0)}


def test_no_word_of_a_request_is_kept(client: Client) -> None:
    client.get("/geocode?q=番町1-8-15", headers={"User-Agent": "secret-agent"})
    write_usage()
    kept = " ".join(str(value) for row in Usage.objects.values_list() for value in row)
    assert "番町" not in kept
    assert "agent" not in kept
    assert "127.0.0.1" not in kept
