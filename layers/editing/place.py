"""Where a resource is: address, pin, disclosure (R31, design §3). A pin set by hand is never moved by an address."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.gis.geos import Point

from layers.access import Viewer
from layers.editing.items import PLACE
from layers.editing.values import point_of, protected_place
from layers.geocoding import get_geocoder
from layers.geocoding.candidates import Candidate, MatchLevel
from layers.geocoding.service import geocode_public, home_city
from layers.models import ProtectedPlace, Resource
from layers.models.place import Place

_EMPTY: Final = {"postcode": "", "address": "", "building": "", "lg_code": "", "town": "", "geom": None,
                 "geom_origin": "", "geom_precision": ""}  # fmt: skip


def settle_place(
    resource: Resource, values: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Brings the place in line with changed items. ``values``: the changed ones; ``before``: all as they were.

    A new address without a new pin moves the pin only where it came from an address or a file. An entry that becomes
    ``area`` hands its exact place to the protected table, for its editor; ``contact`` keeps none at all. Gives back
    the columns of an exact place that must be protected, for :func:`settle_protected`.
    """
    if not {*PLACE, "disclosure", "site"} & set(values):
        return None
    wanted = {**{key: before.get(key) for key in PLACE}, **values}
    place = place_columns(resource, wanted, values, is_hidden=before.get("disclosure") == "area")
    if resource.disclosure == "open":
        _set(resource, place)
        ProtectedPlace.unscoped.filter(resource_id=resource.pk).delete()
        return None
    _set(resource, _EMPTY)
    resource.site_id = None
    if resource.disclosure == "contact":
        ProtectedPlace.unscoped.filter(resource_id=resource.pk).delete()
        return None
    return place


def settle_protected(resource: Resource, place: Mapping[str, Any] | None, actor: Viewer) -> None:
    """After the row is saved: the exact place of an ``area`` entry. Only a reader of it writes."""
    if place is None:
        return
    rows = ProtectedPlace.unscoped.filter(resource_id=resource.pk)
    if protected_place(resource, actor) is None and rows.filter(readers__is_active=True).exists():
        return
    kept = {key: place[key] for key in ("lg_code", "town", "geom")}
    address = " ".join(part for part in (place["address"], place["building"]) if part)[:300]
    row, _made = ProtectedPlace.unscoped.update_or_create(
        resource=resource, defaults={**kept, "address": address}
    )
    if not row.readers.filter(is_active=True).exists() and actor.account_id is not None:
        row.readers.add(actor.account_id)


def _set(resource: Resource, place: Mapping[str, Any]) -> None:
    for key, value in place.items():
        setattr(resource, key, value)


def place_columns(
    resource: Place, wanted: Mapping[str, Any], changed: Mapping[str, Any], *, is_hidden: bool = False
) -> dict[str, Any]:
    """Columns of a place from the values ``wanted``, of which ``changed`` are new. ``is_hidden``: from a protected one.

    A hidden pin has no record of its origin: it counts as set by hand.
    """
    address = str(wanted.get("address") or "")
    is_asked = is_hidden or "address" in changed or changed.get("geom_origin") == "geocoded"
    is_public = getattr(resource, "disclosure", "open") == "open"
    candidate = best_candidate(address, is_public=is_public) if address and is_asked else None
    found: dict[str, Any] = {
        "postcode": wanted.get("postcode") or "",
        "address": address,
        "building": wanted.get("building") or "",
        "lg_code": resource.lg_code if address else "",
        "town": resource.town if address else "",
    }
    if is_asked:
        found["lg_code"] = candidate.lg_code if candidate else ""
        found["town"] = candidate.town if candidate else ""
    is_by_hand = resource.geom_origin == "hand" or (is_hidden and point_of(wanted) is not None)
    found.update(_position(resource, wanted, changed, candidate, is_by_hand=is_by_hand))
    return found


def _position(
    resource: Place,
    wanted: Mapping[str, Any],
    changed: Mapping[str, Any],
    candidate: Candidate | None,
    *,
    is_by_hand: bool,
) -> dict[str, Any]:
    point = point_of(wanted)
    if "lat" in changed or "lon" in changed:
        if point is None:
            return {"geom": None, "geom_origin": "", "geom_precision": ""}
        origin = changed.get("geom_origin") or "hand"
        level = candidate.level.name.lower() if candidate else ""
        return {
            "geom": point,
            "geom_origin": origin,
            "geom_precision": "point" if origin == "hand" else level,
        }
    if "address" in changed and not is_by_hand:
        if candidate is None:
            return {"geom": None, "geom_origin": "", "geom_precision": ""}
        return {
            "geom": Point(candidate.lon, candidate.lat, srid=4326),
            "geom_origin": "geocoded",
            "geom_precision": candidate.level.name.lower(),
        }
    # An entry that becomes open again brings its place back from the protected table.
    return {
        "geom": point,
        "geom_origin": (resource.geom_origin or "hand") if point else "",
        "geom_precision": resource.geom_precision if point else "",
    }


def candidates(address: str, *, is_public: bool) -> list[Candidate]:
    """The best answer for an address; one that is not published is asked of no geocoder outside."""
    if is_public:
        return geocode_public(address, city=home_city(), limit=1)
    return get_geocoder().geocode(address, city=home_city(), limit=1)


def best_candidate(address: str, *, is_public: bool = True) -> Candidate | None:
    """The best answer for an address, town level or finer."""
    found = candidates(address, is_public=is_public)
    return found[0] if found and found[0].level >= MatchLevel.TOWN else None
