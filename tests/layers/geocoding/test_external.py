"""Outside geocoders: formats, switching off when unreachable, and never a person's address."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from layers.geocoding import MatchLevel
from layers.geocoding.candidates import Candidate
from layers.geocoding.checks import check_geocoders
from layers.geocoding.external import (
    REST_SECONDS,
    Breaker,
    ExternalGeocoders,
    GsiAddressSearch,
    Nominatim,
    PrivateAddressError,
    build_external,
)

GSI = [
    {
        "geometry": {"coordinates": [134.046555, 34.342613], "type": "Point"},
        "type": "Feature",
        "properties": {"addressCode": "", "title": "香川県高松市番町一丁目８番"},
    },
    {
        "geometry": {"coordinates": [134.046, 34.342], "type": "Point"},
        "type": "Feature",
        "properties": {"addressCode": "37201", "title": "香川県高松市番町一丁目"},
    },
]
NOMINATIM = [
    {
        "place_id": 1,
        "licence": "Data © OpenStreetMap contributors",
        "lat": "34.3427",
        "lon": "134.0466",
        "category": "building",
        "type": "public",
        "place_rank": 30,
        "display_name": "高松市役所, 8-15, 番町一丁目, 高松市, 香川県, 760-8571, 日本",
        "address": {"house_number": "8-15", "city": "高松市", "province": "香川県"},
    }
]


class FakeService(ThreadingHTTPServer):
    """Answers every request with ``body`` and remembers what was asked."""

    body: Any = []
    status = 200
    asked: list[tuple[str, dict[str, list[str]], str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/search"


class Handler(BaseHTTPRequestHandler):
    server: FakeService

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((parts.path, parse_qs(parts.query), self.headers["User-Agent"]))
        body = (
            self.server.body if isinstance(self.server.body, bytes) else json.dumps(self.server.body).encode()
        )
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[FakeService]:
    server = FakeService(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_gsi(service: FakeService) -> None:
    service.body = GSI
    found = GsiAddressSearch(service.url).search("高松市番町1-8", 1)
    assert [(c.address, c.lon, c.lat, c.origin) for c in found] == [
        ("香川県高松市番町一丁目８番", 134.046555, 34.342613, "gsi")
    ]
    path, query, agent = service.asked[0]
    assert (path, query) == ("/search", {"q": ["高松市番町1-8"]})
    assert "gisportal" in agent


def test_gsi_level_by_title(service: FakeService) -> None:
    service.body = GSI
    assert [c.level for c in GsiAddressSearch(service.url).search("x", 5)] == [
        MatchLevel.TOWN,
        MatchLevel.CHOME,
    ]


def test_nominatim(service: FakeService) -> None:
    service.body = NOMINATIM
    found = Nominatim(service.url).search("高松市役所", 3)[0]
    assert (found.level, found.pref, found.city) == (MatchLevel.NUMBER, "香川県", "高松市")
    assert (found.lon, found.lat, found.origin) == (134.0466, 34.3427, "nominatim")
    assert service.asked[0][1]["format"] == ["jsonv2"]
    assert service.asked[0][1]["countrycodes"] == ["jp"]


@pytest.mark.parametrize("body", [b"<html>", {"error": "x"}, [{"lat": "1"}], [1]])
@pytest.mark.parametrize("provider", [GsiAddressSearch, Nominatim])
def test_unusable_answers_are_no_answers(service: FakeService, body: Any, provider: Any) -> None:
    service.body = body
    assert ExternalGeocoders([provider(service.url)]).search("x", private=False) == []


def test_server_error_is_no_answer(service: FakeService) -> None:
    service.status = 503
    assert ExternalGeocoders([GsiAddressSearch(service.url)]).search("x", private=False) == []


def test_a_persons_address_is_never_sent(service: FakeService) -> None:
    service.body = GSI
    with pytest.raises(PrivateAddressError):
        ExternalGeocoders([GsiAddressSearch(service.url)]).search("高松市番町1-8-15", private=True)
    assert service.asked == []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Unreachable:
    name = "unreachable"
    calls = 0

    def search(self, text: str, limit: int) -> list[Candidate]:
        self.calls += 1
        raise TimeoutError


def test_an_unreachable_provider_is_left_alone_and_tried_again() -> None:
    clock, provider = Clock(), Unreachable()
    geocoders = ExternalGeocoders([provider], clock)
    for _ in range(10):
        assert geocoders.search("x", private=False) == []
    assert provider.calls == 2
    clock.now = REST_SECONDS + 1
    geocoders.search("x", private=False)
    geocoders.search("x", private=False)
    assert provider.calls == 3


def test_the_next_provider_answers_instead(service: FakeService) -> None:
    service.body = GSI
    found = ExternalGeocoders([Unreachable(), GsiAddressSearch(service.url)]).search("x", private=False)
    assert found[0].origin == "gsi"


def test_a_success_closes_the_breaker() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.report(success=False)
    breaker.report(success=True)
    breaker.report(success=False)
    assert breaker.allows()


def test_only_web_addresses_are_asked() -> None:
    assert ExternalGeocoders([GsiAddressSearch("file:///etc/passwd")]).search("x", private=False) == []


def test_unknown_name_in_the_settings() -> None:
    with pytest.raises(ValueError, match="gsi, nominatim"):
        build_external(["gooogle"])


def test_off_by_default(settings: Any) -> None:
    assert settings.GEOCODERS == []


def test_an_unknown_name_is_found_before_the_start(settings: Any) -> None:
    settings.GEOCODERS = ["gsi", "gooogle"]
    assert [error.id for error in check_geocoders(None)] == ["layers.E001"]
    settings.GEOCODERS = ["gsi", "nominatim"]
    assert check_geocoders(None) == []
