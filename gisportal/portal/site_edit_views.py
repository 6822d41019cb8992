"""A site shared by several services, corrected once for all of them (R31)."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.portal.answers import private
from gisportal.portal.edit_fields import field_errors, form_field, inputs_of
from gisportal.portal.edit_views import forbidden, opened
from gisportal.portal.search_views import viewer_of
from layers.access import Act
from layers.editing.coordinates import CoordinateError, parse_pair
from layers.editing.errors import Conflict, Difference, InvalidValues, NotAllowed
from layers.editing.place import best_candidate
from layers.editing.place_checks import place_warnings
from layers.editing.sites import SharedSite, shared_site, site_items, site_values, update_site
from layers.editing.values import changed_keys
from layers.errors import FeatureNotFound


@require_http_methods(["GET", "HEAD", "POST"])
def edit_site(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The site of an entry."""
    row = opened(request, resource_id, Act.UPDATE)
    if isinstance(row, HttpResponse):
        return row
    if row.site_id is None:
        return redirect("portal:edit", resource_id)
    viewer = viewer_of(request)
    site = shared_site(viewer, row.site_id)
    if not site.may_edit:
        return forbidden(
            request, _("Other services stand there too; level A or the administrator corrects this site.")
        )
    if request.method != "POST":
        return _page(request, resource_id, site, site.values, {}, ())
    seen = _seen(request, site)
    changes: dict[str, Any] = {}
    try:
        changes = _changes(request, seen)
        saved = update_site(viewer, site.id, seen, changes)
    except InvalidValues as wrong:
        return _page(request, resource_id, site, seen, wrong.errors, ())
    except Conflict as conflict:
        return _page(request, resource_id, site, site.values, {}, conflict.differences)
    except (NotAllowed, FeatureNotFound):
        return forbidden(request)
    messages.success(
        request, _("The site has been corrected for its %(count)d entries.") % {"count": site.count}
    )
    values = site_values(saved)
    for text in place_warnings(values["address"], values["lat"], values["lon"]):
        messages.warning(request, text)
    return redirect("portal:resource", resource_id)


def _seen(request: HttpRequest, site: SharedSite) -> dict[str, Any]:
    """The values the form was made from, as it carries them."""
    try:
        given = json.loads(request.POST.get("seen", ""))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        return dict(site.values)
    return {key: given.get(key, value) for key, value in site.values.items()}


def _changes(request: HttpRequest, seen: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed anew. Raises :class:`InvalidValues`."""
    posted = request.POST
    values: dict[str, Any] = {key: posted.get(key, "") for key in seen if key not in {"lat", "lon"}}
    lat, lon = posted.get("lat", "").strip(), posted.get("lon", "").strip()
    items = site_items(viewer_of(request))
    shown = [inputs_of(items[key], seen.get(key)) for key in ("lat", "lon")]
    values = {key: value for key, value in values.items() if key in changed_keys(seen, values)}
    if posted.get("replace_pin"):
        found = best_candidate(posted.get("address", ""))
        if found is None:
            raise InvalidValues(
                {"address": [_("No place is known for this address; put the pin on the map.")]}
            )
        return {**values, "lat": found.lat, "lon": found.lon, "geom_origin": "geocoded"}
    if shown != [[lat] if lat else [], [lon] if lon else []]:
        values.update(_position(lat, lon, posted.get("pin_origin", "")))
    return values


def _position(lat: str, lon: str, origin: str) -> dict[str, Any]:
    if not lat and not lon:
        return {"lat": None, "lon": None}
    try:
        found = parse_pair(lat, lon)
    except CoordinateError as wrong:
        raise InvalidValues({"lat": [str(wrong)]}) from wrong
    return {"lat": found.lat, "lon": found.lon, "geom_origin": "geocoded" if origin == "geocoded" else "hand"}


def _page(
    request: HttpRequest,
    resource_id: int,
    site: SharedSite,
    seen: Mapping[str, Any],
    errors: Mapping[str, list[str]],
    differences: tuple[Difference, ...] | list[Difference],
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    fields = {}
    for key, item in site_items(viewer_of(request)).items():
        typed = [posted.get(key, "")] if posted is not None else inputs_of(item, seen.get(key))
        fields[key] = form_field(item, typed, errors.get(key, ()), withheld=(), is_formal=True)
        fields[key].withheld = None
        fields[key].help_text = ""
    summary = field_errors(fields.values(), errors)
    summary += [
        {"anchor": fields[item.key].id, "label": item.title,
         "message": _("Somebody else saved “%(theirs)s”; saving again keeps “%(mine)s”.")
         % {"theirs": item.before or "—", "mine": item.after or "—"}}
        for item in differences
    ]  # fmt: skip
    context = {
        "shared": site,
        "resource_id": resource_id,
        "fields": fields.values(),
        "seen": json.dumps(dict(seen), ensure_ascii=False),
        "all_forms_errors": summary,
    }
    status = 409 if differences else 422 if errors else 200
    return private(render(request, "portal/edit/site.html", context, status=status))
