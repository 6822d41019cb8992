"""The demo cities for tests: loaded from the shipped files, once, inside a transaction that is taken back.

A module that needs a city::

    pytestmark = pytest.mark.django_db

    @pytest.fixture(scope="module")
    def takamatsu(django_db_setup, django_db_blocker):
        with city_loaded(django_db_blocker, load_takamatsu) as report:
            yield report
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from layers.imports.city import city_folder, import_city
from layers.imports.gazetteer import load_gazetteer
from layers.imports.report import ImportReport
from layers.models import GazetteerTown

GAZETTEER = Path(__file__).resolve().parents[1] / "fixtures" / "gazetteer"


def load_city(slug: str, lg_code: str) -> ImportReport:
    """Import a demo city; the gazetteer of 香川 and 福島 first, where the city's towns are not there yet."""
    if not GazetteerTown.objects.filter(lg_code=lg_code).exists():
        load_gazetteer(GAZETTEER, areas=("37", "07"))
    return import_city(city_folder(slug))


def load_takamatsu() -> ImportReport:
    """高松市, the default demo city (about 6 s)."""
    return load_city("takamatsu", "372013")


def load_iwaki() -> ImportReport:
    """いわき市 (about 5 s)."""
    return load_city("iwaki", "072044")


@contextmanager
def city_loaded(blocker: DjangoDbBlocker, load: Callable[[], ImportReport]) -> Iterator[ImportReport]:
    """A city for as long as the block runs; nothing of it stays in the test database."""
    with blocker.unblock(), transaction.atomic():
        # pytest-django makes a test database only where a test is marked django_db: mark the module.
        assert connection.settings_dict["NAME"].startswith("test_"), "mark the module django_db"
        yield load()
        transaction.set_rollback(True)
