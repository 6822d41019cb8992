"""What may stand in a district scheme and in a district: values as they come from a form (R24)."""

import datetime
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from layers.crs import STORAGE_SRID
from layers.editing.errors import InvalidValues
from layers.imports import boundary_checks as checks
from layers.imports.boundary_crs import JAPAN
from layers.imports.polygons import repair
from layers.models import District, DistrictScheme
from layers.written_dates import read_date

MAX_BOUNDARY_TEXT: Final = 2_000_000
MAX_VERTICES: Final = 100_000
MAX_PEOPLE: Final = 100_000_000
_SCHEME_CODE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*")

Reader = Callable[[Any], Any]


class Wrong(ValueError):
    """A message for the person."""


class CrossingOutline(Wrong):
    """An outline that is not valid; it may be cleaned with the person's consent."""


def read_values(raw: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Every value read. Raises :class:`InvalidValues` naming all that is wrong; unknown keys are refused."""
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, value in raw.items():
        try:
            found[key] = readers[key](value)
        except KeyError:
            errors[key] = [_("There is no such item.")]
        except Wrong as wrong:
            errors[key] = [str(wrong)]
    if errors:
        raise InvalidValues(errors)
    return found


def line(most: int, required: bool = False) -> Reader:
    """One line of text."""

    def read(value: Any) -> str:
        text = " ".join(str(value or "").replace("\x00", "").split())
        if required and not text:
            raise Wrong(_("This is needed."))
        if len(text) > most:
            raise Wrong(
                _("At most %(most)d characters; these are %(count)d.") % {"most": most, "count": len(text)}
            )
        return text

    return read


def _key(pattern: re.Pattern[str], message: str) -> Reader:
    def read(value: Any) -> str:
        text = str(value or "").strip()
        if not pattern.fullmatch(text) or len(text) > 40:
            raise Wrong(_(message))
        return text

    return read


def _count(value: Any) -> int | None:
    text = str(value if value is not None else "").replace(",", "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > MAX_PEOPLE:
        raise Wrong(_("A whole number from 0 is expected here."))
    return int(text)


def _date(value: Any) -> datetime.date | None:
    text = str(value or "").strip()
    found = read_date(text) if text else None
    if text and found is None:
        raise Wrong(
            _("“%(value)s” is no date. Write it like 2026-04-01 or 令和8年4月1日.") % {"value": text[:40]}
        )
    return found


def _yes(value: Any) -> bool:
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}


def _text(value: Any) -> str:
    text = str(value or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > 4000:
        raise Wrong(
            _("At most %(most)d characters; these are %(count)d.") % {"most": 4000, "count": len(text)}
        )
    return text


SCHEME: Final[dict[str, Reader]] = {
    "code": lambda value: _key(
        _SCHEME_CODE, gettext_noop("Lower-case letters, digits and single underscores.")
    )(value),
    "title": line(80, required=True),
    "title_en": line(120),
    "description": _text,
    "is_approximate": _yes,
    "is_care_area": _yes,
}
DISTRICT: Final[dict[str, Reader]] = {
    "code": lambda value: _key(_CODE, gettext_noop("Letters, digits, - and _; at most 40."))(value),
    "title": line(80, required=True),
    "reading": line(120),
    "office": line(200),
    "office_phone": line(60),
    "population": _count,
    "households": _count,
    "population_on": _date,
}


def read_scheme(raw: Mapping[str, Any], row: DistrictScheme | None) -> dict[str, Any]:
    """Values of a scheme; its code is set once. Raises :class:`InvalidValues`."""
    given = dict(raw) if row else {"code": "", "title": "", **raw}
    if row:
        given.pop("code", None)
    found = read_values(given, SCHEME)
    if not row and DistrictScheme.objects.filter(code=found["code"]).exists():
        raise InvalidValues({"code": [_("There is a scheme with this code already.")]})
    return found


def read_district(raw: Mapping[str, Any], scheme: DistrictScheme, row: District | None) -> dict[str, Any]:
    """Values of a district without its boundary. Raises :class:`InvalidValues`."""
    given = dict(raw) if row else {"code": "", "title": "", **raw}
    found = read_values(given, DISTRICT)
    others = District.unscoped.filter(scheme=scheme).exclude(pk=row.pk if row else 0)
    if "code" in found and others.filter(code=found["code"]).exists():
        raise InvalidValues({"code": [_("There is a district with this code already.")]})
    return found


# --- the boundary --------------------------------------------------------------------------------------------------


def read_boundary(text: Any, *, cleans: bool = False) -> MultiPolygon | None:
    """GeoJSON or WKT in degrees, longitude first, as a valid boundary; nothing for no text.

    Raises:
        CrossingOutline: not valid; the message says what is wrong where. With ``cleans`` it is repaired instead.
        Wrong: nothing that could be a boundary.
    """
    written = str(text or "").strip()
    if not written:
        return None
    if len(written) > MAX_BOUNDARY_TEXT:
        raise Wrong(_("More than %(most)d corners. Simplify the boundaries first.") % {"most": MAX_VERTICES})
    shape = _parsed(written)
    _check_shape(shape)
    wrong = checks.invalid(shape)
    if wrong is not None and not cleans:
        where = checks.place_words(wrong.lon, wrong.lat)
        raise CrossingOutline(
            _("Not valid: %(reason)s %(where)s.") % {"reason": wrong.reason, "where": where}
        )
    found = checks.polygons_of(shape if wrong is None else repair(shape))
    if found.is_empty:
        raise Wrong(_("Nothing is left of this outline when it is cleaned. Draw it anew."))
    return found


def _parsed(text: str) -> BaseGeometry:
    try:
        if text.startswith("{"):
            return (
                shapely.union_all(_members(json.loads(text)))
                if '"Feature' in text
                else _geometry(json.loads(text))
            )
        if text.upper().startswith("SRID="):
            srid, _semicolon, text = text.partition(";")
            if srid[5:] != str(STORAGE_SRID):
                raise Wrong(_("Coordinates are degrees of WGS 84 here (SRID 4326)."))
        return shapely.force_2d(shapely.from_wkt(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, shapely.errors.ShapelyError):
        raise Wrong(_("This is neither GeoJSON nor WKT.")) from None


def _geometry(document: Mapping[str, Any]) -> BaseGeometry:
    return shapely.force_2d(shapely.from_geojson(json.dumps(document, allow_nan=False)))


def _members(document: Mapping[str, Any]) -> list[BaseGeometry]:
    """Shapes of a Feature or a FeatureCollection."""
    rows = document["features"] if document.get("type") == "FeatureCollection" else [document]
    return [_geometry(row["geometry"]) for row in rows if row.get("geometry")]


def _check_shape(shape: BaseGeometry) -> None:
    if shape.geom_type not in {"Polygon", "MultiPolygon", "GeometryCollection"} or not checks.polygons_of(
        shape
    ):
        raise Wrong(_("A boundary is an area: a polygon or several."))
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise Wrong(_("More than %(most)d corners. Simplify the boundaries first.") % {"most": MAX_VERTICES})
    west, south, east, north = shape.bounds
    if not all(abs(number) < 1e9 for number in shape.bounds):
        raise Wrong(_("A coordinate is no number."))
    if JAPAN[1] <= west <= east <= JAPAN[3] and JAPAN[0] <= south <= north <= JAPAN[2]:
        raise Wrong(_("Latitude and longitude seem to be swapped."))
    if not (JAPAN[0] <= west and JAPAN[1] <= south and east <= JAPAN[2] and north <= JAPAN[3]):
        raise Wrong(_("The boundary lies outside Japan. Coordinates are degrees, longitude first."))


def stored(geom: MultiPolygon) -> GEOSGeometry:
    """A boundary as the models take it."""
    return GEOSGeometry(memoryview(geom.wkb), srid=STORAGE_SRID)


def boundary_text(row: District) -> str:
    """The boundary as GeoJSON to be edited, to seven digits (a centimetre); nothing where there is none."""
    if row.geom is None:
        return ""
    shape = shapely.from_wkb(bytes(row.geom.wkb))
    return json.dumps(json.loads(shapely.to_geojson(_rounded(shape))), separators=(",", ":"))


def _rounded(shape: BaseGeometry) -> BaseGeometry:
    """Seven digits, unless that would make it invalid: then as it is."""
    short = shapely.set_precision(shape, 1e-7, mode="pointwise")
    return short if short.is_valid else shape
