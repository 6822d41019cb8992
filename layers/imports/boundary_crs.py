"""Reference systems of Japanese boundary files, and the way from each to storage (WGS 84, longitude first)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.imports.boundary_files import BoundaryFile, UnreadableFile

JGD2011, JGD2000 = 6668, 4612
#: EPSG codes of zone I of the plane rectangular system (平面直角座標系), JGD2011 and JGD2000; nineteen zones each.
PLANE_2011, PLANE_2000, ZONES = 6669, 2443, 19
#: Japan with its islands: west, south, east, north in degrees.
JAPAN: Final = (122.0, 20.0, 154.5, 46.0)
KNOWN: Final = (
    STORAGE_SRID, JGD2011, JGD2000, WEB_MERCATOR_SRID,
    *range(PLANE_2011, PLANE_2011 + ZONES), *range(PLANE_2000, PLANE_2000 + ZONES),
)  # fmt: skip


def choices() -> list[tuple[int, str]]:
    """Systems a person may choose from, with their names."""
    found = [
        (JGD2011, _("JGD2011, latitude and longitude")),
        (JGD2000, _("JGD2000, latitude and longitude")),
        (STORAGE_SRID, _("WGS 84, latitude and longitude")),
    ]
    for first, datum in ((PLANE_2011, "JGD2011"), (PLANE_2000, "JGD2000")):
        found += [
            (
                first + zone,
                _("%(datum)s, plane rectangular zone %(zone)d") % {"datum": datum, "zone": zone + 1},
            )
            for zone in range(ZONES)
        ]
    return [*found, (WEB_MERCATOR_SRID, _("web Mercator"))]


def title_of(crs: CRS) -> str:
    """A system in words, with its EPSG code where it has one."""
    code = crs.to_epsg(min_confidence=50)
    name = dict(choices()).get(code or 0, crs.name)
    return f"{name} (EPSG:{code})" if code else name


def looks_geographic(geoms: Sequence[BaseGeometry | None]) -> bool:
    """Whether the numbers can be degrees."""
    if not any(geoms):
        return False
    west, south, east, north = _bounds(geoms)
    return max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 360


def system_of(file: BoundaryFile, srid: int | None) -> CRS | None:
    """The system to read a file in: the person's word, else the file's. ``None``: somebody must be asked.

    A file that claims degrees while its numbers are metres is not believed.
    """
    if srid is not None:
        return CRS.from_epsg(srid)
    geoms = [feature.geom for feature in file.features]
    if file.crs is not None and file.crs.is_geographic and not looks_geographic(geoms):
        return None
    return file.crs


def to_storage(geoms: Sequence[BaseGeometry | None], crs: CRS) -> list[BaseGeometry | None]:
    """Shapes in degrees (EPSG:4326), longitude first. Raises :class:`UnreadableFile` where that is not in Japan."""
    if crs.is_projected and looks_geographic(geoms):
        raise UnreadableFile(
            _("The numbers of the file are degrees, not metres. Choose another reference system.")
        )
    try:
        way = Transformer.from_crs(crs, STORAGE_SRID, always_xy=True)
    except ProjError:
        raise UnreadableFile(_("The reference system of the file cannot be transformed.")) from None

    def transform(points: np.ndarray) -> np.ndarray:
        return np.column_stack(way.transform(points[:, 0], points[:, 1]))

    found: list[BaseGeometry | None] = list(shapely.transform(np.array(geoms, dtype=object), transform))
    _check_in_japan(found, crs)
    return found


def _bounds(geoms: Sequence[BaseGeometry | None]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(np.array([geom for geom in geoms if geom], dtype=object))
    return float(west), float(south), float(east), float(north)


def _check_in_japan(geoms: Sequence[BaseGeometry | None], crs: CRS) -> None:
    if not any(geom is not None and not geom.is_empty for geom in geoms):
        raise UnreadableFile(_("The file holds no shapes."))
    west, south, east, north = _bounds(geoms)
    if JAPAN[0] <= west and JAPAN[1] <= south and east <= JAPAN[2] and north <= JAPAN[3]:
        return
    if JAPAN[1] <= west and east <= JAPAN[3] and JAPAN[0] <= south and north <= JAPAN[2]:
        raise UnreadableFile(_("Latitude and longitude are swapped in this file."))
    raise UnreadableFile(
        _("Read as %(system)s, the boundaries lie outside Japan. Choose another reference system.")
        % {"system": title_of(crs)}
    )
