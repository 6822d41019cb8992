"""A small city for tiles: three categories in two top ones, points around 高松 and an asker of tiles."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from gisportal.problems import answer_for
from layers import vocabulary
from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.models import Category, Resource
from tiles import cache

PUBLIC = Viewer(public_site=True)
READER = Viewer(level=Level.B, account_id=2)
STAFF = Viewer(level=Level.ADMINISTRATOR, account_id=1)

Ask = Callable[..., HttpResponse]
Make = Callable[..., Resource]


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """Nothing is kept from the test before, whose versions were rolled back."""
    cache.memory.clear()
    vocabulary.forget()
    yield
    cache.memory.clear()
    vocabulary.forget()


@pytest.fixture
def categories(db: None) -> dict[str, Category]:
    """Two categories of the first level, one of them with two below."""
    Category.objects.all().delete()
    care = Category.objects.create(code="care", title="介護", colour="#7a3e00", shape="square", order=1)
    child = Category.objects.create(code="child", title="子育て", colour="#1d6b2f", shape="circle", order=2)
    day = Category.objects.create(code="day_care", title="デイ", parent=care, order=1)
    visit = Category.objects.create(code="visit_care", title="訪問", parent=care, order=2)
    return {item.code: item for item in (care, child, day, visit)}


@pytest.fixture
def make(categories: dict[str, Category]) -> Make:
    """Makes a resource at ``lon``, ``lat``."""

    def _make(lon: float | None, lat: float = 34.3, category: str = "day_care", **more: Any) -> Resource:
        values: dict[str, Any] = {
            "name": "施設",
            "publication": "public",
            "updated_at": datetime(2026, 11, 1, tzinfo=UTC),
            "geom": None if lon is None else f"SRID=4326;POINT({lon} {lat})",
            "geom_origin": "" if lon is None else "file",
            **more,
        }
        return Resource.unscoped.create(category=categories[category], **values)

    return _make


@pytest.fixture
def ask(db: None) -> Ask:
    """Asks for an address as a viewer, past the middleware."""

    def _ask(address: str, viewer: Viewer | None = PUBLIC, **headers: str) -> HttpResponse:
        request = RequestFactory().get(address, headers=headers)
        request.viewer = viewer  # type: ignore[attr-defined]
        found = resolve(request.path)
        try:
            response: HttpResponse | None = found.func(request, *found.args, **found.kwargs)
        except (LookupError, ParameterError) as error:
            response = answer_for(request, error)
        assert response is not None
        return response

    return _ask
