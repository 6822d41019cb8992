"""``/geocode`` and ``/geocode/reverse``: answers, refusals, bad input."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from gisportal.accounts.models import Account
from gisportal.portal.geocode_views import geocode, geocode_reverse
from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.imports.gazetteer import load_gazetteer
from layers.models import GazetteerLoad

pytestmark = pytest.mark.django_db

SERVED = Viewer(level=Level.B, account_id=1)


@pytest.fixture(autouse=True)
def gazetteer(settings: Any) -> None:
    """香川 only, in the transaction of the test."""
    if not GazetteerLoad.objects.exists():
        load_gazetteer(settings.BASE_DIR / "fixtures" / "gazetteer", areas=("37",))


def ask(
    view: Any, params: dict[str, str], viewer: Viewer | None = SERVED, method: str = "get"
) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/geocode", params)
    request.viewer = viewer or Viewer()
    response: HttpResponse = view(request)
    return response


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address(method: str) -> None:
    response = ask(geocode, {"q": "高松市番町1-8-15 市役所"}, method=method)
    best = json.loads(response.content)["candidates"][0]
    assert best["address"] == "香川県高松市番町一丁目8-15"
    assert (best["level"], best["number"], best["rest"]) == ("chome", "8-15", "市役所")
    assert best["districts"] == []
    assert response["Cache-Control"] == "private, no-store"


def test_nothing_found_is_an_empty_list() -> None:
    assert json.loads(ask(geocode, {"q": "謎の場所"}).content) == {"candidates": []}


def test_city_and_limit() -> None:
    body = json.loads(ask(geocode, {"q": "藤塚町1-2", "city": "37201", "limit": "1"}).content)
    assert [c["city"] for c in body["candidates"]] == ["高松市"]


def test_a_position() -> None:
    body = json.loads(ask(geocode_reverse, {"lat": "34.34253", "lon": "134.046355", "limit": "2"}).content)
    assert body["districts"] == []
    assert body["candidates"][0]["address"] == "香川県高松市番町一丁目"
    assert body["candidates"][0]["distance"] < 1


@pytest.mark.parametrize(
    ("view", "params", "name"),
    [
        (geocode, {}, "q"),
        (geocode, {"q": " "}, "q"),
        (geocode, {"q": "番" * 201}, "q"),
        (geocode, {"q": "番\x00町"}, "q"),
        (geocode, {"q": "番町", "limit": "0"}, "limit"),
        (geocode, {"q": "番町", "limit": "51"}, "limit"),
        (geocode, {"q": "番町", "limit": "²"}, "limit"),
        (geocode, {"q": "番町", "limit": "x"}, "limit"),
        (geocode, {"q": "番町", "city": "999999"}, "city"),
        (geocode, {"q": "番町", "city": "市" * 41}, "city"),
        (geocode, {"q": "番町", "cty": "372013"}, "cty"),
        (geocode_reverse, {}, "lat"),
        (geocode_reverse, {"lat": "34"}, "lon"),
        (geocode_reverse, {"lat": "91", "lon": "134"}, "lat"),
        (geocode_reverse, {"lat": "nan", "lon": "134"}, "lat"),
        (geocode_reverse, {"lat": "34", "lon": "inf"}, "lon"),
        (geocode_reverse, {"lat": "34", "lon": "x"}, "lon"),
        (geocode_reverse, {"lat": "34", "lon": "134", "q": "x"}, "q"),
    ],
)
def test_bad_input_names_the_parameter(view: Any, params: dict[str, str], name: str) -> None:
    with pytest.raises(ParameterError) as raised:
        ask(view, params)
    assert raised.value.parameter == name


def test_a_parameter_given_twice() -> None:
    request = RequestFactory().get("/geocode?q=a&q=b")
    request.viewer = SERVED  # type: ignore[attr-defined]
    with pytest.raises(ParameterError, match="q"):
        geocode(request)


@pytest.mark.parametrize(("viewer", "status"), [(Viewer(), 401), (Viewer(level=Level.D, account_id=1), 403)])
@pytest.mark.parametrize("view", [geocode, geocode_reverse])
def test_who_may_not_ask(view: Any, viewer: Viewer, status: int) -> None:
    params = {"q": "番町"} if view is geocode else {"lat": "34", "lon": "134"}
    response = ask(view, params, viewer)
    body = json.loads(response.content)
    assert (response.status_code, body["status"]) == (status, status)
    assert response["Content-Type"] == "application/problem+json"
    assert ("WWW-Authenticate" in response) == (status == 401)


def test_the_public_site_opens_it_to_all() -> None:
    assert ask(geocode, {"q": "番町"}, Viewer(public_site=True)).status_code == 200


def test_other_methods_are_refused() -> None:
    assert ask(geocode, {"q": "番町"}, method="put").status_code == 405


def test_addresses() -> None:
    assert (reverse("geocode"), reverse("geocode-reverse")) == ("/geocode", "/geocode/reverse")


def test_nothing_typed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        ask(geocode, {"q": "高松市番町1-8-15"})
        ask(geocode_reverse, {"lat": "34.34253", "lon": "134.046355"})
    assert "番町" not in caplog.text
    assert "34.34253" not in caplog.text


@pytest.fixture
def signed_in(client: Client, settings: Any) -> None:
    account = Account.objects.create_user("b", password="x", level=Level.B.value)
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[-1])


def test_over_http_a_wrong_parameter_is_a_problem_that_names_it(client: Client, signed_in: None) -> None:
    response = client.get("/geocode", {"q": "番町", "limit": "x"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["parameter"] == "limit"
    assert client.get("/geocode/reverse", {"lat": "34"}).json()["parameter"] == "lon"


def test_over_http_an_address(client: Client, signed_in: None) -> None:
    for response in (
        client.get("/geocode", {"q": "高松市番町1"}),
        client.post("/geocode", {"q": "高松市番町1"}),
    ):
        assert response.json()["candidates"][0]["town"].startswith("番町")
        assert "no-store" in response["Cache-Control"]


def test_over_http_anonymous(client: Client) -> None:
    assert client.get("/geocode", {"q": "番町"}).status_code == 401
