"""What the map's script is told; read by it from a JSON block of the page."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.portal.map_layers import layers_config
from gisportal.portal.models import SiteSetting
from gisportal.portal.search import SearchPage
from layers.access import Viewer
from layers.resources import ResourceSource
from layers.vocabulary import Vocabulary, vocabulary
from tiles import basemap


def base_config(request: HttpRequest, words: Vocabulary | None = None) -> dict[str, Any]:
    """What every map of the portal needs. Coordinates are degrees; ``bounds``: west, south, east, north."""
    setting = SiteSetting.current()
    centre = None if setting.centre_lon is None else [setting.centre_lat, setting.centre_lon]
    viewer: Viewer = getattr(request, "viewer", Viewer())
    return {
        "tiles": "/tiles/resources/{z}/{x}/{y}.mvt",
        "style": "/styles/resources.json",
        "legend": "/styles/resources/legend.svg",
        "popup": reverse("portal:popup", args=[0]).replace("/0/", "/{id}/"),
        "at": reverse("portal:resources-at"),
        "place": reverse("portal:place"),
        "centre": centre,
        "bounds": None,
        "baseMaps": base_maps(),
        "baseMap": setting.base_map or settings.BASE_MAP,
        "schemes": [
            {
                "code": scheme.code,
                "title": scheme.title,
                "approximate": scheme.is_approximate,
                "careArea": scheme.is_care_area,
                "tiles": f"/tiles/{scheme.slug}/{{z}}/{{x}}/{{y}}.mvt",
            }
            for scheme in (words or vocabulary()).schemes.values()
        ]
        if viewer.is_served
        else [],
        "language": get_language(),
    }


def base_maps() -> list[dict[str, Any]]:
    """Base maps of the settings, and our own to fall back to."""
    found = [
        {
            "key": key,
            "title": str(base["title"]),
            "url": base["url"],
            "attribution": base["attribution"],
            "terms": base.get("terms", ""),
            "minZoom": base.get("min_zoom", 5),
            "maxZoom": base.get("max_zoom", 18),
        }
        for key, base in settings.BASE_MAPS.items()
    ]
    return [*found, {"key": "own", "title": _("Own base map (no internet needed)"), "url": "",
                     "attribution": basemap.attribution(), "terms": "", "minZoom": 5, "maxZoom": 18}]  # fmt: skip


def map_config(request: HttpRequest, page: SearchPage, view: str, at: str) -> dict[str, Any]:
    """The map of the search page. ``spot`` is this session's own and stands in no address."""
    config = base_config(request, page.source.vocabulary)
    spot = page.query.spot
    config.update(
        query=page.tile_query,
        bounds=page.bounds,
        view=view,
        position=at,
        hasPlace=spot is not None,
        spot=None if spot is None else {"lat": spot.lat, "lon": spot.lon},
        radius=page.query.radius,
        layers=layers_config(page.source.viewer),
    )
    if config["bounds"] is None and config["centre"] is None:
        config["cityBounds"] = whole_extent(page.source)
    return config


def whole_extent(source: ResourceSource) -> tuple[float, float, float, float] | None:
    """Extent of what the viewer sees: west, south, east, north; kept while nothing changes, per scope."""
    key = f"portal-extent:{source.viewer.scope_key}:{source.version()}"
    found: tuple[float, float, float, float] | None = cache.get_or_set(key, source.extent, 3600)
    return found
