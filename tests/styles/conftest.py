"""Categories and an asker of styles."""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from gisportal.problems import answer_for
from layers import vocabulary
from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.models import Category, DistrictScheme

PUBLIC = Viewer(public_site=True)
READER = Viewer(level=Level.B, account_id=2)

Ask = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def fresh_vocabulary() -> Iterator[None]:
    """Nothing is kept from the test before, whose versions were rolled back."""
    vocabulary.forget()
    yield
    vocabulary.forget()


@pytest.fixture
def categories(db: None) -> dict[str, Category]:
    """A category with one below, another, and a scheme of districts."""
    Category.objects.all().delete()
    care = Category.objects.create(
        code="care", title="介護", title_en="Care", colour="#7a3e00", shape="square", order=1
    )
    child = Category.objects.create(code="child", title="子育て<b>", colour="#1d6b2f", shape="star", order=2)
    day = Category.objects.create(code="day_care", title="デイ", parent=care, colour="#000080")
    DistrictScheme.objects.create(code="area", title="地区")
    return {item.code: item for item in (care, child, day)}


@pytest.fixture
def ask(db: None) -> Ask:
    """Asks for an address as a viewer, past the middleware but for its errors."""

    def _ask(address: str, viewer: Viewer | None = PUBLIC, **headers: str) -> HttpResponse:
        request = RequestFactory(SERVER_NAME="localhost").get(address, headers=headers)
        request.viewer = viewer  # type: ignore[attr-defined]
        found = resolve(request.path)
        try:
            response: HttpResponse | None = found.func(request, *found.args, **found.kwargs)
        except (LookupError, ParameterError) as error:
            response = answer_for(request, error)
        assert response is not None
        return response

    return _ask
