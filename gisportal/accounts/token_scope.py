"""What a limited token may do: its collections and acts, and the doors it may use (D8).

``Viewer.sources`` is asked in ``layers.source`` alone, ``Viewer.acts`` in ``layers.access``. The doors here are the
second lock: pages, photos, PDFs, crosstabs and answers of the geocoder show more than one collection, so a token
limited to some may only use the doors at which every answer belongs to a collection, and nothing but those it names.
"""

import re
from dataclasses import replace
from typing import Final

from gisportal.accounts.models import ApiToken
from gisportal.accounts.viewers import viewer_of
from layers.access import Act, Viewer

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Addresses at which every answer belongs to one collection, or lists those the viewer may use.
_DOORS: Final = ("/ogc/", "/tiles/", "/styles/")
#: Processes read several collections, and jobs hold answers of processes.
_SEVERAL: Final = re.compile(r"/ogc/(processes|jobs)(/|$)")
#: Where an address names its collection. The base map is open data, the same for everybody.
_NAMED: Final = re.compile(r"/(?:ogc/collections|tiles|styles|ogc/styles)/(?P<slug>[A-Za-z0-9_-]+)")
_EXPORT: Final = re.compile(r"/resources/export\.\w+$")
_OF_EVERYBODY: Final = frozenset({"basemap"})
#: Reading by POST: a process computes, the value of a raster is asked for at a place that stands in no address.
_COMPUTES: Final = re.compile(r"/ogc/processes/[^/]+/execution/?$|/tiles/layer-[a-z0-9_]+/value$")


def viewer_of_token(token: ApiToken, public_site: bool | None = None) -> Viewer:
    """The viewer a token is: its account's, within the token's limits."""
    viewer = viewer_of(token.account, public_site)
    if token.sources is not None:
        viewer = replace(viewer, sources=frozenset(token.sources))
    return viewer if token.may_write else replace(viewer, acts=frozenset({Act.READ}))


def may_pass(viewer: Viewer, method: str, path: str) -> bool:
    """Whether a token of these limits may use an address at all; what it finds there is asked later."""
    if viewer.acts is not None and method not in SAFE and not _COMPUTES.match(path):
        return False
    if viewer.sources is None:
        return True
    if _EXPORT.match(path):
        return "resources" in viewer.sources
    return path.rstrip("/") == "/ogc" or (path.startswith(_DOORS) and not _SEVERAL.match(path))


def exists_for(viewer: Viewer, path: str) -> bool:
    """Whether the collection an address names, if it names one, lies within the token's limits."""
    named = _NAMED.match(path)
    return viewer.sources is None or named is None or named["slug"] in viewer.sources | _OF_EVERYBODY
