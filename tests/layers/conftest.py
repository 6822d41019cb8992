"""The demo city 高松市, loaded once for the modules of this folder that ask for it."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from layers import indexes, vocabulary
from layers.access import Level, Viewer
from layers.imports.report import ImportReport
from layers.resources import ResourceSource
from layers.source import get_source
from tests.fixtures_cities import city_loaded, load_takamatsu

STAFF = Viewer(level=Level.ADMINISTRATOR, account_id=1)


@pytest.fixture(scope="module")
def takamatsu(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ImportReport]:
    """高松市 as shipped; taken back after the module."""
    vocabulary.forget()
    with city_loaded(django_db_blocker, load_takamatsu) as report:
        yield report
    vocabulary.forget()


@pytest.fixture(scope="module")
def city(takamatsu: ImportReport) -> ResourceSource:
    """All of 高松市, as the administrator sees it."""
    indexes.refresh_grams()
    source = get_source("resources", STAFF)
    assert isinstance(source, ResourceSource)
    return source
