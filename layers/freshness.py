"""未更新: what asks for an update (R32). Said once, as a condition of the database and for one row at hand."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from layers.access import NOTHING
from layers.vocabulary import CategoryInfo, Vocabulary


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def due_since(category: CategoryInfo, words: Vocabulary) -> datetime:
    """What was last changed and verified before this moment asks for an update.

    The category's interval, or the fixed date where that is later.
    """
    by_interval = timezone.now() - timedelta(days=category.stale_after_days)
    return max(by_interval, _start(words.stale_before)) if words.stale_before else by_interval


def is_stale(
    category: CategoryInfo, updated_at: datetime, verified_at: datetime | None, words: Vocabulary
) -> bool:
    """Whether one entry is neither changed nor verified in time."""
    since = due_since(category, words)
    return updated_at < since and (verified_at is None or verified_at < since)


def stale_q(words: Vocabulary) -> Q:
    """Entries neither changed nor verified within the time their category, or the fixed date, sets."""
    found = NOTHING
    for since, ids in _by_moment(words.categories.values(), words):
        old = Q(category_id__in=ids, updated_at__lt=since) & (Q(verified_at=None) | Q(verified_at__lt=since))
        found = old if found is NOTHING else found | old
    return found


def _by_moment(categories: Iterable[CategoryInfo], words: Vocabulary) -> list[tuple[datetime, set[int]]]:
    by_days: dict[int, list[CategoryInfo]] = {}
    for category in categories:
        by_days.setdefault(category.stale_after_days, []).append(category)
    return [(due_since(group[0], words), {item.id for item in group}) for group in by_days.values()]
