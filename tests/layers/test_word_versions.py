"""Whatever an answer is built with raises a version when it changes; what is kept under the old one is left behind."""

from collections.abc import Callable

import pytest

from layers.models import Category, DataSource, DistrictScheme, FieldDefinition, FieldOfSupport, Organisation
from layers.versions import source_version

pytestmark = pytest.mark.django_db


def field() -> FieldDefinition:
    return FieldDefinition.objects.create(key="word_field", title="項目", kind="text")


def category() -> Category:
    return Category.objects.create(code="word_category", title="種別", colour="#112233", shape="circle")


CHANGES: dict[str, Callable[[], Callable[[], object]]] = {
    "attribution": lambda: DataSource.objects.create(slug="word", attribution="前").save,
    "field of support": lambda: FieldOfSupport.objects.create(code="word_support", title="前").save,
    "organisation": lambda: Organisation.unscoped.create(name="前").save,
    "category": lambda: category().save,
    "field": lambda: field().save,
    "scheme": lambda: DistrictScheme.objects.create(code="word_scheme", title="前").save,
    "categories of a field": lambda: lambda: field().categories.add(category()),
    "new field of support": lambda: lambda: FieldOfSupport.objects.create(code="word_new", title="後"),
    "attribution gone": lambda: DataSource.objects.create(slug="word", attribution="前").delete,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_word_raises_the_version(name: str) -> None:
    change = CHANGES[name]()
    before = source_version("schema")
    change()
    assert source_version("schema") > before
