"""CSV with positions: latitude and longitude, a plane rectangular zone, or standard area mesh codes (JIS X 0410)."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from layers.imports.boundary_crs import JGD2011
from layers.imports.boundary_files import UnreadableFile, decoded, known_crs
from layers.stored.files import LayerFile, RawRow, unique_names
from layers.stored.options import MAX_FEATURES, ReadOptions

_SAMPLE: Final = 200
#: Words of headers, normalised; the first pattern that fits a column wins.
_LON: Final = (r"^(経度|東経)", r"経度", r"^(lon|lng|long|longitude)\b", r"(^|_)(lon|lng|longitude)$")
_LAT: Final = (r"^(緯度|北緯)", r"緯度", r"^(lat|latitude)\b", r"(^|_)(lat|latitude)$")
#: In the plane rectangular system of Japan X points north; tables that say 座標 mean that one.
_EAST: Final = (r"^(y|Y).?座標", r"^(east|easting)$", r"^(x|fx|x_?coord|point_x)$")
_NORTH: Final = (r"^(x|X).?座標", r"^(north|northing)$", r"^(y|fy|y_?coord|point_y)$")
_MESH: Final = (r"メッシュ", r"mesh")
_DMS: Final = re.compile(r"^(\d{1,3})[°度:](\d{1,2})['′分:](\d{1,2}(?:\.\d+)?)(?:[\"″秒]|′′)?$")
_DIGITS: Final = re.compile(r"\d{4}|\d{6}|\d{8,11}")


def open_table(data: bytes, options: ReadOptions) -> LayerFile:
    """A CSV as a layer. Raises :class:`UnreadableFile`, naming the line."""
    text, used = decoded(data, options.encoding)
    rows = _rows(text)
    header, body = rows[0], rows[1:]
    if len(header) < 2:
        raise UnreadableFile(
            _("Only GeoPackage, GeoJSON, FlatGeobuf, KML, CSV and a Shapefile in a ZIP can be read.")
        )
    columns = unique_names(header)
    places = _places(columns, body, options)
    shape = _shaper(columns, places)

    def batches() -> Iterator[list[RawRow]]:
        yield [_row(number, line, len(columns), shape) for number, line in enumerate(body, 2)]

    return LayerFile(
        "CSV", ("",), "", columns, known_crs(_system(columns, places, body)), batches, len(body), used,
        places=places,
    )  # fmt: skip


def _rows(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    sign = max(",\t;", key=first.count)
    found: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
            if any(cell.strip() for cell in line):
                found.append(line)
                if len(found) > MAX_FEATURES + 1:
                    raise UnreadableFile(
                        _("The file holds more than %(most)d features.") % {"most": MAX_FEATURES}
                    )
    except csv.Error as error:
        words = {"number": len(found) + 1, "reason": str(error)[:120]}
        raise UnreadableFile(_("Row %(number)d cannot be read: %(reason)s") % words) from None
    if not found:
        raise UnreadableFile(_("The file is empty."))
    return found


def _row(
    number: int, line: Sequence[str], width: int, shape: Callable[[Sequence[str]], BaseGeometry | None]
) -> RawRow:
    values = [*line[:width], *[""] * (width - len(line))]
    try:
        return RawRow(number, values, shape(values))
    except ValueError as error:
        return RawRow(number, values, None, str(error), is_place=True)


# --- positions -------------------------------------------------------------------------------------------------------


def _places(columns: Sequence[str], body: Sequence[Sequence[str]], options: ReadOptions) -> dict[str, str]:
    """Which columns hold positions: as the person says, else by their names and first values."""
    if options.mesh_column in columns:
        return {"mesh": options.mesh_column}
    if options.x_column in columns and options.y_column in columns:
        return {"x": options.x_column, "y": options.y_column}
    mesh = _named(columns, _MESH)
    if mesh and _are_meshes([row[columns.index(mesh)] for row in body[:_SAMPLE] if len(row) == len(columns)]):
        return {"mesh": mesh}
    for x_words, y_words in ((_LON, _LAT), (_EAST, _NORTH)):
        x, y = _named(columns, x_words), _named(columns, y_words)
        if x and y:
            return {"x": x, "y": y}
    raise UnreadableFile(
        _(
            "No columns of positions were found. Columns are: %(columns)s. Name them 緯度 and 経度, or choose them."
        )
        % {"columns": "、".join(columns)[:300]}
    )


def _named(columns: Sequence[str], patterns: Sequence[str]) -> str:
    plain = {name: unicodedata.normalize("NFKC", name).strip().lower() for name in columns}
    for pattern in patterns:
        for name, word in plain.items():
            if re.search(pattern.lower(), word):
                return name
    return ""


def _are_meshes(values: Sequence[str]) -> bool:
    given = [value.strip() for value in values if value.strip()]
    return bool(given) and all(_DIGITS.fullmatch(value) for value in given)


def _system(columns: Sequence[str], places: dict[str, str], body: Sequence[Sequence[str]]) -> str:
    """Degrees are JGD2011 here; of metres nobody has said in which zone."""
    if "mesh" in places:
        return f"EPSG:{JGD2011}"
    at = columns.index(places["x"])
    sample = [number_of(row[at]) for row in body[:_SAMPLE] if len(row) > at]
    known = [abs(value) for value in sample if value is not None]
    return f"EPSG:{JGD2011}" if known and max(known) <= 360 else ""


def _shaper(columns: Sequence[str], places: dict[str, str]) -> Callable[[Sequence[str]], BaseGeometry | None]:
    if "mesh" in places:
        at = columns.index(places["mesh"])
        return lambda values: mesh_box(values[at].strip()) if values[at].strip() else None
    x_at, y_at = columns.index(places["x"]), columns.index(places["y"])

    def point(values: Sequence[str]) -> BaseGeometry | None:
        if not values[x_at].strip() and not values[y_at].strip():
            return None
        x, y = number_of(values[x_at]), number_of(values[y_at])
        if x is None or y is None:
            wrong = places["x"] if x is None else places["y"]
            raise ValueError(f"{wrong}: {(values[x_at] if x is None else values[y_at])[:40]}")
        return shapely.Point(x, y)

    return point


def number_of(text: str) -> float | None:
    """A number as people type it: full width, with thousands commas, or degrees, minutes and seconds."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace(" ", "")
    if found := _DMS.match(plain):
        degrees, minutes, seconds = (float(part) for part in found.groups())
        return degrees + minutes / 60 + seconds / 3600
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", plain.lower()):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def mesh_box(code: str) -> BaseGeometry:
    """The square of a standard area mesh code of 4, 6, 8 to 11 digits, in degrees. Raises ``ValueError``.

    80 km, 10 km and 1 km squares, then halved up to three times (500 m, 250 m, 125 m).
    """
    if not _DIGITS.fullmatch(code):
        raise ValueError(code[:20])
    south, west = int(code[:2]) / 1.5, int(code[2:4]) + 100.0
    height, width = 2 / 3, 1.0
    for at, parts in ((4, 8), (6, 10)):
        if len(code) > at:
            if int(code[at]) >= parts or int(code[at + 1]) >= parts:
                raise ValueError(code[:20])
            height, width = height / parts, width / parts
            south, west = south + int(code[at]) * height, west + int(code[at + 1]) * width
    for digit in code[8:]:
        if digit not in "1234":
            raise ValueError(code[:20])
        height, width = height / 2, width / 2
        south += height if digit in "34" else 0
        west += width if digit in "24" else 0
    return shapely.box(west, south, west + width, south + height)
