"""A small directory to edit: two categories, two districts side by side, accounts of every level."""

import pytest
from django.contrib.auth import get_user_model

from gisportal.accounts.viewers import viewer_of
from layers import vocabulary
from layers.access import Level, Viewer
from layers.editing.services import create_resource
from layers.models import Category, Organisation, Resource


@pytest.fixture
def words(db):
    """Two categories."""
    vocabulary.forget()
    care = Category.objects.create(code="care", title="介護", colour="#a3120a", shape="circle")
    Category.objects.create(code="day_care", title="デイサービス", parent=care)
    Category.objects.create(code="salon", title="サロン", colour="#00428c", shape="square", is_formal=False)
    yield
    vocabulary.forget()


@pytest.fixture
def actors(words) -> dict[str, Viewer]:
    """A viewer of every level, by level."""
    organisation = Organisation.unscoped.create(name="社会福祉法人テスト")
    accounts = {
        level.value: get_user_model().objects.create_user(
            f"user-{level.value}", password="x" * 12, level=level.value, organisation=organisation
        )
        for level in Level
        if level is not Level.ANONYMOUS
    }
    return {level: viewer_of(account) for level, account in accounts.items()}


@pytest.fixture
def entry(actors) -> Resource:
    """An entry of level C's."""
    return create_resource(
        actors["c"],
        {"name": "デイサービスさくら", "category": "day_care", "phone": "087-839-2011", "publication": "public",
         "lat": 34.34, "lon": 134.05},
    )  # fmt: skip
