"""Legends of rasters: a bar for a ramp, a line for each class; as data, SVG and PNG."""

from html import escape
from io import BytesIO
from itertools import pairwise
from math import floor, log10
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from layers.rasters.style import RasterStyle, channels
from layers.rasters.summary import Summary
from styles import legend
from styles.raster import font, png

BAR: Final = (24, 168)
#: Values written beside the bar, the ends included.
TICKS: Final = 5


def lines(title: str, style: RasterStyle) -> list[legend.Line]:
    """One line a class, the highest first where they are ranges; one line for a picture."""
    if style.is_picture:
        return [legend.Line(_("%(title)s (picture)") % {"title": title}, "#767676", "square")]
    if style.titles:
        return [
            legend.Line(words or number(value), colour, "square")
            for (value, colour), words in zip(style.stops, _padded(style), strict=True)
        ]
    lows = [value for value, _colour in style.stops]
    found = []
    for index, (low, colour) in enumerate(style.stops):
        high = lows[index + 1] if index + 1 < len(lows) else None
        words = _("%(low)s and more") if high is None else _("%(low)s to less than %(high)s")
        text = words % {"low": _figure(low, style.unit), "high": _figure(high or 0.0, style.unit)}
        found.append(legend.Line(text, colour, "square"))
    return found[::-1]


def _padded(style: RasterStyle) -> list[str]:
    return [*style.titles, *[""] * (len(style.stops) - len(style.titles))]


def _figure(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def number(value: float) -> str:
    """A bound as people write it."""
    text = f"{value:,.6g}" if abs(value) < 1_000_000 else f"{value:,.0f}"
    return text


def ticks(style: RasterStyle) -> list[tuple[float, float]]:
    """Places along the bar (0 at the low end) with their values."""
    low, high = style.stops[0][0], style.stops[-1][0]
    return [(index / (TICKS - 1), _rounded(low + (high - low) * index / (TICKS - 1), high - low))
            for index in range(TICKS)]  # fmt: skip


def _rounded(value: float, length: float) -> float:
    """To a hundredth of the whole length or finer, in powers of ten: what can be told apart on the bar."""
    if not length:
        return value
    places = 2 - floor(log10(abs(length)))
    return round(value, places) + 0.0


def data(title: str, style: RasterStyle) -> dict[str, Any]:
    """What our own map writes a legend from."""
    if style.is_picture:
        return {"title": title, "kind": "picture", "unit": ""}
    if style.is_classes:
        entries = [{"title": line.title, "colour": line.colour} for line in lines(title, style)]
        return {"title": title, "kind": "classes", "unit": style.unit, "entries": entries}
    return {
        "title": title,
        "kind": "ramp",
        "unit": style.unit,
        "stops": [[share, colour] for share, colour in _shares(style)],
        "ticks": [[share, number(value)] for share, value in ticks(style)],
    }


def _shares(style: RasterStyle) -> list[tuple[float, str]]:
    low, high = style.stops[0][0], style.stops[-1][0]
    length = (high - low) or 1.0
    return [((value - low) / length, colour) for value, colour in style.stops]


def svg(title: str, style: RasterStyle) -> str:
    """The legend as one SVG, its words as text."""
    if style.is_picture or style.is_classes:
        return legend.svg(title, lines(title, style))
    width, height = _size(style)
    left, top, (bar, length) = legend.MARGIN, _top(style), BAR
    stops = "".join(
        f'<stop offset="{1 - share:.4f}" stop-color="{colour}"/>' for share, colour in _shares(style)[::-1]
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="sans-serif" font-size="14"><title>{escape(title)}</title>',
        f'<defs><linearGradient id="r" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<rect x="{left}" y="{top}" width="{bar}" height="{length}" fill="url(#r)" stroke="#595959"/>',
    ]
    if style.unit:
        parts.append(_text(left, legend.MARGIN + 10, style.unit))
    for share, value in ticks(style):
        y = top + length * (1 - share)
        parts.append(f'<path d="M{left + bar} {y:.1f}h5" stroke="#1a1a1c"/>')
        parts.append(_text(left + bar + 9, y + 5, number(value)))
    return "".join([*parts, "</svg>"])


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="#1a1a1c">{escape(words)}</text>'


def _top(style: RasterStyle) -> int:
    return legend.MARGIN + (20 if style.unit else 0)


def _size(style: RasterStyle) -> tuple[int, int]:
    longest = max(legend.text_width(number(value)) for _share, value in ticks(style))
    width = max(longest + BAR[0] + 9, legend.text_width(style.unit)) + legend.MARGIN * 2
    return int(width) + 1, _top(style) + BAR[1] + legend.MARGIN


def picture(title: str, style: RasterStyle, *, scale: int = 2) -> bytes:
    """The legend as PNG, ``scale`` device px per px."""
    if style.is_picture or style.is_classes:
        return png(title, lines(title, style), scale=scale)
    width, height = (part * scale for part in _size(style))
    image = Image.new("RGB", (width, height), "#ffffff")
    pencil, letters = ImageDraw.Draw(image), font(round(legend.CHARACTER * scale))
    left, top, bar, length = (part * scale for part in (legend.MARGIN, _top(style), *BAR))
    for row in range(length):
        pencil.line(
            [(left, top + row), (left + bar, top + row)], fill=_mixed(style, 1 - row / max(length - 1, 1))
        )
    pencil.rectangle([left, top, left + bar, top + length], outline="#595959")
    for share, value in ticks(style):
        y = top + round(length * (1 - share))
        pencil.line([(left + bar, y), (left + bar + 5 * scale, y)], fill="#1a1a1c", width=scale)
        if letters is not None:
            pencil.text((left + bar + 9 * scale, y), number(value), font=letters, fill="#1a1a1c", anchor="lm")
    if style.unit and letters is not None:
        pencil.text((left, legend.MARGIN * scale), style.unit, font=letters, fill="#1a1a1c")
    buffer = BytesIO()
    image.save(buffer, "PNG", dpi=(96 * scale, 96 * scale))
    return buffer.getvalue()


def _mixed(style: RasterStyle, share: float) -> tuple[int, int, int]:
    """The colour at a share of the bar."""
    places = _shares(style)
    for (low, first), (high, second) in pairwise(places):
        if share <= high:
            part = (share - low) / ((high - low) or 1.0)
            one, two = channels(first), channels(second)
            red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, two, strict=True))
            return red, green, blue
    return channels(places[-1][1])


def histogram(summary: Summary, style: RasterStyle) -> str:
    """How often values occur, each bar in the colour of its values, as SVG; empty for a picture."""
    if style.is_picture or not summary.histogram or summary.low is None or summary.high is None:
        return ""
    bins, width, height = summary.histogram, 320, 80
    most, step = max(bins) or 1, width / len(bins)
    middles = [summary.low + (summary.high - summary.low) * (i + 0.5) / len(bins) for i in range(len(bins))]
    rgba = style.colours(np.ma.masked_array([middles]))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 18}" '
        f'viewBox="0 0 {width} {height + 18}" aria-hidden="true" font-family="sans-serif" font-size="12">'
    ]
    for index, count in enumerate(bins):
        if count:
            tall = max(1.0, height * count / most)
            colour = "#{:02x}{:02x}{:02x}".format(*(int(part) for part in rgba[:3, 0, index]))
            parts.append(
                f'<rect x="{index * step:.1f}" y="{height - tall:.1f}" width="{step:.1f}" height="{tall:.1f}" '
                f'fill="{colour}" stroke="#767676" stroke-width="0.3"/>'
            )
    parts.append(f'<text x="0" y="{height + 14}" fill="#1a1a1c">{escape(number(summary.low))}</text>')
    parts.append(
        f'<text x="{width}" y="{height + 14}" text-anchor="end" fill="#1a1a1c">{escape(number(summary.high))}</text>'
    )
    return "".join([*parts, "</svg>"])
