"""The sources of districts: sorting."""

import pytest

from layers.access import Level, Viewer
from layers.errors import ParameterError
from layers.models import District, DistrictScheme
from layers.source import FeatureSource, get_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def area() -> FeatureSource:
    scheme = DistrictScheme.objects.create(code="area", title="地区")
    for code, population in (("w", 10), ("e", 30), ("n", 20)):
        District.unscoped.create(scheme=scheme, code=code, title=code, population=population)
    return get_source("districts-area", Viewer(level=Level.A, is_city_staff=True))


@pytest.mark.parametrize(
    ("sort", "codes"), [("population", "wne"), ("-population", "enw"), ("code", "enw"), ("-id", "new")]
)
def test_sorted_as_asked(area: FeatureSource, sort: str, codes: str) -> None:
    found = area.features(area.parse({"sort": sort}))
    assert "".join(row.code for row in found) == codes  # type: ignore[attr-defined]


@pytest.mark.parametrize("sort", ["distance", "office", "nothing", "code,nothing"])
def test_an_unknown_order_is_refused(area: FeatureSource, sort: str) -> None:
    with pytest.raises(ParameterError, match="population") as refused:
        area.parse({"sort": sort})
    assert refused.value.parameter == "sort"
