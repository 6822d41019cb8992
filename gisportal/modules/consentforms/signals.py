"""Publication that waits for consent: what is registered or changed is brought in line in the same transaction."""

from typing import Any, Final

from django.dispatch import receiver

from gisportal.modules.consentforms.models import ConsentTemplate
from layers.access import Viewer
from layers.editing.errors import NotAllowed
from layers.signals import resource_changed

FOLLOWED: Final = frozenset({"resource.created", "resource.updated", "resource.restored"})


@receiver(resource_changed)
def on_change(sender: object, actor: Viewer, action: str, resource_id: int, **more: Any) -> None:
    """Withholds what has no consent while the setting asks for one. A second turn finds nothing to change."""
    from gisportal.modules.consentforms.services import follow

    if action in FOLLOWED and ConsentTemplate.current().requires_consent:
        try:
            follow(actor, resource_id)
        except NotAllowed:
            # Whoever may not change the entry has not made anything of it public either.
            return
