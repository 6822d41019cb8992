"""Legends as SVG: shape, colour and title of each line, and numbers where they are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin
from typing import Final

from styles.categories import FALLBACK_COLOUR, CategoryStyle
from styles.symbology import Symbology

Point = tuple[float, float]

LINE: Final = 28
SIGN: Final = 9.0
MARGIN: Final = 12
#: Width of a full-width character at 14 px.
CHARACTER: Final = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a legend."""

    title: str
    colour: str
    shape: str
    count: int | None = None

    @property
    def text(self) -> str:
        """Title and number."""
        return self.title if self.count is None else f"{self.title} ({self.count:,})"


def lines(styles: Sequence[CategoryStyle], counts: Mapping[str, int] | None = None) -> list[Line]:
    """Lines for categories; with ``counts`` (by code) those without any show 0."""
    return [
        Line(item.title, item.colour, item.shape, None if counts is None else counts.get(item.code, 0))
        for item in styles
    ]


def lines_of(style: Symbology) -> list[Line]:
    """Lines of a style: one for each rule that is told of."""
    return [
        Line(rule.title, rule.symbol.colour, rule.symbol.shape) for rule in style.rules if rule.is_told
    ] or [Line(style.title, FALLBACK_COLOUR, "circle")]


def _regular(corners: int, radius: float, turn: float = -pi / 2) -> list[Point]:
    return [
        (radius * cos(turn + 2 * pi * i / corners), radius * sin(turn + 2 * pi * i / corners))
        for i in range(corners)
    ]


def _star(radius: float) -> list[Point]:
    outer, inner = _regular(5, radius), _regular(5, radius * 0.45, -pi / 2 + pi / 5)
    return [point for pair in zip(outer, inner, strict=True) for point in pair]


def _cross(radius: float) -> list[Point]:
    arm = radius * 0.36
    return [
        (-arm, -radius), (arm, -radius), (arm, -arm), (radius, -arm), (radius, arm), (arm, arm),
        (arm, radius), (-arm, radius), (-arm, arm), (-radius, arm), (-radius, -arm), (-arm, -arm),
    ]  # fmt: skip


def outline(shape: str, radius: float = SIGN) -> list[Point]:
    """Corners of a shape around the origin, y downwards; a circle is a polygon of 40 corners."""
    square = radius * 0.82
    match shape:
        case "square" | "area":
            return [(-square, -square), (square, -square), (square, square), (-square, square)]
        case "line":
            return [
                (-radius, -radius / 6),
                (radius, -radius / 6),
                (radius, radius / 6),
                (-radius, radius / 6),
            ]
        case "diamond":
            return _regular(4, radius)
        case "triangle":
            return _regular(3, radius)
        case "pentagon":
            return _regular(5, radius)
        case "hexagon":
            return _regular(6, radius, 0)
        case "star":
            return _star(radius * 1.1)
        case "cross":
            return _cross(radius)
        case _:
            return _regular(40, radius * 0.9)


def text_width(text: str) -> float:
    """Estimated width in px at 14 px: half-width characters count half."""
    return sum(CHARACTER * (0.58 if ord(character) < 0x2000 else 1) for character in text)


def size(rows: Sequence[Line]) -> tuple[int, int]:
    """Width and height in px."""
    longest = max((text_width(row.text) for row in rows), default=0)
    return int(MARGIN * 2 + SIGN * 2 + 10 + longest) + 1, MARGIN * 2 + LINE * max(len(rows), 1)


def position(index: int) -> Point:
    """Middle of the sign of a line."""
    return MARGIN + SIGN, MARGIN + LINE * index + LINE / 2


def svg(title: str, rows: Sequence[Line]) -> str:
    """The legend as one SVG picture with its words as text; no style element or attribute, so any CSP shows it."""
    width, height = size(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for index, row in enumerate(rows):
        x, y = position(index)
        corners = " ".join(f"{x + dx:.2f},{y + dy:.2f}" for dx, dy in outline(row.shape))
        parts.append(f'<polygon points="{corners}" fill="{escape(row.colour)}"/>')
        parts.append(
            f'<text x="{x + SIGN + 10:.0f}" y="{y + 5:.0f}" fill="#1a1a1c">{escape(row.text)}</text>'
        )
    return "".join([*parts, "</svg>"])
