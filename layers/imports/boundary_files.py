"""Files of boundaries as strangers send them: GeoJSON, Shapefile in a ZIP, GeoPackage (R24).

What a file is, its content says, not its name. Nothing is unpacked by a name the file chose; sizes are counted
before and while unpacking. Text is UTF-8 or CP932, found out by reading it; the reference system comes from the file
where it states one, else a person is asked.
"""

from __future__ import annotations

import io
import json
import math
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from layers.imports.dbf import read_dbf

MAX_FILE: Final = 50 * 1024 * 1024
MAX_UNPACKED: Final = 300 * 1024 * 1024
MAX_ENTRIES: Final = 500
MAX_FEATURES: Final = 10_000
MAX_VERTICES: Final = 2_000_000
#: What of a shapefile is read; everything else in the ZIP is left where it is.
PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")


class UnreadableFile(ValueError):
    """The file cannot be used; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature in the coordinates of the file. ``number``: its place in the file, from 1."""

    number: int
    values: Mapping[str, str]
    geom: BaseGeometry | None


@dataclass(slots=True)
class BoundaryFile:
    """A file read. ``crs``: what it says of itself, ``None`` where it says nothing."""

    kind: str
    layers: tuple[str, ...]
    layer: str
    columns: tuple[str, ...]
    features: list[RawFeature]
    crs: CRS | None
    encoding: str = "UTF-8"
    notes: list[str] = field(default_factory=list)


def read_boundary_file(data: bytes, *, layer: str = "", encoding: str = "") -> BoundaryFile:
    """Read a file by its content. ``layer``: one of several; ``encoding``: ``UTF-8`` or ``CP932``, else found out.

    Raises :class:`UnreadableFile` in the language in force.
    """
    if len(data) > MAX_FILE:
        raise UnreadableFile(_("The file is larger than %(most)d MB.") % {"most": MAX_FILE // 2**20})
    if not data.strip():
        raise UnreadableFile(_("The file is empty."))
    if data[:4] == b"PK\x03\x04":
        found = _read_zip(data, layer, encoding)
    elif data[:16] == b"SQLite format 3\x00":
        found = _read_geopackage(data, layer)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = _read_geojson(data, encoding)
    else:
        raise UnreadableFile(
            _("Only GeoJSON, a Shapefile in a ZIP and GeoPackage can be read. This is none of them.")
        )
    _check_size(found)
    return found


def _check_size(found: BoundaryFile) -> None:
    if not found.features:
        raise UnreadableFile(_("The file holds no features."))
    if len(found.features) > MAX_FEATURES:
        raise UnreadableFile(_("The file holds more than %(most)d features.") % {"most": MAX_FEATURES})
    geoms = np.array([feature.geom for feature in found.features], dtype=object)
    if int(shapely.get_num_coordinates(geoms).sum()) > MAX_VERTICES:
        raise UnreadableFile(
            _("More than %(most)d corners. Simplify the boundaries first.") % {"most": MAX_VERTICES}
        )


# --- GeoJSON -------------------------------------------------------------------------------------------------------


def _read_geojson(data: bytes, encoding: str) -> BoundaryFile:
    text, used = decoded(data, encoding)
    try:
        document = json.loads(text)
        rows = _rows(document)
        features = [_json_feature(number, row) for number, row in enumerate(rows, 1)]
    except RecursionError:
        raise UnreadableFile(_("This GeoJSON is nested too deeply.")) from None
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise UnreadableFile(_("This is no GeoJSON: %(reason)s") % {"reason": str(error)[:200]}) from None
    columns = dict.fromkeys(key for feature in features for key in feature.values)
    crs = json_crs(document)
    return BoundaryFile("GeoJSON", ("",), "", tuple(columns), features, crs, used)


def decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """Text, and the encoding it is in. Raises :class:`UnreadableFile`."""
    for name in [encoding] if encoding else ["UTF-8", "CP932"]:
        try:
            return data.decode("utf-8-sig" if name == "UTF-8" else name.lower()), name
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("The text is neither UTF-8 nor CP932 (Shift_JIS)."))


def _rows(document: Any) -> list[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        if len(document["features"]) > MAX_FEATURES:
            raise UnreadableFile(_("The file holds more than %(most)d features.") % {"most": MAX_FEATURES})
        return list(document["features"])
    if kind == "Feature":
        return [document]
    raise UnreadableFile(_("A GeoJSON of boundaries is a FeatureCollection."))


def _json_feature(number: int, row: Any) -> RawFeature:
    properties = {str(key): _text(value) for key, value in (row.get("properties") or {}).items()}
    if row.get("id") is not None:
        properties.setdefault("id", _text(row["id"]))
    geometry = row.get("geometry")
    if not geometry:
        return RawFeature(number, properties, None)
    # Strict: a number of any other kind, or infinity, is an error of the file, not a place.
    return RawFeature(
        number, properties, shapely.force_2d(shapely.from_geojson(json.dumps(geometry, allow_nan=False)))
    )


def json_crs(document: Mapping[str, Any]) -> CRS | None:
    """RFC 7946 knows WGS 84 only; older files, and Japanese ones, name another in ``crs``."""
    given = document.get("crs")
    name = str(given.get("properties", {}).get("name", "")) if isinstance(given, dict) else ""
    if not name:
        return CRS.from_epsg(4326)
    return known_crs(name)


def known_crs(text: str) -> CRS | None:
    """The system a text names (WKT, URN, EPSG …), or None."""
    try:
        return CRS.from_user_input(text) if text.strip() else None
    except CRSError:
        return None


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:500]
    return str(value).replace("\x00", "").strip()[:500]


# --- Shapefile -----------------------------------------------------------------------------------------------------


def _read_zip(data: bytes, layer: str, encoding: str) -> BoundaryFile:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            layers = zip_layers(archive)
            chosen = layer if layer in layers else next(iter(layers))
            parts = {ending: unpacked(archive, info) for ending, info in layers[chosen].items()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile(
            _("The ZIP cannot be unpacked: %(reason)s") % {"reason": str(error)[:120]}
        ) from None
    found = _read_shapefile(parts, encoding)
    found.layers, found.layer = tuple(layers), chosen
    return found


def zip_layers(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Parts of each shapefile, by a name for a person to choose by. No name is ever used as a path."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(_("The ZIP holds more than %(most)d files.") % {"most": MAX_ENTRIES})
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnreadableFile(
            _("Unpacked, the ZIP would be larger than %(most)d MB.") % {"most": MAX_UNPACKED // 2**20}
        )
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        path = PurePosixPath(_entry_name(entry).replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise UnreadableFile(
                _("The ZIP names a place outside itself: %(name)s") % {"name": str(path)[:80]}
            )
        if path.suffix.lower() in PARTS and not path.name.startswith("._"):
            found.setdefault(path.with_suffix("").as_posix(), {})[path.suffix.lower()] = entry
    whole = {name: parts for name, parts in found.items() if ".shp" in parts}
    if not whole:
        raise UnreadableFile(_("The ZIP holds no Shapefile (.shp)."))
    return whole


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 mark are read as CP437 by the library; in Japan they are CP932."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.filename


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The size said in the ZIP may be a lie: counted again while unpacking."""
    with archive.open(entry) as handle:
        data = handle.read(MAX_UNPACKED + 1)
    if len(data) > MAX_UNPACKED:
        raise UnreadableFile(
            _("Unpacked, the ZIP would be larger than %(most)d MB.") % {"most": MAX_UNPACKED // 2**20}
        )
    return data


def _read_shapefile(parts: Mapping[str, bytes], encoding: str) -> BoundaryFile:
    if ".dbf" not in parts:
        raise UnreadableFile(_("The Shapefile has no table of attributes (.dbf)."))
    table = read_dbf(parts[".dbf"], parts.get(".cpg", b""), encoding)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "layer"
        for ending in (".shp", ".shx"):
            if ending in parts:
                base.with_suffix(ending).write_bytes(parts[ending])
        geoms = _geometries(base.with_suffix(".shp"))
    features = [
        RawFeature(number, values, geoms.get(index))
        for number, (index, values) in enumerate(table.rows.items(), 1)
    ]
    crs = known_crs(parts.get(".prj", b"").decode("utf-8", "replace"))
    return BoundaryFile("Shapefile", (), "", table.columns, features, crs, table.encoding, table.notes)


def _geometries(path: Path) -> dict[int, BaseGeometry | None]:
    """Shapes by their place in the file, from 0."""
    try:
        _meta, fids, wkb, _fields = pyogrio.raw.read(
            path, columns=[], return_fids=True, max_features=MAX_FEATURES + 1
        )
    except Exception as error:  # GDAL tells of broken files in many classes of exceptions
        raise UnreadableFile(
            _("The Shapefile is damaged: %(reason)s") % {"reason": short_words(error)}
        ) from None
    return dict(zip(map(int, fids), _shapes(wkb), strict=True))


def _shapes(wkb: Any) -> Iterator[BaseGeometry | None]:
    for each in wkb:
        yield None if each is None else shapely.force_2d(shapely.from_wkb(bytes(each)))


def short_words(error: Exception) -> str:
    """Words of GDAL without the path on our disk."""
    return str(error).rsplit("/", 1)[-1][:160]


# --- GeoPackage ----------------------------------------------------------------------------------------------------


def _read_geopackage(data: bytes, layer: str) -> BoundaryFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.gpkg"
        path.write_bytes(data)
        try:
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind]
            if not names:
                raise UnreadableFile(_("The GeoPackage holds no layer with shapes."))
            chosen = layer if layer in names else names[0]
            meta, _fids, wkb, values = pyogrio.raw.read(path, layer=chosen, max_features=MAX_FEATURES + 1)
        except UnreadableFile:
            raise
        except Exception as error:  # GDAL tells of broken files in many classes of exceptions
            raise UnreadableFile(
                _("The GeoPackage is damaged: %(reason)s") % {"reason": short_words(error)}
            ) from None
    columns = tuple(str(name) for name in meta["fields"])
    features = [
        RawFeature(
            number,
            {name: _text(column[number - 1]) for name, column in zip(columns, values, strict=True)},
            geom,
        )
        for number, geom in enumerate(_shapes(wkb), 1)
    ]
    crs = known_crs(str(meta["crs"] or ""))
    return BoundaryFile("GeoPackage", tuple(names), chosen, columns, features, crs)
