"""Parameters of a map: those of OGC API – Maps; all others are the search's."""

import re
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from PIL import ImageColor

from gisportal.ogc.features.parameters import crs_of
from gisportal.ogc.maps.frame import (
    DEFAULT_HEIGHT,
    DEFAULT_SCALE,
    DEFAULT_WIDTH,
    GEOGRAPHIC,
    LEAST_SIDE,
    MOST_SIDE,
    SCREEN_PIXEL,
    Box,
    Frame,
    around,
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
    (
        "bbox bbox-crs subset subset-crs center center-crs crs width height scale-denominator mm-per-pixel "
        "bgcolor transparent basemap f"
    ).split()
)
#: What other pages add to the same query string: without effect here.
OF_PAGES: Final = ("view", "at", "fields", "properties", "scope")
BASE_MAPS: Final = ("own",)
#: Degrees a map is wide at least where one point is all there is: some 500 m.
_LEAST: Final = 0.005
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
_NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$")
_SUBSET: Final = re.compile(
    r"([A-Za-z]{1,4})\(\s*([+-]?\d{1,12}(?:\.\d{0,15})?)\s*:\s*([+-]?\d{1,12}(?:\.\d{0,15})?)\s*\)"
)
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
    _one_place(values)
    if values.get("center"):
        return _around(values, crs, pixel or SCREEN_PIXEL)
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


def _one_place(values: Values) -> None:
    """At most one way to say where; a CRS of coordinates only beside them."""
    given = [name for name in ("bbox", "subset", "center") if values.get(name)]
    if len(given) > 1:
        raise ParameterError(given[1], _("Does not go together with %(other)s.") % {"other": given[0]})
    for name in ("bbox", "subset", "center"):
        if values.get(f"{name}-crs") and not values.get(name):
            raise ParameterError(f"{name}-crs", _("Goes together with %(name)s only.") % {"name": name})


def _around(values: Values, crs: Crs, pixel: float) -> Frame:
    """A map around its middle, at a scale (20-058, 13)."""
    given = read.single("center", values) or ""
    at = _numbers("center", given, 2)
    center_crs = crs_of("center-crs", values)
    x, y = at[::-1] if center_crs.is_northing_first else at
    width, height = _side("width", values) or DEFAULT_WIDTH, _side("height", values) or DEFAULT_HEIGHT
    scale = _decimal("scale-denominator", values, DEFAULT_SCALE, 1, 1e9) or DEFAULT_SCALE
    box = around((x, y), center_crs, crs, (width * pixel / 1000 * scale, height * pixel / 1000 * scale))
    return Frame(crs, box, *sizes(width, height, 1), pixel)


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
    if values.get("subset"):
        subset_crs = crs_of("subset-crs", values)
        return carried(_subset(",".join(values["subset"]), subset_crs), subset_crs.srid, crs.srid)
    given = read.single("bbox", values)
    if given is None:
        return carried(widened(source.extent() or _WORLD, _LEAST), STORAGE_SRID, crs.srid)
    box_crs = crs_of("bbox-crs", values)
    return carried(_corners(given, box_crs), box_crs.srid, crs.srid)


def _numbers(name: str, given: str, *counts: int) -> list[float]:
    parts = [part.strip() for part in given.split(",")]
    numbers = [float(part) for part in parts if _NUMBER.match(part)]
    if len(parts) not in counts or len(numbers) != len(parts):
        raise ParameterError(
            name,
            _("Must be numbers separated by commas, as many as %(counts)s.")
            % {"counts": " / ".join(map(str, counts))},
        )
    return numbers


def _subset(given: str, crs: Crs) -> Box:
    """``Lat(34.3:34.4),Lon(134:134.1)``, or ``E`` and ``N`` (``X`` and ``Y``) of a projected CRS."""
    found = {name.lower(): (float(low), float(high)) for name, low, high in _SUBSET.findall(given)}
    across, up = ("lon", "lat") if crs.srid in GEOGRAPHIC else ("e", "n")
    renamed = {{"x": across, "y": up}.get(name, name): span for name, span in found.items()}
    if set(renamed) != {across, up} or _SUBSET.sub("", given).strip(" ,"):
        raise ParameterError("subset", _("Must be the spans of both axes, as Lat(34.3:34.4),Lon(134:134.1)."))
    (west, east), (south, north) = renamed[across], renamed[up]
    return _checked("subset", (west, south, east, north), crs)


def _corners(given: str, crs: Crs) -> Box:
    numbers = _numbers("bbox", given, 4, 6)
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.is_northing_first:
        low, high = low[::-1], high[::-1]
    return _checked("bbox", (low[0], low[1], high[0], high[1]), crs)


def _checked(name: str, box: Box, crs: Crs) -> Box:
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ParameterError(name, _("The lower corner comes first, in the order of axes of the CRS."))
    most = _WORLD if crs.srid in GEOGRAPHIC else (-1e8, -1e8, 1e8, 1e8)
    if box[0] < most[0] or box[1] < most[1] or box[2] > most[2] or box[3] > most[3]:
        raise ParameterError(name, _("Lies outside what the CRS is for."))
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
