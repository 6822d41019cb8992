"""Collections: what a catalogue says of each source, and totals kept beside it.

Extents, totals and attributions walk every row; they are kept per source version and viewer scope. Level C is read by a
list of ids that no version covers, so nothing is kept for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Max, Min
from django.utils.translation import get_language

from gisportal.ogc.kept import entries, is_kept, may_keep
from layers.access import Viewer
from layers.crs import Crs, supported_crs
from layers.query import FeatureQuery
from layers.source import Count, FeatureSource, sources

#: Beyond this many a filtered search is not counted exactly; ``numberMatched`` is then absent.
COUNT_CAP: Final = 10_000


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """What ``/collections`` says of one source. ``extent``: west, south, east, north in degrees."""

    slug: str
    title: str
    description: str
    keywords: tuple[str, ...]
    attributions: tuple[str, ...]
    extent: tuple[float, float, float, float] | None
    interval: tuple[datetime, datetime] | None
    has_time: bool


def crs_list() -> list[Crs]:
    """CRSs spoken here, CRS84 first, the plane rectangular zone of the city last."""
    return supported_crs(settings.LG_CODE)


def collection_infos(viewer: Viewer) -> list[CollectionInfo]:
    """Every collection the viewer may see, in order."""
    return [collection_info(source) for source in sorted(sources(viewer), key=_resources_first)]


def _resources_first(source: FeatureSource) -> bool:
    return source.slug != "resources"


def collection_info(source: FeatureSource) -> CollectionInfo:
    """What is said of one source."""
    if not is_kept(source.viewer):
        return _read(source)
    key = ("info", source.slug, source.viewer.scope_key, source.version(), get_language())
    if (kept := entries.get(key)) is None:
        entries.put(key, kept := _read(source))
    info: CollectionInfo = kept
    return info


def _read(source: FeatureSource) -> CollectionInfo:
    about = source.metadata
    has_time = "updated_at" in source.fields()
    interval = None
    if has_time:
        span = (
            source.features(FeatureQuery())
            .order_by()
            .aggregate(first=Min("updated_at"), last=Max("updated_at"))
        )
        interval = (span["first"], span["last"]) if span["first"] else None
    return CollectionInfo(
        slug=source.slug,
        title=str(about.title),
        description=str(about.description),
        keywords=tuple(map(str, about.keywords)),
        attributions=tuple(dict.fromkeys(about.attributions)),
        extent=source.extent(),
        interval=interval,
        has_time=has_time,
    )


def is_whole(query: FeatureQuery) -> bool:
    """Whether nothing narrows the search."""
    return replace(query, sort=(), pairs=(), page=1, per_page=FeatureQuery().per_page) == FeatureQuery()


def matched(source: FeatureSource, query: FeatureQuery, version: str) -> Count:
    """How many a query finds: exact without conditions, else exact up to :data:`COUNT_CAP`."""
    whole = is_whole(query)
    keeps = may_keep(source.viewer, query)
    core = None if whole else replace(query, sort=(), pairs=(), page=1)
    key = ("count", source.slug, source.viewer.scope_key, version, core)
    if keeps and (kept := entries.get(key)) is not None:
        found: Count = kept
        return found
    found = source.count(query, cap=None if whole else COUNT_CAP)
    if keeps:
        entries.put(key, found)
    return found
