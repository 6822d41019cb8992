"""CORS, HEAD, OPTIONS, compression and conditional requests at the doors for programs (D8, G3)."""

import gzip
import json
from typing import Any

import brotli
import pytest
from django.test import Client, RequestFactory

from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token
from gisportal.gate import compression
from layers.access import Level
from tests.factories import make_account, make_district, make_resource

pytestmark = pytest.mark.django_db
ORIGIN = {"Origin": "https://elsewhere.example"}
#: Every kind of document a program reads; items and tiles have versions of their own.
DOCUMENTS = [
    "/ogc/?f=json",
    "/ogc/conformance?f=json",
    "/ogc/openapi?f=json",
    "/ogc/collections?f=json",
    "/ogc/collections/resources?f=json",
    "/ogc/collections/resources/queryables?f=json",
    "/ogc/collections/resources/schema?f=json",
    "/ogc/collections/resources/items?f=json",
    "/ogc/collections/resources/tiles?f=json",
    "/ogc/collections/catalogue/items?f=json",
    "/ogc/tileMatrixSets?f=json",
    "/ogc/styles?f=json",
    "/ogc/functions?f=json",
    "/ogc/processes?f=json",
    "/tiles/resources.json",
    "/tiles/basemap.json",
    "/styles/resources.json",
    "/styles/resources/legend.svg",
]


@pytest.fixture
def city(db: None) -> None:
    set_public_site(True)
    make_district()
    for number in range(20):
        make_resource(f"図書館{number}", publication="public")


# --- CORS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*DOCUMENTS, "/geocode?q=x", "/tiles/resources/14/14292/6526.mvt"])
def test_any_page_may_read_without_credentials(city: None, client: Client, address: str) -> None:
    answer = client.get(address, headers=ORIGIN)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    exposed = answer["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("ETag", "Link", "Content-Crs", "RateLimit", "Location"))


def test_with_a_token_and_never_with_a_cookie(city: None, client: Client) -> None:
    account = make_account(Level.A)
    headers = {**ORIGIN, "Authorization": f"Bearer {create_token(account)}"}
    assert client.get("/ogc/?f=json", headers=headers)["Access-Control-Allow-Origin"] == "*"
    client.force_login(account)
    assert "Access-Control-Allow-Origin" not in client.get("/ogc/?f=json", headers=ORIGIN)


def test_refusals_may_be_read_too(client: Client) -> None:
    answer = client.get("/ogc/?f=json", headers={**ORIGIN, "Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_pages_are_shared_with_no_other_site(city: None, client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/about/data", headers=ORIGIN)


def test_preflight_asks_nobody_who_he_is(client: Client, django_assert_num_queries: Any) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    with django_assert_num_queries(0):
        answer = client.options("/ogc/collections/resources/items/1", headers=asked)
    assert answer.status_code == 204
    assert set(answer["Access-Control-Allow-Methods"].split(", ")) >= {
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
    }
    allowed = answer["Access-Control-Allow-Headers"]
    assert all(
        name in allowed for name in ("If-Match", "Authorization", "Content-Type", "Content-Crs", "Prefer")
    )
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_city_may_name_the_pages(city: None, client: Client, settings: Any) -> None:
    settings.CORS_ORIGINS = ["https://map.city.example"]
    named = client.get("/ogc/?f=json", headers={"Origin": "https://map.city.example"})
    assert named["Access-Control-Allow-Origin"] == "https://map.city.example"
    assert "Origin" in named["Vary"]
    assert "Access-Control-Allow-Origin" not in client.get("/ogc/?f=json", headers=ORIGIN)


def test_a_bearer_token_writes_from_any_page_a_remembered_password_does_not(client: Client) -> None:
    """Nothing but a program that holds it sends a Bearer token."""
    headers = {
        "Authorization": f"Bearer {create_token(make_account(Level.A))}",
        "Sec-Fetch-Site": "cross-site",
    }
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/language/", {"language": "en"}, headers={**headers, **ORIGIN})
    assert answer.status_code == 302


# --- HEAD and OPTIONS -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*DOCUMENTS, "/geocode?q=x", "/resources/export.geojson"])
def test_head_is_get_without_a_body(city: None, client: Client, address: str) -> None:
    got, asked = client.get(address), client.head(address)
    assert asked.status_code == got.status_code == 200
    assert b"".join(asked) == b""
    for name in ("Content-Type", "ETag", "Content-Length"):
        if not address.startswith("/ogc/collections/resources/items"):  # its timeStamp moves
            assert asked.get(name) == got.get(name), name


@pytest.mark.parametrize("address", [*DOCUMENTS, "/geocode?q=x", "/resources/export.csv", "/about/data"])
def test_options_names_the_methods(city: None, client: Client, address: str) -> None:
    answer = client.options(address)
    assert answer.status_code in {200, 204}
    assert {"GET", "HEAD", "OPTIONS"} <= {method.strip() for method in answer["Allow"].split(",")}


# --- conditional requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", DOCUMENTS)
@pytest.mark.parametrize("coding", ["", "br", "gzip"])
def test_what_the_client_holds_is_not_sent_again(
    city: None, client: Client, address: str, coding: str
) -> None:
    headers = {"Accept-Encoding": coding} if coding else {}
    first = client.get(address, headers=headers)
    assert first.status_code == 200
    again = client.get(address, headers={**headers, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    other = client.get(address, headers={**headers, "If-None-Match": '"something-else"'})
    assert other.status_code == 200


def test_a_changed_document_is_sent(city: None, client: Client) -> None:
    first = client.get("/ogc/collections?f=json")
    make_resource("遠い図書館", publication="public", lon=135.5, lat=35.5)
    again = client.get("/ogc/collections?f=json", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


# --- compression ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("br;q=0", None),
        ("", None),
    ],
)
def test_the_coding_is_one_the_client_takes(
    city: None, client: Client, accepted: str, coding: str | None
) -> None:
    plain = client.get("/ogc/collections/resources/queryables?f=json")
    answer = client.get("/ogc/collections/resources/queryables?f=json", headers={"Accept-Encoding": accepted})
    assert answer.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer["Vary"]
    assert "Accept-Encoding" in plain["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(answer.content) == plain.content
    assert int(answer["Content-Length"]) == len(answer.content)


def test_pages_and_small_answers_are_left_alone(city: None, client: Client) -> None:
    for address in ("/ogc/?f=html", "/ogc/collections/none?f=json", "/about/data"):
        assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "br, gzip"})


def test_nothing_is_compressed_that_another_site_asks_for_with_a_cookie(city: None, client: Client) -> None:
    client.force_login(make_account(Level.A))
    headers = {"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"}
    assert "Content-Encoding" not in client.get("/ogc/openapi?f=json", headers=headers)
    headers["Sec-Fetch-Site"] = "same-origin"
    assert client.get("/ogc/openapi?f=json", headers=headers)["Content-Encoding"] == "br"


def test_streamed_exports_are_compressed_as_they_go(city: None, client: Client) -> None:
    answer = client.get("/resources/export.geojson", headers={"Accept-Encoding": "gzip, br"})
    assert answer["Content-Encoding"] == "gzip"
    body = gzip.decompress(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert len(json.loads(body)["features"]) == 20


def test_strong_tags_carry_the_coding_and_come_back_plain() -> None:
    from django.http import HttpResponse

    request = RequestFactory().get("/ogc/", headers={"Accept-Encoding": "br"})
    response = HttpResponse(
        b"{" + b" " * 5000 + b"}", content_type="application/json", headers={"ETag": '"7"'}
    )
    compression.compress(request, response)
    assert response["ETag"] == '"7-br"'
    back = RequestFactory().get("/ogc/", headers={"If-Match": '"7-br"', "If-None-Match": 'W/"8-gzip", "9"'})
    compression.uncoded(back)
    assert back.headers["If-Match"] == '"7"'
    assert back.headers["If-None-Match"] == 'W/"8", "9"'


def test_what_was_read_compressed_is_changed_by_its_tag(client: Client) -> None:
    """GIS clients take gzip and send the tag back as they got it (Part 4)."""
    row = make_resource("図書館", description="本と雑誌。" * 200)
    headers = {"Authorization": f"Bearer {create_token(make_account(Level.A))}"}
    address = f"/ogc/collections/resources/items/{row.pk}"
    for coding in ("gzip", "br"):
        read = client.get(f"{address}?f=json", headers={**headers, "Accept-Encoding": coding})
        assert read["Content-Encoding"] == coding
        assert read["ETag"].endswith(f'-{coding}"')
        changed = client.patch(
            address,
            json.dumps({"properties": {"phone": f"087-1-{coding}"}}),
            content_type="application/merge-patch+json",
            headers={**headers, "If-Match": read["ETag"]},
        )
        assert changed.status_code in {200, 204}, changed.content.decode()
        stale = client.patch(
            address,
            json.dumps({"properties": {"phone": "0"}}),
            content_type="application/merge-patch+json",
            headers={**headers, "If-Match": read["ETag"]},
        )
        assert stale.status_code == 412


def test_an_answer_given_again_is_not_compressed_again(
    city: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Accept-Encoding": "br"}
    first = client.get("/ogc/conformance?f=json", headers=headers).content

    def never(body: bytes, coding: str) -> bytes:
        raise AssertionError(coding)

    monkeypatch.setattr(compression, "_compressed", never)
    assert client.get("/ogc/conformance?f=json", headers=headers).content == first
