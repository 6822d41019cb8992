"""A resource's items as plain values, back into its columns, and two sets of them compared in words."""

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.crs import STORAGE_SRID
from layers.editing.errors import Difference
from layers.editing.items import EditItem
from layers.fields import Kind
from layers.models import Category, Organisation, ProtectedPlace, Resource, Site
from layers.models.resource_columns import ResourceColumns

#: Columns that are values as they stand.
_TEXTS: Final = (
    "name reading office_number disclosure phone fax email url opening_hours description delivery service_area "
    "publication operation"
).split()
_PLACE_TEXTS: Final = ("postcode", "address", "building", "geom_origin")
_DATES: Final = ("opened_on", "suspended_on", "closed_on")
_IDS: Final = ("organisation", "site", "successor")
_LISTS: Final = ("former_names", "fields_of_support", "withheld")


def current_values(resource: ResourceColumns, viewer: Viewer | None = None) -> dict[str, Any]:
    """Every item of a resource, or of a past state of one, as a plain value.

    The place of an ``area`` entry comes from its protected table and only for a reader named there; for everyone
    else its items are empty.
    """
    found: dict[str, Any] = {key: getattr(resource, key) for key in _TEXTS}
    found["category"] = category_code(resource)
    found.update({key: list(getattr(resource, key)) for key in _LISTS})
    found.update({key: _iso(getattr(resource, key)) for key in _DATES})
    found.update({key: getattr(resource, f"{key}_id") for key in _IDS})
    found.update(formal_override=resource.formal_override, capacity=resource.capacity)
    found["service_districts"] = list(resource.served_keys)
    found["service_geom"] = json.loads(resource.service_geom.geojson) if resource.service_geom else None
    found.update(_place(resource, viewer))
    found.update({f"field.{key}": value for key, value in resource.properties.items() if value is not None})
    return found


def category_code(resource: ResourceColumns) -> str:
    """Code of a category; empty where a past state names one that is no more."""
    code = Category.objects.filter(pk=resource.category_id).values_list("code", flat=True).first()
    return str(code or "")


def _iso(value: datetime.date | None) -> str:
    return value.isoformat() if value else ""


def _place(resource: ResourceColumns, viewer: Viewer | None) -> dict[str, Any]:
    if resource.disclosure == "area" and isinstance(resource, Resource):
        hidden = protected_place(resource, viewer)
        return {
            "postcode": "",
            "building": "",
            "address": hidden.address if hidden else "",
            "geom_origin": "",
            **_degrees(hidden.geom if hidden else None),
        }
    return {**{key: getattr(resource, key) for key in _PLACE_TEXTS}, **_degrees(resource.geom)}


def _degrees(geom: Any) -> dict[str, float | None]:
    return {"lat": geom.y if geom else None, "lon": geom.x if geom else None}


def protected_place(resource: Resource, viewer: Viewer | None) -> ProtectedPlace | None:
    """The exact place of an ``area`` entry, for a reader named there (design §3); ``None`` for everyone else."""
    if viewer is None or viewer.account_id is None:
        return None
    return ProtectedPlace.unscoped.filter(resource=resource, readers=viewer.account_id).first()


def apply_values(resource: Resource, values: Mapping[str, Any]) -> None:
    """Sets columns from values; the place, the districts served and the responsible are the services' business."""
    for key, value in values.items():
        if key.startswith("field."):
            _set_property(resource, key.removeprefix("field."), value)
        elif key == "category":
            resource.category = Category.objects.get(code=value)
        elif key in _DATES:
            setattr(resource, key, datetime.date.fromisoformat(value) if value else None)
        elif key in _IDS:
            setattr(resource, f"{key}_id", value)
        elif key in {*_TEXTS, *_LISTS, "formal_override", "capacity"}:
            setattr(resource, key, value)
        elif key == "service_geom":
            resource.service_geom = _multipolygon(value)


def _multipolygon(value: Mapping[str, Any] | None) -> MultiPolygon | None:
    geom = GEOSGeometry(json.dumps(value)) if value else None
    return geom if isinstance(geom, MultiPolygon) else None


def _set_property(resource: Resource, key: str, value: Any) -> None:
    """An empty value takes the key away: a missing key equals null (style: fields a city adds)."""
    properties = dict(resource.properties)
    if value in ("", None, []):
        properties.pop(key, None)
    else:
        properties[key] = value
    resource.properties = properties


def point_of(values: Mapping[str, Any]) -> Point | None:
    """The position among values, EPSG:4326."""
    if values.get("lat") is None or values.get("lon") is None:
        return None
    return Point(float(values["lon"]), float(values["lat"]), srid=STORAGE_SRID)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: empty is empty, positions agree to a centimetre."""
    if one in ("", None, []) and other in ("", None, []):
        return True
    if isinstance(one, float) or isinstance(other, float):
        try:
            return abs(float(one) - float(other)) < 1e-7
        except (TypeError, ValueError):
            return False
    return bool(one == other)


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Keys of ``after`` whose value differs from ``before``."""
    return [key for key, value in after.items() if not same(before.get(key), value)]


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], items: Mapping[str, EditItem]
) -> list[Difference]:
    """What differs, in words and in the order of the items. Only items in both ``after`` and ``items`` count."""
    return [
        Difference(key, str(item.title), in_words(item, before.get(key)), in_words(item, after[key]))
        for key, item in items.items()
        if key in after and not same(before.get(key), after[key])
    ]


def in_words(item: EditItem, value: Any) -> str:
    """A value as a person reads it; empty for none."""
    if value in ("", None, []):
        return ""
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if item.key in {"site", "organisation", "successor"}:
        return _named(item.key, value)
    if item.kind is Kind.CHOICE:
        return item.choice_title(value)
    if item.key == "service_geom":
        return str(_("drawn area"))
    if isinstance(value, list):
        return "、".join(item.choice_title(code) for code in value)
    if isinstance(value, float) and item.key in {"lat", "lon"}:
        return f"{value:.6f}"
    return f"{value} {item.unit}".strip()


def _named(key: str, pk: int) -> str:
    models: dict[str, Any] = {"site": Site, "organisation": Organisation, "successor": Resource}
    found = models[key].unscoped.filter(pk=pk).values_list("name", flat=True).first()
    return str(found or pk)


def picked(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The values of some keys."""
    return {key: values[key] for key in keys if key in values}
