"""Categories changed while the portal runs (R7, R24): what administrators do to the tree.

Every service is one transaction under a lock of the whole tree, tells ``vocabulary_changed``, and is in force with
the next request of every process, because triggers raise the version of the schema (``layers/sql/cells.sql``).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from layers.access import Level, Viewer
from layers.editing.category_values import clean_values
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.transactions import acting
from layers.models import Category, FieldDefinition, Resource
from layers.signals import vocabulary_changed

LEVELS: Final = 3
#: Names of entries shown where something stands in the way of a merge.
SHOWN_NAMES: Final = 10


@dataclass(slots=True)
class Node:
    """A line of the tree. ``own_count``: resources filed right here; ``count``: with everything below; no trash."""

    category: Category
    depth: int
    own_count: int
    count: int
    colour: str
    shape: str
    is_first: bool = False
    is_last: bool = False

    @property
    def indent(self) -> range:
        """One step for each level above; for templates."""
        return range(self.depth)


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would do; ``blocked``: names of entries that cannot both be in one category."""

    old: Category
    into: Category
    resource_count: int
    trash_count: int
    children: tuple[Category, ...]
    definitions: tuple[FieldDefinition, ...]
    blocked: tuple[str, ...]


def require_administrator(actor: Viewer) -> None:
    """Raises :class:`NotAllowed` for everybody else, a signed link of an administrator included."""
    if actor.level is not Level.ADMINISTRATOR or actor.acts is not None:
        raise NotAllowed(_("Only an administrator may change this."))


def tree() -> list[Node]:
    """All categories in force, in the order of the tree, with their counts."""
    rows = list(Category.objects.filter(merged_into=None))
    counted = Resource.unscoped.filter(deleted_at=None).order_by().values_list("category_id")
    counts = dict(counted.annotate(count=Count("pk")))
    below: dict[int | None, list[Category]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    return list(_nodes(None, below, counts))


def _nodes(
    above: Node | None, below: Mapping[int | None, list[Category]], counts: Mapping[int, int]
) -> Iterator[Node]:
    siblings = below.get(above.category.pk if above else None, [])
    for place, row in enumerate(siblings):
        node = Node(
            row, above.depth + 1 if above else 0, counts.get(row.pk, 0), 0,
            row.colour or (above.colour if above else "#4d4d4d"), row.shape or (above.shape if above else "circle"),
            place == 0, place == len(siblings) - 1,
        )  # fmt: skip
        lower = list(_nodes(node, below, counts))
        node.count = node.own_count + sum(child.own_count for child in lower)
        yield node
        yield from lower


def _locked() -> dict[str, Category]:
    """The whole tree, one writer at a time: depth, order and merges look at more than one row."""
    return {row.code: row for row in Category.objects.select_for_update().order_by("pk")}


def _tell(actor: Viewer, action: str, target: Category, **details: Any) -> None:
    vocabulary_changed.send(sender=Category, actor=actor, action=action, target=target, details=details)


def create_category(actor: Viewer, values: Mapping[str, Any]) -> Category:
    """A new category, the last of its siblings. Raises :class:`InvalidValues` or :class:`NotAllowed`."""
    require_administrator(actor)
    with transaction.atomic():
        rows = _locked()
        cleaned = clean_values(values, rows, None)
        row = Category(**cleaned)
        row.order = _last_order(rows, row)
        row.save()
        _tell(actor, "category.created", row, code=row.code)
    return row


def update_category(actor: Viewer, code: str, values: Mapping[str, Any]) -> Category:
    """Title, words, colours, parent … of a category; its code stays. Only keys given change.

    Dates of last update of its resources do not move: nobody looked at them.
    """
    require_administrator(actor)
    with transaction.atomic():
        rows = _locked()
        row = _in_force(rows, code)
        cleaned = clean_values(values, rows, row)
        before = {key: getattr(row, key) for key in cleaned}
        changed = [key for key, value in cleaned.items() if before[key] != value]
        for key in changed:
            setattr(row, key, cleaned[key])
        if "parent" in changed:
            row.order = _last_order(rows, row)
        if changed:
            row.save()
            _tell(actor, "category.updated", row, code=row.code, items=sorted(changed))
    return row


def _last_order(rows: Mapping[str, Category], row: Category) -> int:
    orders = [each.order for each in rows.values() if each.parent_id == row.parent_id and each != row]
    return max(orders, default=0) + 10


def _in_force(rows: Mapping[str, Category], code: str) -> Category:
    row = rows.get(code)
    if row is None or row.merged_into_id is not None:
        raise Category.DoesNotExist(code)
    return row


def move_category(actor: Viewer, code: str, *, up: bool) -> bool:
    """One place up or down among its siblings; False at the end of the line."""
    require_administrator(actor)
    with transaction.atomic():
        rows = _locked()
        row = _in_force(rows, code)
        siblings = _siblings(rows, row.parent_id)
        place = siblings.index(row)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(siblings):
            return False
        siblings[place], siblings[other] = siblings[other], siblings[place]
        renumbered = [each for number, each in enumerate(siblings, 1) if _renumber(each, number * 10)]
        Category.objects.bulk_update(renumbered, ["order"])
        _tell(actor, "category.moved", row, code=row.code, place=other + 1)
    return True


def _renumber(row: Category, order: int) -> bool:
    changed = row.order != order
    row.order = order
    return changed


def _siblings(rows: Mapping[str, Category], parent_id: int | None) -> list[Category]:
    found = [row for row in rows.values() if row.parent_id == parent_id and row.merged_into_id is None]
    return sorted(found, key=lambda row: (row.order, row.code))


def delete_category(actor: Viewer, code: str) -> None:
    """Takes an empty category away. Raises :class:`InvalidValues` where anything is filed below it or was."""
    require_administrator(actor)
    with transaction.atomic():
        rows = _locked()
        row = _in_force(rows, code)
        if reason := why_not_deletable(row):
            raise InvalidValues({"": [reason]})
        _tell(actor, "category.deleted", row, code=row.code, title=row.title)
        row.delete()


def why_not_deletable(row: Category) -> str:
    """Words on what still hangs on a category; nothing where it may go."""
    if count := Resource.unscoped.filter(category=row, deleted_at=None).count():
        return _("%(count)d entries are filed here. Merge it into another category instead.") % {
            "count": count
        }
    if count := Resource.unscoped.filter(category=row).count():
        return _("%(count)d entries in the trash are filed here.") % {"count": count}
    if row.children.exists():
        return _("There are categories below it.")
    if row.merged.exists():
        return _("Another category was merged into it, and old links lead here.")
    if row.fielddefinition_set.exists():
        return _("Fields are set for this category alone.")
    return ""


# --- merging -------------------------------------------------------------------------------------------------------


def merge_plan(old: Category, into: Category) -> MergePlan:
    """What merging ``old`` into another category would do, for a person to decide by. Raises :class:`InvalidValues`."""
    _check_merge(old, into)
    filed = Resource.unscoped.filter(category=old)
    numbers = filed.filter(deleted_at=None).exclude(office_number="").values("office_number")
    twice = Resource.unscoped.filter(category=into, deleted_at=None, office_number__in=numbers)
    definitions = old.fielddefinition_set.order_by("order", "key")
    return MergePlan(
        old, into, filed.filter(deleted_at=None).count(), filed.exclude(deleted_at=None).count(),
        tuple(old.children.filter(merged_into=None)), tuple(definitions),
        tuple(twice.order_by("name").values_list("name", flat=True)[: SHOWN_NAMES + 1]),
    )  # fmt: skip


def _check_merge(old: Category, into: Category) -> None:
    if old.pk == into.pk:
        raise InvalidValues({"into": [_("Choose another category.")]})
    if into.merged_into_id is not None or old.merged_into_id is not None:
        raise InvalidValues({"into": [_("This category was merged already.")]})
    if old in _line(into):
        raise InvalidValues({"into": [_("A category cannot be merged into one below itself.")]})
    if old.children.filter(merged_into=None).exists() and len(_line(into)) + _height(old) - 1 > LEVELS:
        raise InvalidValues({"into": [_("The categories below it would come to a fourth level.")]})


def _line(row: Category) -> list[Category]:
    """A category and those above it."""
    return [row, *(_line(row.parent) if row.parent else [])]


def _height(row: Category) -> int:
    return 1 + max((_height(child) for child in row.children.filter(merged_into=None)), default=0)


def merge_categories(actor: Viewer, code: str, into: str) -> int:
    """Everything filed in one category goes into another; answers how many entries moved, trash included.

    The old one stays as an alias: links that name its code find what it became, and history keeps the name. Fields
    set for the old category are set for the new one too, so that no value vanishes from view.
    Raises :class:`InvalidValues` where an office number would stand twice in one category.
    """
    require_administrator(actor)
    with transaction.atomic():
        rows = _locked()
        old, target = _in_force(rows, code), _in_force(rows, into)
        plan = merge_plan(old, target)
        if plan.blocked:
            raise InvalidValues({"into": [twice_words(plan.blocked)]})
        note = _("merged %(old)s into %(into)s") % {"old": old.title, "into": target.title}
        with acting(actor, note):
            moved = Resource.unscoped.filter(category=old).update(category=target)
        _move_fields(plan.definitions, old, target)
        old.children.filter(merged_into=None).update(parent=target)
        old.merged.update(merged_into=target)
        old.parent, old.merged_into = None, target
        old.colour, old.shape = old.colour or "#4d4d4d", old.shape or "circle"
        old.save()
        _tell(actor, "category.merged", target, code=old.code, into=target.code, resources=moved)
    return moved


def _move_fields(definitions: Sequence[FieldDefinition], old: Category, target: Category) -> None:
    for definition in definitions:
        definition.categories.add(target)
        definition.categories.remove(old)


def twice_words(names: Sequence[str]) -> str:
    """Which entries carry an office number that the other category has too."""
    shown = "、".join(names[:SHOWN_NAMES]) + ("…" if len(names) > SHOWN_NAMES else "")
    return _("An office number would stand twice: %(names)s. Merge or correct these entries first.") % {
        "names": shown
    }
