"""The second demo city for the tests of the import; the first stands in the folder above."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from layers import vocabulary
from layers.imports.report import ImportReport
from tests.fixtures_cities import city_loaded, load_iwaki


@pytest.fixture(scope="module", autouse=True)
def english() -> Iterator[None]:
    """Messages as they stand in the source, whether or not translations are compiled."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def iwaki(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ImportReport]:
    """いわき市 in the database."""
    vocabulary.forget()
    with city_loaded(django_db_blocker, load_iwaki) as report:
        yield report
    vocabulary.forget()
