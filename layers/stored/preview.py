"""What a file would become as a layer: shown to a person before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID
from layers.imports.boundary_crs import JAPAN
from layers.imports.boundary_files import UnreadableFile
from layers.stored import shapes
from layers.stored.files import LayerFile, RawRow, open_file
from layers.stored.keys import made_keys
from layers.stored.options import LOOKED_AT, FieldOption, ReadOptions
from layers.stored.report import Report
from layers.stored.values import Column, look_at, text_of

FIRST_ROWS: Final = 10
#: Shapes on the map of a preview, and how many corners they have together at most.
DRAWN: Final = 800
DRAWN_CORNERS: Final = 30_000


@dataclass(slots=True)
class Preview:
    """What was found. Kept as JSON with the upload. ``needs_system``: nobody has said where the numbers are.

    ``columns``: ``[{"name", "kind", "key", "title", "seen", "examples", "choices"}]``; ``drawn``: a GeoJSON of the
    first shapes; ``extent``: west, south, east, north in degrees of the rows looked at.
    """

    format: str
    layers: list[str]
    layer: str
    encoding: str
    count: int
    looked_at: int
    notes: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    system: str = ""
    said_system: str = ""
    needs_system: bool = False
    warnings: list[str] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    geometry_type: str = "Geometry"
    extent: list[float] | None = None
    report: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def look(path: Path, options: ReadOptions, known_keys: dict[str, str] | None = None) -> Preview:
    """Read the beginning of a file. ``known_keys``: title → key of the edition before.

    Raises :class:`UnreadableFile` in the language in force.
    """
    file = open_file(path, options)
    rows = list(islice(_rows(file), LOOKED_AT))
    columns = look_at(file.columns, rows)
    found = Preview(
        format=file.format, layers=list(file.layers), layer=file.layer, encoding=file.encoding, count=file.count,
        looked_at=len(rows), notes=list(file.notes), places=file.places,
        said_system=shapes.title(file.crs) if file.crs else "",
        rows=[[text_of(value)[:80] for value in row.values] for row in rows[:FIRST_ROWS]],
        columns=_described(columns, known_keys or {}, is_whole=len(rows) == file.count),
    )  # fmt: skip
    _place(found, file, rows, options)
    return found


def _rows(file: LayerFile) -> Iterator[RawRow]:
    for batch in file.batches():
        yield from batch


def _described(columns: Sequence[Column], known: dict[str, str], *, is_whole: bool) -> list[dict[str, Any]]:
    """Columns as fields; one without any value is left out unless a person wants it."""
    keys = made_keys([column.name for column in columns], known)
    return [
        {
            "name": column.name,
            "key": keys[column.name],
            "title": column.name,
            "kind": str(column.kind) if column.seen or not is_whole else "",
            "seen": column.seen,
            "examples": column.examples,
            "choices": list(column.values) if column.are_few else [],
        }
        for column in columns
    ]


def _place(found: Preview, file: LayerFile, rows: Sequence[RawRow], options: ReadOptions) -> None:
    crs = shapes.system_of(file, options, rows[:200])
    if crs is None:
        found.needs_system = True
        return
    found.system, found.warnings = shapes.title(crs), shapes.warnings_about(crs)
    report = Report()
    shaper = shapes.Shaper(crs, report)
    geoms = shaper.shapes(rows)
    if not shaper.placed and report.counts.get("outside"):
        raise UnreadableFile(_why_outside(file, rows, found.system))
    placed = [geom for geom in geoms if geom is not None]
    found.geometry_type = shaper.geometry_type
    found.extent = (
        [float(edge) for edge in shapely.total_bounds(np.array(placed, dtype=object))] if placed else None
    )
    found.report = report.as_json()
    found.drawn = drawn(rows, geoms)


def _why_outside(file: LayerFile, rows: Sequence[RawRow], system: str) -> str:
    given = [row.geom for row in rows if row.geom is not None and not row.geom.is_empty]
    west, south, east, north = shapely.total_bounds(np.array(given, dtype=object))
    if JAPAN[1] <= west and east <= JAPAN[3] and JAPAN[0] <= south and north <= JAPAN[2]:
        return _("Latitude and longitude are swapped in this file.")
    return _("Read as %(system)s, the layer lies outside Japan. Choose another reference system.") % {
        "system": system
    }


def drawn(rows: Sequence[RawRow], geoms: Sequence[BaseGeometry | None]) -> dict[str, Any]:
    """Some shapes from all over the rows as GeoJSON, thinned so that a page can carry them."""
    found: list[dict[str, Any]] = []
    corners = 0
    placed = [(row, geom) for row, geom in zip(rows, geoms, strict=True) if geom is not None]
    for row, geom in placed[:: max(1, -(-len(placed) // DRAWN))]:
        thin = shapely.simplify(geom, 0.00005) if int(shapely.get_num_coordinates(geom)) > 50 else geom
        corners += int(shapely.get_num_coordinates(thin))
        if len(found) >= DRAWN or (found and corners > DRAWN_CORNERS):
            break
        shape = json.loads(shapely.to_geojson(shapely.set_precision(thin, 0.000001, mode="pointwise")))
        found.append({"type": "Feature", "properties": {"number": row.number}, "geometry": shape})
    return {"type": "FeatureCollection", "features": found}


def field_options(found: Preview | dict[str, Any]) -> tuple[FieldOption, ...]:
    """Fields as they were found, for whoever changes nothing."""
    columns = found.columns if isinstance(found, Preview) else found["columns"]
    return tuple(
        FieldOption(item["name"], item["key"], item["title"], item["kind"], "", tuple(item["choices"]))
        for item in columns
    )


__all__ = ["STORAGE_SRID", "Preview", "field_options", "look"]
