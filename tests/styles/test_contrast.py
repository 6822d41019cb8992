"""Contrast and colour vision against published values."""

import pytest

from styles.contrast import MIN_DISTANCE, VISIONS, clashes, contrast, distance, luminance, seen_as


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1),
    ],
)
def test_contrast_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == pytest.approx(ratio, abs=0.01)
    assert contrast(second, first) == contrast(first, second)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#1234567", ""])
def test_what_is_no_colour(colour: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        luminance(colour)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("grey", ["#000000", "#7f7f7f", "#ffffff"])
def test_greys_look_the_same_to_everybody(grey: str, vision: str) -> None:
    assert seen_as(grey, vision) == pytest.approx(seen_as(grey, "normal"), abs=0.001)


def test_red_and_green_meet_for_the_red_green_blind() -> None:
    red, green = "#b34a00", "#4a7a00"
    assert distance(red, green) > 50
    assert distance(red, green, "deutan") < distance(red, green) / 2
    assert distance(red, green, "tritan") > MIN_DISTANCE


def test_clashes_name_the_pair_and_the_vision() -> None:
    assert clashes({"a": "#000000", "b": "#ffffff", "c": "#0050ff"}) == []
    found = clashes({"care": "#b34a00", "child": "#b34b02", "sea": "#0050ff"})
    assert {(item.first, item.second) for item in found} == {("care", "child")}
    assert {item.vision for item in found} == set(VISIONS)
