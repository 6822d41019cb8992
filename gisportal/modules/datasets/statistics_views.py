"""Figures of a raster by district: a table to be sorted, and the same as CSV and Excel (G4)."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from xlsxwriter import Workbook

from gisportal.portal.answers import private
from gisportal.portal.export_excel import CONTENT_TYPE
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Viewer
from layers.errors import ParameterError, SourceNotFound
from layers.rasters.catalogue import RasterLayer, get_raster
from layers.rasters.districts import DistrictFigures, classes_of, district_figures
from layers.vocabulary import vocabulary
from tiles.raster_views import shown_number

KNOWN = ("scheme", "sort", "lang")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in addresses, title, and the value of a row. ``places``: figures after the point."""

    key: str
    title: str
    value: Callable[[DistrictFigures], Any]
    places: int | None = None


class Statistics:
    """The table of one request."""

    def __init__(self, request: HttpRequest, layer: RasterLayer, viewer: Viewer) -> None:
        for key in request.GET:
            if key not in KNOWN:
                raise ParameterError(
                    key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(KNOWN)}
                )
        self.layer = layer
        self.schemes = list(vocabulary().schemes.values())
        if not self.schemes:
            raise Http404
        self.scheme = request.GET.get("scheme") or self.schemes[0].code
        self.columns = columns(layer)
        self.sort = request.GET.get("sort") or ""
        self.rows = self._sorted(district_figures(layer, self.scheme, viewer))

    @property
    def scheme_info(self) -> Any:
        """The division shown."""
        return next(item for item in self.schemes if item.code == self.scheme)

    def _sorted(self, rows: list[DistrictFigures]) -> list[DistrictFigures]:
        """By a column; what has no figure stands last either way."""
        if not self.sort:
            return rows
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        column = next((item for item in self.columns if item.key == key), None)
        if column is None:
            known = ", ".join(item.key for item in self.columns)
            raise ParameterError("sort", _("Cannot be sorted so. Known are: %(known)s.") % {"known": known})
        some = [row for row in rows if column.value(row) is not None]
        return sorted(some, key=column.value, reverse=down) + [
            row for row in rows if column.value(row) is None
        ]

    def heads(self) -> list[dict[str, str]]:
        """Titles with the address that sorts by them: descending first, but names ascending."""
        found = []
        for item in self.columns:
            is_up, is_down = self.sort == item.key, self.sort == f"-{item.key}"
            first, second = (item.key, f"-{item.key}") if item.key == "name" else (f"-{item.key}", item.key)
            found.append({
                "title": item.title,
                "url": "?" + urlencode({"scheme": self.scheme, "sort": second if self.sort == first else first}),
                "state": "ascending" if is_up else "descending" if is_down else "",
            })  # fmt: skip
        return found

    def cells(self) -> list[tuple[str, list[str]]]:
        """Rows as words: name, and figures."""
        return [(row.title, [_words(item, row) for item in self.columns[1:]]) for row in self.rows]

    @property
    def csv_address(self) -> str:
        """The same as CSV."""
        return self._address("datasets:statistics-csv")

    @property
    def excel_address(self) -> str:
        """The same as Excel file."""
        return self._address("datasets:statistics-excel")

    def _address(self, name: str) -> str:
        sort = {"sort": self.sort} if self.sort else {}
        return f"{reverse(name, args=[self.layer.layer.slug])}?{urlencode({'scheme': self.scheme, **sort})}"

    @property
    def file_name(self) -> str:
        """Without its ending; ASCII."""
        return f"{self.layer.layer.slug}_{self.scheme}"


def columns(layer: RasterLayer) -> list[Column]:
    """Columns of a raster: figures, and for classes the area of each."""
    unit = f" ({layer.style.unit})" if layer.style.unit else ""
    found = [
        Column("name", _("District"), lambda row: row.title),
        Column("mean", _("Mean") + unit, lambda row: row.figures.mean),
        Column("min", _("Least") + unit, lambda row: row.figures.low),
        Column("max", _("Greatest") + unit, lambda row: row.figures.high),
        Column("sum", _("Sum") + unit, lambda row: row.figures.total if row.figures.cells else None),
        Column("cells", _("Cells"), lambda row: row.figures.cells, 1),
        Column("area", _("Area (km²)"), lambda row: row.figures.area / 1e6 if row.has_boundary else None, 3),
        Column("share", _("Share with data (%)"),
               lambda row: row.figures.share * 100 if row.has_boundary else None, 1),
    ]  # fmt: skip
    for value in classes_of(layer):
        title, _is_exact = layer.style.title_of(float(value))
        found.append(
            Column(
                f"class_{value}".replace("-", "m"),
                _("%(title)s (km²)") % {"title": title or value},
                lambda row, value=value: row.figures.classes.get(value, 0.0) / 1e6,  # type: ignore[misc]
                3,
            )
        )
    return found


def _words(column: Column, row: DistrictFigures) -> str:
    value = column.value(row)
    if value is None:
        return "–"
    return (
        shown_number(round(value, column.places))
        if column.places is not None
        else shown_number(_short(value))
    )


def _short(value: float) -> float:
    """To six figures: more are noise on a screen; files carry them all."""
    return float(f"{value:.6g}")


def _statistics(request: HttpRequest, slug: str) -> Statistics:
    viewer = viewer_of(request)
    try:
        layer = get_raster(f"layer-{slug}", viewer)
    except SourceNotFound as error:
        raise Http404 from error
    if layer.raster.is_picture:
        raise Http404
    return Statistics(request, layer, viewer)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The table."""
    if refused := refusal(request):
        return refused
    found = _statistics(request, slug)
    context = {"table": found, "layer": found.layer.layer, "scheme": found.scheme_info}
    return private(render(request, "datasets/raster_statistics.html", context))


@require_safe
def as_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """UTF-8 with a mark, as Excel reads it; figures as they are."""
    if refused := refusal(request):
        return refused
    found = _statistics(request, slug)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([item.title for item in found.columns])
    for row in found.rows:
        writer.writerow(_file_row(found.columns, row))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}.csv"'
    return private(response)


def _file_row(columns: Sequence[Column], row: DistrictFigures) -> list[Any]:
    """A title that begins like a formula is kept from being one."""
    values = [item.value(row) for item in columns]
    name = str(values[0])
    values[0] = f"'{name}" if name[:1] in {"=", "+", "-", "@", "\t", "\r"} else name
    return ["" if value is None else value for value in values]


@require_safe
def as_excel(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A workbook with figures as figures."""
    if refused := refusal(request):
        return refused
    found = _statistics(request, slug)
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it
    book = Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("By district"))
    head = book.add_format({"bold": True, "bg_color": "#e9eef5", "border": 1, "text_wrap": True})
    for place, item in enumerate(found.columns):
        sheet.write_string(0, place, item.title, head)
    for number, row in enumerate(found.rows, 1):
        for place, item in enumerate(found.columns):
            value = item.value(row)
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write_number(number, place, value)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(found.columns), 14)
    sheet.autofilter(0, 0, max(len(found.rows), 1), len(found.columns) - 1)
    book.close()
    file.seek(0)
    response = FileResponse(
        file, content_type=CONTENT_TYPE, filename=f"{found.file_name}.xlsx", as_attachment=True
    )
    response["Cache-Control"] = "private, no-store"
    return response
