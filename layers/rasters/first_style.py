"""What a raster is drawn in before anybody chose (more ramps: ``styles/ramps.py``)."""

from collections.abc import Sequence
from typing import Any, Final

from layers.rasters.style import RasterStyle, channels
from layers.rasters.summary import Summary

#: Dark to light, steadily; readable with any colour vision.
DUSK: Final = ("#3a0a57", "#3f3d86", "#2f6490", "#248894", "#3faa7d", "#8cc94f", "#f4e530")
OPACITY: Final = 0.75
#: Whole numbers of no more distinct values than this are shown as classes.
FEW: Final = 12


def mixed(colours: Sequence[str], share: float) -> str:
    """The colour at a share (0 to 1) of a row of colours."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2)
    part = place - index
    pairs = zip(channels(colours[index]), channels(colours[index + 1]), strict=True)
    return "#{:02x}{:02x}{:02x}".format(*(round(a + (b - a) * part) for a, b in pairs))


def span(summary: Summary, *, is_whole: bool = False) -> tuple[float, float]:
    """The values a ramp is stretched over: percentiles 2 to 98, or ``is_whole`` the range; never of no length."""
    low, high = summary.low or 0.0, summary.high if summary.high is not None else 1.0
    if (
        not is_whole
        and summary.low_2 is not None
        and summary.high_98 is not None
        and summary.high_98 > summary.low_2
    ):
        low, high = summary.low_2, summary.high_98
    return (low, high) if high > low else (low, low + 1.0)


def stretched(colours: Sequence[str], low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Stops of the colours, evenly from low to high."""
    last = len(colours) - 1
    return tuple((low + (high - low) * index / last, colour) for index, colour in enumerate(colours))


def palette_style(palette: Sequence[Sequence[Any]], titles: Sequence[str] = ()) -> RasterStyle:
    """Classes in the file's own colours (value, ``#rrggbb``)."""
    stops = tuple((float(value), str(colour)) for value, colour in palette)
    words = tuple(titles) or tuple(f"{value:g}" for value, _colour in stops)
    return RasterStyle(stops, is_classes=True, titles=words, opacity=OPACITY)


def first_style(summary: Summary, palette: Sequence[Sequence[Any]], *, is_picture: bool) -> RasterStyle:
    """The style of a raster nobody has styled."""
    if is_picture:
        return RasterStyle(opacity=1.0)
    if palette:
        return palette_style(palette)
    if 0 < len(summary.values) <= FEW:
        last = max(len(summary.values) - 1, 1)
        return palette_style(
            [(value, mixed(DUSK, index / last)) for index, (value, _count) in enumerate(summary.values)]
        )
    return RasterStyle(stretched(DUSK, *span(summary)), opacity=OPACITY, ramp="dusk")
