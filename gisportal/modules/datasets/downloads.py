"""A whole layer as a file: GeoJSON, CSV, GeoPackage."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from gisportal.modules.datasets.source import layer_of
from gisportal.portal.answers import private
from gisportal.portal.search_views import refusal, viewer_of
from layers import geojson
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.source import PREFIX, FeatureSource, get_source
from layers.spreadsheets import guarded

_CHUNK: Final = 2_000
#: The whole layer, in the order of its file.
_ALL: Final = FeatureQuery(sort=(("id", False),))


@require_safe
def download(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """``/layers/<slug>/download.{geojson,csv,gpkg}`` under the rights of whoever asks."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    layer = layer_of(viewer, slug)
    if ending not in FORMATS or layer.current is None or not layer.is_vector:
        raise Http404
    answer = FORMATS[ending](get_source(layer.source_slug, viewer))
    answer["Content-Disposition"] = f'attachment; filename="{layer.slug}-{layer.edition}.{ending}"'
    return private(answer)


def _geojson(source: FeatureSource) -> HttpResponseBase:
    return StreamingHttpResponse(geojson.stream(source, _ALL), content_type="application/geo+json")


class _Line:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def _csv(source: FeatureSource) -> HttpResponseBase:
    language = translation.get_language() or "ja"

    def lines() -> Iterator[str]:
        with translation.override(language):
            yield from _csv_lines(source)

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _csv_lines(source: FeatureSource) -> Iterator[str]:
    """UTF-8 with a byte order mark, titles as on screen; points as latitude and longitude, other shapes as WKT."""
    fields = list(source.fields().values())
    is_point = source.geometry_type == "Point"
    writer: Any = csv.writer(_Line())
    places = ["緯度", "経度"] if is_point else ["WKT"]
    yield "\ufeff" + writer.writerow([guarded(str(field.title)) for field in fields] + places)
    for row in source.select(source.features(_ALL)).iterator(chunk_size=_CHUNK):
        geom = row["shown_geom"]
        shape = [f"{geom.y:.7f}", f"{geom.x:.7f}"] if geom and is_point else [geom.wkt if geom else ""]
        values = [_cell(field, row[PREFIX + field.key]) for field in fields]
        yield writer.writerow(values + (shape if geom or not is_point else ["", ""]))


def _cell(field: Field, value: Any) -> Any:
    if value is None:
        return ""
    if field.kind is Kind.NUMBER:
        return int(value) if float(value).is_integer() else value
    return guarded("true" if value is True else "false" if value is False else str(value))


def _geopackage(source: FeatureSource) -> HttpResponse | FileResponse:
    """Written to a file that is gone as soon as it is closed."""
    fields = list(source.fields().values())
    rows = list(source.select(source.features(_ALL)).iterator(chunk_size=_CHUNK))
    shapes = np.array(
        [bytes(row["shown_geom"].wkb) if row["shown_geom"] else None for row in rows], dtype=object
    )
    columns = [_column(field, [row[PREFIX + field.key] for row in rows]) for field in fields]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        pyogrio.raw.write(
            path, shapes, columns, [field.key for field in fields], crs="EPSG:4326", driver="GPKG",
            geometry_type=source.geometry_type if source.geometry_type != "Geometry" else "Unknown",
            layer=source.slug.removeprefix("layer-"), promote_to_multi=False,
        )  # fmt: skip
        handle = path.open("rb")
    return FileResponse(handle, content_type="application/geopackage+sqlite3")


def _column(field: Field, values: list[Any]) -> Any:
    if field.kind is Kind.NUMBER:
        return np.array([np.nan if value is None else value for value in values], dtype="float64")
    if field.kind is Kind.BOOLEAN:
        return np.array([None if value is None else str(value).lower() for value in values], dtype=object)
    return np.array(values, dtype=object)


FORMATS: Final[dict[str, Callable[[FeatureSource], HttpResponseBase]]] = {
    "geojson": _geojson,
    "csv": _csv,
    "gpkg": _geopackage,
}
