"""The gazetteer for tests: a few municipalities of the shipped files, loaded once per run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from layers.geocoding import get_geocoder
from layers.geocoding.geocoder import Geocoder
from layers.imports.gazetteer import load_gazetteer
from layers.models import GazetteerLoad

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "gazetteer"
#: 香川, 福島; 和歌山市; 千代田区, 中央区, 新宿区; 札幌市中央区, 白石区; 港北区; 中京区; 府中市 (東京, 広島);
#: 一宮市, 一宮町; 浜松市.
AREAS = (
    "37", "07", "30201", "13101", "13102", "13104", "01101", "01104", "14109", "26104", "13206", "34208",
    "23203", "12421", "2213",
)  # fmt: skip


@pytest.fixture(scope="session")
def gazetteer_loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The files in the test database, for the whole run."""
    with django_db_blocker.unblock():
        load_gazetteer(FOLDER, areas=AREAS)
        yield
        GazetteerLoad.objects.all().delete()


@pytest.fixture
def geocoder(gazetteer_loaded: None, db: None) -> Geocoder:
    """The geocoder over the test database; loads again if a transactional test emptied the tables."""
    if not GazetteerLoad.objects.exists():
        load_gazetteer(FOLDER, areas=AREAS)
    return get_geocoder()
