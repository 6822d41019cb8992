"""Detail page (R10), popup, and what stands on one point."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.accounts.places import resolvers
from gisportal.hooks import detail_panels
from gisportal.portal.answers import private
from gisportal.portal.edit_context import editing_context
from gisportal.portal.map_config import base_config
from gisportal.portal.media_views import media_context
from gisportal.portal.own_fields import own_fields
from gisportal.portal.search_views import refusal, resource_source
from gisportal.portal.values import shown_value
from gisportal.problems import parameter_problem
from layers.district_names import districts_named
from layers.editing.opening import kept_instead
from layers.errors import FeatureNotFound, ParameterError
from layers.fields import Field, Kind
from layers.functions import GeographyDistance, geometry_value
from layers.media.reading import first_photos
from layers.query import Spot
from layers.resources import ResourceSource
from layers.source import PREFIX, Feature
from layers.vacancy import vacancy_before, vacancy_title

#: Fields with a place of their own on the page, or shown nowhere.
PLACED: Final = frozenset(
    ["name", "reading", "category", "category_title", "address", "phone", "districts", "attribution", "updated_at",
     "verified_at", "vacancy", "vacancy_count", "vacancy_note", "vacancy_as_of", "vacancy_origin", "vacancy_stated",
     "operation", "organisation", "site", "url", "email", "publication", "formal"]
)  # fmt: skip
KNOWN: Final = frozenset({"place", "lang", "view", "at", "saved"})
MAX_IDS: Final = 200
POPUP_KEYS: Final = (
    "name",
    "category",
    "address",
    "phone",
    "vacancy",
    "vacancy_as_of",
    "vacancy_origin",
    "vacancy_stated",
    "operation",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the detail page. ``href``: an http(s) address, where the value is one."""

    title: str
    text: str
    is_long: bool = False
    href: str = ""
    is_printed: bool = True


@require_safe
def detail(request: HttpRequest, resource_id: int) -> HttpResponse:
    """One resource, as far as the viewer may see it; 404 where he may not."""
    if refused := refusal(request):
        return refused
    source = resource_source(request)
    try:
        spot = _spot(request, KNOWN)
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:resource", args=[resource_id]))
    try:
        feature = _load(source, resource_id, spot)
    except FeatureNotFound:
        return _kept_instead(request, source, resource_id)
    return private(render(request, "portal/detail.html", _context(request, source, feature, spot)))


def _kept_instead(request: HttpRequest, source: ResourceSource, resource_id: int) -> HttpResponse:
    """To the entry this one was merged into. Raises ``FeatureNotFound`` where the viewer sees none."""
    kept = kept_instead(source.viewer, resource_id)
    if kept is None:
        raise FeatureNotFound(str(resource_id))
    messages.info(request, _("The entry you asked for has been merged into this one."))
    return redirect("portal:resource", kept)


def _spot(request: HttpRequest, known: frozenset[str]) -> Spot | None:
    for key in request.GET:
        if key not in known:
            names = ", ".join(sorted(known))
            raise ParameterError(key, _("Unknown parameter. Known are: %(known)s.") % {"known": names})
    token = request.GET.get("place", "")
    find = resolvers(request).place
    return find(token) if token and find else None


def _load(source: ResourceSource, resource_id: int, spot: Spot | None) -> Feature:
    """Raises :class:`FeatureNotFound`."""
    row = source.select(source.visible().filter(pk=resource_id), **_distance(spot)).first()
    if row is None:
        raise FeatureNotFound(str(resource_id))
    values = {key.removeprefix(PREFIX): value for key, value in row.items() if key.startswith(PREFIX)}
    return Feature(row["id"], values, row["shown_geom"], row.get("distance"))


def _distance(spot: Spot | None) -> dict[str, Any]:
    """Metres from the spot to the position shown, as a column."""
    return {"distance": GeographyDistance("geom_public", geometry_value(spot.point))} if spot else {}


def _context(
    request: HttpRequest, source: ResourceSource, feature: Feature, spot: Spot | None
) -> dict[str, Any]:
    fields, values = source.fields(), feature.properties
    point: Any = feature.geom
    category = source.vocabulary.categories[values["category"]]
    own_facts = [
        _fact(field, values[field.key])
        for field in own_fields(source, category.code)
        if values[field.key] not in (None, "", [])
    ]
    return {
        "feature": feature,
        "values": values,
        "category": category,
        "vacancy": vacancy_title(category, values["vacancy"]),
        "vacancy_before": vacancy_before(category, values),
        "parents": _parents(source, values["category"]),
        "shown": {key: shown_value(fields[key], values[key]) for key in values if key in fields},
        "facts": [_fact(fields[key], values[key]) for key in fields
                  if fields[key].is_base and key not in PLACED and values[key] not in (None, "", [])],
        "own_facts": own_facts,
        "prints_own": any(fact.is_printed for fact in own_facts),
        "districts": list(districts_named(source.viewer, values["districts"] or ()).values()),
        "served": _served(source, feature),
        "others": _others(source, feature.id),
        "editing": editing_context(request, feature.id),
        "panels": detail_panels(source.viewer, feature),
        "spot": spot,
        "route": f"{point.y:.6f},{point.x:.6f}" if point else "",
        "map_config": _map(request, source, feature, spot),
        "back_url": _back(request),
        **media_context(source.viewer, feature.id),
    }  # fmt: skip


def _parents(source: ResourceSource, code: str) -> list[str]:
    """Titles of the categories above, the top one first."""
    titles: list[str] = []
    info = source.vocabulary.categories[code]
    while info.parent:
        info = source.vocabulary.categories[info.parent]
        titles.insert(0, info.title)
    return titles


def _fact(field: Field, value: Any) -> Fact:
    text = shown_value(field, value)
    href = text if field.kind is Kind.URL and re.match(r"https?://\S+$", text, re.IGNORECASE) else ""
    return Fact(str(field.title), text, field.kind is Kind.LONG_TEXT, href, field.is_printed)


def _served(source: ResourceSource, feature: Feature) -> list[str]:
    """Titles of the districts it may be used in, each with its scheme; none unless it names districts."""
    if feature.properties["service_area"] != "districts":
        return []
    rows = source.visible().filter(pk=feature.id).exclude(service_districts=None)
    keys = rows.values_list("service_districts__key", flat=True)
    return [f"{item.scheme_title}: {item.title}" for item in districts_named(source.viewer, keys).values()]


def _others(source: ResourceSource, resource_id: int) -> list[dict[str, Any]]:
    """Other services of the same site that the viewer may see."""
    own = source.visible().filter(pk=resource_id).exclude(site=None).values("site_id")
    rows = source.visible().filter(site_id__in=own).exclude(pk=resource_id).order_by("sort_name", "id")
    return [
        {"id": row["id"], "name": row["p_name"], "category": source.vocabulary.categories[row["p_category"]]}
        for row in source.select(rows, ["name", "category"])
    ]


def _map(
    request: HttpRequest, source: ResourceSource, feature: Feature, spot: Spot | None
) -> dict[str, Any] | None:
    """The small map; None where no position is shown."""
    if feature.geom is None:
        return None
    config = base_config(request, source.vocabulary)
    point: Any = feature.geom
    config.update(
        query="",
        view="map",
        focus={
            "id": feature.id,
            "lat": point.y,
            "lon": point.x,
            "name": feature.properties["name"],
            "category": feature.properties["category"],
        },
        hasPlace=spot is not None,
        spot=None if spot is None else {"lat": spot.lat, "lon": spot.lon},
        position="",
        radius=None,
        zoom=16,
    )
    return config


def _back(request: HttpRequest) -> str:
    """The search one came from, as the browser tells within the site; else the search around the same place."""
    came = urlsplit(request.headers.get("Referer", ""))
    search = reverse("portal:search")
    if came.netloc == request.get_host() and came.path == search:
        return f"{search}?{came.query}" if came.query else search
    place = request.GET.get("place", "")
    return f"{search}?{urlencode({'place': place})}" if place else search


@require_safe
def popup(request: HttpRequest, resource_id: int) -> HttpResponse:
    """What the map shows of one resource, as a piece of HTML."""
    return resources_listed(request, [resource_id], single=True)


@require_safe
def resources_at(request: HttpRequest) -> HttpResponse:
    """``ids=1,2,3``: several resources on one point, as a piece of HTML."""
    text = request.GET.get("ids", "")
    if not re.fullmatch(r"\d{1,18}(,\d{1,18})*", text) or text.count(",") >= MAX_IDS:
        raise ParameterError("ids", _("Numbers separated by commas, at most %(count)d.") % {"count": MAX_IDS})
    return resources_listed(request, [int(part) for part in text.split(",")], single=False)


def resources_listed(request: HttpRequest, ids: list[int], *, single: bool) -> HttpResponse:
    """Resources by id; those the viewer may not see are left out. Raises ``FeatureNotFound`` if none is left."""
    if refused := refusal(request):
        return refused
    source, spot = resource_source(request), _spot(request, KNOWN | {"ids"})
    rows = source.visible().filter(pk__in=ids).order_by("sort_name", "id")
    found = [_popup_item(source, row, spot) for row in source.select(rows, POPUP_KEYS, **_distance(spot))]
    photos = first_photos(source.viewer, [item["id"] for item in found])
    found = [{**item, "photo": photos.get(item["id"])} for item in found]
    if not found:
        raise FeatureNotFound(",".join(map(str, ids)))
    response = render(
        request, "portal/parts/popup.html", {"items": found, "single": single and len(found) == 1}
    )
    return private(response)


def _popup_item(source: ResourceSource, row: dict[str, Any], spot: Spot | None) -> dict[str, Any]:
    values = {key: row[PREFIX + key] for key in POPUP_KEYS}
    fields = source.fields()
    category = source.vocabulary.categories[values["category"]]
    place = spot.token if spot else ""
    return {
        "id": row["id"],
        "distance": row.get("distance"),
        "values": values,
        "category": category,
        "vacancy": vacancy_title(category, values["vacancy"]),
        "vacancy_before": vacancy_before(category, values),
        "operation": fields["operation"].choice_title(values["operation"])
        if values["operation"] != "open"
        else "",
        "url": reverse("portal:resource", args=[row["id"]]) + (f"?place={place}" if place else ""),
    }
