"""Files as tables of text: XLSX, CSV and GeoJSON, every cell as a person reads it."""

from __future__ import annotations

import csv
import datetime
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

#: Columns a point of a GeoJSON file is read into (degrees, EPSG:4326).
LON, LAT = "@lon", "@lat"


class ImportFailure(Exception):
    """A file cannot be read as described. Nothing was written.

    The message names file, sheet, row and column as far as they are known.
    """

    def __init__(
        self, message: str, file: str, sheet: str = "", row: int | None = None, column: str = ""
    ) -> None:
        self.message, self.file, self.sheet, self.row, self.column = message, file, sheet, row, column
        where = [_("file %(name)s") % {"name": file}]
        where += [_("sheet %(name)s") % {"name": sheet}] if sheet else []
        where += [_("line %(number)s") % {"number": row}] if row else []
        where += [_("column %(name)s") % {"name": column}] if column else []
        super().__init__(f"{', '.join(where)}: {message}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number as a person counts it (the header is 1), and its cells by column."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: file, sheet name (empty for CSV and GeoJSON), columns and rows."""

    file: str
    sheet: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, columns: Iterable[str]) -> None:
        """Raise :class:`ImportFailure` naming the first column the sheet does not have."""
        for column in columns:
            if column not in self.columns:
                have = "、".join(self.columns)
                raise ImportFailure(
                    _("There is no such column; there are %(have)s.") % {"have": have},
                    self.file,
                    self.sheet,
                    1,
                    column,
                )


def read_table(path: Path, sheet: str = "") -> Table:
    """Read a file by its ending. ``sheet`` empty means the first one."""
    reader = {".xlsx": _read_xlsx, ".csv": _read_csv, ".geojson": _read_geojson}.get(path.suffix.lower())
    if reader is None:
        raise ImportFailure(_("Files may be xlsx, csv or geojson."), path.name)
    if not path.is_file():
        raise ImportFailure(_("There is no such file."), path.name)
    return reader(path, sheet)


def cell_text(value: object) -> str:
    """A cell as text: blanks folded, numbers without ".0", dates as 2026-04-01, times as 09:00, NaN as nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return (
            value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
        )
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime.timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return " ".join(str(value).split())


def _read_xlsx(path: Path, sheet: str) -> Table:
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise ImportFailure(
            _("Cannot be opened as a workbook: %(error)s") % {"error": error}, path.name
        ) from error
    if sheet and sheet not in book.sheet_names:
        raise ImportFailure(
            _("There is no such sheet; there are %(have)s.") % {"have": "、".join(book.sheet_names)},
            path.name,
            sheet,
        )
    name = sheet or book.sheet_names[0]
    return _table(path.name, name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))


def _read_csv(path: Path, sheet: str) -> Table:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp932")
        except UnicodeDecodeError as error:
            raise ImportFailure(_("The text is neither UTF-8 nor Shift_JIS."), path.name) from error
    return _table(path.name, "", list(csv.reader(text.splitlines(keepends=True))))


def _table(file: str, sheet: str, lines: Sequence[Sequence[object]]) -> Table:
    if not lines:
        raise ImportFailure(_("The file is empty."), file, sheet)
    columns = tuple(cell_text(cell).replace(" ", "") for cell in lines[0])
    if len(named := [c for c in columns if c]) != len(set(named)):
        double = next(c for c in named if named.count(c) > 1)
        raise ImportFailure(_("Two columns have this name."), file, sheet, 1, double)
    rows = (
        Row(number, {column: cell_text(cell) for column, cell in zip(columns, line, strict=False) if column})
        for number, line in enumerate(lines[1:], start=2)
    )
    return Table(file, sheet, columns, tuple(_padded(row, columns) for row in rows))


def _padded(row: Row, columns: tuple[str, ...]) -> Row:
    """A short CSV line ends in empty cells."""
    if len(row.values) == len(columns):
        return row
    return Row(row.number, {column: row.values.get(column, "") for column in columns if column})


def read_features(path: Path) -> list[dict[str, Any]]:
    """Features of a GeoJSON file; :class:`ImportFailure` where it is none."""
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImportFailure(_("No GeoJSON: %(error)s") % {"error": error}, path.name) from error
    return list(features)


def _read_geojson(path: Path, sheet: str) -> Table:
    features = read_features(path)
    columns = tuple(dict.fromkeys(key for feature in features for key in feature["properties"]))
    rows = []
    for number, feature in enumerate(features, start=1):
        lon, lat = ((feature.get("geometry") or {}).get("coordinates") or ("", ""))[:2]
        values = {column: cell_text(feature["properties"].get(column)) for column in columns}
        rows.append(Row(number, {**values, LON: cell_text(lon), LAT: cell_text(lat)}))
    return Table(path.name, "", (*columns, LON, LAT), tuple(rows))
