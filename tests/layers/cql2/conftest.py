"""Sixty entries and a dozen districts with all a filter can meet: nothing, too much, and what is withheld."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from pytest_django.plugin import DjangoDbBlocker

from layers import vocabulary
from layers.access import Level, Viewer
from layers.models import District
from tests.factories import make_category, make_district, make_field, make_resource
from tests.fixtures_cities import city_loaded
from tests.layers.cql2.maker import DAYS, MOMENTS, TEXTS

CHOICES = [{"code": "mon", "title": "月曜"}, {"code": "tue", "title": "火曜"}, {"code": "x", "title": "他"}]
#: Ordinates on a grid of 1/64 degree: shapes that ought to touch do touch.
XS = [134 + step / 64 for step in range(9)]
YS = [34.25 + step / 64 for step in range(9)]
PUBLIC = Viewer(public_site=True)
STAFF = Viewer(level=Level.ADMINISTRATOR, account_id=1)
WITHHELD = ["phone", "capacity", "description", "opening_hours"]


@pytest.fixture(scope="module")
def small_city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rows, taken back after the tests."""
    vocabulary.forget()
    with city_loaded(django_db_blocker, _make):
        vocabulary.forget()
        yield
    vocabulary.forget()


def _make() -> None:
    dice = random.Random(4)
    _fields()
    scheme = make_district("area", "one", box=(XS[0], YS[0], XS[4], YS[4]))
    for number in range(11):
        _district(dice, number, scheme.scheme_id)
    categories = [make_category("care"), make_category("salon"), make_category("abc")]
    for _ in range(60):
        _resource(dice, categories)


def _fields() -> None:
    for kind in ("text", "number", "date", "boolean"):
        make_field(f"own_{kind}", kind)
    make_field("own_choices", "choices", choices=CHOICES)
    make_field("own_choice", "choice", choices=CHOICES)
    make_field("own_members", "text", audience="members")
    make_field("own_staff", "text", audience="staff")


def _maybe(dice: random.Random, values: Any, share: float = 0.3) -> Any:
    return None if dice.random() < share else dice.choice(values)


def _resource(dice: random.Random, categories: list[Any]) -> None:
    own = {
        "own_text": _maybe(dice, TEXTS), "own_number": _maybe(dice, (0, 2, 2.5, 7.25, -3, 1000, 0.1)),
        "own_date": _maybe(dice, DAYS), "own_boolean": _maybe(dice, (True, False)),
        "own_choices": _maybe(dice, (["mon"], ["tue", "mon"], ["x"], [])), "own_choice": _maybe(dice, ("mon", "x")),
        "own_members": "m", "own_staff": "s",
    }  # fmt: skip
    place = {"lon": _maybe(dice, XS, 0.1), "lat": dice.choice(YS)}
    offset = timedelta(microseconds=dice.choice((0, 0, 1)))
    make_resource(
        dice.choice([text for text in TEXTS if text]),
        **place,
        category=dice.choice(categories),
        publication="public",
        phone=dice.choice(("", "087-1", "abc")),
        description=_maybe(dice, TEXTS, 0.2) or "",
        opening_hours=dice.choice(("", "%", "a_b")),
        capacity=_maybe(dice, (0, 1, 2, 5, 10, 20)),
        formal=dice.random() < 0.5,
        fields_of_support=dice.choice(([], ["elderly"], ["elderly", "child"])),
        vacancy_count=_maybe(dice, (0, 3), 0.6),
        updated_at=datetime.fromisoformat(dice.choice(MOMENTS)) + offset,
        verified_at=_maybe(dice, [datetime(2024, 1, 1, tzinfo=UTC)], 0.5),
        properties={key: value for key, value in own.items() if value is not None},
        withheld=sorted(dice.sample(WITHHELD, dice.choice((0, 0, 1, 3)))),
    )


def _district(dice: random.Random, number: int, scheme_id: int) -> None:
    west, east = sorted(dice.sample(XS, 2))
    south, north = sorted(dice.sample(YS, 2))
    shapes = [
        Polygon(((west, south), (east, south), (east, north), (west, north), (west, south))),
        Polygon(((west, south), (east, south), (east, north), (west, south))),
    ]
    District.unscoped.create(
        scheme_id=scheme_id,
        code=f"d{number}",
        title=dice.choice([text for text in TEXTS if text]),
        geom=_maybe(dice, [MultiPolygon(dice.choice(shapes), srid=4326)], 0.1),
        population=_maybe(dice, (0, 10, 1000)),
        households=_maybe(dice, (0, 3, 5)),
        population_on=_maybe(dice, [date.fromisoformat(day) for day in DAYS]),
        office_phone=dice.choice(("", "087-1")),
        order=number,
    )


@pytest.fixture(scope="session")
def grid() -> tuple[list[float], list[float]]:
    """Longitudes and latitudes features stand at, and some between."""
    return [*XS, 134.01], [*YS, 34.26]
