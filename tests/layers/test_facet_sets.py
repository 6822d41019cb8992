"""Counts of several conditions at once equal those asked one by one."""

import pytest

from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.facet_sets import FEW, facet_sets
from layers.facets import facets
from layers.resources import ResourceSource
from layers.source import get_source

pytestmark = pytest.mark.django_db

KEYS = ("category", "district:former", "district:towns", "vacancy", "operation", "formal",
        "field.medical_subjects", "field.aed_child_pads", "field.certified_type")  # fmt: skip
QUERIES = (
    {},
    {"q": "病院"},
    {"category": "medical"},
    {"district": "former:mure", "formal": "true"},
    {"field.aed_child_pads": "true", "q": "小学校"},
    {"vacancy": "available", "category": "childcare"},
)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("count", [FEW - 1, len(KEYS)])
def test_together_as_one_by_one(city: ResourceSource, query: dict[str, str], count: int) -> None:
    known = {
        key: value for key, value in query.items() if key != "category" or value in city.vocabulary.categories
    }
    parsed = city.parse(known)
    keys = KEYS[:count]
    together = facet_sets(city, parsed, keys)
    for key in keys:
        alone = {item.value: (item.count, item.is_chosen) for item in facets(city, parsed, key)}
        assert {item.value: (item.count, item.is_chosen) for item in together[key]} == alone, key


def test_uncounted_says_so(city: ResourceSource) -> None:
    found = facet_sets(city, city.parse({}), KEYS, counted=False)
    assert {item.count for items in found.values() for item in items} == {-1}


def test_fields_one_may_not_see_cannot_be_counted_by() -> None:
    source = get_source("resources", Viewer(level=Level.A, account_id=1))
    assert isinstance(source, ResourceSource)
    with pytest.raises(ParameterError):
        facet_sets(source, source.parse({}), ["field.nothing"])
