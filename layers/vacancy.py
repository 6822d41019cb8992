"""Room for guests, with a clock (R30): words per category, classes, and when it has grown old.

A statement about room ages: after ``vacancy_stale_days`` days of its category it counts as 要問合せ everywhere at once,
in lists, tiles, facets, filters and exports, and what was stated stays readable beside it. It turns at midnight of the
city's day, so that caches need a date and no time; see ``docs/decisions/vacancy-clock.md``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, CharField, F, Q, TextField, Value, When
from django.db.models.functions import NullIf
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.access import NOTHING
from layers.functions import DaysAgo
from layers.models import Vacancy
from layers.vocabulary import CategoryInfo, Vocabulary

#: States that age; "please ask" is true for ever.
AGEING: Final = (Vacancy.AVAILABLE.value, Vacancy.FEW.value, Vacancy.FULL.value)
#: Properties that change with the date alone.
TIMED: Final = frozenset({"vacancy"})

_USUAL: Final[dict[str, str | Promise]] = dict(Vacancy.choices)
WORDS: Final[dict[str, dict[str, str | Promise]]] = {
    "": _USUAL,
    "marks": {
        "available": _("○ room"),
        "few": _("△ few places left"),
        "full": _("× full"),
        "ask": _("please ask"),
    },
    "joining": {
        "available": _("looking for participants"),
        "few": _("few places left"),
        "full": _("not taking participants"),
        "ask": _("please ask"),
    },
}
WEEKDAYS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("mon", pgettext_lazy("weekday", "Mon")),
    ("tue", pgettext_lazy("weekday", "Tue")),
    ("wed", pgettext_lazy("weekday", "Wed")),
    ("thu", pgettext_lazy("weekday", "Thu")),
    ("fri", pgettext_lazy("weekday", "Fri")),
    ("sat", pgettext_lazy("weekday", "Sat")),
    ("sun", pgettext_lazy("weekday", "Sun")),
)
_CLASSES: Final[dict[str, tuple[tuple[str, str | Promise], ...]]] = {
    "weekday": WEEKDAYS,
    "age": (
        ("age0", _("age 0")),
        ("age1", _("age 1")),
        ("age2", _("age 2")),
        ("age3", _("age 3")),
        ("age4", _("age 4")),
        ("age5", _("age 5")),
    ),
    "sex": (("female", _("women")), ("male", _("men"))),
}


def words_for(category: CategoryInfo) -> dict[str, str | Promise]:
    """Words of each state as this category says them: nurseries ○△×, salons 参加者募集中."""
    return WORDS.get(category.vacancy_words, _USUAL)


def vacancy_title(category: CategoryInfo, code: str | None) -> str:
    """One state in the category's words; empty for none."""
    return str(words_for(category).get(code, code)) if code else ""


def vacancy_before(category: CategoryInfo, values: Mapping[str, Any]) -> str:
    """What was stated, in words, where it has grown old; else empty. ``values``: properties of a feature."""
    stated = values.get("vacancy_stated")
    return vacancy_title(category, stated) if stated and stated != values.get("vacancy") else ""


def classes_for(category: CategoryInfo) -> tuple[tuple[str, str], ...]:
    """Codes and titles of the classes room is asked for by; none where it is asked for as a whole."""
    if not category.vacancy_axis:
        return ()
    if category.vacancy_classes:
        return tuple((str(item["code"]), str(item["title"])) for item in category.vacancy_classes)
    return tuple((code, str(title)) for code, title in _CLASSES[category.vacancy_axis])


def by_class(category: CategoryInfo, detail: Any) -> list[tuple[str, str, str, int | None]]:
    """The table of a resource: code, title, state and number of every class that says something."""
    stored = detail if isinstance(detail, dict) else {}
    found = []
    for code, title in classes_for(category):
        entry = stored.get(code)
        if isinstance(entry, dict) and (entry.get("state") or entry.get("count") is not None):
            found.append((code, title, str(entry.get("state") or ""), entry.get("count")))
    return found


def is_old(category: CategoryInfo, state: str | None, as_of: datetime | None) -> bool:
    """Whether a stated vacancy has grown old, as :func:`old_q` has it in SQL."""
    if state not in AGEING or as_of is None:
        return False
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return as_of < today - timedelta(days=category.vacancy_stale_days)


def old_q(vocabulary: Vocabulary) -> Q:
    """Rows whose statement about room has grown old."""
    by_days: dict[int, set[int]] = {}
    for category in vocabulary.categories.values():
        by_days.setdefault(category.vacancy_stale_days, set()).add(category.id)
    if not by_days:
        return NOTHING
    old = [_older_than(days, () if len(by_days) == 1 else ids) for days, ids in sorted(by_days.items())]
    found = old[0]
    for more in old[1:]:
        found |= more
    return Q(vacancy__in=AGEING) & found


def _older_than(days: int, ids: Iterable[int]) -> Q:
    older = Q(vacancy_as_of__lt=DaysAgo(days))
    return Q(category_id__in=sorted(ids)) & older if ids else older


def shown_vacancy(vocabulary: Vocabulary) -> Any:
    """The state as everybody is shown it: what was stated, or "please ask" once that is old."""
    stated = NullIf(F("vacancy"), Value(""), output_field=TextField())
    old = old_q(vocabulary)
    if old is NOTHING:
        return stated
    return Case(When(old, then=Value(Vacancy.ASK.value)), default=stated, output_field=CharField())


def vacancy_q(states: Iterable[str], vocabulary: Vocabulary) -> Q:
    """Rows shown with one of the states."""
    wanted = set(states)
    stated, old = Q(vacancy__in=sorted(wanted)), old_q(vocabulary)
    if old is NOTHING:
        return stated
    if Vacancy.ASK.value in wanted:
        return stated | old
    return stated & ~old
