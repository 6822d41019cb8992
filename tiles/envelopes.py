"""Boxes as values of a statement."""

from struct import Struct
from typing import Final

from layers.crs import WEB_MERCATOR_SRID

#: Byte order, type with SRID, SRID, rings, points, and five points.
_EWKB_BOX: Final = Struct("<BIIII10d")
_EWKB_POLYGON: Final = 0x20000003


def envelope(box: tuple[float, float, float, float]) -> str:
    """A box in EPSG:3857 as one value: ``ST_MakeEnvelope`` of four would be computed anew for every point.

    EWKB in hexadecimal, packed by hand: by way of GEOS it takes 0.03 ms.
    """
    west, south, east, north = box
    ring = (west, south, west, north, east, north, east, south, west, south)
    return _EWKB_BOX.pack(1, _EWKB_POLYGON, WEB_MERCATOR_SRID, 1, len(ring) // 2, *ring).hex()
