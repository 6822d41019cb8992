"""Photos and attachments added, changed, ordered, removed and brought back (R10, R30).

Every service takes an actor who may :attr:`Act.ATTACH` to the resource, runs in one transaction, tells
``resource_changed`` and moves the date of the last update. Files follow the transaction (``layers.media.store``).
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import F, Max
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.access import Act, Viewer, acting_q, audiences
from layers.editing.errors import InvalidValues
from layers.editing.media_values import clean_attachment, clean_photo
from layers.editing.services import locked
from layers.editing.transactions import acting
from layers.errors import FeatureNotFound
from layers.media.files import CheckedFile
from layers.media.images import PreparedImage
from layers.media.store import keep
from layers.models import Attachment, Photo, Resource
from layers.models.media import Medium
from layers.signals import resource_changed, resources_merged

MOST_PHOTOS: Final = 30
MOST_ATTACHMENTS: Final = 30
PHOTOS_FOLDER: Final = "photos"
ATTACHMENTS_FOLDER: Final = "attachments"

#: What the history says of an act that moves the last update.
NOTES: Final = {
    "photo.added": gettext_lazy("A photo was added."),
    "photo.changed": gettext_lazy("The text or consent of a photo was changed."),
    "photo.removed": gettext_lazy("A photo was removed."),
    "photo.restored": gettext_lazy("A photo was brought back."),
    "attachment.added": gettext_lazy("A file was attached."),
    "attachment.changed": gettext_lazy("The title of a file was changed."),
    "attachment.removed": gettext_lazy("A file was removed."),
    "attachment.restored": gettext_lazy("A file was brought back."),
}

M = TypeVar("M", bound=Medium)


@transaction.atomic
def add_photo(actor: Viewer, resource_id: int, image: PreparedImage, values: Mapping[str, Any]) -> Photo:
    """Adds a photo at the end. ``values``: ``alt`` (wanted), ``caption``, ``audience``, consent.

    Raises ``FeatureNotFound``, :class:`NotAllowed`, :class:`InvalidValues`.
    """
    locked(actor, resource_id, Act.ATTACH)
    cleaned = clean_photo(actor, {"alt": "", **values})
    _check_number(Photo, resource_id, MOST_PHOTOS)
    photo = Photo(
        width=image.width,
        height=image.height,
        size=len(image.data),
        file=keep(image.data, PHOTOS_FOLDER, image.ending),
        thumbnail=keep(image.thumbnail, PHOTOS_FOLDER, image.ending),
        **_common(actor, Photo, resource_id),
        **cleaned,
    )
    photo.save()
    _tell(actor, "photo.added", photo)
    return photo


@transaction.atomic
def add_attachment(
    actor: Viewer, resource_id: int, file: CheckedFile, values: Mapping[str, Any]
) -> Attachment:
    """Adds a file at the end. ``values``: ``title`` (else its name), ``audience``. Raises as :func:`add_photo`."""
    locked(actor, resource_id, Act.ATTACH)
    title = values.get("title") or file.name.rpartition(".")[0]
    cleaned = clean_attachment(actor, {**values, "title": title})
    _check_number(Attachment, resource_id, MOST_ATTACHMENTS)
    attachment = Attachment(
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        file=keep(file.data, ATTACHMENTS_FOLDER, file.ending),
        **_common(actor, Attachment, resource_id),
        **cleaned,
    )
    attachment.save()
    _tell(actor, "attachment.added", attachment)
    return attachment


@transaction.atomic
def change_medium(actor: Viewer, model: type[M], medium_id: int, values: Mapping[str, Any]) -> M:
    """Changes the keys given; what is the same already changes nothing. Raises as :func:`add_photo`."""
    medium = _changeable(actor, model, medium_id)
    cleaned = clean_photo(actor, values) if model is Photo else clean_attachment(actor, values)
    changed = [key for key, value in cleaned.items() if getattr(medium, key) != value]
    if changed:
        for key in changed:
            setattr(medium, key, cleaned[key])
        medium.save(update_fields=changed)
        _tell(actor, f"{_word(model)}.changed", medium, keys=sorted(changed))
    return medium


@transaction.atomic
def move_medium(actor: Viewer, model: type[M], medium_id: int, steps: int) -> M:
    """Moves it so many places down (negative: up) among those shown, as far as there are places."""
    medium = _changeable(actor, model, medium_id)
    rows = list(
        model._base_manager.filter(resource=medium.resource_id, removed_at=None).order_by("order", "id")
    )
    old = [row.pk for row in rows].index(medium.pk)
    new = min(max(old + steps, 0), len(rows) - 1)
    if new != old:
        rows.insert(new, rows.pop(old))
        for place, row in enumerate(rows, 1):
            model._base_manager.filter(pk=row.pk).update(order=place)
        _tell(actor, f"{_word(model)}.moved", medium)
    return medium


@transaction.atomic
def remove_medium(actor: Viewer, model: type[M], medium_id: int) -> M:
    """Moves it into the trash, from where :func:`restore_medium` brings it back until the trash is emptied."""
    medium = _changeable(actor, model, medium_id)
    medium.removed_at = timezone.now()
    medium.save(update_fields=["removed_at"])
    _tell(actor, f"{_word(model)}.removed", medium)
    return medium


@transaction.atomic
def restore_medium(actor: Viewer, model: type[M], medium_id: int) -> M:
    """Brings it back to its place in the order. Raises ``FeatureNotFound`` once the trash is emptied."""
    medium = model._base_manager.filter(pk=medium_id, audience__in=audiences(actor)).first()
    if medium is None:
        raise FeatureNotFound(str(medium_id))
    locked(actor, medium.resource_id, Act.ATTACH)
    if medium.removed_at is not None:
        medium.removed_at = None
        medium.save(update_fields=["removed_at"])
        _tell(actor, f"{_word(model)}.restored", medium)
    return medium


def removed_media(actor: Viewer, model: type[M], resource_id: int) -> list[M]:
    """What lies in the trash of a resource the actor may attach to, the latest first."""
    if not Resource.unscoped.filter(acting_q(actor, Act.ATTACH), pk=resource_id).exists():
        return []
    rows = model._base_manager.filter(resource=resource_id, audience__in=audiences(actor))
    return list(rows.exclude(removed_at=None).order_by("-removed_at"))


def may_attach(actor: Viewer, resource_id: int) -> bool:
    """Whether the actor may add photos and files to the resource."""
    return Resource.unscoped.filter(acting_q(actor, Act.ATTACH), pk=resource_id).exists()


def _changeable(actor: Viewer, model: type[M], medium_id: int) -> M:
    seen = model.unscoped.visible_to(actor)  # type: ignore[attr-defined]
    medium: M | None = seen.filter(pk=medium_id).first()
    if medium is None:
        raise FeatureNotFound(str(medium_id))
    locked(actor, medium.resource_id, Act.ATTACH)
    medium.refresh_from_db()
    return medium


def _check_number(model: type[Medium], resource_id: int, most: int) -> None:
    if model._base_manager.filter(resource=resource_id, removed_at=None).count() >= most:
        raise InvalidValues({"file": [_("At most %(count)d for one entry.") % {"count": most}]})


def _common(actor: Viewer, model: type[Medium], resource_id: int) -> dict[str, Any]:
    last = model._base_manager.filter(resource=resource_id).aggregate(last=Max("order"))["last"]
    return {
        "resource_id": resource_id,
        "order": (last or 0) + 1,
        "added_by_id": actor.account_id,
        "added_by_name": actor.name[:150],
    }


def _word(model: type[Medium]) -> str:
    return "photo" if model is Photo else "attachment"


def _tell(actor: Viewer, action: str, medium: Medium, **details: Any) -> None:
    """Another order alone is no news: it leaves the date as it is."""
    if action in NOTES:
        with acting(actor, str(NOTES[action])):
            Resource.unscoped.filter(pk=medium.resource_id).update(updated_at=timezone.now())
    resource_changed.send(
        sender=type(medium),
        actor=actor,
        action=action,
        resource_id=medium.resource_id,
        details={"number": medium.pk, **details},
    )


@receiver(resources_merged, dispatch_uid="layers.editing.media")
def on_merged(sender: object, kept_id: int, merged_id: int, **kwargs: Any) -> None:
    """Photos and files of an entry merged into another follow it, behind those it has."""
    for model in (Photo, Attachment):
        last = model.unscoped.filter(resource=kept_id).aggregate(last=Max("order"))["last"] or 0
        model.unscoped.filter(resource=merged_id).update(resource=kept_id, order=F("order") + last)
