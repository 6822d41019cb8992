"""What is written down by itself: sign-ins and whatever services tell through ``gisportal.hooks``."""

from collections.abc import Mapping
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from gisportal import hooks
from gisportal.audit.services import record
from layers.access import Viewer
from layers.models import Resource
from layers.signals import resource_changed, vocabulary_changed

NAME_LENGTH = 150


@receiver(hooks.happened, dispatch_uid="gisportal.audit.happened")
def on_happened(
    sender: object, actor: object, action: str, target: object, details: Mapping[str, Any], **kwargs: Any
) -> None:
    """A service told what it did."""
    record(actor, action, target, **details)


@receiver(resource_changed, dispatch_uid="gisportal.audit.resource")
def on_resource_changed(
    sender: object, actor: Viewer, action: str, resource_id: int, details: Mapping[str, Any], **kwargs: Any
) -> None:
    """A service changed a resource. Keys of items are kept, never their values: those are the history's."""
    record(_account(actor), action, Resource(pk=resource_id), **_by_link(actor), **details)


@receiver(vocabulary_changed, dispatch_uid="gisportal.audit.vocabulary")
def on_vocabulary_changed(
    sender: object, actor: Viewer, action: str, target: Any, details: Mapping[str, Any], **kwargs: Any
) -> None:
    """A service changed categories, fields or districts."""
    record(_account(actor), action, target, **details)


def _account(actor: Viewer) -> Any:
    if actor.account_id is None:
        return None
    return get_user_model().objects.filter(pk=actor.account_id).first()


def _by_link(actor: Viewer) -> dict[str, str]:
    """Without an account it is a signed link, called by its label."""
    return {} if actor.account_id is not None or not actor.name else {"by": actor.name[:NAME_LENGTH]}


@receiver(user_logged_in, dispatch_uid="gisportal.audit.in")
def on_logged_in(sender: object, user: Any, **kwargs: Any) -> None:
    """Somebody signed in."""
    record(user, "signed_in", user)


@receiver(user_logged_out, dispatch_uid="gisportal.audit.out")
def on_logged_out(sender: object, user: Any, **kwargs: Any) -> None:
    """Somebody signed out, or was signed out at the end of the longest time."""
    if user is not None:
        record(user, "signed_out", user)


@receiver(user_login_failed, dispatch_uid="gisportal.audit.failed")
def on_login_failed(sender: object, credentials: Mapping[str, Any], **kwargs: Any) -> None:
    """A sign-in failed: the user name as typed is kept, the password never."""
    record(None, "sign_in_failed", user=str(credentials.get("username", ""))[:NAME_LENGTH])


@receiver(user_locked_out, dispatch_uid="gisportal.audit.locked")
def on_locked_out(sender: object, username: str | None = None, **kwargs: Any) -> None:
    """Too many failures: the account is locked for a while."""
    record(None, "locked_out", user=str(username or "")[:NAME_LENGTH])
