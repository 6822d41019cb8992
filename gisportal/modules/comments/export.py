"""All comments of a search as Excel or CSV (R35): every row, as the viewer may read it, text that stays text."""

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from gisportal.modules.comments.source import CommentSource
from layers.query import FeatureQuery
from layers.source import PREFIX
from layers.spreadsheets import guarded

CHUNK: Final = 1_000
#: Rows of an Excel sheet; more go onto further sheets.
SHEET_ROWS: Final = 1_048_575
_KEYS: Final = (
    "acted_on",
    "posted_at",
    "author_name",
    "classes",
    "target",
    "name",
    "text",
    "opened",
    "updated_at",
)
_WIDTHS: Final = (8, 12, 17, 16, 24, 14, 30, 80, 14, 17, 12, 12)


def titles() -> list[str]:
    """Titles of the columns, in the language in force."""
    return [
        _("id"), _("date of the activity"), _("posted"), _("author"), _("classification"), _("kind of target"),
        _("on what"), _("body"), _("read by"), _("last update"), _("latitude"), _("longitude"),
    ]  # fmt: skip


def rows(source: CommentSource, query: FeatureQuery) -> Iterator[list[Any]]:
    """All rows found, in the query's order; days and times of the city, positions of the middle of an area."""
    kinds = {key: str(title) for key, title in source.fields()["target"].choices}
    for row in source.select(source.features(query), _KEYS).iterator(chunk_size=CHUNK):
        value = {key: row[PREFIX + key] for key in _KEYS}
        point = row["shown_geom"].point_on_surface if row["shown_geom"] else None
        yield [
            row["id"],
            value["acted_on"],
            timezone.localtime(value["posted_at"]).replace(tzinfo=None),
            value["author_name"],
            "、".join(source.terms.get(code, code) for code in value["classes"]),
            kinds[value["target"]],
            value["name"] or "",
            value["text"],
            _("A, B and those responsible") if value["opened"] else _("A and B"),
            timezone.localtime(value["updated_at"]).replace(tzinfo=None),
            round(point.y, 6) if point else None,
            round(point.x, 6) if point else None,
        ]


def excel(source: CommentSource, query: FeatureQuery) -> IO[bytes]:
    """A workbook as an open temporary file. Written row by row, so that memory does not grow with the rows."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it
    book = Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#e9eef5", "border": 1, "text_wrap": True}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy/mm/dd", "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy/mm/dd hh:mm", "valign": "top"}),
        "number": book.add_format({"valign": "top"}),
    }
    line, sheet, number = SHEET_ROWS, None, 0
    for row in rows(source, query):
        if line >= SHEET_ROWS:
            number += 1
            sheet, line = _sheet(book, number, formats), 0
        line += 1
        _write(sheet, line, row, formats)
    if sheet is None:
        _sheet(book, 1, formats)
    book.close()
    file.seek(0)
    return file


def _sheet(book: Workbook, number: int, formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(_("Comments") if number == 1 else f"{_('Comments')} {number}")
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(titles()):
        sheet.write_string(0, column, title, formats["head"])
    return sheet


def _write(sheet: Any, line: int, row: list[Any], formats: dict[str, Any]) -> None:
    """Text is written as text whatever it begins with: nothing becomes a formula, a link or a number."""
    sheet.write_number(line, 0, row[0], formats["number"])
    sheet.write_datetime(line, 1, row[1], formats["day"])
    for column in (2, 9):
        sheet.write_datetime(line, column, row[column], formats["moment"])
    for column in (3, 4, 5, 6, 7, 8):
        sheet.write_string(line, column, row[column], formats["text"])
    for column in (10, 11):
        if row[column] is not None:
            sheet.write_number(line, column, row[column], formats["number"])


def comma_separated(source: CommentSource, query: FeatureQuery) -> IO[bytes]:
    """UTF-8 with a byte order mark, as Excel wants it; cells that look like formulas are guarded."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(titles())
    for row in rows(source, query):
        writer.writerow([_cell(value) for value in row])
    text.detach()
    file.seek(0)
    return file


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return guarded(value)
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") else value.isoformat()
