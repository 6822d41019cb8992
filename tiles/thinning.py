"""Fewer shapes where a tile would hold more of them than pixels."""

from typing import Final

from layers.crs import WEB_MERCATOR_SRID

#: Side in pixels (of 512 a tile) of the squares in which small shapes of a crowded source stand for one another.
THIN_PIXELS: Final = 3


def thinned(sql: str, tile_width: float) -> str:
    """SQL of ``id, shape`` out of SQL of ``id, drawn`` (EPSG:3857), for a tile so many metres wide.

    Of shapes smaller than :data:`THIN_PIXELS` one stays for each square of that side, which an area then fills.

    What many shapes of one pixel would show is the colour of that pixel: 200,000 buildings at zoom 8 are 0.1 MB
    instead of 9. Larger shapes all stay.
    """
    side = tile_width / 512 * THIN_PIXELS
    width, height = "ST_XMax(r.drawn) - ST_XMin(r.drawn)", "ST_YMax(r.drawn) - ST_YMin(r.drawn)"
    small = f"greatest({width}, {height}) < {side!r}"
    keyed = (
        f"SELECT r.id, r.drawn, CASE WHEN {small} THEN floor(ST_XMin(r.drawn) / {side!r}) ELSE r.id END AS k1, "
        f"CASE WHEN {small} THEN floor(ST_YMin(r.drawn) / {side!r}) END AS k2 FROM ({sql}) r"
    )
    square = (
        f"ST_MakeEnvelope(d.k1 * {side!r}, d.k2 * {side!r}, (d.k1 + 1) * {side!r}, (d.k2 + 1) * {side!r}, "
        f"{WEB_MERCATOR_SRID})"
    )
    first = f"SELECT DISTINCT ON (c.k1, c.k2) c.* FROM ({keyed}) c ORDER BY c.k1, c.k2, c.id"
    shown = f"CASE WHEN d.k2 IS NOT NULL AND ST_Dimension(d.drawn) = 2 THEN {square} ELSE d.drawn END"
    return f"SELECT d.id, {shown} AS shape FROM ({first}) d"
