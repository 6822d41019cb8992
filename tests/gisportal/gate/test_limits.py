"""Limits of clients: header fields, 429, who is counted, and what is shared between processes (D8, I5)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import ApiToken
from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token
from gisportal.gate.keeper import share_windows
from gisportal.gate.models import Counter, Usage
from gisportal.gate.tasks import purge_counters
from gisportal.gate.windows import DAY, MINUTE, windows
from layers.access import Level
from tests.factories import make_account

pytestmark = pytest.mark.django_db
DOOR = "/ogc/conformance?f=json"


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    windows.forget()
    yield
    windows.forget()


def token_headers(level: Level = Level.A, **limits: int) -> dict[str, str]:
    secret = create_token(make_account(level), name="client")
    ApiToken.objects.update(**limits)
    return {"Authorization": f"Bearer {secret}"}


def test_header_fields_tell_what_is_left(client: Client) -> None:
    headers = token_headers(rate_per_minute=100, daily_quota=1000)
    client.get(DOOR, headers=headers)
    answer = client.get(DOOR, headers=headers)
    assert answer["RateLimit-Policy"] == '"minute";q=100;w=60, "day";q=1000;w=86400'
    assert re.fullmatch(r'"minute";r=9[78];t=\d+, "day";r=998;t=\d+', answer["RateLimit"])


def test_too_many_are_refused_with_when_to_come_back(client: Client) -> None:
    headers = token_headers(rate_per_minute=3)
    assert [client.get(DOOR, headers=headers).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = client.get(DOOR, headers={**headers, "Accept": "text/html"})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 429
    assert 0 < int(answer["Retry-After"]) <= 120
    assert answer["Cache-Control"] == "no-store"
    assert "r=0" in answer["RateLimit"]


def test_the_day_is_limited_too(client: Client) -> None:
    headers = token_headers(daily_quota=2)
    assert [client.get(DOOR, headers=headers).status_code for _ in range(3)] == [200, 200, 429]


def test_settings_limit_tokens_accounts_and_addresses(client: Client, settings: Any) -> None:
    set_public_site(True)
    settings.RATE_TOKEN, settings.RATE_ACCOUNT, settings.RATE_ADDRESS = 1, 2, 3
    headers = token_headers()
    assert [client.get(DOOR, headers=headers).status_code for _ in range(3)] == [200, 429, 429]
    assert [client.get(DOOR).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert Client(REMOTE_ADDR="192.0.2.7").get(DOOR).status_code == 200
    person = Client()
    person.force_login(make_account(Level.B))
    assert [person.get(DOOR).status_code for _ in range(4)] == [200, 200, 429, 429]


def test_pages_are_not_limited(client: Client, settings: Any) -> None:
    settings.RATE_ADDRESS = settings.RATE_ACCOUNT = 1
    set_public_site(True)
    for _number in range(4):
        answer = client.get("/about/data")
        assert answer.status_code == 200
        assert "RateLimit" not in answer


def test_preflight_is_not_counted(client: Client, settings: Any) -> None:
    settings.RATE_ADDRESS = 1
    for _number in range(4):
        assert client.options(DOOR, headers={"Access-Control-Request-Method": "GET"}).status_code == 204
    assert client.get(DOOR).status_code == 200


def test_what_a_shared_cache_keeps_tells_nothing_of_a_client(client: Client, settings: Any) -> None:
    set_public_site(True)
    settings.RATE_ADDRESS = 100
    assert "RateLimit" not in client.get("/tiles/basemap.json")
    assert "RateLimit" in client.get(DOOR)


def test_counts_are_shared_and_addresses_are_not_kept(client: Client, settings: Any) -> None:
    settings.RATE_ADDRESS, settings.QUOTA_ADDRESS = 5, 50
    for _number in range(3):
        client.get(DOOR)
    share_windows()
    assert {(row.seconds, row.number) for row in Counter.objects.all()} == {(MINUTE, 3), (DAY, 3)}
    assert not Counter.objects.filter(client__contains="127.0.0.1").exists()
    Counter.objects.update(number=5)  # as another process told
    client.get(DOOR)
    share_windows()
    assert client.get(DOOR).status_code == 429


def test_windows_that_are_over_are_deleted() -> None:
    Counter.objects.create(client="t:1", seconds=MINUTE, started=1_000, number=1)
    Counter.objects.create(client="t:1", seconds=DAY, started=1_000, number=1)
    Counter.objects.create(client="t:1", seconds=DAY, started=4_000_000_000, number=1)
    Usage.objects.create(day=timezone.localdate() - timedelta(days=801), kind="people", door="ogc")
    kept = Usage.objects.create(day=timezone.localdate() - timedelta(days=700), kind="people", door="ogc")
    assert purge_counters(0) == 2
    assert list(Usage.objects.all()) == [kept]
    assert Counter.objects.count() == 1
