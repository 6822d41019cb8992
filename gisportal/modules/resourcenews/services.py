"""Writes of news: the actor's right is asked, one transaction, one line in the record."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from gisportal import hooks
from gisportal.accounts.models import Account
from gisportal.modules.resourcenews import source
from gisportal.modules.resourcenews.access import may_write
from gisportal.modules.resourcenews.models import NewsItem, NewsPhoto
from gisportal.portal.photos import PhotoRows
from layers.access import Viewer

#: What a form may set.
ITEMS: Final = (
    "kind", "title", "text", "audience", "shown_from", "shown_until", "event_on", "event_until", "event_from_time",
    "event_to_time", "event_place", "video_id", "links",
)  # fmt: skip


class NewsChanged(Exception):
    """Somebody else saved first. ``current``: the piece of news as it is now."""

    def __init__(self, current: NewsItem) -> None:
        super().__init__(current.pk)
        self.current = current


def _account(actor: Viewer) -> Account | None:
    return Account.objects.filter(pk=actor.account_id).first() if actor.account_id is not None else None


def _name(account: Account | None, actor: Viewer) -> str:
    return (str(account) if account else getattr(actor, "name", ""))[:150]


@transaction.atomic
def create_news(
    actor: Viewer, resource_id: int, values: dict[str, Any], photos: PhotoRows | None = None
) -> NewsItem:
    """Writes a piece of news. Raises ``PermissionDenied`` for who may not edit the resource."""
    if not may_write(actor, resource_id):
        raise PermissionDenied
    account = _account(actor)
    item = NewsItem(resource_id=resource_id, author=account, author_name=_name(account, actor))
    _set(item, values)
    item.save()
    _keep_photos(item, photos)
    hooks.tell("news.created", actor=account, target=item, resource=resource_id)
    return item


@transaction.atomic
def update_news(
    actor: Viewer, news_id: int, version: int, values: dict[str, Any], photos: PhotoRows | None = None
) -> NewsItem:
    """Changes a piece of news.

    Raises:
        PermissionDenied: the actor may not, or it is gone.
        NewsChanged: it is no longer the version the actor saw.
    """
    item = source.writable_news(actor).select_for_update(of=("self",)).filter(pk=news_id).first()
    if item is None:
        raise PermissionDenied
    if item.version != version:
        raise NewsChanged(item)
    account = _account(actor)
    _set(item, values)
    item.version += 1
    item.updated_by = _name(account, actor)
    item.save()
    _keep_photos(item, photos)
    hooks.tell("news.changed", actor=account, target=item, resource=item.resource_id)
    return item


@transaction.atomic
def trash_news(actor: Viewer, news_id: int) -> NewsItem:
    """Puts a piece of news into the trash. Raises ``PermissionDenied``."""
    return _moved(actor, source.writable_news(actor).filter(pk=news_id).first(), "news.deleted", trash=True)


@transaction.atomic
def restore_news(actor: Viewer, news_id: int) -> NewsItem:
    """Takes a piece of news back from the trash. Raises ``PermissionDenied``."""
    return _moved(actor, source.trashed_news(actor).filter(pk=news_id).first(), "news.restored", trash=False)


def _moved(actor: Viewer, item: NewsItem | None, action: str, *, trash: bool) -> NewsItem:
    if item is None:
        raise PermissionDenied
    item.deleted_at = timezone.now() if trash else None
    item.save(update_fields=["deleted_at"])
    hooks.tell(action, actor=_account(actor), target=item, resource=item.resource_id)
    return item


def _set(item: NewsItem, values: dict[str, Any]) -> None:
    for key in ITEMS:
        if key in values:
            setattr(item, key, values[key])


def _keep_photos(item: NewsItem, photos: PhotoRows | None) -> None:
    if photos is not None:
        photos.save(NewsPhoto, source.FOLDER, item=item)
