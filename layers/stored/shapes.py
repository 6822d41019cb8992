"""Shapes of a file as they are kept: degrees, flat, valid, in Japan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID
from layers.imports import boundary_crs
from layers.imports.boundary_crs import JAPAN, title_of
from layers.imports.boundary_files import UnreadableFile
from layers.stored.files import LayerFile, RawRow
from layers.stored.options import MAX_VERTICES_EACH, ReadOptions
from layers.stored.report import Report

#: The datum of before 2002 (日本測地系): latitude and longitude, and zone I of nineteen.
TOKYO, PLANE_TOKYO, ZONES = 4301, 30161, 19
_TOKYO_CODES: Final = frozenset({TOKYO, *range(PLANE_TOKYO, PLANE_TOKYO + ZONES)})
_SINGLE: Final = {"Point": "Point", "MultiPoint": "MultiPoint", "LineString": "MultiLineString",
                  "MultiLineString": "MultiLineString", "LinearRing": "MultiLineString", "Polygon": "MultiPolygon",
                  "MultiPolygon": "MultiPolygon"}  # fmt: skip


def crs_choices() -> list[tuple[int, str]]:
    """Systems a person may choose from, those of the old datum last."""
    found = [*boundary_crs.choices(), (TOKYO, _("Tokyo datum (before 2002), latitude and longitude"))]
    found += [
        (
            PLANE_TOKYO + zone,
            _("Tokyo datum (before 2002), plane rectangular zone %(zone)d") % {"zone": zone + 1},
        )
        for zone in range(ZONES)
    ]
    return found


def system_of(file: LayerFile, options: ReadOptions, sample: Sequence[RawRow]) -> CRS | None:
    """The system to read a file in: the person's word, else the file's. None: somebody must be asked."""
    if options.srid is not None:
        return CRS.from_epsg(options.srid)
    if file.crs is None or file.crs.is_engineering:
        return None
    geoms = [row.geom for row in sample if row.geom is not None and not row.geom.is_empty]
    if file.crs.is_geographic and geoms and not boundary_crs.looks_geographic(geoms):
        return None
    return file.crs


def title(crs: CRS) -> str:
    """A system in words."""
    code = crs.to_epsg(min_confidence=50)
    return f"{dict(crs_choices()).get(code or 0, crs.name)} (EPSG:{code})" if code else title_of(crs)


def warnings_about(crs: CRS) -> list[str]:
    """What a person should know of a system."""
    code = crs.to_epsg(min_confidence=50) or 0
    if code in _TOKYO_CODES or "tokyo" in crs.name.lower():
        return [
            _("The file is in the Tokyo datum (before 2002). Positions were shifted by parameters for all of Japan "
              "and may be off by up to some ten metres.")
        ]  # fmt: skip
    return []


class Shaper:
    """Brings shapes from one system to storage and tells the report what it had to do."""

    def __init__(self, crs: CRS, report: Report) -> None:
        self.crs, self.report = crs, report
        self.types: set[str] = set()
        self.vertices = 0
        self.placed = 0
        try:
            self._way = Transformer.from_crs(crs, STORAGE_SRID, always_xy=True)
        except ProjError:
            raise UnreadableFile(_("The reference system of the file cannot be transformed.")) from None

    def shapes(self, rows: Sequence[RawRow]) -> list[BaseGeometry | None]:
        """Shapes of rows in degrees (EPSG:4326), longitude first; None where there is none to show."""
        given = [self._usable(row) for row in rows]
        found = shapely.transform(np.array(given, dtype=object), self._transform)
        return [
            None if geom is None else self._kept(row.number, geom)
            for row, geom in zip(rows, found, strict=True)
        ]

    def _transform(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack(self._way.transform(points[:, 0], points[:, 1]))

    def _usable(self, row: RawRow) -> BaseGeometry | None:
        if row.problem:
            self.report.note("bad_place" if row.is_place else "bad_shape", row.number, "", row.problem)
            return None
        geom = row.geom
        if geom is None or geom.is_empty:
            self.report.note("no_shape", row.number)
            return None
        count = int(shapely.get_num_coordinates(geom))
        if count > MAX_VERTICES_EACH:
            self.report.note("too_many_corners", row.number, "", f"{count:,}")
            return None
        self.vertices += count
        if geom.has_z:
            self.report.note("height", row.number)
            geom = shapely.force_2d(geom)
        if not np.isfinite(shapely.get_coordinates(geom)).all():
            self.report.note("bad_shape", row.number, "", "NaN")
            return None
        return geom

    def _kept(self, number: int, geom: BaseGeometry) -> BaseGeometry | None:
        west, south, east, north = geom.bounds
        if not all(map(math.isfinite, geom.bounds)) or not (
            JAPAN[0] <= west and JAPAN[1] <= south and east <= JAPAN[2] and north <= JAPAN[3]
        ):
            place = "" if not math.isfinite(west + south) else f"{south:.4f}, {west:.4f}"
            self.report.note("outside", number, "", place)
            return None
        dimension = shapely.get_dimensions(geom)
        wrong = "" if geom.is_valid else shapely.is_valid_reason(geom)[:60]
        if wrong:
            geom = shapely.make_valid(geom)
        flat = _of_one_dimension(geom)
        if flat.is_empty or shapely.get_dimensions(flat) != dimension:
            self.report.note("bad_shape", number, "", wrong or geom.geom_type)
            return None
        if wrong:
            self.report.note("repaired", number, "", wrong)
        self.types.add(_SINGLE.get(flat.geom_type, "Geometry"))
        self.placed += 1
        return _multiple(flat)

    @property
    def geometry_type(self) -> str:
        """The type all shapes have, lines and areas always as the multiple one; ``Geometry`` where they differ."""
        if self.types == {"Point", "MultiPoint"}:
            return "MultiPoint"
        return next(iter(self.types)) if len(self.types) == 1 else "Geometry"


def _multiple(geom: BaseGeometry) -> BaseGeometry:
    """Lines and areas as the multiple type, so that a layer has one type for clients that want one."""
    if isinstance(geom, Polygon):
        return MultiPolygon([geom])
    if isinstance(geom, LineString):
        return MultiLineString([geom])
    return geom


def _of_one_dimension(geom: BaseGeometry) -> BaseGeometry:
    """Of a mixed collection the parts of the highest dimension, as one shape."""
    if geom.geom_type != "GeometryCollection":
        return geom
    parts = [part for part in shapely.get_parts(geom).tolist() if not part.is_empty]
    flat = [leaf for part in parts for leaf in shapely.get_parts(part).tolist()]
    if not flat:
        return geom
    top = max(int(shapely.get_dimensions(leaf)) for leaf in flat)
    kept = [leaf for leaf in flat if int(shapely.get_dimensions(leaf)) == top]
    made: BaseGeometry = (MultiPoint, MultiLineString, MultiPolygon)[top](kept)
    return made if made.is_valid else shapely.make_valid(made)
