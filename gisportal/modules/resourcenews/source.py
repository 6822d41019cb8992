"""Reads of news: every one starts from the rule in ``access``."""

from collections.abc import Iterable
from typing import Final

from django.db.models import Q, QuerySet

from gisportal.modules.resourcenews.access import (
    restorable_news_q,
    running_q,
    visible_news_q,
    writable_news_q,
)
from gisportal.modules.resourcenews.models import NewsItem, NewsPhoto
from layers.access import Viewer, responsible_q, visible_q
from layers.models import Resource

FOLDER: Final = "resourcenews"
News = QuerySet[NewsItem]


def files_in_use() -> Iterable[str]:
    """Names of the files the rows refer to, for the sweeping of the store."""
    for pair in NewsPhoto.unscoped.values_list("file", "thumbnail"):
        yield from pair


def visible_news(viewer: Viewer | None) -> News:
    """News a viewer reads, the newest first."""
    return (
        NewsItem.unscoped.filter(visible_news_q(viewer))
        .select_related("resource")
        .order_by("-shown_from", "-id")
    )


def running_news(viewer: Viewer | None) -> News:
    """News a viewer reads whose time runs."""
    return visible_news(viewer).filter(running_q())


def news_of(viewer: Viewer | None, resource_id: int) -> News:
    """News of one resource."""
    return visible_news(viewer).filter(resource=resource_id)


def writable_news(viewer: Viewer | None) -> News:
    """News a viewer may change."""
    return NewsItem.unscoped.filter(writable_news_q(viewer)).select_related("resource")


def trashed_news(viewer: Viewer | None) -> News:
    """News in the trash a viewer may take back."""
    return (
        NewsItem.unscoped.filter(restorable_news_q(viewer)).select_related("resource").order_by("-deleted_at")
    )


def visible_photos(viewer: Viewer | None) -> QuerySet[NewsPhoto]:
    """Photos of news a viewer reads."""
    return NewsPhoto.unscoped.filter(item__in=NewsItem.unscoped.filter(visible_news_q(viewer)).values("pk"))


def photos_of(item: NewsItem) -> QuerySet[NewsPhoto]:
    """Photos of a piece of news already read under the rule."""
    return NewsPhoto.unscoped.filter(item=item)


def news_for_top(viewer: Viewer, limit: int) -> list[NewsItem]:
    """The newest running news: of the resources the viewer is responsible for first, then of all he sees."""
    rows = running_news(viewer)
    if viewer.account_id is None:
        return list(rows[:limit])
    own = Resource.unscoped.filter(responsible_q(viewer)).values("pk")
    first = list(rows.filter(resource__in=own)[:limit])
    rest = (
        rows.exclude(pk__in=[item.pk for item in first])[: limit - len(first)] if len(first) < limit else []
    )
    return [*first, *rest]


def resource_name(viewer: Viewer | None, resource_id: int) -> str | None:
    """Name of a resource, or None where the viewer does not see it."""
    rows = Resource.unscoped.filter(Q(visible_q(viewer)), pk=resource_id)
    return rows.values_list("name", flat=True).first()


def all_news_of(resource_id: int) -> QuerySet[NewsItem]:
    """Every row of a resource, the trash included; for merges, which ask the right to merge themselves."""
    return NewsItem.unscoped.filter(resource=resource_id)


def writable_ids(viewer: Viewer | None, items: Iterable[NewsItem]) -> set[int]:
    """Which of some news a viewer may change."""
    wanted = [item.pk for item in items]
    return set(NewsItem.unscoped.filter(writable_news_q(viewer), pk__in=wanted).values_list("pk", flat=True))
