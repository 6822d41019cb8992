"""Small pieces of a city for tests: one line each, everything else with a sensible default."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from gisportal.accounts.models import AccessSetting, Account
from layers.access import Level, Viewer
from layers.models import Category, District, DistrictScheme, FieldDefinition, Organisation, Resource

#: The middle of the small city: longitude, latitude (EPSG:4326).
LON, LAT = 134.05, 34.34
_numbers = count(1)


def make_category(code: str = "care", **more: Any) -> Category:
    """A category; at the top it gets a colour and a shape."""
    if "parent" not in more:
        more = {"colour": "#7a3e00", "shape": "square", **more}
    found, _created = Category.objects.get_or_create(code=code, defaults={"title": code, **more})
    return found


def make_resource(name: str = "", *, lon: float | None = LON, lat: float = LAT, **more: Any) -> Resource:
    """A resource published to members; without ``lon`` it has no position."""
    number = next(_numbers)
    place = {} if lon is None else {"geom": Point(lon, lat, srid=4326), "geom_origin": "file"}
    values: dict[str, Any] = {
        "name": name or f"地域資源{number}",
        "category": more.pop("category", None) or make_category(),
        "publication": "members",
        "updated_at": timezone.now(),
        **place,
        **more,
    }
    resource = Resource.unscoped.create(**values)
    resource.refresh_from_db()
    return resource


def make_district(
    scheme: str = "area",
    code: str = "one",
    *,
    box: tuple[float, float, float, float] | None = None,
    **more: Any,
) -> District:
    """A district of a scheme (made on demand). ``box``: west, south, east, north in degrees."""
    row, _created = DistrictScheme.objects.get_or_create(
        code=scheme, defaults={"title": "日常生活圏域", "is_care_area": True, **more.pop("scheme_values", {})}
    )
    bounds = box or (LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
    geom = MultiPolygon(Polygon.from_bbox(bounds), srid=4326)
    return District.unscoped.create(scheme=row, code=code, geom=geom, **{"title": f"{code}圏域", **more})


def make_field(key: str = "note", kind: str = "text", **more: Any) -> FieldDefinition:
    """A field of the city, for everyone."""
    return FieldDefinition.objects.create(
        **{"key": key, "title": f"項目{key}", "kind": kind, "audience": "public", **more}
    )


def make_office(name: str = "第一包括支援センター", phone: str = "087-111-2222") -> Organisation:
    """An office responsible."""
    return Organisation.unscoped.create(name=name, phone=phone)


def make_account(level: Level = Level.A, username: str = "") -> Account:
    """An account that can be handed to ``client.force_login``."""
    return Account.objects.create_user(username or f"person-{next(_numbers)}", level=level.value)


def viewer(level: Level = Level.A, **more: Any) -> Viewer:
    """A viewer of a level without an account in the database."""
    return Viewer(level=level, **{"account_id": 1, **more})


def publish_site(on: bool = True) -> None:
    """Switches the public site."""
    AccessSetting.objects.update_or_create(pk=1, defaults={"public_site": on})


def long_ago() -> datetime:
    """A time at which nothing is new and everything is stale."""
    return timezone.now() - timedelta(days=1000)
