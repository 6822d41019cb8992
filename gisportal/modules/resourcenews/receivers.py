"""What news do when two resources become one (R28): they move to the one kept."""

from typing import Any

from django.dispatch import receiver

from gisportal.modules.resourcenews import source
from layers.signals import resources_merged


@receiver(resources_merged, dispatch_uid="gisportal.modules.resourcenews.merged")
def on_merged(sender: Any, kept_id: int, merged_id: int, **kwargs: Any) -> None:
    """In the transaction of the merge; the trash moves, too."""
    source.all_news_of(merged_id).update(resource_id=kept_id)
