"""Where names stand on a printed map: the more important first, none over another."""

from dataclasses import dataclass, field
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

FONT: Final = "Noto Sans CJK JP"
Box = tuple[float, float, float, float]


def width_of(text: str, size: float) -> float:
    """Estimated width of a text: half-width characters take 0.58 of their height."""
    return sum(size * (0.58 if ord(character) < 0x2000 else 1) for character in text)


@dataclass
class Labels:
    """Texts of one map in mm, each in a place of its own inside the frame."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)
    drawn: list[SafeString] = field(default_factory=list)

    def reserve(self, x: float, y: float, half_width: float, half_height: float) -> None:
        """Keeps names away from what is drawn there."""
        self.taken.append((x - half_width, y - half_height, x + half_width, y + half_height))

    def place(
        self, text: str, x: float, y: float, size: float, colour: str, *, gap: float = 0, bold: bool = False
    ) -> bool:
        """Writes ``text`` around a point; with a ``gap`` beside, below or above it. False: no room, not written."""
        wide = width_of(text, size)
        spots = [(x - wide / 2, y)]
        if gap:
            spots = [(x + gap, y), (x - gap - wide, y),
                     (x - wide / 2, y + gap + size * 0.6), (x - wide / 2, y - gap - size * 0.6)]  # fmt: skip
        for left, middle in spots:
            box = (left, middle - size * 0.6, left + wide, middle + size * 0.6)
            if self._is_free(box):
                self.taken.append(box)
                self._write(text, left, middle + size * 0.36, size, colour, bold)
                return True
        return False

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 0.8 or top < 0.8 or right > self.width - 0.8 or bottom > self.height - 0.8:
            return False
        return not any(
            left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
            for other in self.taken
        )

    def _write(self, text: str, x: float, y: float, size: float, colour: str, bold: bool) -> None:
        """The white edge is drawn below the text, so that it stays readable on lines."""
        weight = "bold" if bold else "normal"
        place = format_html(
            'x="{}" y="{}" font-size="{}" font-weight="{}"', f"{x:.2f}", f"{y:.2f}", size, weight
        )
        self.drawn.append(
            format_html(
                '<text {0} fill="none" stroke="#ffffff" stroke-width="{2}" stroke-linejoin="round">{1}</text>'
                '<text {0} fill="{3}">{1}</text>',
                place,
                text,
                f"{size * 0.22:.2f}",
                colour,
            )
        )
