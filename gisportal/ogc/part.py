"""A part: one of the OGC APIs this service speaks, in a folder of its own, put together by ``parts``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern

from layers.access import Viewer
from layers.source import FeatureSource

Link = dict[str, str]
Schema = dict[str, Any]


def _none(*_given: Any) -> tuple[()]:
    return ()


def _nothing() -> dict[str, dict[str, Schema]]:
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """What one API adds to the whole.

    ``conformance``: only classes that hold. ``landing``: links of the landing page, given its address without a slash
    at the end; ``collection``: links of one collection, given its source and that address; ``collections``: what stands
    beside the sources in the list of collections. ``paths``: addresses of
    the OpenAPI definition for a viewer, ``components`` what they refer to (``{"schemas": {…}, "responses": {…}}``).
    """

    name: str
    conformance: tuple[str, ...] = ()
    urlpatterns: tuple[URLPattern, ...] = ()
    landing: Callable[[str], Iterable[Link]] = _none
    collection: Callable[[FeatureSource, str], Iterable[Link]] = _none
    collections: Callable[[Viewer, str], Iterable[Schema]] = _none
    paths: Callable[[Viewer], Iterable[tuple[str, Any]]] = _none
    components: Callable[[], dict[str, dict[str, Schema]]] = _nothing


def link(rel: str, media: str, title: str, href: str) -> Link:
    """A link as every document here writes it."""
    return {"rel": rel, "type": media, "title": title, "href": href}
