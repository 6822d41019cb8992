"""Photos and attachments as a viewer sees them; every way to a file starts here."""

from collections.abc import Iterable

from layers.access import Viewer
from layers.errors import FeatureNotFound
from layers.models import Attachment, Photo


def photos_of(viewer: Viewer, resource_id: int) -> list[Photo]:
    """Photos of a resource the viewer may see, in order."""
    return list(Photo.unscoped.visible_to(viewer).filter(resource=resource_id))


def attachments_of(viewer: Viewer, resource_id: int) -> list[Attachment]:
    """Attachments of a resource the viewer may see, in order."""
    return list(Attachment.unscoped.visible_to(viewer).filter(resource=resource_id))


def first_photos(viewer: Viewer, resource_ids: Iterable[int]) -> dict[int, Photo]:
    """The first photo the viewer may see of each resource that has one."""
    rows = Photo.unscoped.visible_to(viewer).filter(resource__in=list(resource_ids))
    return {
        photo.resource_id: photo
        for photo in rows.order_by("resource_id", "order", "id").distinct("resource_id")
    }


def photo_of(viewer: Viewer, resource_id: int, photo_id: int) -> Photo:
    """Raises ``FeatureNotFound`` for what the viewer may not see."""
    photo: Photo | None = Photo.unscoped.visible_to(viewer).filter(resource=resource_id, pk=photo_id).first()
    if photo is None:
        raise FeatureNotFound(str(photo_id))
    return photo


def attachment_of(viewer: Viewer, resource_id: int, attachment_id: int) -> Attachment:
    """Raises ``FeatureNotFound`` for what the viewer may not see."""
    attachment: Attachment | None = (
        Attachment.unscoped.visible_to(viewer).filter(resource=resource_id, pk=attachment_id).first()
    )
    if attachment is None:
        raise FeatureNotFound(str(attachment_id))
    return attachment
