"""The person's point: in no address, no log, no other session; gone after its time (design §2)."""

import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import PersonPlace
from gisportal.accounts.places import purge_places
from gisportal.accounts.tokens import create_token
from gisportal.problems import StripQueryFilter
from layers.access import Level
from tests.factories import LAT, LON, make_account, make_resource, publish_site
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db

ADDRESS = "高松市番町1-8-15"


def post(client: Client, **data: str) -> str:
    response = client.post("/resources/place", data)
    assert response.status_code == 303, response.content.decode()
    return str(response["Location"])


def token_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["place"][0]


def test_an_address_is_answered_with_district_and_office(
    signed_in: SignedIn, city: dict[str, Any], gazetteer: None
) -> None:
    client = signed_in()
    url = post(client, address=ADDRESS, radius="3000", query="category=care&page=4")
    query = parse_qs(urlsplit(url).query)
    assert set(query) == {"place", "radius", "category"}
    response = client.get(url)
    html = response.content.decode()
    assert html.index("answer-first") < html.index("result-list")
    answer = html[html.index('class="answer"') : html.index("</section>", html.index('class="answer"'))]
    assert "中央圏域" in answer and "第一包括支援センター" in answer and 'href="tel:0871112222"' in answer
    assert re.search(r'result-distance">.*?\d+ m|result-distance">.*?km', html, re.DOTALL)


def test_neither_address_nor_position_stands_in_any_link(
    signed_in: SignedIn, city: dict[str, Any], gazetteer: None
) -> None:
    client = signed_in()
    html = client.get(post(client, address=ADDRESS)).content.decode()
    links = re.findall(r'(?:href|action|data-[a-z-]+)="([^"]*)"', html)
    spot = PersonPlace.objects.get()
    for link in links:
        assert "near=" not in link and "address=" not in link
        assert "%E7%95%AA%E7%94%BA" not in link
        assert f"{spot.lat:.3f}" not in link or "data-lat" in link or link.startswith("34")
    copied = re.search(r'data-copy-link="([^"]+)"', html)
    assert copied and "place" not in copied.group(1) and "radius" not in copied.group(1)


def test_a_point_in_the_open_is_hidden_under_a_token(signed_in: SignedIn, city: dict[str, Any]) -> None:
    response = signed_in().get(f"/resources/?near={LAT},{LON}&radius=500&q=さくら")
    assert response.status_code == 302
    query = parse_qs(urlsplit(response["Location"]).query)
    assert set(query) == {"q", "radius", "place"}


def test_a_client_with_a_token_asks_with_near(city: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {create_token(make_account(Level.A), name='x')}"}
    found = Client().get(f"/resources/?near={LAT},{LON}&radius=100", headers=headers)
    assert found.status_code == 200 and "特養さくら" in found.content.decode()
    kept = Client().post("/resources/place", {"lat": str(LAT), "lon": str(LON)}, headers=headers)
    assert kept.status_code == 400 and not PersonPlace.objects.exists()


def test_a_click_on_the_map(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    url = post(client, lat=str(LAT), lon=str(LON), radius="100")
    html = client.get(url).content.decode()
    assert "特養さくら" in html and "つどいの家" not in html


def test_what_comes_to_the_place(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    url = post(client, lat=str(LAT), lon=str(LON), radius="100")
    html = client.get(f"{url}&serves=place").content.decode()
    assert "特養さくら" in html and "訪問いちばん" in html and "つどいの家" not in html


@pytest.mark.parametrize(
    ("data", "parameter"),
    [
        ({"lat": "91", "lon": "134"}, "lat"),
        ({"lat": "x", "lon": "134"}, "lat"),
        ({"lat": "34", "lon": "134", "radius": "60000"}, "radius"),
        ({"address": "高" * 201}, "address"),
        ({"address": "a\x00b"}, "address"),
        ({"address": ADDRESS, "choice": "99"}, "choice"),
    ],
)
def test_bad_places(
    signed_in: SignedIn, city: dict[str, Any], gazetteer: None, data: dict[str, str], parameter: str
) -> None:
    response = signed_in().post("/resources/place", data)
    assert response.status_code == 400
    assert f"<code>{parameter}</code>" in response.content.decode()
    assert not PersonPlace.objects.exists()


def test_unclear_and_unknown_addresses_offer_choices(
    signed_in: SignedIn, city: dict[str, Any], gazetteer: None
) -> None:
    client = signed_in()
    unknown = client.post("/resources/place", {"address": "謎の場所", "query": "q=a"})
    assert unknown.status_code == 200 and "住所が見つかりませんでした" in unknown.content.decode()
    assert "no-store" in unknown["Cache-Control"]
    chosen = client.post("/resources/place", {"address": ADDRESS, "choice": "1"})
    assert chosen.status_code == 303


def test_a_token_is_of_its_session_only(signed_in: SignedIn, city: dict[str, Any]) -> None:
    mine, other = signed_in(), signed_in()
    url = post(mine, lat=str(LAT), lon=str(LON))
    post(other, lat=str(LAT), lon=str(LON))
    assert mine.get(url).status_code == 200
    refused = other.get(url)
    assert refused.status_code == 400
    html = refused.content.decode()
    assert "<code>place</code>" in html and "この条件を外して検索" in html
    assert token_of(url) not in html.replace(f"place={token_of(url)}", "", 1)
    mine.post("/accounts/logout/")
    mine.force_login(make_account(Level.B))
    assert mine.get(url).status_code == 400


def test_a_token_ends(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    url = post(client, lat=str(LAT), lon=str(LON))
    PersonPlace.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url).status_code == 400
    assert purge_places() == 1 and not PersonPlace.objects.exists()


def test_the_token_itself_is_not_stored(signed_in: SignedIn, city: dict[str, Any]) -> None:
    url = post(signed_in(), lat=str(LAT), lon=str(LON))
    place = PersonPlace.objects.get()
    assert token_of(url) not in {place.token_digest, place.owner_digest, place.label}
    assert str(LAT) not in str(place)


def test_anonymous_on_the_public_site(city: dict[str, Any]) -> None:
    make_resource("公開サロン", publication="public")
    publish_site()
    client = Client()
    url = post(client, lat=str(LAT), lon=str(LON), radius="100")
    assert "公開サロン" in client.get(url).content.decode()
    assert Client().get(url).status_code == 400


def test_level_d_may_not_ask(signed_in: SignedIn, city: dict[str, Any]) -> None:
    assert signed_in(Level.D).post("/resources/place", {"lat": "34", "lon": "134"}).status_code == 403
    assert not PersonPlace.objects.exists()


def test_csrf_is_asked_for(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    client.handler.enforce_csrf_checks = True
    response = client.post("/resources/place", {"lat": "34", "lon": "134"})
    assert response.status_code == 403 and "フォームの有効期限" in response.content.decode()


def test_logs_hold_no_query_string() -> None:
    record = logging.LogRecord(
        "x", logging.INFO, "f", 1, '"GET %s HTTP/1.1" 200', ("/resources/?q=番町&place=abc",), None
    )
    assert StripQueryFilter().filter(record)
    assert record.getMessage() == '"GET /resources/?… HTTP/1.1" 200'


def test_detail_page_tells_the_distance(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    token = token_of(post(client, lat=str(LAT + 0.01), lon=str(LON)))
    html = client.get(f"/resources/{city['home'].pk}/?place={token}").content.decode()
    assert "直線で 1.1 km" in html
    assert client.get(f"/resources/{city['home'].pk}/?place=nonsense").status_code == 400
    popup = client.get(f"/resources/{city['home'].pk}/popup?place={token}").content.decode()
    assert "1.1 km" in popup
