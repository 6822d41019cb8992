"""The picture itself: background, base map, the collection in its own style, names; as PNG or JPEG.

What is drawn are *painters*: a collection of shapes is one (``CollectionPainter``), the base map of our own another. A
raster is shown by a painter that pastes its picture (``Canvas.paste``).
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, Final, Protocol

import shapely
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gisportal.ogc.maps.frame import Frame
from gisportal.ogc.maps.parameters import MapRequest
from gisportal.ogc.maps.reading import shapes_on
from gisportal.papers.map_data import base_shapes
from layers.query import FeatureQuery
from layers.source import FeatureSource
from styles.drawing import Canvas, Place, Text, paint, placed, write
from styles.symbology import Symbol, Symbology

#: Px drawn at once: what a canvas takes in memory is some forty times as many bytes.
PIXELS_AT_ONCE: Final = 700_000
#: Pictures drawn at the same time by one process.
_at_once: Final = BoundedSemaphore(2)
WAIT_SECONDS: Final = 20
SEA: Final = (0xDC, 0xE9, 0xF2, 255)
LAND: Final = "#f7f6f1"
#: Names of towns appear from this zoom on.
TOWNS_FROM: Final = 13


class TooBusyError(Exception):
    """Others are being drawn."""


class Painter(Protocol):
    """Something on a map."""

    #: Words the licences of what is drawn ask for.
    words: Sequence[str]

    def paint(self, canvas: Canvas) -> None:
        """Draw what of it is on the canvas."""

    def texts(self) -> Iterable[Text]:
        """Names to write over everything."""


class CollectionPainter:
    """A collection of shapes in its own symbology."""

    def __init__(self, frame: Frame, source: FeatureSource, query: FeatureQuery, style: Symbology) -> None:
        self.frame, self.style = frame, style
        self.found = shapes_on(frame, source, query, style)
        self.words: Sequence[str] = source.metadata.attributions

    def paint(self, canvas: Canvas) -> None:
        """Rules in the order of the legend; signs after one another from north to south within a rule."""
        for place, rule in enumerate(self.style.rules):
            if shapes := self.found.shapes.get(place):
                paint(canvas, rule.symbol, self.style.drawn, shapes, self.frame.zoom, self.frame.scale)

    def texts(self) -> Iterable[Text]:
        """Names from the label's zoom on."""
        return self.found.texts


class BaseMapPainter:
    """The base map of our own: open data shipped with the product."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        base, box = base_shapes(), frame.degrees(60)
        found = base.inside(box)
        self.words: Sequence[str] = list(
            dict.fromkeys(
                base.words[shape.source]
                for group in found.values()
                for shape in group
                if shape.source in base.words
            )
        )
        self.named = {
            layer: [(shape, self._px(shape.geom, box)) for shape in found[layer]] for layer in found
        }

    def _px(self, shape: Any, box: tuple[float, float, float, float]) -> Any:
        near = shapely.clip_by_rect(shape, *box) if shape.geom_type != "Point" else shape
        return shapely.simplify(self.frame.from_degrees(near), 0.4)

    def paint(self, canvas: Canvas) -> None:
        """Land on the sea, borders, railways, stations."""
        scale, zoom = self.frame.scale, self.frame.zoom
        canvas.areas((px for _shape, px in self.named["land"] if not px.is_empty), LAND, 1)
        for layer, colour, width in (("boundary", "#8f8a80", 1.0), ("railway", "#6b6b6b", 1.6)):
            canvas.lines((px for _shape, px in self.named[layer] if not px.is_empty), colour, width * scale)
        if zoom >= 10:
            sign = Symbol("#ffffff", "circle", 1, "#6b6b6b", 1.5, 3)
            places = [
                (px.centroid.x, px.centroid.y) for _shape, px in self.named["station"] if not px.is_empty
            ]
            canvas.signs(places, sign, 3 * scale, 1.5 * scale)

    def texts(self) -> Iterable[Text]:
        """Municipalities, towns and stations, as near as they can be read."""
        scale, zoom = self.frame.scale, self.frame.zoom
        for shape, px in self.named["place"]:
            is_town = shape.kind == "town"
            if not px.is_empty and (not is_town or zoom >= TOWNS_FROM):
                size = (10 if is_town else 13) * scale
                yield Text(shape.name, px.centroid.x, px.centroid.y, size, "#5c574d")
        for shape, px in self.named["station"] if zoom >= 12 else ():
            if not px.is_empty:
                yield Text(shape.name, px.centroid.x, px.centroid.y + 11 * scale, 10 * scale, "#4a4a4a")


def painters_of(asked: MapRequest, source: FeatureSource, style: Symbology) -> list[Painter]:
    """What is on the map, from below."""
    found: list[Painter] = [BaseMapPainter(asked.frame)] if asked.has_base_map else []
    return [*found, CollectionPainter(asked.frame, source, asked.query, style)]


def drawn(asked: MapRequest, painters: Sequence[Painter]) -> Image.Image:
    """The picture. Raises :class:`TooBusyError` where others are being drawn for long."""
    if not _at_once.acquire(timeout=WAIT_SECONDS):
        raise TooBusyError
    try:
        return _drawn(asked, painters)
    finally:
        _at_once.release()


def _drawn(asked: MapRequest, painters: Sequence[Painter]) -> Image.Image:
    frame = asked.frame
    background = SEA if asked.has_base_map and asked.background[3] == 0 else asked.background
    picture = Image.new("RGBA", (frame.width, frame.height), background)
    # Names of what lies above have their places first; but a sign is never hidden by a name of the base map.
    taken: list[Place] = []
    names = [placed(picture.size, painter.texts(), taken) for painter in reversed(painters)]
    for painter, texts in zip(painters, reversed(names), strict=True):
        _paint(picture, painter)
        write(picture, texts)
    return picture


def _paint(picture: Image.Image, painter: Painter) -> None:
    """One painter's work over what is there, part by part."""
    rows = max(PIXELS_AT_ONCE // picture.width, 1)
    for top in range(0, picture.height, rows):
        canvas = Canvas(picture.width, min(rows, picture.height - top), top=top)
        painter.paint(canvas)
        picture.alpha_composite(canvas.finished(), (0, top))


def png(picture: Image.Image, title: str, words: Sequence[str]) -> bytes:
    """As PNG, with what it shows and whose it is in the file."""
    told = PngInfo()
    told.add_itxt("Title", title)
    if words:
        told.add_itxt("Copyright", " / ".join(words))
    buffer = BytesIO()
    is_opaque = picture.getchannel("A").getextrema() == (255, 255)
    (picture.convert("RGB") if is_opaque else picture).save(buffer, "PNG", pnginfo=told, compress_level=6)
    return buffer.getvalue()


def jpeg(picture: Image.Image, background: tuple[int, int, int, int]) -> bytes:
    """As JPEG, on the background: it cannot be seen through."""
    ground = Image.new("RGBA", picture.size, (*background[:3], 255))
    ground.alpha_composite(picture)
    buffer = BytesIO()
    ground.convert("RGB").save(buffer, "JPEG", quality=88, optimize=True)
    return buffer.getvalue()
