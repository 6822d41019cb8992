"""Colour ramps of rasters, and styles made of them: stretched over a range, or cut into classes (G4, G6).

Every ramp grows steadily lighter or darker, so that it can be read in grey and with any colour vision; the one that
diverges does so on either side of its middle. ``tests/styles/test_ramps.py`` measures both.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import floor, isfinite, log10
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.rasters.errors import RasterError
from layers.rasters.first_style import DUSK, OPACITY, mixed, span, stretched
from layers.rasters.style import RasterStyle
from layers.rasters.summary import Summary

MIN_CLASSES: Final = 2
MAX_CLASSES: Final = 12


@dataclass(frozen=True, slots=True)
class Ramp:
    """Colours from low to high. ``bounds``: lower bounds of classes where the ramp belongs to a fixed scale."""

    name: str
    title: str | Promise
    colours: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    unit: str = ""


RAMPS: Final[dict[str, Ramp]] = {
    ramp.name: ramp
    for ramp in (
        Ramp("dusk", gettext_lazy("Purple – green – yellow"), DUSK),
        Ramp("plain", gettext_lazy("Blue – grey – yellow"),
             ("#04244f", "#2b456d", "#566477", "#7a7f7a", "#a39a70", "#cdb95f", "#fbe04d")),
        Ramp("heat", gettext_lazy("Black – red – yellow"),
             ("#1c0a33", "#571463", "#96265f", "#cb4149", "#ec6f2e", "#f9a832", "#fbef9a")),
        Ramp("water", gettext_lazy("White – blue"),
             ("#f2f8fc", "#d0e4f2", "#a3cae4", "#6ca8d0", "#3b85b8", "#1a6099", "#0a3b6c")),
        Ramp("people", gettext_lazy("White – brown"),
             ("#fff5e6", "#fddcb0", "#fbb973", "#f08f3e", "#cf6420", "#9f4113", "#65240b")),
        Ramp("leaf", gettext_lazy("White – green"),
             ("#f3faee", "#d3edc8", "#a8d99d", "#74bf77", "#419f56", "#1e7a3d", "#0a5028")),
        Ramp("terrain", gettext_lazy("Height: green – ochre – white"),
             ("#1d4f3f", "#3d7143", "#71904a", "#aba75d", "#d3bf86", "#eadbbb", "#ffffff")),
        Ramp("grey", gettext_lazy("White – black"),
             ("#ffffff", "#d8d8d8", "#b0b0b0", "#898989", "#646464", "#404040", "#1a1a1c")),
        Ramp("difference", gettext_lazy("Below and above: blue – white – brown"),
             ("#1f4e79", "#6696c0", "#b9d3e7", "#f7f7f5", "#ecd0a8", "#c08a4a", "#7d4a10")),
        Ramp("flood", gettext_lazy("Depth of flooding (national standard)"),
             ("#f7f5a9", "#ffd8c0", "#ffb7b7", "#ff9191", "#f285c9", "#dc7adc"), (0, 0.5, 3, 5, 10, 20), "m"),
    )
}  # fmt: skip
#: Two sides of a middle; all others run one way.
DIVERGING: Final = frozenset({"difference"})
#: Drawn in colours set by the state, whatever their lightness.
STANDARD: Final = frozenset({"flood"})


class Stretch(StrEnum):
    """Over which values a ramp is stretched."""

    PERCENTILE = "percentile"
    RANGE = "range"


def colour_at(ramp: str, share: float, *, is_reversed: bool = False) -> str:
    """The colour of a ramp at a share of its length, 0 to 1."""
    colours = RAMPS[ramp].colours
    return mixed(colours[::-1] if is_reversed else colours, share)


def ramp_colours(ramp: str, count: int, *, is_reversed: bool = False) -> list[str]:
    """So many colours of a ramp, evenly taken."""
    if count == 1:
        return [colour_at(ramp, 0.5)]
    return [colour_at(ramp, index / (count - 1), is_reversed=is_reversed) for index in range(count)]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose for a raster. ``classes`` 0: no classes; ``bounds``: lower bounds of classes, by hand."""

    ramp: str = "dusk"
    stretch: Stretch = Stretch.PERCENTILE
    classes: int = 0
    bounds: tuple[float, ...] = ()
    is_reversed: bool = False
    unit: str = ""
    opacity: float = OPACITY

    def check(self) -> None:
        """Raises :class:`RasterError` for a ramp that is none and classes that are none."""
        if self.ramp not in RAMPS:
            raise RasterError(_("There is no such ramp."), "ramp")
        if self.classes and not MIN_CLASSES <= self.classes <= MAX_CLASSES:
            raise RasterError(
                _("%(low)d to %(high)d classes.") % {"low": MIN_CLASSES, "high": MAX_CLASSES}, "classes"
            )
        if self.bounds and not (
            2 <= len(self.bounds) <= MAX_CLASSES and all(a < b for a, b in pairwise(self.bounds))
        ):
            raise RasterError(_("Bounds of classes are 2 to 12 rising numbers."), "bounds")


def make_style(summary: Summary, wish: Wish) -> RasterStyle:
    """The style of values by a wish. Raises :class:`RasterError`."""
    wish.check()
    ramp = RAMPS[wish.ramp]
    low, high = span(summary, is_whole=wish.stretch is Stretch.RANGE)
    bounds = wish.bounds or ramp.bounds
    if not bounds and wish.classes:
        bounds = tuple(round_bounds(low, high, wish.classes))
    more: dict[str, Any] = {"opacity": wish.opacity, "unit": wish.unit or ramp.unit, "ramp": wish.ramp}
    if bounds:
        own = ramp.colours if bounds == ramp.bounds else None
        colours = own or ramp_colours(wish.ramp, len(bounds), is_reversed=wish.is_reversed)
        return RasterStyle(tuple(zip(map(float, bounds), colours, strict=True)), is_classes=True, **more)
    colours = list(ramp.colours[::-1] if wish.is_reversed else ramp.colours)
    return RasterStyle(stretched(colours, low, high), **more)


def round_bounds(low: float, high: float, count: int) -> list[float]:
    """Lower bounds of about as many classes of one width, at round numbers (1, 2, 2.5, 5 times a power of ten)."""
    rough = (high - low) / count
    power = 10.0 ** floor(log10(rough))
    width = min((factor * power for factor in (1, 2, 2.5, 5, 10)), key=lambda each: abs(each - rough))
    first = floor(low / width) * width
    found = [first]
    while found[-1] + width < high and len(found) < MAX_CLASSES:
        found.append(found[-1] + width)
    return [float(f"{value:.10g}") for value in found]


def read_bounds(text: str) -> tuple[float, ...]:
    """Bounds typed as ``0, 0.5, 3``. Raises :class:`RasterError`."""
    parts = [
        part
        for part in text.replace("、", ",").replace("，", ",").replace(";", ",").split(",")
        if part.strip()
    ]
    try:
        found = tuple(float(part) for part in parts)
    except ValueError as error:
        raise RasterError(_("Bounds of classes are numbers with commas between."), "bounds") from error
    if not all(map(isfinite, found)):
        raise RasterError(_("Bounds of classes are numbers with commas between."), "bounds")
    return found
