"""Ramps of rasters: steady lightness, told apart by any vision; styles made of them (G4, G6, R8)."""

from itertools import pairwise

import numpy as np
import pytest

from layers.rasters.errors import RasterError
from layers.rasters.first_style import first_style
from layers.rasters.style import RasterStyle, read_style
from layers.rasters.summary import Summary, summarise
from styles import ramps
from styles.contrast import VISIONS, distance, luminance
from styles.ramps import RAMPS, Stretch, Wish, make_style, ramp_colours, read_bounds, round_bounds

ONE_WAY = [name for name in RAMPS if name not in ramps.DIVERGING | ramps.STANDARD]


def summary(*values: float) -> Summary:
    return summarise(lambda: [np.array(values)])


@pytest.mark.parametrize("name", ONE_WAY)
def test_a_ramp_grows_lighter_or_darker_all_the_way(name: str) -> None:
    light = [luminance(colour) for colour in ramp_colours(name, 40)]
    steps = [b - a for a, b in pairwise(light)]
    assert all(step > 0 for step in steps) or all(step < 0 for step in steps)
    assert abs(light[-1] - light[0]) > 0.6


def test_the_ramp_of_differences_is_lightest_in_its_middle() -> None:
    light = [luminance(colour) for colour in ramp_colours("difference", 41)]
    assert all(a < b for a, b in pairwise(light[:21])) and all(a > b for a, b in pairwise(light[20:]))
    assert light[0] == pytest.approx(light[-1], abs=0.05)


@pytest.mark.parametrize("name", [name for name in RAMPS if name not in ramps.STANDARD])
@pytest.mark.parametrize("vision", VISIONS)
def test_five_classes_are_told_apart_by_every_vision(name: str, vision: str) -> None:
    colours = ramp_colours(name, 5)
    assert min(distance(a, b, vision) for a, b in pairwise(colours)) > 12
    assert distance(colours[0], colours[-1], vision) > 30


def test_a_ramp_is_stretched_over_the_percentiles_or_the_range() -> None:
    found = summary(*range(1001), 1e6)
    wide = make_style(found, Wish(stretch=Stretch.RANGE))
    narrow = make_style(found, Wish(stretch=Stretch.PERCENTILE))
    assert (wide.stops[0][0], wide.stops[-1][0]) == (0, 1e6)
    assert narrow.stops[-1][0] < 2000
    assert not wide.is_classes and len(wide.stops) == 7


def test_a_ramp_turned_round() -> None:
    there, back = (make_style(summary(1, 2), Wish(is_reversed=turned)) for turned in (False, True))
    assert [colour for _v, colour in there.stops] == [colour for _v, colour in back.stops][::-1]


@pytest.mark.parametrize(
    ("low", "high", "count"), [(0, 100, 5), (3.2, 97, 6), (-12, 4000, 7), (0.001, 0.013, 4)]
)
def test_bounds_of_classes_are_round_and_cover_the_values(low: float, high: float, count: int) -> None:
    found = round_bounds(low, high, count)
    assert found[0] <= low and found[-1] < high and 2 <= len(found) <= 12
    width = found[1] - found[0]
    assert found[-1] + width >= high - 1e-9
    digits = float(f"{width:.3e}".split("e")[0])
    assert digits in {1, 2, 2.5, 5}


def test_classes_by_hand_and_by_standard() -> None:
    own = make_style(summary(0, 9), Wish(ramp="water", bounds=(0, 1.5, 4)))
    assert own.is_classes and [value for value, _c in own.stops] == [0, 1.5, 4]
    flood = make_style(summary(0, 9), Wish(ramp="flood"))
    assert flood.is_classes and flood.unit == "m" and flood.stops[2] == (3.0, "#ffb7b7")


@pytest.mark.parametrize(
    "wish", [Wish(ramp="rainbow"), Wish(classes=1), Wish(classes=13), Wish(bounds=(3, 2)), Wish(bounds=(1,))]
)
def test_wishes_that_make_no_style_are_refused(wish: Wish) -> None:
    with pytest.raises(RasterError):
        make_style(summary(1, 2), wish)


def test_one_value_alone_makes_a_style_all_the_same() -> None:
    style = make_style(summary(7, 7, 7), Wish())
    assert style.stops[0][0] < style.stops[-1][0] and read_style(style.as_dict()) == style


def test_bounds_as_typed() -> None:
    assert read_bounds("0, 0.5、3，5") == (0, 0.5, 3, 5)
    for text in ("a", "1,nan", "1,,inf"):
        with pytest.raises(RasterError):
            read_bounds(text)


def test_few_whole_numbers_become_classes_of_their_own() -> None:
    few = summarise(lambda: [np.array([1, 2, 2, 5], "uint8")])
    style = first_style(few, (), is_picture=False)
    assert style.is_classes and style.titles == ("1", "2", "5")
    assert first_style(few, ((1, "#ff0000"), (2, "#00ff00")), is_picture=False).stops[0] == (1.0, "#ff0000")
    assert first_style(few, (), is_picture=True).is_picture


def test_values_are_coloured_between_stops_and_clamped_beyond() -> None:
    style = RasterStyle(((0, "#000000"), (10, "#ffffff")))
    data = np.ma.masked_array([[-5.0, 0, 5, 10, 99, np.nan, 3]], mask=[[0, 0, 0, 0, 0, 0, 1]])
    rgba = style.colours(data)
    assert rgba[0, 0].tolist()[:5] == [0, 0, 128, 255, 255]
    assert rgba[3, 0].tolist() == [255] * 5 + [0, 0]


def test_a_class_begins_at_its_bound() -> None:
    style = RasterStyle(((0, "#000000"), (0.5, "#ff0000"), (3, "#00ff00")), is_classes=True)
    rgba = style.colours(np.ma.masked_array([[-1, 0.49, 0.5, 2.99, 3, 50]]))
    assert [tuple(rgba[:3, 0, column]) for column in range(6)] == [
        (0, 0, 0), (0, 0, 0), (255, 0, 0), (255, 0, 0), (0, 255, 0), (0, 255, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        None, {}, {"kind": "single"}, {"kind": "ramp", "stops": []}, {"kind": "ramp", "stops": [[1, "red"]]},
        {"kind": "ramp", "stops": [[2, "#000000"], [1, "#000000"]]},
        {"kind": "ramp", "stops": [[float("nan"), "#000000"]]}, {"kind": "ramp", "stops": [[True, "#000000"]]},
        {"kind": "ramp", "stops": [[1, "#000000"]], "opacity": 2},
        {"kind": "ramp", "stops": [[1, "#000000"]], "titles": [1]},
        {"kind": "ramp", "stops": [[i, "#000000"] for i in range(300)]},
    ],
)  # fmt: skip
def test_a_kept_style_that_cannot_be_drawn_is_refused(told: object) -> None:
    with pytest.raises(RasterError):
        read_style(told)
