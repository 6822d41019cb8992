"""Pictures of a symbology: signs, lines and areas on a canvas, with smooth edges (OGC 20-058).

Shapes come in px of the finished picture, y downwards. A canvas is a part of the picture only, so that a large picture
is drawn part by part and takes no more memory than one of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import shapely
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from styles.legend import outline
from styles.raster import font
from styles.symbology import Drawn, Symbol

#: A canvas is drawn so many times as large and made smaller in the end.
SMOOTH: Final = 2
#: Px around a canvas in which signs of its edge are drawn whole.
MARGIN: Final = 48
#: Of a stamp, in both directions.
_FINE: Final = 4
INK: Final = "#1a1a1c"
PAPER: Final = "#ffffff"

Corner = tuple[float, float]


class Canvas:
    """A part of a picture: ``height`` rows of it from ``top`` on."""

    def __init__(self, width: int, height: int, *, top: int = 0) -> None:
        self.width, self.height, self.top = width, height, top
        size = ((width + 2 * MARGIN) * SMOOTH, (height + 2 * MARGIN) * SMOOTH)
        self._image = Image.new("RGBA", size, (0, 0, 0, 0))

    def finished(self) -> Image.Image:
        """The part, in its own size."""
        edge = MARGIN * SMOOTH
        box = (edge, edge, edge + self.width * SMOOTH, edge + self.height * SMOOTH)
        small: Image.Image = self._image.resize((self.width, self.height), Image.Resampling.BOX, box=box)
        return small

    def areas(self, shapes: Iterable[BaseGeometry], colour: str, opacity: float) -> None:
        """Fill polygons; where they overlap the colour is not laid twice."""
        if opacity <= 0:
            return
        mask = Image.new("L", self._image.size, 0)
        for shape in self._seen(shapes):
            for part in shapely.get_parts(shape):
                if part.geom_type == "Polygon":
                    self._polygon(mask, part)
        if box := mask.getbbox():
            self._lay(mask.crop(box), (box[0], box[1]), colour, opacity)

    def lines(self, shapes: Iterable[BaseGeometry], colour: str, width: float) -> None:
        """Draw lines, and the edges of polygons; ``width`` in px."""
        thick = max(round(width * SMOOTH), 1)
        if width <= 0:
            return
        pencil = ImageDraw.Draw(self._image)
        for shape in self._seen(shapes):
            for corners in _strokes(shape):
                pencil.line(
                    self._scaled(corners), fill=colour, width=thick, joint="curve" if thick > 2 else None
                )

    def signs(self, places: Iterable[Corner], symbol: Symbol, radius: float, edge: float) -> None:
        """Draw a sign at each place; ``radius`` and ``edge`` in px."""
        stamp = _stamp(
            symbol.shape, symbol.colour, symbol.stroke, symbol.opacity, radius * SMOOTH, edge * SMOOTH
        )
        half = stamp.width / 2
        most_x, most_y = self._image.width - stamp.width, self._image.height - stamp.height
        for x, y in places:
            left = round((x + MARGIN) * SMOOTH - half)
            upper = round((y - self.top + MARGIN) * SMOOTH - half)
            if 0 <= left <= most_x and 0 <= upper <= most_y:
                self._image.alpha_composite(stamp, (left, upper))

    def paste(self, picture: Image.Image, place: Corner = (0, 0)) -> None:
        """Lay a picture over, with its upper left corner at a place: what is no shape, as a raster is not."""
        x, y = place
        large = picture.convert("RGBA").resize(
            (picture.width * SMOOTH, picture.height * SMOOTH), Image.Resampling.NEAREST
        )
        layer = Image.new("RGBA", self._image.size, (0, 0, 0, 0))
        layer.paste(large, (round((x + MARGIN) * SMOOTH), round((y - self.top + MARGIN) * SMOOTH)))
        self._image.alpha_composite(layer)

    def _seen(self, shapes: Iterable[BaseGeometry]) -> Iterable[BaseGeometry]:
        for shape in shapes:
            _left, upper, _right, lower = shape.bounds
            if lower >= self.top - MARGIN and upper <= self.top + self.height + MARGIN:
                yield shape

    def _scaled(self, corners: Any) -> list[Corner]:
        moved = (corners[:, :2] + (MARGIN, MARGIN - self.top)) * SMOOTH
        return [tuple(corner) for corner in moved.tolist()]

    def _polygon(self, mask: Image.Image, shape: Any) -> None:
        rings = [shapely.get_coordinates(ring) for ring in (shape.exterior, *shape.interiors)]
        if any(len(ring) < 3 for ring in rings[:1]):
            return
        if len(rings) == 1:
            ImageDraw.Draw(mask).polygon(self._scaled(rings[0]), fill=255)
            return
        # A hole must not wipe out what another polygon filled there.
        own = Image.new("L", mask.size, 0)
        pencil = ImageDraw.Draw(own)
        pencil.polygon(self._scaled(rings[0]), fill=255)
        for ring in rings[1:]:
            pencil.polygon(self._scaled(ring), fill=0)
        if box := own.getbbox():
            part = own.crop(box)
            mask.paste(part, box[:2], part)

    def _lay(self, mask: Image.Image, place: tuple[int, int], colour: str, opacity: float) -> None:
        layer = Image.new("RGBA", mask.size, colour)
        layer.putalpha(mask.point([round(value * opacity) for value in range(256)]))
        self._image.alpha_composite(layer, place)


def _strokes(shape: BaseGeometry) -> Iterable[Any]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield shapely.get_coordinates(ring)
        elif part.geom_type in {"LineString", "LinearRing"}:
            yield shapely.get_coordinates(part)
        elif part.geom_type.startswith(("Multi", "Geometry")):
            yield from _strokes(part)


@lru_cache(maxsize=256)
def _stamp(shape: str, colour: str, stroke: str, opacity: float, radius: float, edge: float) -> Image.Image:
    """A sign with its edge, in px of the canvas."""
    half = round(radius * 1.15 + edge) + 2
    middle = half * _FINE
    large = Image.new("RGBA", (half * 2 * _FINE, half * 2 * _FINE), f"{stroke}00")
    pencil = ImageDraw.Draw(large)

    def corners(size: float) -> list[Corner]:
        return [(middle + x * _FINE, middle + y * _FINE) for x, y in outline(shape, size)]

    if edge > 0:
        pencil.polygon(corners(radius + edge), fill=stroke)
    alpha = format(round(opacity * 255), "02x")
    pencil.polygon(corners(radius), fill=f"{colour}{alpha}")
    small: Image.Image = large.resize((half * 2, half * 2), Image.Resampling.BOX)
    return small


@dataclass(frozen=True, slots=True)
class Text:
    """A name to write with its middle at ``x``, ``y``."""

    words: str
    x: float
    y: float
    size: float
    colour: str = INK


Place = tuple[float, float, float, float]


def placed(size: tuple[int, int], texts: Iterable[Text], taken: list[Place]) -> list[Text]:
    """Names that can be written on a picture of a size: none that would cover another, or lies across the edge.

    ``taken`` are places of others; those of the names found are added. Without a Japanese font there are none.
    """
    found = []
    pencil = ImageDraw.Draw(Image.new("L", (1, 1)))
    for text in texts:
        letters = font(max(round(text.size), 6))
        if letters is None:
            return []
        box = pencil.textbbox((text.x, text.y), text.words, font=letters, anchor="mm", stroke_width=2)
        is_inside = box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]
        if is_inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            found.append(text)
    return found


def write(picture: Image.Image, texts: Iterable[Text]) -> None:
    """Write names with a light edge."""
    pencil = ImageDraw.Draw(picture)
    for text in texts:
        letters = font(max(round(text.size), 6))
        pencil.text(
            (text.x, text.y), text.words, font=letters, anchor="mm", fill=text.colour, stroke_width=2,
            stroke_fill=PAPER,
        )  # fmt: skip


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def paint(
    canvas: Canvas, symbol: Symbol, drawn: Drawn, shapes: Sequence[BaseGeometry], zoom: float, scale: float
) -> None:
    """Draw shapes by a symbol, as wide as it is at a zoom. ``scale``: px of the picture for each px of the screen."""
    width = symbol.width_at(zoom) * scale
    points = [shape for shape in shapes if shape.geom_type in {"Point", "MultiPoint"}]
    others = [shape for shape in shapes if shape.geom_type not in {"Point", "MultiPoint"}]
    if drawn in {Drawn.AREAS, Drawn.MIXED}:
        canvas.areas(others, symbol.colour, symbol.opacity)
    canvas.lines(others, symbol.stroke, width)
    if points:
        places = [(x, y) for shape in points for x, y in shapely.get_coordinates(shape).tolist()]
        canvas.signs(places, _sign_of(symbol, drawn), symbol.radius_at(zoom) * scale, symbol.width * scale)


def _sign_of(symbol: Symbol, drawn: Drawn) -> Symbol:
    """Signs beside shapes stand out: whole, with a white edge."""
    if drawn is not Drawn.MIXED:
        return symbol
    return Symbol(symbol.colour, symbol.shape, 1.0, PAPER, symbol.width, symbol.radius)
