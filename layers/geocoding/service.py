"""What a caseworker asks first: in which district an address lies and which office is responsible (R31).

For viewers that may use districts and geocoding (design §4). Nothing typed here is stored, logged or
sent anywhere: outside geocoders are only reached by :func:`geocode_public`, for published addresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import JSONField, TextField, Value

from layers.access import Viewer
from layers.crs import STORAGE_SRID
from layers.districts import visible_districts
from layers.functions import DistrictsOf
from layers.geocoding import get_geocoder
from layers.geocoding.candidates import Candidate, MatchLevel, NearbyTown
from layers.geocoding.external import ExternalGeocoders, build_external
from layers.models import District, DistrictScheme, DistrictTown, Site

#: Below this score a published address is also asked outside, where the city switched that on.
_POOR = 0.6


@dataclass(frozen=True, slots=True)
class LocatedDistrict:
    """A district an address lies in, named ``key`` (``scheme:code``), with the office responsible.

    ``decided_by`` is ``table`` (the scheme's table of towns) or ``polygon``; ``approximate`` says the
    scheme's boundaries are; ``answers_first`` marks the scheme of the responsible offices, and ``scheme_note`` says
    how it divides the city and where its offices come from.
    """

    key: str
    scheme: str
    scheme_title: str
    code: str
    title: str
    office: str
    office_phone: str
    approximate: bool
    decided_by: str
    answers_first: bool
    scheme_note: str


@dataclass(frozen=True, slots=True)
class LocatedCandidate:
    """A candidate (or, for a position, a town near it) with its districts, those that answer first first."""

    candidate: Candidate | NearbyTown
    districts: tuple[LocatedDistrict, ...]


def locate(
    viewer: Viewer | None, text: str, *, city: str | None = None, limit: int = 5
) -> list[LocatedCandidate]:
    """Candidates of an address with districts and offices.

    ``city`` (code or name) defaults to the city of this portal. Raises ``PermissionDenied`` for a viewer
    that may not use the service.
    """
    viewer = _served(viewer)
    found = get_geocoder().geocode(text, city=city or home_city(), limit=limit)
    return [LocatedCandidate(c, _districts_of(viewer, c)) for c in found]


def locate_point(
    viewer: Viewer | None, lon: float, lat: float, *, limit: int = 5
) -> tuple[tuple[LocatedDistrict, ...], list[LocatedCandidate]]:
    """Districts of a position (degrees, EPSG:4326) and the towns nearest to it, with theirs.

    The position itself is judged by the polygons: which town it belongs to is not known for certain.
    """
    viewer = _served(viewer)
    towns = get_geocoder().reverse(lon, lat, limit=limit)
    here = districts_at(viewer, lon, lat)
    return here, [LocatedCandidate(town, _districts_of(viewer, town)) for town in towns]


def districts_at(
    viewer: Viewer | None, lon: float, lat: float, *, lg_code: str = "", town: str = ""
) -> tuple[LocatedDistrict, ...]:
    """Districts of a place by the rule of the database: table of towns first, else polygon."""
    point = Point(lon, lat, srid=STORAGE_SRID)
    rule = DistrictsOf(
        Value(point, PointField(srid=STORAGE_SRID)), Value(lg_code), Value(town), Value({}, JSONField()),
        output_field=ArrayField(TextField()),
    )  # fmt: skip
    keys = DistrictScheme.objects.order_by().values_list(rule, flat=True).first() or []
    rows = District.unscoped.filter(visible_districts(viewer), key__in=keys).select_related(
        "scheme", "office"
    )
    tabled = set(
        DistrictTown.objects.filter(lg_code=lg_code, town=town).values_list("scheme_id", flat=True)
        if town
        else []
    )
    located = [_located(row, row.scheme_id in tabled) for row in rows]
    order = {key: place for place, key in enumerate(keys)}
    return tuple(sorted(located, key=lambda d: (not d.answers_first, order[d.key])))


def _located(row: District, is_tabled: bool) -> LocatedDistrict:
    office = row.office
    return LocatedDistrict(
        key=row.key,
        scheme=row.scheme.code,
        scheme_title=row.scheme.title,
        code=row.code,
        title=row.title,
        office=office.name if office else "",
        office_phone=row.office_phone or (office.phone if office else ""),
        approximate=row.scheme.is_approximate,
        decided_by="table" if is_tabled else "polygon",
        answers_first=row.scheme.is_care_area,
        scheme_note=row.scheme.description,
    )


def _districts_of(viewer: Viewer, candidate: Candidate | NearbyTown) -> tuple[LocatedDistrict, ...]:
    """None for a whole city or prefecture: its point says nothing about a district."""
    if candidate.level < MatchLevel.TOWN:
        return ()
    return districts_at(viewer, candidate.lon, candidate.lat, lg_code=candidate.lg_code, town=candidate.town)


def _served(viewer: Viewer | None) -> Viewer:
    viewer = viewer or Viewer()
    if not viewer.is_served:
        raise PermissionDenied("districts and geocoding are not for this viewer")
    return viewer


def is_known_city(city: str) -> bool:
    """Whether a code or name means a municipality of the gazetteer."""
    return bool(get_geocoder().directory.resolve(city)[0])


def home_city() -> str | None:
    """Code of the city served: as set (``LG_CODE``), else that of its table of towns or its sites."""
    if settings.LG_CODE:
        return str(settings.LG_CODE)
    for rows in (DistrictTown.objects, Site.unscoped):
        code = rows.exclude(lg_code="").order_by("id").values_list("lg_code", flat=True).first()
        if code:
            return str(code)
    return None


@cache
def _external(names: tuple[str, ...]) -> ExternalGeocoders:
    return build_external(names)


def geocode_public(text: str, *, city: str | None = None, limit: int = 5) -> list[Candidate]:
    """Geocode a *published* address (an office in a list): own gazetteer first, then ``GEOCODERS``.

    Never call it with the address of a person; :func:`locate` is for those.
    """
    found = get_geocoder().geocode(text, city=city, limit=limit)
    if found and found[0].score >= _POOR and found[0].level >= MatchLevel.TOWN:
        return found
    outside = _external(tuple(settings.GEOCODERS)).search(text, private=False, limit=limit)
    return (_same_city(found, outside) or found)[:limit]


def _same_city(found: list[Candidate], outside: Iterable[Candidate]) -> list[Candidate]:
    """Outside answers within the city the own one recognised; all of them where it recognised none."""
    if not found:
        return list(outside)
    city = found[0].city
    return [c for c in outside if city in c.address or city == c.city]
