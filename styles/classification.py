"""Classes for maps coloured by value (色分け地図): quantiles, natural breaks, equal widths; colours that stay apart.

Ties are never torn: equal values always share a class, so there may be fewer classes than asked for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from typing import Final

from django.utils.formats import number_format

MIN_CLASSES: Final = 2
MAX_CLASSES: Final = 7
#: Natural breaks of more distinct values than this are computed over as many evenly taken ones.
MAX_DISTINCT: Final = 400

#: ColorBrewer's sequential ramps (Apache-2.0, Cynthia Brewer), light to dark; readable with any colour vision.
RAMPS: Final[dict[str, tuple[str, ...]]] = {
    "blue": ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594"),
    "orange": ("#feedde", "#fdd0a2", "#fdae6b", "#fd8d3c", "#f16913", "#d94801", "#8c2d04"),
    "green": ("#edf8e9", "#c7e9c0", "#a1d99b", "#74c476", "#41ab5d", "#238b45", "#005a32"),
    "purple": ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#4a1486"),
}
NO_DATA: Final = "#d0d0d0"


class Method(StrEnum):
    """How values are divided into classes."""

    QUANTILE = "quantile"
    JENKS = "jenks"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class ClassBreak:
    """One class: values from ``min`` to ``max``, both included; they are values that occur."""

    min: float
    max: float
    colour: str
    label: str


def classify(
    values: Iterable[float | None], method: str = Method.QUANTILE, classes: int = 5, ramp: str = "blue"
) -> list[ClassBreak]:
    """Classes from the lowest to the highest. None and values that are no numbers are left out.

    Raises:
        ValueError: an unknown method or ramp, or a number of classes not between 2 and 7.
    """
    if not MIN_CLASSES <= classes <= MAX_CLASSES:
        raise ValueError(f"classes: {MIN_CLASSES} to {MAX_CLASSES}, not {classes}")
    if ramp not in RAMPS:
        raise ValueError(f"ramp: one of {', '.join(RAMPS)}, not {ramp!r}")
    kept = sorted(float(value) for value in values if value is not None and isfinite(value))
    divide = {Method.QUANTILE: _quantiles, Method.JENKS: _natural, Method.EQUAL: _equal}[Method(method)]
    groups = divide(kept, classes)
    colours = ramp_colours(len(groups), ramp)
    return [
        ClassBreak(low, high, colour, label(low, high))
        for (low, high), colour in zip(groups, colours, strict=True)
    ]


def ramp_colours(count: int, ramp: str = "blue") -> list[str]:
    """So many colours of a ramp, as far apart as it goes; the lightest is left to 6 and more classes."""
    colours = RAMPS[ramp]
    if count <= 0:
        return []
    if count == 1:
        return [colours[3]]
    first = 0 if count > len(colours) - 2 else 1
    step = (len(colours) - 1 - first) / (count - 1)
    return [colours[round(first + step * index)] for index in range(count)]


def colour_of(value: float | None, breaks: Sequence[ClassBreak]) -> str:
    """Colour of a value; grey for none. Values between two classes belong to the upper one."""
    if value is None or not breaks:
        return NO_DATA
    return breaks[class_of(value, breaks)].colour


def class_of(value: float, breaks: Sequence[ClassBreak]) -> int:
    """Index of the class of a value; those outside belong to the nearest class."""
    return min(bisect_right([item.max for item in breaks[:-1]], value - 1e-12), len(breaks) - 1)


def label(low: float, high: float) -> str:
    """Words of a class: ``3``, or ``3 – 12``."""
    if low == high:
        return _number(low)
    return f"{_number(low)} – {_number(high)}"


def _number(value: float) -> str:
    places = 0 if value == int(value) else 1 if abs(value) >= 10 else 2
    return number_format(value, places, use_l10n=True, force_grouping=True)


def _runs(values: Sequence[float]) -> list[tuple[float, int]]:
    """Distinct values with how often they occur."""
    found: list[tuple[float, int]] = []
    for value in values:
        if found and found[-1][0] == value:
            found[-1] = (value, found[-1][1] + 1)
        else:
            found.append((value, 1))
    return found


def _quantiles(values: Sequence[float], classes: int) -> list[tuple[float, float]]:
    """Classes of about equal number: a run of ties goes where its middle falls."""
    runs = _runs(values)
    if len(runs) <= classes:
        return [(value, value) for value, _count in runs]
    groups: dict[int, list[float]] = {}
    before = 0
    for value, count in runs:
        groups.setdefault(int((before + count / 2) * classes / len(values)), []).append(value)
        before += count
    return [(group[0], group[-1]) for group in groups.values()]


def _equal(values: Sequence[float], classes: int) -> list[tuple[float, float]]:
    """Classes of equal width; one no value falls into is left out."""
    runs = _runs(values)
    if len(runs) <= classes:
        return [(value, value) for value, _count in runs]
    low, width = runs[0][0], (runs[-1][0] - runs[0][0]) / classes
    groups: dict[int, list[float]] = {}
    for value, _count in runs:
        groups.setdefault(min(int((value - low) / width), classes - 1), []).append(value)
    return [(group[0], group[-1]) for group in groups.values()]


def _natural(values: Sequence[float], classes: int) -> list[tuple[float, float]]:
    """Fisher's exact natural breaks: the division with the least sum of squared deviations within classes."""
    runs = _thinned(_runs(values))
    if len(runs) <= classes:
        return [(value, value) for value, _count in runs]
    starts = _fisher(runs, classes)
    ends = [*starts[1:], len(runs)]
    return [(runs[start][0], runs[end - 1][0]) for start, end in zip(starts, ends, strict=True)]


def _thinned(runs: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most ``MAX_DISTINCT`` values, first and last kept: the exact search is quadratic."""
    if len(runs) <= MAX_DISTINCT:
        return runs
    edges = [round(i * len(runs) / MAX_DISTINCT) for i in range(MAX_DISTINCT + 1)]
    thin = [(runs[low][0], sum(count for _value, count in runs[low:high])) for low, high in pairwise(edges)]
    thin[-1] = (runs[-1][0], thin[-1][1])
    return thin


def _fisher(runs: Sequence[tuple[float, int]], classes: int) -> list[int]:
    """Index of the first run of each class, by dynamic programming over sums of squared deviations."""
    # Deviations from the middle value keep the differences of large sums exact enough.
    middle = runs[len(runs) // 2][0]
    weight, total, squares = [0.0], [0.0], [0.0]
    for value, count in runs:
        away = value - middle
        weight.append(weight[-1] + count)
        total.append(total[-1] + count * away)
        squares.append(squares[-1] + count * away * away)

    def spread(low: int, high: int) -> float:
        """Squared deviations within runs ``low`` to ``high - 1``."""
        added = total[high] - total[low]
        return squares[high] - squares[low] - added * added / (weight[high] - weight[low])

    size = len(runs)
    best = [spread(0, end) if end else 0.0 for end in range(size + 1)]
    cuts: list[list[int]] = []
    for used in range(1, classes):
        improved, cut = [0.0] * (size + 1), [0] * (size + 1)
        for end in range(used + 1, size + 1):
            improved[end], cut[end] = min(
                (best[start] + spread(start, end), start) for start in range(used, end)
            )
        best = improved
        cuts.append(cut)
    starts, end = [], size
    for cut in reversed(cuts):
        end = cut[end]
        starts.append(end)
    return [0, *reversed(starts)]
