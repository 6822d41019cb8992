"""Tile matrix sets as OGC 17-083r4 writes them in JSON, and what of them a source fills."""

from typing import Any, Final

from tiles.grid import MATRIX_SETS, MAX_ZOOM, MatrixSet

SCHEMES: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
SCHEME: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
#: A tile is this many px wide where sizes of px are spoken of (17-083r4, annex D).
TILE_SIZE: Final = 256
#: Metres of a px in scale denominators (17-083r4, 6.1.1).
PIXEL: Final = 0.00028
_KNOWN_SCALES: Final = {
    "WebMercatorQuad": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
    "WorldCRS84Quad": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad",
}
_TITLES: Final = {
    "WebMercatorQuad": "Google Maps Compatible for the World",
    "WorldCRS84Quad": "CRS84 for the World",
}
_AXES: Final = {"WebMercatorQuad": ["X", "Y"], "WorldCRS84Quad": ["Lon", "Lat"]}


def title(found: MatrixSet) -> str:
    """Title the standard gives it."""
    return _TITLES[found.name]


def document(found: MatrixSet) -> dict[str, Any]:
    """The definition of a set, zooms 0 to 22."""
    return {
        "id": found.name,
        "title": title(found),
        "uri": found.uri,
        "crs": found.crs,
        "orderedAxes": _AXES[found.name],
        "wellKnownScaleSet": _KNOWN_SCALES[found.name],
        "tileMatrices": [_matrix(found, zoom) for zoom in range(MAX_ZOOM + 1)],
    }


def _matrix(found: MatrixSet, zoom: int) -> dict[str, Any]:
    cell = found.side / TILE_SIZE / (1 << zoom)
    return {
        "id": str(zoom),
        "scaleDenominator": cell * found.metres_per_unit / PIXEL,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [found.west, found.north],
        "tileWidth": TILE_SIZE,
        "tileHeight": TILE_SIZE,
        "matrixWidth": found.columns << zoom,
        "matrixHeight": found.rows << zoom,
    }


def limits(found: MatrixSet, box: tuple[float, float, float, float]) -> list[dict[str, Any]]:
    """Tiles of each zoom a box of degrees touches."""
    made = []
    for zoom in range(MAX_ZOOM + 1):
        west, east, north, south = found.limits(zoom, box)
        made.append(
            {
                "tileMatrix": str(zoom),
                "minTileRow": north,
                "maxTileRow": south,
                "minTileCol": west,
                "maxTileCol": east,
            }
        )
    return made


__all__ = ["MATRIX_SETS", "SCHEME", "SCHEMES", "document", "limits", "title"]
