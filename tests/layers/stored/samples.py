"""Small files of layers, made here."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
import shapely

SHOPS = [("高松駅前", 120, 134.0466, 34.3428), ("瓦町", 80, 134.05, 34.34), ("栗林", 45, 134.06, 34.33)]


def geojson(features: Sequence[tuple[dict[str, Any], dict[str, Any] | None]], **more: Any) -> bytes:
    """A FeatureCollection of ``(properties, geometry)``."""
    rows = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": rows, **more}).encode()


def point(lon: float, lat: float) -> dict[str, Any]:
    """A point of GeoJSON."""
    return {"type": "Point", "coordinates": [lon, lat]}


def square(lon: float = 134.0, lat: float = 34.3, side: float = 0.01) -> dict[str, Any]:
    """A polygon of GeoJSON."""
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def shops() -> bytes:
    """Three points with a name and a number."""
    return geojson([({"名称": name, "人口": count}, point(lon, lat)) for name, count, lon, lat in SHOPS])


def shapefile(*, cpg: bool = False, prj: bool = True, srid: int = 4326) -> bytes:
    """The shops as a Shapefile in CP932 within a ZIP, whose folder has a Japanese name too."""
    return _zipped(_written(srid), cpg=cpg, prj=prj)


def _written(srid: int) -> dict[str, bytes]:
    from pyproj import Transformer

    way = Transformer.from_crs(4326, srid, always_xy=True)
    shapes = np.array(
        [shapely.to_wkb(shapely.Point(*way.transform(lon, lat))) for _n, _c, lon, lat in SHOPS], dtype=object
    )
    columns = [np.array([row[0] for row in SHOPS], dtype=object), np.array([row[1] for row in SHOPS])]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shops.shp"
        pyogrio.raw.write(path, shapes, columns, ["名称", "人口"], crs=f"EPSG:{srid}", geometry_type="Point",
                          driver="ESRI Shapefile", encoding="CP932")  # fmt: skip
        return {each.suffix: each.read_bytes() for each in Path(folder).iterdir()}


def _zipped(parts: dict[str, bytes], *, cpg: bool, prj: bool) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for ending, data in parts.items():
            if (ending == ".cpg" and not cpg) or (ending == ".prj" and not prj):
                continue
            # The byte that names the language, taken out: old programs leave it empty.
            body = data[:29] + b"\x00" + data[30:] if ending == ".dbf" else data
            archive.writestr(f"店舗/shops{ending}", body)
    return kept.getvalue()


def by_gdal(driver: str, ending: str, layers: Sequence[str] = ("layer",), srid: int = 4326) -> bytes:
    """The shops as GeoPackage, FlatGeobuf or KML, once in each layer."""
    shapes = np.array([shapely.to_wkb(shapely.Point(lon, lat)) for _n, _c, lon, lat in SHOPS], dtype=object)
    names = np.array([row[0] for row in SHOPS], dtype=object)
    numbers = np.array([row[1] for row in SHOPS], dtype="float64")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"shops{ending}"
        for place, layer in enumerate(layers):
            pyogrio.raw.write(path, shapes, [names, numbers + place], ["名称", "人口"], crs=f"EPSG:{srid}",
                              geometry_type="Point", driver=driver, layer=layer, append=place > 0)  # fmt: skip
        return path.read_bytes()
