"""Fields of the city shaped by the administrator: add, retitle, order, rename, retire, bring back (R22, R23).

In force with the next request in every process: the vocabulary follows the version the database gives it. No act
here loses a value; see ``field_choices`` for choices and ``field_retype`` for another kind.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from layers.access import Level, Viewer
from layers.editing import field_rows
from layers.editing.errors import InvalidValues, NotAllowed
from layers.models import Category, FieldDefinition
from layers.models.field_definition import FieldKind
from layers.signals import vocabulary_changed

#: What :func:`change_field` changes; the kind, the key and choices have acts of their own.
CHANGEABLE: Final = (
    "title", "title_en", "help_text", "unit", "audience", "is_printed", "is_searchable", "is_listed",
)  # fmt: skip
CHOSEN: Final = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


def may_shape(actor: Viewer | None) -> bool:
    """Whether a viewer may change definitions: the administrator, and no signed link of his."""
    return actor is not None and actor.level is Level.ADMINISTRATOR and actor.acts is None


def check_may_shape(actor: Viewer | None) -> None:
    """Raises :class:`NotAllowed` for everybody but the administrator."""
    if not may_shape(actor):
        raise NotAllowed(_("Only the administrator may change the fields."))


def definition(key: str) -> FieldDefinition:
    """A definition by its key, retired ones too. Raises ``FieldDefinition.DoesNotExist``."""
    return FieldDefinition.objects.prefetch_related("categories").get(key=key)


def add_field(
    actor: Viewer,
    *,
    key: str,
    title: str,
    kind: str,
    choices: Iterable[Mapping[str, Any]] = (),
    categories: Iterable[str] = (),
    **more: Any,
) -> FieldDefinition:
    """A new field at the end. ``categories``: codes, none for all; ``more``: see :data:`CHANGEABLE`.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: what cannot be kept, by name of the value.
    """
    check_may_shape(actor)
    _only_known(more)
    with field_rows.held(with_rows=False):
        last = FieldDefinition.objects.order_by("-order").first()
        item = FieldDefinition(key=key, title=title, kind=kind, choices=[dict(c) for c in choices], **more)
        item.order = last.order + 1 if last else 1
        errors = _problems(item) | _key_problem(key)
        rows = _categories(categories, errors)
        if errors:
            raise InvalidValues(errors)
        item.save()
        item.categories.set(rows)
        tell(actor, "field.added", item, key=key, kind=kind)
    return item


def change_field(
    actor: Viewer, key: str, *, categories: Iterable[str] | None = None, **changes: Any
) -> FieldDefinition:
    """Title, help, unit, audience, switches and categories; only what is given changes.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: what cannot be kept, by name of the value.
    """
    check_may_shape(actor)
    _only_known(changes)
    with field_rows.held(with_rows=False):
        item = definition(key)
        for name, value in changes.items():
            setattr(item, name, value)
        errors = _problems(item)
        rows = None if categories is None else _categories(categories, errors)
        if errors:
            raise InvalidValues(errors)
        item.save()
        if rows is not None:
            item.categories.set(rows)
        tell(actor, "field.changed", item, key=key, changed=sorted([*changes, *_named(categories)]))
    return item


def _named(categories: object) -> list[str]:
    return [] if categories is None else ["categories"]


def move_field(actor: Viewer, key: str, step: int) -> int:
    """Moves a field up (negative) or down among all; its place from 0 on.

    Raises:
        NotAllowed: the actor is not the administrator.
    """
    check_may_shape(actor)
    with field_rows.held(with_rows=False):
        rows = list(FieldDefinition.objects.all())
        place = next(number for number, row in enumerate(rows) if row.key == key)
        moved = rows.pop(place)
        place = max(0, min(len(rows), place + step))
        rows.insert(place, moved)
        changed = [row for number, row in enumerate(rows, start=1) if row.order != number]
        for number, row in enumerate(rows, start=1):
            row.order = number
        if changed:
            FieldDefinition.objects.bulk_update(changed, ["order"])
            tell(actor, "field.moved", moved, key=key, place=place)
    return place


def rename_key(actor: Viewer, key: str, new_key: str) -> int:
    """Gives a field another key and moves every value, past ones too; the number of rows rewritten.

    What others write late under the old key lands under the new one, and old links go on working.

    Raises:
        NotAllowed: the actor is not the administrator.
        InvalidValues: the key cannot be used.
    """
    check_may_shape(actor)
    with field_rows.held(with_rows=True):
        item = definition(key)
        if new_key == key:
            return 0
        own = new_key in item.former_keys
        item.former_keys = [*(former for former in item.former_keys if former != new_key), key]
        item.key = new_key
        if errors := _problems(item) | ({} if own else _key_problem(new_key, moving=True)):
            raise InvalidValues(errors)
        item.save()
        rows = field_rows.rename_rows(key, new_key)
        tell(actor, "field.renamed", item, key=new_key, former_key=key, rows=rows)
    return rows


def retire_field(actor: Viewer, key: str) -> FieldDefinition:
    """Takes a field out of use everywhere; its values stay and come back with it. Raises :class:`NotAllowed`."""
    return _switch(actor, key, False, "field.retired")


def bring_back_field(actor: Viewer, key: str) -> FieldDefinition:
    """Puts a retired field into use again, with all its values. Raises :class:`NotAllowed`."""
    return _switch(actor, key, True, "field.brought_back")


def _switch(actor: Viewer, key: str, active: bool, action: str) -> FieldDefinition:
    check_may_shape(actor)
    with field_rows.held(with_rows=False):
        item = definition(key)
        if item.is_active != active:
            item.is_active = active
            item.save(update_fields=["is_active"])
            tell(actor, action, item, key=key)
    return item


def tell(actor: Viewer, action: str, item: FieldDefinition, **details: Any) -> None:
    """Says inside the transaction what happened to a definition."""
    vocabulary_changed.send(
        sender=FieldDefinition,
        actor=actor,
        action=action,
        target=item,
        details={"title": item.title, **details},
    )


def _only_known(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - set(CHANGEABLE):
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")


def _problems(item: FieldDefinition) -> dict[str, list[str]]:
    try:
        item.full_clean(exclude=["order", "former_keys"])
    except ValidationError as error:
        return {("" if name == "__all__" else name): texts for name, texts in error.message_dict.items()}
    return {}


def _key_problem(key: str, *, moving: bool = False) -> dict[str, list[str]]:
    """Another field was called so, and late values and old links under that name are still its own."""
    former = FieldDefinition.objects.filter(former_keys__contains=[key]).first()
    if former:
        text = _("“%(field)s” had this key before. Choose another one.") % {"field": former.title}
        return {"key": [text]}
    if moving and field_rows.has_values(key):
        return {"key": [_("Values of a field that is gone lie under this key. Choose another one.")]}
    return {}


def _categories(codes: Iterable[str], errors: dict[str, list[str]]) -> list[Category]:
    wanted = set(codes)
    rows = list(Category.objects.filter(code__in=wanted))
    if missing := wanted - {row.code for row in rows}:
        errors["categories"] = [_("There is no “%(value)s”.") % {"value": sorted(missing)[0]}]
    return rows
