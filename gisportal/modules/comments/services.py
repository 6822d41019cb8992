"""Writes of comments and of their classification: the actor's right is asked, one transaction, one line of record."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gisportal import hooks
from gisportal.accounts.models import Account
from gisportal.modules.comments import source
from gisportal.modules.comments.access import may_comment, may_comment_on, may_define_classes
from gisportal.modules.comments.models import ClassificationTerm, Comment, CommentPhoto
from gisportal.portal.photos import PhotoRows
from layers.access import Viewer

ITEMS: Final = ("acted_on", "text", "classes", "is_open_to_responsible")


class CommentChanged(Exception):
    """Somebody else saved first. ``current``: the comment as it is now."""

    def __init__(self, current: Comment) -> None:
        super().__init__(current.pk)
        self.current = current


def _account(actor: Viewer) -> Account:
    account = Account.objects.filter(pk=actor.account_id).first()
    if account is None:
        raise PermissionDenied
    return account


def _name(account: Account) -> str:
    return str(account)[:150]


@transaction.atomic
def create_comment(actor: Viewer, values: dict[str, Any], photos: PhotoRows | None = None) -> Comment:
    """Writes a comment. ``values``: those of :data:`ITEMS` and one of ``resource_id``, ``district_key``, ``geom``.

    Raises ``PermissionDenied`` for who may not comment, or not on this resource.
    """
    resource_id = values.get("resource_id")
    if not may_comment(actor) or (resource_id is not None and not may_comment_on(actor, resource_id)):
        raise PermissionDenied
    account = _account(actor)
    now = timezone.now()
    comment = Comment(author=account, author_name=_name(account), posted_at=now, updated_at=now)
    comment.resource_id = resource_id
    _set_place(comment, values)
    _set(comment, values)
    comment.save()
    _keep_photos(comment, photos)
    hooks.tell("comment.created", actor=account, target=comment)
    return comment


@transaction.atomic
def update_comment(
    actor: Viewer, comment_id: int, version: int, values: dict[str, Any], photos: PhotoRows | None = None
) -> Comment:
    """Changes a comment; what it is on stays of its kind (a place may be drawn anew).

    Raises:
        PermissionDenied: the actor may not, or it is gone.
        CommentChanged: it is no longer the version the actor saw.
    """
    comment = source.editable_comments(actor).select_for_update(of=("self",)).filter(pk=comment_id).first()
    if comment is None:
        raise PermissionDenied
    if comment.version != version:
        raise CommentChanged(comment)
    account = _account(actor)
    if comment.resource_id is None:
        _set_place(comment, values)
    _set(comment, values)
    comment.version += 1
    comment.updated_at, comment.updated_by = timezone.now(), _name(account)
    comment.save()
    _keep_photos(comment, photos)
    hooks.tell("comment.changed", actor=account, target=comment)
    return comment


@transaction.atomic
def trash_comment(actor: Viewer, comment_id: int) -> Comment:
    """Puts a comment into the trash. Raises ``PermissionDenied``."""
    return _moved(
        actor, source.editable_comments(actor).filter(pk=comment_id).first(), "comment.deleted", True
    )


@transaction.atomic
def restore_comment(actor: Viewer, comment_id: int) -> Comment:
    """Takes a comment back from the trash. Raises ``PermissionDenied``."""
    return _moved(
        actor, source.trashed_comments(actor).filter(pk=comment_id).first(), "comment.restored", False
    )


def _moved(actor: Viewer, comment: Comment | None, action: str, to_trash: bool) -> Comment:
    if comment is None:
        raise PermissionDenied
    comment.deleted_at = timezone.now() if to_trash else None
    comment.save(update_fields=["deleted_at"])
    hooks.tell(action, actor=_account(actor), target=comment)
    return comment


def _set(comment: Comment, values: dict[str, Any]) -> None:
    for key in ITEMS:
        if key in values:
            setattr(comment, key, values[key])
    if comment.resource_id is None:
        comment.is_open_to_responsible = False


def _set_place(comment: Comment, values: dict[str, Any]) -> None:
    """A district or a drawn place, never both."""
    if values.get("geom") is not None:
        comment.geom = values["geom"]
        comment.district, comment.district_key, comment.district_title = None, "", ""
    elif values.get("district_key"):
        district = source.district_of(values["district_key"])
        if district is None:
            raise PermissionDenied
        comment.geom, comment.district, comment.district_key = None, district, district.key
        comment.district_title = f"{district.scheme.title}: {district.title}"


def _keep_photos(comment: Comment, photos: PhotoRows | None) -> None:
    if photos is not None:
        photos.save(CommentPhoto, source.FOLDER, comment=comment)


# --- classification -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_class(actor: Viewer, title: str) -> ClassificationTerm:
    """Adds a word at the end. Raises ``PermissionDenied``."""
    if not may_define_classes(actor):
        raise PermissionDenied
    # Two administrators adding at once wait for one another: the code follows from the highest id.
    list(ClassificationTerm.objects.select_for_update().values_list("pk"))
    last = ClassificationTerm.objects.aggregate(order=Max("order"), pk=Max("pk"))
    term = ClassificationTerm.objects.create(
        code=f"c{(last['pk'] or 0) + 1}", title=title, order=(last["order"] or 0) + 1
    )
    hooks.tell("comment_class.changed", actor=_account(actor), target=term, title=title)
    return term


@transaction.atomic
def change_class(actor: Viewer, term_id: int, **values: Any) -> ClassificationTerm:
    """Renames, orders or retires a word (``title``, ``order``, ``is_retired``). Raises ``PermissionDenied``."""
    term = ClassificationTerm.objects.select_for_update().filter(pk=term_id).first()
    if term is None or not may_define_classes(actor):
        raise PermissionDenied
    for key, value in values.items():
        setattr(term, key, value)
    term.save()
    hooks.tell("comment_class.changed", actor=_account(actor), target=term, title=term.title)
    return term
