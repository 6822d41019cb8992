"""Whether colours can be told apart and read: WCAG contrast, distances as colour-blind people see them (R8, WCAG 2.2).

Colour vision deficiencies are simulated as in Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB;
distances are CIE76 in CIELAB (D65).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]

#: WCAG 2.2, 1.4.11: graphics against what lies beside them.
MIN_GRAPHIC_CONTRAST: Final = 3.0
#: WCAG 2.2, 1.4.3: text.
MIN_TEXT_CONTRAST: Final = 4.5
#: Below this CIE76 distance two small signs of one shape are taken for each other.
MIN_DISTANCE: Final = 12.0

VISIONS: Final[dict[str, Matrix | None]] = {
    "normal": None,
    "protan": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
_HEX: Final = re.compile(r"^#[0-9a-fA-F]{6}$")


@dataclass(frozen=True, slots=True)
class Clash:
    """Two colours that are hard to tell apart for a kind of colour vision."""

    first: str
    second: str
    vision: str
    distance: float


def _linear(colour: str) -> Rgb:
    if not _HEX.match(colour):
        raise ValueError(f"A colour looks like #1a2b3c, not {colour!r}")
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def seen_as(colour: str, vision: str) -> Rgb:
    """Linear RGB of a colour as a kind of colour vision (``VISIONS``) sees it, each 0 to 1."""
    matrix, (red, green, blue) = VISIONS[vision], _linear(colour)
    if matrix is None:
        return red, green, blue
    seen = [min(max(a * red + b * green + c * blue, 0.0), 1.0) for a, b, c in matrix]
    return seen[0], seen[1], seen[2]


def _lab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(first: str, second: str, vision: str = "normal") -> float:
    """CIE76 distance of two colours for a kind of colour vision."""
    pairs = zip(_lab(seen_as(first, vision)), _lab(seen_as(second, vision)), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def clashes(colours: Mapping[str, str], minimum: float = MIN_DISTANCE) -> list[Clash]:
    """Pairs of names whose colours are nearer than ``minimum`` for some vision: they need different shapes."""
    found = []
    for (first, one), (second, other) in combinations(colours.items(), 2):
        for vision in VISIONS:
            if (apart := distance(one, other, vision)) < minimum:
                found.append(Clash(first, second, vision, apart))
    return found


def seen_hex(colour: str, vision: str) -> str:
    """``#rrggbb`` as a kind of colour vision sees it, for showing it to others."""
    parts = (
        12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
        for part in seen_as(colour, vision)
    )
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in parts)
