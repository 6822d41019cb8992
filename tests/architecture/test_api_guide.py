"""Every example of the guide to the API works on the demo city, with the status the guide promises."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from layers import vocabulary
from layers.access import Level
from tests.architecture.tree import read
from tests.factories import make_account
from tests.fixtures_cities import city_loaded, load_takamatsu

pytestmark = pytest.mark.django_db

EXAMPLE = re.compile(r"^GET (\S+)(?: → (\d+))?$", re.M)
EXAMPLES = EXAMPLE.findall(read(Path("gisportal/docs/api.md")))


@pytest.fixture(scope="module")
def reader(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Client]:
    """Level A in 高松市."""
    vocabulary.forget()
    with city_loaded(django_db_blocker, load_takamatsu):
        client = Client(headers={"Accept": "application/json"})
        client.force_login(make_account(Level.A))
        yield client
    vocabulary.forget()


def test_there_are_examples() -> None:
    rooms = {path.split("/")[1].split("?")[0] for path, _status in EXAMPLES}
    assert rooms >= {"resources", "tiles", "styles", "ogc", "geocode", "planning"}


@pytest.mark.parametrize(("path", "status"), EXAMPLES)
def test_example_answers(reader: Client, path: str, status: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == int(status or 200)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert len(body) > 20
