"""Demo cities for the tests of the import, one load per module."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from layers.imports.report import ImportReport
from tests.fixtures_cities import city_loaded, load_iwaki, load_takamatsu


@pytest.fixture(scope="module")
def takamatsu(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ImportReport]:
    """高松市 in the database."""
    with city_loaded(django_db_blocker, load_takamatsu) as report:
        yield report


@pytest.fixture(scope="module")
def iwaki(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ImportReport]:
    """いわき市 in the database."""
    with city_loaded(django_db_blocker, load_iwaki) as report:
        yield report
