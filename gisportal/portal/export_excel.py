"""All rows of a search as an Excel file: what the CSV holds, numbers and dates as such, text that stays text."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from gisportal.portal.export import CHUNK, district_titles, header, printed_cell
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import PREFIX

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Writing 20,000 rows of 40 columns takes 6 s; more would keep a web process from others. CSV has no limit.
MOST_ROWS: Final = 20_000
_LONGEST_CELL: Final = 32_767
_WIDE: Final = frozenset({"name", "address", "description", "opening_hours", "districts"})
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def excel(source: ResourceSource, query: FeatureQuery) -> IO[bytes]:
    """A workbook as an open temporary file, written row by row so that memory does not grow with the rows."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it
    book = Workbook(file, _OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#e9eef5", "border": 1, "text_wrap": True}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy/mm/dd", "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy/mm/dd hh:mm", "valign": "top"}),
        "number": book.add_format({"valign": "top"}),
    }
    fields = [field for key, field in source.fields().items() if key != "category_title"]
    sheet = _sheet(book, fields, formats)
    last = 0
    for last, values in enumerate(_rows(source, query, fields), 1):
        for column, value in enumerate(values):
            _write(sheet, last, column, value, formats)
    sheet.autofilter(0, 0, max(last, 1), len(fields) + 2)
    book.close()
    file.seek(0)
    return file


def _sheet(book: Workbook, fields: list[Field], formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(_("Community resources"))
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    titles = [_("id"), *(header(field) for field in fields), _("latitude"), _("longitude")]
    widths = [8, *(36 if field.key in _WIDE else 16 for field in fields), 12, 12]
    for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, formats["head"])
    return sheet


def _rows(source: ResourceSource, query: FeatureQuery, fields: list[Field]) -> Iterator[list[Any]]:
    districts = district_titles(source)
    for row in source.select(source.features(query)).iterator(chunk_size=CHUNK):
        geom = row["shown_geom"]
        place = [round(geom.y, 7), round(geom.x, 7)] if geom else [None, None]
        yield [row["id"], *(_value(field, row[PREFIX + field.key], districts) for field in fields), *place]


def _value(field: Field, value: Any, districts: dict[str, str]) -> Any:
    if value is None:
        return None
    if field.kind is Kind.DATETIME:
        return timezone.localtime(value).replace(tzinfo=None)
    if field.kind is Kind.NUMBER:
        return value
    if field.kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, date) else printed_cell(field, value, districts)


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, formats["number"])
    else:
        sheet.write_string(row, column, str(value)[:_LONGEST_CELL], formats["text"])
