"""Statements that take too long, and clients that leave half way (issue "Bad input"; D8)."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.db import connection

from tests.factories import make_resource
from tests.gisportal.ogc.conftest import make_accounts

DOORS = [
    "/ogc/collections/resources/items?limit=5",
    "/ogc/collections/resources/items?limit=6&f=fgb",
    "/ogc/collections/resources/items?limit=7&q=x&f=csv",
    "/ogc/collections/resources/items?filter=name%20LIKE%20%27%25a%25%27",
    "/ogc/collections/resources",
    "/tiles/resources/14/14288/6518.mvt",
    "/resources/export.geojson",
]


@pytest.fixture
def served(transactional_db: None, live_server: Any) -> Iterator[tuple[str, str]]:
    """A server on a real port whose statements may take half a second: its address, and a token of level A."""
    make_resource()
    token = make_accounts()["a"]
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE \"{name}\" SET statement_timeout = '500ms'")
    try:
        yield live_server.url, token
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" RESET statement_timeout')
        connection.close()


def own_connection() -> psycopg.Connection[Any]:
    """Another program's connection to the database of the tests."""
    known = connection.settings_dict
    found = psycopg.connect(
        dbname=known["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"],
    )
    found.execute("SET statement_timeout = 0")
    return found


@contextmanager
def locked(table: str) -> Iterator[None]:
    """While somebody else holds the table, whatever reads it waits."""
    with own_connection() as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def get(url: str, token: str) -> tuple[int, Any, bytes]:
    """Status, headers and body; a worker that hangs fails the test."""
    request = Request(url, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_statement_that_takes_too_long_is_503(served: tuple[str, str]) -> None:
    address, token = served
    for door in DOORS:
        with locked("layers_resource"):
            status, headers, body = get(address + door, token)
        assert status == 503, (door, status, body[:300])
        assert headers["Content-Type"] == "application/problem+json"
        assert int(headers["Retry-After"]) > 0 and headers["Cache-Control"] == "no-store"
        problem = json.loads(body)
        assert problem["status"] == 503 and problem["detail"]
        assert b"SELECT" not in body and b"statement" not in body
        assert get(address + door, token)[0] in {200, 204}, door


def sent(address: str, *parts: bytes, finish: bool = True) -> bytes:
    """What comes back on a bare socket after these bytes; ``finish``: then nothing more is sent."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as wire:
        for part in parts:
            wire.sendall(part)
        if not finish:
            return b""
        wire.shutdown(socket.SHUT_WR)
        found = b""
        while more := wire.recv(65_536):
            found += more
        return found


def head(line: str, token: str, *headers: str) -> bytes:
    lines = [line, "Host: 127.0.0.1", f"Authorization: Bearer {token}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("path", ["/ogc/collections/resources/items", "/ogc/processes/geocode/execution"])
def test_half_a_body_is_refused_and_nothing_hangs(served: tuple[str, str], path: str) -> None:
    address, token = served
    media = "application/geo+json" if path.endswith("items") else "application/json"
    start = head(f"POST {path} HTTP/1.1", token, f"Content-Type: {media}", "Content-Length: 5000")
    answer = sent(address, start, b'{"type": "Feature", "prop')
    assert answer.split(b" ", 2)[1] == b"400", answer[:300]
    assert b"application/problem+json" in answer
    for _time in range(5):
        sent(address, start, b'{"type"', finish=False)
    assert get(f"{address}/ogc/collections/resources/items", token)[0] == 200


@pytest.mark.parametrize(
    "line",
    [
        "GET /ogc/collections/resources/items?limit=5\x01 HTTP/1.1",
        "GET /ogc/collections/resources/items?" + "a" * 70_000 + " HTTP/1.1",
        "GET /ogc/%00 HTTP/1.1",
        "GET //ogc//collections HTTP/1.1",
        "POST /ogc/collections/resources/items HTTP/1.1",
    ],
)
def test_lines_no_client_should_send(served: tuple[str, str], line: str) -> None:
    address, token = served
    answer = sent(address, head(line, token))
    status = int(answer.split(b" ", 2)[1])
    assert 200 <= status < 500, answer[:300]
    assert get(f"{address}/ogc/collections/resources/items", token)[0] == 200
