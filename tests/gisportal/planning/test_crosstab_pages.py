"""The crosstab's pages: every cell is a link to exactly its resources (R34, G6)."""

import json
from collections.abc import Iterator

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from gisportal.accounts.models import Account
from layers import vocabulary
from layers.access import Level, Viewer
from layers.source import get_source
from tests.fixtures_cities import city_loaded, load_takamatsu

pytestmark = pytest.mark.django_db

TABLES = [
    "rows=category&columns=district:former",
    "rows=field_of_support&columns=district:former&q=高松",
    "rows=district:former&columns=vacancy&category=child",
    "rows=category&columns=district:towns&district=former:mure",
    "rows=district:towns&columns=district:former&q=病院",
    "rows=category.medical&columns=operation",
]


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    vocabulary.forget()
    with city_loaded(django_db_blocker, load_takamatsu):
        Account.objects.create(username="planner", level="administrator")
        yield
    vocabulary.forget()


@pytest.fixture
def planner(city: None, client: Client) -> Client:
    client.force_login(Account.objects.get(username="planner"))
    return client


@pytest.mark.parametrize("asked", TABLES)
def test_every_cell_finds_its_number(planner: Client, asked: str) -> None:
    data = planner.get(f"/planning/crosstab.json?{asked}").json()
    source = get_source("resources", Viewer(level=Level.ADMINISTRATOR))
    checked = 0
    for numbers, links in zip(data["cells"], data["links"], strict=True):
        for number, link in zip(numbers, links, strict=True):
            if number or checked % 37 == 0:
                query = source.parse(QueryDict(link.partition("?")[2]), extra=["view"])
                assert source.count(query).number == number, link
            checked += 1
    assert checked


def test_page_shows_figures_as_links(planner: Client) -> None:
    page = planner.get("/planning/crosstab?rows=category&columns=district:former&q=病院")
    assert page.status_code == 200
    text = page.content.decode()
    assert "data-choropleth" in text and 'id="choropleth-config"' in text
    assert (
        "/resources/?q=%E7%97%85%E9%99%A2&amp;category=medical&amp;district=former%3Atakamatsu&amp;view=both"
        in text
    )


def test_map_data_carries_the_figures_of_the_table(planner: Client) -> None:
    asked = "rows=category&columns=district:former&measure=per_1000_65&show=medical"
    table = planner.get(f"/planning/crosstab.json?{asked}").json()
    drawn = json.loads(planner.get(f"/planning/crosstab.geojson?{asked}").content)
    row = [value["code"] for value in table["rows"]["values"]].index("medical")
    assert [feature["properties"]["value"] for feature in drawn["features"]] == table["cells"][row]
    assert all(feature["geometry"]["type"] == "MultiPolygon" for feature in drawn["features"])


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("rows=nothing", "rows"),
        ("rows=category&columns=category", "columns"),
        ("rows=category&columns=category.medical", "columns"),
        ("columns=district:nothing", "columns"),
        ("rows=category&columns=vacancy&measure=per_1000", "measure"),
        ("measure=nothing", "measure"),
        ("method=nothing", "method"),
        ("classes=99", "classes"),
        ("show=nothing", "show"),
        ("radius=-1", "radius"),
        ("nothing=1", "nothing"),
    ],
)  # fmt: skip
def test_unusable_parameters_are_named(planner: Client, asked: str, parameter: str) -> None:
    answer = planner.get(f"/planning/crosstab.json?{asked}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter


def test_anonymous_is_asked_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/planning/crosstab?near=34.3,134.0")
    assert answer.status_code == 302
    assert "near" not in answer["Location"]
