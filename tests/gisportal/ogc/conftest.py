"""高松市 behind OGC API, and a client for each kind of viewer."""

from collections.abc import Callable, Iterator
from typing import Any

import owslib.ogcapi
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from gisportal.accounts.models import Account
from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token
from gisportal.ogc import kept
from layers import geojson, vocabulary
from layers.models import Organisation, Resource, Responsibility
from tests.fixtures_cities import city_loaded, load_iwaki, load_takamatsu

LEVELS = ("d", "c", "b", "a", "administrator")
#: How many resources level C is responsible for.
OWN = 7


def forget_all() -> None:
    """Nothing is kept under a version that is rolled back."""
    vocabulary.forget()
    geojson.forget()
    kept.forget()
    cache.clear()


@pytest.fixture(autouse=True)
def owslib_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """OWSLib adds the headers of one client to those of every later one; a token would be sent on and on."""
    monkeypatch.setattr(owslib.ogcapi, "REQUEST_HEADERS", dict(owslib.ogcapi.REQUEST_HEADERS))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_all()
    yield
    forget_all()


def make_accounts() -> dict[str, str]:
    """An account of each level with a token; C has resources of its own. Returns the tokens."""
    owner = Organisation.unscoped.create(name="市の課", is_city=True)
    tokens = {}
    for level in LEVELS:
        account = Account.objects.create(
            username=f"ogc-{level}", level=level, organisation=None if level in "cd" else owner
        )
        tokens[level] = create_token(account)
        if level == "c":
            own = Resource.unscoped.order_by("id").values_list("pk", flat=True)[:OWN]
            Responsibility.unscoped.bulk_create(Responsibility(resource_id=pk, account=account) for pk in own)
    return tokens


@pytest.fixture(scope="module")
def takamatsu(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """高松市 with accounts; the tokens by level."""
    forget_all()
    with city_loaded(django_db_blocker, load_takamatsu):
        yield make_accounts()


@pytest.fixture(scope="module")
def iwaki(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """いわき市 with accounts; the tokens by level."""
    forget_all()
    with city_loaded(django_db_blocker, load_iwaki):
        yield make_accounts()


@pytest.fixture
def as_level(takamatsu: dict[str, str], db: None) -> Callable[[str], Client]:
    """A client signed in with the token of a level; ``anonymous`` has none."""

    def client(level: str) -> Client:
        return (
            Client()
            if level == "anonymous"
            else Client(headers={"authorization": f"Bearer {takamatsu[level]}"})
        )

    return client


@pytest.fixture
def api(as_level: Callable[[str], Client]) -> Client:
    """The administrator's client."""
    return as_level("administrator")


@pytest.fixture
def public_site(db: None) -> Callable[[bool], None]:
    """Switches the public site."""

    def switch(on: bool) -> None:
        set_public_site(on)
        forget_all()

    return switch


@pytest.fixture
def execute(db: None) -> Callable[[str], Any]:
    """One value of one statement, for independent counts."""

    def run(sql: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    return run
