"""The crosstab against an independent count with pandas over the exported features (R34)."""

import pandas
import pytest

from layers.access import Level, Viewer
from layers.analysis.crosstab import crosstab, inhabitants, per_thousand
from layers.analysis.dimensions import DimensionValue, available, dimension
from layers.errors import ParameterError
from layers.query import FeatureQuery
from layers.resources import ResourceSource

pytestmark = pytest.mark.django_db


def table(source: ResourceSource, query: FeatureQuery) -> pandas.DataFrame:
    """What is found, one line per resource, as any client gets it."""
    tops = {code: info.top for code, info in source.vocabulary.categories.items()}
    rows = [{"id": feature.id, **feature.properties} for feature in source.load(query)]
    frame = pandas.DataFrame(rows)
    frame["top"] = frame["category"].map(tops)
    return frame


@pytest.mark.parametrize(
    "search", [{}, {"q": "高松"}, {"formal": "true"}, {"near": "34.343,134.046", "radius": "3000"}]
)
@pytest.mark.parametrize("scheme", ["towns", "former"])
def test_categories_by_district(city: ResourceSource, search: dict[str, str], scheme: str) -> None:
    query = city.parse(search)
    found = crosstab(
        city,
        query,
        dimension("rows", "category", city, query),
        dimension("columns", f"district:{scheme}", city, query),
    )
    frame = table(city, query).explode("districts")
    inside = frame[frame["districts"].fillna("").str.startswith(f"{scheme}:")]
    expected = inside.groupby(["top", "districts"]).size().to_dict()
    assert {key: number for key, number in found.cells.items() if number} == expected
    assert found.column_totals == inside.groupby("districts").size().to_dict()
    assert found.total == frame["id"].nunique()
    assert found.columns_without == found.total - inside["id"].nunique()


def test_several_values_count_once_each_and_once_in_totals(city: ResourceSource) -> None:
    query = city.parse({})
    found = crosstab(
        city,
        query,
        dimension("rows", "field_of_support", city, query),
        dimension("columns", "category", city, query),
    )
    frame = table(city, query).explode("fields_of_support")
    expected = (
        frame.dropna(subset=["fields_of_support"]).groupby(["fields_of_support", "top"]).size().to_dict()
    )
    assert found.cells == expected
    assert found.column_totals == frame.groupby("top")["id"].nunique().to_dict()
    assert found.total == city.count(query).number
    assert found.rows_without == frame["fields_of_support"].isna().sum()


def test_every_dimension_can_be_counted(city: ResourceSource) -> None:
    query = city.parse({})
    columns = dimension("columns", "category", city, query)
    for key, _title in available(city):
        if key != "category":
            rows = dimension("rows", key, city, query)
            assert crosstab(city, query, rows, columns).total == city.count(query).number, key


def test_values_follow_the_search(city: ResourceSource) -> None:
    """Rows outside a chosen category are not shown; a finer choice narrows its row."""
    query = city.parse({"category": "hospital"})
    rows = dimension("rows", "category", city, query)
    assert [value.pairs for value in rows.values] == [(("category", "hospital"),)]


@pytest.mark.parametrize("key", ["nothing", "category.nothing", "district:nothing", "field.nothing"])
def test_unknown_dimension_is_refused(city: ResourceSource, key: str) -> None:
    with pytest.raises(ParameterError) as error:
        dimension("rows", key, city, city.parse({}))
    assert error.value.parameter == "rows"


def test_staff_fields_are_no_dimension_for_members(city: ResourceSource) -> None:
    member = ResourceSource(Viewer(level=Level.B, account_id=5))
    assert set(dict(available(member))) <= set(dict(available(city)))


def test_inhabitants_by_age() -> None:
    value = DimensionValue(
        "a:b", "b", (), 100, (("0-4", 10), ("10-14", 5), ("60-64", 7), ("65-69", 3), ("85+", 2))
    )
    assert inhabitants(value, "total") == 100
    assert inhabitants(value, "0-14") == 15
    assert inhabitants(value, "65+") == 5
    assert inhabitants(value, "75+") == 2
    assert per_thousand(3, 0) is None
    assert per_thousand(3, None) is None
    assert per_thousand(3, 1500) == 2.0
