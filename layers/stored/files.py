"""Files of layers as strangers send them: GeoPackage, FlatGeobuf, GeoJSON, KML, Shapefile in a ZIP, CSV.

What a file is, its content says, not its name. GDAL is given files of the formats above only, recognised before it
opens them, so that none may name other files of this machine. Rows come in batches; nothing here knows the database.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyogrio
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from layers.imports.boundary_files import (
    UnreadableFile,
    decoded,
    json_crs,
    known_crs,
    short_words,
    unpacked,
    zip_layers,
)
from layers.imports.dbf import read_dbf
from layers.stored.options import MAX_COLUMNS, MAX_FEATURES, MAX_FILE, MAX_TEXT_FILE, ReadOptions
from layers.stored.values import clean

#: GDAL finds its place in a file anew for each part, so parts are large.
_PART: Final = 20_000
_KML: Final = re.compile(
    rb"\A(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<(\w+:)?kml[\s>]", re.DOTALL
)
_HEAD: Final = 65_536


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row in the coordinates of the file. ``number``: its place in the file, as a person counts it.

    ``values``: in the order of the columns, of the types the file has. ``problem``: why its shape is of no use;
    ``is_place``: because the cells of its position are not.
    """

    number: int
    values: Sequence[Any]
    geom: BaseGeometry | None
    problem: str = ""
    is_place: bool = False


@dataclass(slots=True)
class LayerFile:
    """A file opened. ``crs``: what it says of itself, None where it says nothing. ``batches`` reads it anew.

    ``places``: for tables, the columns positions were taken from.
    """

    format: str
    layers: tuple[str, ...]
    layer: str
    columns: tuple[str, ...]
    crs: CRS | None
    batches: Callable[[], Iterator[list[RawRow]]]
    count: int
    encoding: str = "UTF-8"
    notes: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


def open_file(path: Path, options: ReadOptions) -> LayerFile:
    """Recognise and open a file. Raises :class:`UnreadableFile` in the language in force."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head.strip():
        raise UnreadableFile(_("The file is empty."))
    if size > MAX_FILE:
        raise _too_large(MAX_FILE)
    found = _opened(path, head, size, options)
    if len(found.columns) > MAX_COLUMNS:
        raise UnreadableFile(_("The file has more than %(most)d columns.") % {"most": MAX_COLUMNS})
    if found.count > MAX_FEATURES:
        raise UnreadableFile(_("The file holds more than %(most)d features.") % {"most": MAX_FEATURES})
    if not found.count:
        raise UnreadableFile(_("The file holds no features."))
    return found


def _opened(path: Path, head: bytes, size: int, options: ReadOptions) -> LayerFile:
    if head[:16] == b"SQLite format 3\x00":
        return _by_gdal(path, "GeoPackage", ".gpkg", ("GPKG",), options)
    if head[:4] == b"fgb\x03":
        return _by_gdal(path, "FlatGeobuf", ".fgb", ("FlatGeobuf",), options)
    if size > MAX_TEXT_FILE:
        raise _too_large(MAX_TEXT_FILE)
    if head[:4] == b"PK\x03\x04":
        return _zip(path, options)
    if _KML.match(head):
        if b"OGRVRT" in head or b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise UnreadableFile(_("This KML holds what no KML of places needs."))
        return _by_gdal(path, "KML", ".kml", ("KML", "LIBKML"), options)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _geojson(path.read_bytes(), options)
    if b"\x00" in head:
        raise UnreadableFile(
            _("Only GeoPackage, GeoJSON, FlatGeobuf, KML, CSV and a Shapefile in a ZIP can be read.")
        )
    from layers.stored.tables import open_table

    return open_table(path.read_bytes(), options)


def _too_large(most: int) -> UnreadableFile:
    return UnreadableFile(_("The file is larger than %(most)d MB.") % {"most": most // 2**20})


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once: empty ones numbered, the second of a name marked."""
    found: list[str] = []
    for place, raw in enumerate(names, 1):
        name = " ".join(clean(str(raw)).split())[:120] or _("column %(place)d") % {"place": place}
        once, again = name, 2
        while name in found:
            name, again = f"{once} ({again})", again + 1
        found.append(name)
    return tuple(found)


# --- GDAL: GeoPackage, FlatGeobuf, KML -------------------------------------------------------------------------------


@contextmanager
def _named(path: Path, ending: str) -> Iterator[Path]:
    """The file under a name with the ending GDAL wants; beside it lies nothing."""
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / f"layer{ending}"
        os.symlink(path.resolve(), link)
        yield link


def _by_gdal(path: Path, kind: str, ending: str, drivers: tuple[str, ...], options: ReadOptions) -> LayerFile:
    try:
        with _named(path, ending) as link:
            names = [str(name) for name, shape in pyogrio.list_layers(link) if shape]
            if not names:
                raise UnreadableFile(_("The file holds no layer with shapes."))
            chosen = options.layer if options.layer in names else names[0]
            info = pyogrio.read_info(link, layer=chosen, force_feature_count=True)
    except UnreadableFile:
        raise
    except Exception as error:  # GDAL tells of broken files in many classes of exceptions
        raise _damaged(kind, error) from None
    if info["driver"] not in drivers:
        raise UnreadableFile(_("This is no %(kind)s.") % {"kind": kind})
    names_of_fields = unique_names([str(name) for name in info["fields"]])
    return LayerFile(
        kind, tuple(names), chosen, names_of_fields, known_crs(str(info["crs"] or "")),
        lambda: _parts(path, kind, ending, chosen), int(info["features"]),
    )  # fmt: skip


def _damaged(kind: str, error: Exception) -> UnreadableFile:
    words = {"kind": kind, "reason": short_words(error)}
    return UnreadableFile(_("The %(kind)s is damaged: %(reason)s") % words)


def _parts(path: Path, kind: str, ending: str, layer: str) -> Iterator[list[RawRow]]:
    with _named(path, ending) as link:
        done = 0
        while True:
            try:
                _meta, _fids, wkb, columns = pyogrio.raw.read(
                    link, layer=layer, skip_features=done, max_features=_PART
                )
            except Exception as error:  # as above
                raise _damaged(kind, error) from None
            if not len(wkb):
                return
            values = [column.tolist() for column in columns]
            yield [
                _shaped(done + at + 1, [column[at] for column in values], each) for at, each in enumerate(wkb)
            ]
            done += len(wkb)


def _shaped(number: int, values: Sequence[Any], wkb: Any) -> RawRow:
    if wkb is None:
        return RawRow(number, values, None)
    try:
        return RawRow(number, values, shapely.from_wkb(bytes(wkb)))
    except shapely.errors.ShapelyError as error:
        return RawRow(number, values, None, str(error)[:80])


# --- Shapefile -------------------------------------------------------------------------------------------------------


def _zip(path: Path, options: ReadOptions) -> LayerFile:
    try:
        with zipfile.ZipFile(path) as archive:
            layers = zip_layers(archive)
            chosen = options.layer if options.layer in layers else next(iter(layers))
            parts = {ending: unpacked(archive, info) for ending, info in layers[chosen].items()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        words = {"reason": str(error)[:120]}
        raise UnreadableFile(_("The ZIP cannot be unpacked: %(reason)s") % words) from None
    return _shapefile(parts, tuple(layers), chosen, options.encoding)


def _shapefile(parts: Mapping[str, bytes], layers: tuple[str, ...], chosen: str, encoding: str) -> LayerFile:
    if ".dbf" not in parts:
        raise UnreadableFile(_("The Shapefile has no table of attributes (.dbf)."))
    table = read_dbf(parts[".dbf"], parts.get(".cpg", b""), encoding, MAX_FEATURES)
    geoms = _shapes_of(parts)

    def batches() -> Iterator[list[RawRow]]:
        yield [
            _shaped(index + 1, list(values.values()), geoms.get(index))
            for index, values in table.rows.items()
        ]

    crs = known_crs(parts.get(".prj", b"").decode("utf-8", "replace"))
    # Values stand by the name of their column: of two of one name, the table keeps the last.
    names = tuple(dict.fromkeys(table.columns))
    return LayerFile(
        "Shapefile", layers, chosen, unique_names(names), crs, batches, len(table.rows), table.encoding,
        list(table.notes),
    )  # fmt: skip


def _shapes_of(parts: Mapping[str, bytes]) -> dict[int, Any]:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "layer"
        for ending in (".shp", ".shx"):
            if ending in parts:
                base.with_suffix(ending).write_bytes(parts[ending])
        try:
            _meta, fids, wkb, _columns = pyogrio.raw.read(
                base.with_suffix(".shp"), columns=[], return_fids=True, max_features=MAX_FEATURES + 1
            )
        except Exception as error:  # as above
            raise _damaged("Shapefile", error) from None
    return dict(zip(map(int, fids), wkb, strict=True))


# --- GeoJSON ---------------------------------------------------------------------------------------------------------


def _geojson(data: bytes, options: ReadOptions) -> LayerFile:
    text, used = decoded(data, options.encoding)
    try:
        document = json.loads(text)
    except RecursionError:
        raise UnreadableFile(_("This GeoJSON is nested too deeply.")) from None
    except ValueError as error:
        raise UnreadableFile(_("This is no GeoJSON: %(reason)s") % {"reason": str(error)[:200]}) from None
    rows = _features(document)
    columns = list(dict.fromkeys(str(key) for row in rows for key in _properties(row)))
    names = columns
    if "id" not in columns and any(isinstance(row.get("id"), str) for row in rows):
        names = ["id", *columns]

    def batches() -> Iterator[list[RawRow]]:
        yield [_json_row(number, row, names) for number, row in enumerate(rows, 1)]

    crs = json_crs(document)
    return LayerFile("GeoJSON", ("",), "", unique_names(names), crs, batches, len(rows), used)


def _features(document: Any) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    rows = (
        document.get("features") if kind == "FeatureCollection" else [document] if kind == "Feature" else None
    )
    if not isinstance(rows, list):
        raise UnreadableFile(_("A GeoJSON of a layer is a FeatureCollection."))
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("properties") or {}, dict):
            raise UnreadableFile(_("Feature %(number)d is no feature of GeoJSON.") % {"number": number})
    return rows


def _properties(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row.get("properties") or {}


def _json_row(number: int, row: Mapping[str, Any], names: Sequence[str]) -> RawRow:
    own = _properties(row)
    values = [row.get("id") if name == "id" and "id" not in own else own.get(name) for name in names]
    geometry = row.get("geometry")
    if not geometry:
        return RawRow(number, values, None)
    try:
        # Strict: a number of any other kind, or infinity, is an error of the file, not a place.
        return RawRow(number, values, shapely.from_geojson(json.dumps(geometry, allow_nan=False)))
    except (ValueError, TypeError, RecursionError, shapely.errors.ShapelyError) as error:
        return RawRow(number, values, None, str(error)[:80])
