"""Parameters of a map: those of OGC API – Maps; all others are the search's."""

import re
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from PIL import ImageColor

from gisportal.ogc.features.parameters import crs_of
from gisportal.ogc.maps.frame import (
    GEOGRAPHIC,
    LEAST_SIDE,
    MOST_SIDE,
    SCREEN_PIXEL,
    Box,
    Frame,
    carried,
    ground_ratio,
    sizes,
    widened,
)
from layers import parameters as read
from layers.crs import STORAGE_SRID, Crs
from layers.errors import ParameterError
from layers.query import FeatureQuery, Resolvers
from layers.source import FeatureSource

#: Parameters a map takes for itself.
OWN: Final = frozenset(
    "bbox bbox-crs crs width height scale-denominator mm-per-pixel bgcolor transparent basemap f".split()
)
#: What other pages add to the same query string: without effect here.
OF_PAGES: Final = ("view", "at", "fields", "properties", "scope")
BASE_MAPS: Final = ("own",)
#: Degrees a map is wide at least where one point is all there is: some 500 m.
_LEAST: Final = 0.005
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
_NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$")
_HEX: Final = re.compile(r"^(?:0x|#)?([0-9a-fA-F]{6})$")

Colour = tuple[int, int, int, int]
Values = dict[str, list[str]]


@dataclass(frozen=True)
class MapRequest:
    """What is to be drawn, where and on what."""

    frame: Frame
    query: FeatureQuery
    background: Colour
    has_base_map: bool


def parse_map(source: FeatureSource, params: QueryDict, resolvers: Resolvers | None) -> MapRequest:
    """Read the query string of a map. Raises :class:`ParameterError` naming the parameter."""
    values = read.multi(params)
    search = [(key, value) for key, given in values.items() if key not in OWN for value in given]
    query = source.parse(search, extra=(*OF_PAGES, "lang"), resolvers=resolvers)
    basemap = read.single("basemap", values)
    if basemap not in {None, *BASE_MAPS}:
        raise ParameterError("basemap", _("Only basemap=own may be given."))
    return MapRequest(_frame(source, values), query, _background(values), basemap is not None)


def _frame(source: FeatureSource, values: Values) -> Frame:
    crs, pixel = crs_of("crs", values), _decimal("mm-per-pixel", values, SCREEN_PIXEL, 0.05, 1.0)
    box = _box(source, values, crs)
    if box[2] - box[0] < 1e-9 or box[3] - box[1] < 1e-9:
        raise ParameterError("bbox", _("The box is too small."))
    width, height = _side("width", values), _side("height", values)
    scale = _decimal("scale-denominator", values, None, 1, 1e10)
    if scale is None:
        return Frame(crs, box, *sizes(width, height, ground_ratio(box, crs)), pixel or SCREEN_PIXEL)
    if width is not None or height is not None:
        raise ParameterError("scale-denominator", _("Does not go together with width and height."))
    return _of_scale(crs, box, scale, pixel or SCREEN_PIXEL)


def _of_scale(crs: Crs, box: Box, scale: float, pixel: float) -> Frame:
    """As many px as the box has at a scale."""
    metres = Frame(crs, box, 1000, 1000).metres_per_pixel * 1000
    width = round(metres / (scale * pixel / 1000))
    if not LEAST_SIDE <= width <= MOST_SIDE:
        raise ParameterError(
            "scale-denominator",
            _("The map would be %(width)d px wide; it may be %(least)d to %(most)d.")
            % {"width": width, "least": LEAST_SIDE, "most": MOST_SIDE},
        )
    return Frame(crs, box, *sizes(width, None, ground_ratio(box, crs)), pixel)


def _box(source: FeatureSource, values: Values, crs: Crs) -> Box:
    """The box in the CRS of the map: the one asked for, else all the viewer sees of the collection."""
    given = read.single("bbox", values)
    if given is None:
        if values.get("bbox-crs"):
            raise ParameterError("bbox-crs", _("Goes together with bbox only."))
        return carried(widened(source.extent() or _WORLD, _LEAST), STORAGE_SRID, crs.srid)
    box_crs = crs_of("bbox-crs", values)
    return carried(_corners(given, box_crs), box_crs.srid, crs.srid)


def _corners(given: str, crs: Crs) -> Box:
    parts = [part.strip() for part in given.split(",")]
    numbers = [float(part) for part in parts if _NUMBER.match(part)]
    if len(parts) not in {4, 6} or len(numbers) != len(parts):
        raise ParameterError("bbox", _("Must be four or six numbers: the lower corner, then the upper one."))
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.is_northing_first:
        low, high = low[::-1], high[::-1]
    if low[0] >= high[0] or low[1] >= high[1]:
        raise ParameterError("bbox", _("The lower corner comes first, in the order of axes of the CRS."))
    box = low[0], low[1], high[0], high[1]
    most = _WORLD if crs.srid in GEOGRAPHIC else (-1e8, -1e8, 1e8, 1e8)
    if box[0] < most[0] or box[1] < most[1] or box[2] > most[2] or box[3] > most[3]:
        raise ParameterError("bbox", _("Lies outside what the CRS is for."))
    return box


def _side(name: str, values: Values) -> int | None:
    if not values.get(name):
        return None
    return read.integer(name, values, 0, LEAST_SIDE, MOST_SIDE)


def _decimal(name: str, values: Values, otherwise: float | None, least: float, most: float) -> float | None:
    given = read.single(name, values)
    if given is None:
        return otherwise
    if not _NUMBER.match(given) or not least <= float(given) <= most:
        raise ParameterError(
            name,
            _("Must be a number from %(least)s to %(most)s.") % {"least": f"{least:g}", "most": f"{most:g}"},
        )
    return float(given)


def _background(values: Values) -> Colour:
    """Transparent unless a colour is given or asked otherwise (20-058, 10)."""
    given = read.single("bgcolor", values)
    transparent = read.boolean("transparent", values)
    colour = _colour(given) if given is not None else (255, 255, 255)
    is_seen_through = transparent if transparent is not None else given is None
    return (*colour, 0 if is_seen_through else 255)


def _colour(given: str) -> tuple[int, int, int]:
    if found := _HEX.match(given):
        number = int(found[1], 16)
        return number >> 16, number >> 8 & 255, number & 255
    if given.lower() in ImageColor.colormap:
        red, green, blue, *_alpha = ImageColor.getrgb(given.lower())
        return red, green, blue
    raise ParameterError("bgcolor", _("Must be a colour as 0xRRGGBB or by its name in CSS."))
