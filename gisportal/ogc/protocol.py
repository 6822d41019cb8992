"""pygeoapi as the protocol layer: one shared ``API``, given the collections of whoever asks.

pygeoapi is imported and set up once, at the first request that needs it (its import takes a second). Each request works
on a shallow copy with a configuration of its own, so that no viewer's collections reach another's.
"""

import copy
import json
import logging
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from gisportal.ogc.collections import CollectionInfo, crs_list
from gisportal.ogc.negotiation import source_of
from gisportal.ogc.parts import parts
from layers.crs import CRS84

PROVIDER: Final = "gisportal.ogc.features.provider.FeatureSourceProvider"
MAX_LIMIT: Final = 10_000
DEFAULT_LIMIT: Final = 100
#: Titles pygeoapi gives its links, for the catalogue of translations.
_TITLES: Final = (
    gettext_noop("The landing page of this server as JSON"),
    gettext_noop("The landing page of this server as HTML"),
    gettext_noop("This document as JSON"),
    gettext_noop("This document as HTML"),
    gettext_noop("Schema of collection in JSON"),
    gettext_noop("Schema of collection in HTML"),
    gettext_noop("Queryables for this collection as JSON"),
    gettext_noop("Queryables for this collection as HTML"),
    gettext_noop("Items as GeoJSON"),
    gettext_noop("Items as HTML"),
)
_WHOLE_EARTH: Final = [-180.0, -90.0, 180.0, 90.0]


@cache
def shared_api() -> Any:
    """The one ``API`` of this process, without collections."""
    from pygeoapi.api import API

    # It logs what clients typed, and every refused parameter as an error.
    logging.getLogger("pygeoapi").setLevel(logging.CRITICAL)
    with _logging_kept():
        return API(_configuration(), {})


class _logging_kept:
    """pygeoapi sets up the root logger for itself; this puts ours back."""

    def __enter__(self) -> None:
        root = logging.getLogger()
        self.level, self.handlers = root.level, list(root.handlers)

    def __exit__(self, *_error: object) -> None:
        root = logging.getLogger()
        root.setLevel(self.level)
        root.handlers[:] = self.handlers


def _configuration() -> dict[str, Any]:
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 0},
            "url": "http://127.0.0.1/ogc",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["ja", "en"],
            "pretty_print": False,
            "limits": {"default_items": DEFAULT_LIMIT, "max_items": MAX_LIMIT, "on_exceed": "throttle"},
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {"title": "", "description": "", "keywords": [], "url": ""},
            "license": {"name": "", "url": ""},
            "provider": {"name": "", "url": ""},
            "contact": {},
        },
        "resources": {},
    }


def api_for(base_url: str, infos: Iterable[CollectionInfo]) -> Any:
    """The shared API as one request sees it. ``base_url``: absolute, without a slash at the end."""
    api = copy.copy(shared_api())
    api.config = {**api.config, "resources": {info.slug: resource_entry(info) for info in infos}}
    api.base_url = base_url
    return api


def resource_entry(info: CollectionInfo) -> dict[str, Any]:
    """pygeoapi's configuration of one collection."""
    extents: dict[str, Any] = {
        "spatial": {"bbox": list(info.extent or _WHOLE_EARTH), "crs": CRS84},
    }
    if info.interval:
        extents["temporal"] = {"begin": info.interval[0], "end": info.interval[1]}
    return {
        "type": "collection",
        "title": info.title,
        "description": info.description or info.title,
        "keywords": list(info.keywords),
        "links": [],
        "extents": extents,
        "providers": [
            {
                "type": "feature",
                "name": PROVIDER,
                "data": info.slug,
                "id_field": "id",
                "time_field": "updated_at" if info.has_time else None,
                "crs": [crs.uri for crs in crs_list()],
                "storage_crs": CRS84,
            }
        ],
    }


def api_request(request: HttpRequest, api: Any) -> Any:
    """A request as pygeoapi takes it, answered in JSON and in the language in force."""
    from pygeoapi.api import APIRequest

    # Its own reading of headers divides by a quality of zero; format and language are settled here.
    plain = copy.copy(request)
    plain.__dict__["headers"] = {}
    wrapped = APIRequest.from_django(plain, api.locales)
    wrapped._format = "json"
    wrapped._locale = next(
        (found for found in api.locales if str(found) == (get_language() or "ja")[:2]), api.locales[0]
    )
    return wrapped


def describe(
    request: HttpRequest, base_url: str, infos: list[CollectionInfo], slug: str | None = None
) -> dict[str, Any]:
    """``/collections``, or one of them, as pygeoapi words it; what we do not offer is left out."""
    from pygeoapi.api import describe_collections

    api = api_for(base_url, infos)
    _headers, _status, content = describe_collections(api, api_request(request, api), slug)
    document: dict[str, Any] = json.loads(content)
    about = {info.slug: info for info in infos}
    for collection in [document] if slug else document["collections"]:
        _complete(collection, about[collection["id"]], base_url)
    document["links"] = _links(document["links"], base_url)
    for collection in document.get("collections", ()):
        collection["links"] = _links(collection["links"], base_url)
    return document


def _complete(collection: dict[str, Any], info: CollectionInfo, base_url: str) -> None:
    if info.extent is None:
        del collection["extent"]["spatial"]
    if not collection["extent"]:
        del collection["extent"]
    # GDAL reads the types of properties here, instead of guessing them from the first features; it wants this spelling.
    collection["links"].append(
        {
            "rel": "describedBy",
            "type": "application/schema+json",
            "title": "Schema of collection in JSON",
            "href": f"{base_url}/collections/{info.slug}/schema/feature",
        }
    )
    source = source_of(info.slug)
    collection["links"] += [found for part in parts() for found in part.collection(source, base_url)]
    if info.attributions:
        collection["attribution"] = " / ".join(info.attributions)


def _links(links: list[dict[str, Any]], base_url: str) -> list[dict[str, Any]]:
    """Links to what is served, with their titles in the language in force."""
    kept = [link for link in links if link["type"] != "application/ld+json"]
    for link in kept:
        link["title"] = _(link["title"])
        if link["href"].startswith(f"{base_url}?"):
            link["href"] = f"{base_url}/{link['href'].removeprefix(base_url)}"
    return kept
