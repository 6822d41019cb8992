"""Quantiles and natural breaks against brute force and by their own promises (hypothesis)."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styles.classification import NO_DATA, RAMPS, class_of, classify, colour_of, ramp_colours

NUMBERS = st.lists(st.integers(-50, 50).map(float), max_size=40)
METHODS = ["quantile", "jenks"]


def spread(groups: list[list[float]]) -> float:
    return sum(sum((value - sum(group) / len(group)) ** 2 for value in group) for group in groups)


def best_spread(values: list[float], classes: int) -> float:
    """Least sum of squared deviations over every division of the distinct values."""
    distinct = sorted(set(values))
    found = []
    for cuts in combinations(range(1, len(distinct)), min(classes, len(distinct)) - 1):
        edges = [0, *cuts, len(distinct)]
        parts = [set(distinct[low:high]) for low, high in pairwise(edges)]
        found.append(spread([[value for value in values if value in part] for part in parts]))
    return min(found)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("values", [[], [None], [float("nan"), float("inf")]])
def test_nothing_to_classify(method: str, values: list[float | None]) -> None:
    assert classify(values, method) == []
    assert colour_of(3, []) == NO_DATA


@pytest.mark.parametrize("method", METHODS)
def test_one_value_is_one_class(method: str) -> None:
    (only,) = classify([4, 4, 4, None], method, 5)
    assert (only.min, only.max, only.label) == (4, 4, "4")
    assert only.colour in RAMPS["blue"]


@pytest.mark.parametrize("method", METHODS)
@given(values=NUMBERS.filter(bool), classes=st.integers(2, 7))
def test_classes_cover_every_value_in_order(method: str, values: list[float], classes: int) -> None:
    breaks = classify(values, method, classes)
    assert 1 <= len(breaks) <= classes
    assert breaks[0].min == min(values)
    assert breaks[-1].max == max(values)
    assert all(one.max < other.min for one, other in pairwise(breaks))
    assert len({item.colour for item in breaks}) == len(breaks)
    for value in values:
        found = breaks[class_of(value, breaks)]
        assert found.min <= value <= found.max
        assert colour_of(value, breaks) == found.colour


@given(values=st.lists(st.integers(0, 30).map(float), min_size=1, max_size=9), classes=st.integers(2, 4))
def test_natural_breaks_are_the_best_division(values: list[float], classes: int) -> None:
    breaks = classify(values, "jenks", classes)
    groups = [[value for value in values if item.min <= value <= item.max] for item in breaks]
    assert spread(groups) == pytest.approx(best_spread(values, classes), abs=1e-9)


def test_natural_breaks_find_the_gaps() -> None:
    breaks = classify([1, 2, 3, 50, 51, 52, 100, 101], "jenks", 3)
    assert [(item.min, item.max) for item in breaks] == [(1, 3), (50, 52), (100, 101)]


def test_quantiles_hold_about_as_many() -> None:
    breaks = classify(range(100), "quantile", 5)
    assert [(item.min, item.max) for item in breaks] == [(0, 19), (20, 39), (40, 59), (60, 79), (80, 99)]


def test_many_zeros_stay_together() -> None:
    breaks = classify([0] * 30 + [1, 2, 3, 4, 5, 6], "quantile", 5)
    assert breaks[0].max == 0
    assert len(breaks) >= 2


def test_large_numbers_keep_their_breaks() -> None:
    values = [1e9 + offset for offset in (0, 1, 2, 1000, 1001, 5000)]
    assert [item.min for item in classify(values, "jenks", 3)] == [1e9, 1e9 + 1000, 1e9 + 5000]


def test_many_values_end_in_time() -> None:
    breaks = classify([value**1.5 for value in range(5000)], "jenks", 7)
    assert len(breaks) == 7
    assert breaks[-1].max == 4999**1.5


def test_labels() -> None:
    assert [item.label for item in classify([1, 1.25, 20.5, 1234567], "jenks", 4)] == [
        "1", "1.25", "20.5", "1,234,567",
    ]  # fmt: skip
    assert [item.label for item in classify([1, 2, 8, 9], "jenks", 2)] == ["1 – 2", "8 – 9"]


@pytest.mark.parametrize(
    ("method", "classes", "ramp"),
    [("other", 5, "blue"), ("jenks", 1, "blue"), ("jenks", 8, "blue"), ("jenks", 5, "x")],
)
def test_what_is_refused(method: str, classes: int, ramp: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        classify([1, 2], method, classes, ramp)


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("count", range(1, 8))
def test_ramps_grow_darker(ramp: str, count: int) -> None:
    from styles.contrast import luminance

    shades = [luminance(colour) for colour in ramp_colours(count, ramp)]
    assert shades == sorted(set(shades), reverse=True)
    assert len(shades) == count
