"""The place in the form of an entry: pin and map, shared site, districts served, readers of a protected place."""

from typing import Any

from django.http import HttpRequest

from gisportal.portal.edit_form import EntryForm
from gisportal.portal.map_config import base_config
from gisportal.portal.search_views import viewer_of
from layers.editing.areas import districts_offered
from layers.editing.coordinates import in_words
from layers.editing.people import place_readers
from layers.editing.place_checks import place_warnings
from layers.editing.sites import SharedSite, shared_site, sites_offered
from layers.errors import FeatureNotFound
from layers.source import get_source


def place_context(request: HttpRequest, form: EntryForm) -> dict[str, Any]:
    """What the group of the place shows beside the items."""
    row, viewer = form.row, viewer_of(request)
    values = form.seen
    lat, lon = values.get("lat"), values.get("lon")
    site = _site(form)
    config = base_config(request, form.words)
    config.update(query="", hasPlace=False, spot=None, geocode="/geocode")
    if config["centre"] is None:
        config["cityBounds"] = get_source("resources", viewer).extent()
    return {
        "map_config": config,
        "zones": form.zones(),
        "lat_text": "".join(form.typed.get("lat", [])[-1:]),
        "lon_text": "".join(form.typed.get("lon", [])[-1:]),
        "position_words": in_words(lat, lon) if lat is not None and lon is not None else "",
        "position_origin": row.geom_origin if row and row.disclosure == "open" else "",
        "place_warnings": _warnings(form) if row and not form.errors else [],
        "shared": site,
        "sites": sites_offered(viewer, row) if "site" in form.items else [],
        "chosen_site": "".join(form.typed.get("site", [])[-1:]),
        "replace_pin": form.extra("replace_pin"),
        "note": form.extra("note"),
        "readers": place_readers(viewer, row) if row else None,
    }


def _warnings(form: EntryForm) -> list[str]:
    seen = form.seen
    is_public = seen.get("disclosure") == "open"
    return place_warnings(
        str(seen.get("address") or ""), seen.get("lat"), seen.get("lon"), is_public=is_public
    )


def _site(form: EntryForm) -> SharedSite | None:
    if form.row is None or form.row.site_id is None:
        return None
    try:
        return shared_site(form.viewer, form.row.site_id)
    except FeatureNotFound:
        return None


def area_choices(form: EntryForm) -> dict[str, Any]:
    """Districts by scheme, those chosen marked."""
    chosen = set(form.typed.get("service_districts", []))
    offered = districts_offered(form.viewer)
    schemes = [
        {
            "title": scheme.full_title,
            "code": scheme.code,
            "districts": [{"key": key, "title": title} for key, title in offered[scheme.code]],
            "picked": sum(key in chosen for key, _title in offered[scheme.code]),
        }
        for scheme in form.words.schemes.values()
        if scheme.code in offered
    ]
    return {"schemes": schemes, "districts_chosen": chosen}
