"""Uploaded layers: what may be done with them, and what is told of them to the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Act, Viewer, may_keep_layers
from layers.editing.errors import InvalidValues, NotAllowed
from layers.models import StoredEdition, StoredFeature, StoredLayer, StoredUpload
from layers.signals import vocabulary_changed
from layers.stored.catalogue import layers_for
from layers.stored.loading import show
from layers.stored.styles import checked

#: What people say of a layer.
WORDS: Final = (
    "title", "description", "keywords", "licence", "licence_url", "attribution", "contact", "source_url", "audience",
    "is_on_map",
)  # fmt: skip
#: Editions kept beside the one shown.
EDITIONS_KEPT: Final = 3


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer as a map offers it. ``source``: slug in ``/tiles/``, ``/styles/`` and ``/ogc/collections/``.

    ``kind``: ``vector`` or ``raster``; ``style``: as ``layers/stored/styles.py`` says, or a ramp; ``version``: put it
    into addresses that browsers keep; ``extent``: west, south, east, north in degrees.
    """

    slug: str
    source: str
    title: str
    kind: str
    geometry_type: str
    style: dict[str, Any]
    attribution: str
    version: int
    edition: int
    extent: tuple[float, ...] | None
    fields: list[dict[str, Any]]


def map_layers(viewer: Viewer) -> list[MapLayer]:
    """Layers to be offered on the map of the search, by title: those the viewer may see and their keepers put there.

    A limited token (``Viewer.sources``) is offered what it may use.
    """
    return [
        MapLayer(
            slug=layer.slug,
            source=layer.source_slug,
            title=layer.title,
            kind=layer.kind,
            geometry_type=layer.geometry_type,
            style=dict(layer.style),
            attribution=layer.attribution,
            version=layer.version,
            edition=layer.edition,
            extent=tuple(layer.current.extent) if layer.current and layer.current.extent else None,
            fields=list(layer.fields),
        )
        for layer in layers_for(viewer)
        if layer.is_on_map and viewer.may_use(layer.source_slug)
    ]


def require_keeper(actor: Viewer) -> None:
    """Raises :class:`NotAllowed` for whoever may not keep layers."""
    if not may_keep_layers(actor):
        raise NotAllowed(_("Layers are kept by level A of the city and the administrator."))


def tell(actor: Viewer, action: str, target: models.Model, **details: Any) -> None:
    """Says what was done, inside the transaction."""
    vocabulary_changed.send(sender=type(target), actor=actor, action=action, target=target, details=details)


def create_layer(actor: Viewer, values: Mapping[str, Any]) -> StoredLayer:
    """A layer that shows nothing yet. ``values``: ``slug``, ``style``, ``kind`` and :data:`WORDS`.

    Raises :class:`InvalidValues`, :class:`NotAllowed`.
    """
    require_keeper(actor)
    layer = StoredLayer(slug=str(values.get("slug") or ""), owner_id=actor.account_id)
    layer.style = values.get("style") or {}
    layer.kind = values.get("kind") or layer.kind
    _set_words(layer, values)
    with transaction.atomic():
        layer.save()
        tell(actor, "layer.created", layer, slug=layer.slug, audience=layer.audience)
    return layer


def edit_layer(actor: Viewer, layer_id: int, values: Mapping[str, Any]) -> StoredLayer:
    """What people say of a layer and whom it is for. ``values``: some of :data:`WORDS`, and ``field_titles``
    (titles and units by key: ``{key: {"title", "unit"}}``).

    Raises :class:`InvalidValues`, :class:`NotAllowed`.
    """
    with transaction.atomic():
        layer = _locked(actor, layer_id, Act.UPDATE)
        _set_words(layer, values)
        if titles := values.get("field_titles"):
            layer.fields = [_retitled(item, titles.get(item["key"]) or {}) for item in layer.fields]
        layer.save()
        tell(actor, "layer.changed", layer, keys=sorted(set(values) & {*WORDS, "field_titles"}))
    return layer


def _retitled(item: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    title = str(words.get("title") or item["title"]).strip()[:120]
    return {**item, "title": title, "unit": str(words.get("unit", item.get("unit", ""))).strip()[:20]}


def _set_words(layer: StoredLayer, values: Mapping[str, Any]) -> None:
    for key in WORDS:
        if key in values:
            setattr(layer, key, values[key])
    try:
        layer.full_clean(exclude=["owner", "current", "fields", "style"])
    except ValidationError as error:
        raise InvalidValues(error.message_dict) from None


def set_style(actor: Viewer, layer_id: int, style: Mapping[str, Any]) -> StoredLayer:
    """How a layer of shapes is drawn. Raises :class:`InvalidValues`, :class:`NotAllowed`."""
    with transaction.atomic():
        layer = _locked(actor, layer_id, Act.UPDATE)
        layer.style = checked(style, {item["key"]: item["kind"] for item in layer.fields})
        layer.save()
        tell(actor, "layer.styled", layer, kind=layer.style["kind"])
    return layer


def show_edition(actor: Viewer, layer_id: int, number: int) -> StoredLayer:
    """Show another edition that is still kept: back to the one before, or forward again.

    Raises :class:`InvalidValues`, :class:`NotAllowed`.
    """
    with transaction.atomic():
        layer = _locked(actor, layer_id, Act.UPDATE)
        edition = StoredEdition.unscoped.filter(layer=layer, number=number, ready_at__isnull=False).first()
        if edition is None:
            raise InvalidValues({"number": [_("This edition is kept no longer.")]})
        show(layer, edition)
        tell(actor, "layer.edition_shown", layer, edition=number)
    return layer


def remove_layer(actor: Viewer, layer_id: int) -> StoredLayer:
    """Into the trash: gone from every address at once, and back from there for a while."""
    with transaction.atomic():
        layer = _locked(actor, layer_id, Act.DELETE)
        layer.deleted_at = timezone.now()
        layer.save()
        tell(actor, "layer.removed", layer, slug=layer.slug)
    return layer


def restore_layer(actor: Viewer, layer_id: int) -> StoredLayer:
    """Out of the trash, as it was."""
    with transaction.atomic():
        layer = _locked(actor, layer_id, Act.RESTORE)
        layer.deleted_at = None
        layer.save()
        tell(actor, "layer.restored", layer, slug=layer.slug)
    return layer


def _locked(actor: Viewer, layer_id: int, act: Act) -> StoredLayer:
    """The layer, held; in or out of the trash as the act wants. Raises :class:`NotAllowed`."""
    rows = StoredLayer.unscoped.acting(actor, act).select_for_update(of=("self",))
    layer: StoredLayer | None = rows.filter(pk=layer_id).first()
    if layer is None:
        raise NotAllowed(_("Layers are kept by level A of the city and the administrator."))
    return layer


def editions_of(layer: StoredLayer) -> list[StoredEdition]:
    """Editions that were loaded and are still kept, newest first."""
    return list(StoredEdition.unscoped.filter(layer=layer, ready_at__isnull=False).order_by("-number"))


def free_slug(wanted: str) -> str:
    """A name in addresses no layer has, in the trash neither."""
    taken = set(StoredLayer.unscoped.values_list("slug", flat=True))
    base = wanted[:36].strip("_") or "layer"
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found


def tidy() -> int:
    """Forget editions beyond those kept, layers long in the trash, uploads nobody settled; how many rows went."""
    now = timezone.now()
    before = now - timedelta(days=settings.MEDIA_TRASH_DAYS)
    gone = 0
    for layer in StoredLayer.unscoped.filter(deleted_at__lt=before):
        gone += _purge(layer)
    for layer in StoredLayer.unscoped.exclude(current=None):
        old = StoredEdition.unscoped.filter(layer=layer).exclude(pk=layer.current_id or 0).order_by("-number")
        for edition in old[EDITIONS_KEPT:]:
            gone += _forget_edition(edition)
    forgotten = StoredUpload.unscoped.exclude(state=StoredUpload.State.LOADING)
    return gone + forgotten.filter(created_at__lt=now - timedelta(days=30)).delete()[0]


def _purge(layer: StoredLayer) -> int:
    with transaction.atomic():
        StoredLayer.unscoped.filter(pk=layer.pk).update(current=None)
        gone = sum(_forget_edition(edition) for edition in StoredEdition.unscoped.filter(layer=layer))
        return gone + StoredLayer.unscoped.filter(pk=layer.pk).delete()[0]


def _forget_edition(edition: StoredEdition) -> int:
    """Features by one statement: Django would load them to see what hangs on each."""
    gone = StoredFeature.unscoped.filter(edition=edition)._raw_delete(using="default")
    edition.delete()
    return gone + 1
