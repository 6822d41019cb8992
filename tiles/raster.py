"""Raster layers as pictures of 256 px in Web Mercator, coloured, transparent where there is no data (G4, G5)."""

from enum import StrEnum
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.rasters.catalogue import RasterLayer
from layers.rasters.reading import Box, warped
from layers.rasters.style import RasterStyle
from tiles.grid import Tile

SIZE: Final = 256
#: Part of every key: raise it when the same grid is drawn differently.
FORMAT: Final = "raster-1"


class Picture(StrEnum):
    """Formats of tiles: both without loss, WebP of pictures excepted."""

    PNG = "png"
    WEBP = "webp"

    @property
    def content_type(self) -> str:
        """As in HTTP."""
        return f"image/{self.value}"


def build(layer: RasterLayer, tile: Tile, picture: Picture) -> bytes:
    """One tile; empty where the layer shows nothing there."""
    if not touches(layer, tile):
        return b""
    rgba = draw(layer, tile.box, WEB_MERCATOR_SRID, SIZE, SIZE)
    if not rgba[3].any():
        return b""
    return encode(rgba, picture, is_picture=layer.raster.is_picture)


def touches(layer: RasterLayer, tile: Tile) -> bool:
    """Whether a tile and the layer's bounds have a place in common; told without opening the file."""
    if layer.bounds is None:
        return False
    west, south, east, north = layer.bounds
    left, bottom, right, top = _degrees(tile)
    return left <= east and right >= west and bottom <= north and top >= south


def _degrees(tile: Tile) -> Box:
    def latitude(row: int) -> float:
        return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / 2**tile.z)))))

    def longitude(column: int) -> float:
        return column / float(2**tile.z) * 360 - 180

    return longitude(tile.x), latitude(tile.y + 1), longitude(tile.x + 1), latitude(tile.y)


def draw(
    layer: RasterLayer, box: Box, srid: int = STORAGE_SRID, width: int = SIZE, height: int = SIZE
) -> NDArray[np.uint8]:
    """The layer in its style over a box (xmin, ymin, xmax, ymax in EPSG ``srid``) as RGBA of shape (4, height, width).

    Maps of the OGC API and reports are drawn from it too. Opacity is left to whoever lays it over a map.
    """
    style = RasterStyle() if layer.raster.is_picture else layer.style
    data = warped(layer.path, box, srid, width, height, is_classes=style.is_classes)
    if layer.raster.is_picture:
        found: NDArray[np.uint8] = data.astype(np.uint8)
        return found
    return style.colours(data)


def encode(rgba: NDArray[Any], picture: Picture, *, is_picture: bool) -> bytes:
    """PNG or WebP of an array of shape (4, height, width)."""
    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(rgba, 0, -1)), "RGBA")
    buffer = BytesIO()
    if picture is Picture.PNG:
        image.save(buffer, "PNG", compress_level=6)
    else:
        image.save(buffer, "WEBP", lossless=not is_picture, quality=80, method=2)
    return buffer.getvalue()
