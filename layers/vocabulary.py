"""The words answers are built with: categories, fields of support, field definitions, district schemes.

Read whole and kept per process under the version the database gives them (``layers/sql/cells.sql``), so that an
administrator's change is in force with the next request, in every process.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from layers.access import Audience
from layers.models import Category, DirectorySetting, DistrictScheme, FieldDefinition, FieldOfSupport
from layers.models.field_definition import FieldKind
from layers.versions import source_version


def _in_language(title: str, title_en: str) -> str:
    return title_en if title_en and (get_language() or "ja").startswith("en") else title


@dataclass(frozen=True, slots=True)
class CategoryInfo:
    """One category with what it inherits. ``descendants`` holds its own id and those of all below."""

    id: int
    code: str
    parent: str | None
    top: str
    depth: int
    name: str
    name_en: str
    colour: str
    shape: str
    is_formal: bool
    stale_after_days: int
    descendants: frozenset[int]
    vacancy_stale_days: int = 30
    vacancy_words: str = ""
    vacancy_axis: str = ""
    vacancy_classes: tuple[dict[str, str], ...] = field(default=(), hash=False)

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return _in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class DefinedChoice:
    """One choice of a city-defined field; a retired one is offered no more, but rows may hold it."""

    code: str
    name: str
    name_en: str
    is_retired: bool = False

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return _in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class DefinedField:
    """A city-defined field as it is used everywhere; see ``layers.models.FieldDefinition``.

    ``merged``: codes merged away and the code each is now; ``former_keys``: keys it had before.
    """

    key: str
    name: str
    name_en: str
    help_text: str
    kind: FieldKind
    choice_list: tuple[DefinedChoice, ...]
    unit: str
    audience: Audience
    is_printed: bool
    is_searchable: bool
    is_listed: bool
    categories: frozenset[str]
    merged: tuple[tuple[str, str], ...] = ()
    former_keys: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return _in_language(self.name, self.name_en)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Code and title of every choice a row may hold, in the language in force."""
        return tuple((choice.code, choice.title) for choice in self.choice_list)

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """Code and title of the choices a form offers."""
        return tuple((choice.code, choice.title) for choice in self.choice_list if not choice.is_retired)

    @property
    def retired_codes(self) -> frozenset[str]:
        """Codes offered no more."""
        return frozenset(choice.code for choice in self.choice_list if choice.is_retired)


@dataclass(frozen=True, slots=True)
class SchemeInfo:
    """A district scheme; its source is ``districts-<code>``."""

    id: int
    code: str
    name: str
    name_en: str
    is_approximate: bool
    is_care_area: bool

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return _in_language(self.name, self.name_en)

    @property
    def full_title(self) -> str:
        """Title with a word where the boundaries are approximate, as it is shown wherever districts appear."""
        return _("%(scheme)s (approximate)") % {"scheme": self.title} if self.is_approximate else self.title

    @property
    def slug(self) -> str:
        """Slug of the scheme's source."""
        return f"districts-{self.code}"


@dataclass(frozen=True)
class Vocabulary:
    """One consistent reading of all of it."""

    version: int
    categories: dict[str, CategoryInfo] = field(default_factory=dict)
    supports: dict[str, tuple[str, str]] = field(default_factory=dict)
    fields: dict[str, DefinedField] = field(default_factory=dict)
    schemes: dict[str, SchemeInfo] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Codes of categories that were merged into another → the code of that; old links go on finding."""
    stale_before: date | None = None
    """What was neither changed nor verified since this day asks for an update, whatever its category (R32)."""

    @cached_property
    def fields_kept(self) -> dict[tuple[str, str | None], dict[str, Any]]:
        """Room for what is built of these words, by scope and language (``layers/resources.py``)."""
        return {}

    @cached_property
    def renamed_fields(self) -> dict[str, str]:
        """Former keys of fields and the key each has now."""
        return {former: item.key for item in self.fields.values() for former in item.former_keys}

    @cached_property
    def merged_choices(self) -> dict[str, dict[str, str]]:
        """By field: codes merged away and the code each is now."""
        return {item.key: dict(item.merged) for item in self.fields.values() if item.merged}

    @cached_property
    def top_categories(self) -> list[CategoryInfo]:
        """Categories of the first level, in order: the colours on the map."""
        return [category for category in self.categories.values() if category.parent is None]

    def category_ids(self, codes: tuple[str, ...]) -> set[int]:
        """Ids of categories and everything below them."""
        return {pk for code in codes for pk in self.categories[code].descendants}

    @cached_property
    def category_codes(self) -> frozenset[str]:
        """Every code a link may name, those of merged categories included."""
        return frozenset({*self.categories, *self.aliases})

    def current_categories(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Codes as they are now: a merged category stands for the one it became part of."""
        return tuple(dict.fromkeys(self.aliases.get(code, code) for code in codes))

    def support_title(self, code: str) -> str:
        """Title of a field of support in the language in force."""
        return _in_language(*self.supports.get(code, (code, "")))


_lock: Final = Lock()
_kept: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """The vocabulary in force. One small query when nothing has changed."""
    global _kept
    version = source_version("schema")
    kept = _kept
    if kept is not None and kept.version == version and version:
        return kept
    with _lock:
        _kept = kept = _read(version)
    return kept


def forget() -> None:
    """Drop what is kept; for tests that roll the database back under the same version."""
    global _kept
    _kept = None


def _read(version: int) -> Vocabulary:
    return Vocabulary(
        version=version,
        categories=_categories(),
        supports={item.code: (item.title, item.title_en) for item in FieldOfSupport.objects.all()},
        fields={item.key: item for item in map(_defined, _definitions())},
        schemes={
            item.code: SchemeInfo(
                item.pk, item.code, item.title, item.title_en, item.is_approximate, item.is_care_area
            )
            for item in DistrictScheme.objects.all()
        },
        aliases=_aliases(),
        stale_before=DirectorySetting.objects.values_list("stale_before", flat=True).first(),
    )


def _aliases() -> dict[str, str]:
    became = dict(Category.objects.filter(merged_into__isnull=False).values_list("code", "merged_into__code"))

    def end(code: str, steps: int = 0) -> str:
        return end(became[code], steps + 1) if code in became and steps <= len(became) else code

    return {code: end(code) for code in became}


def _definitions() -> list[FieldDefinition]:
    return list(FieldDefinition.objects.filter(is_active=True).prefetch_related("categories"))


def _choice(raw: dict[str, Any]) -> DefinedChoice:
    return DefinedChoice(
        str(raw["code"]), str(raw["title"]), str(raw.get("title_en") or ""), bool(raw.get("retired"))
    )


def _defined(item: FieldDefinition) -> DefinedField:
    return DefinedField(
        key=item.key,
        name=item.title,
        name_en=item.title_en,
        help_text=item.help_text,
        kind=FieldKind(item.kind),
        choice_list=tuple(_choice(raw) for raw in item.choices if not raw.get("merged_into")),
        unit=item.unit,
        audience=Audience(item.audience),
        is_printed=item.is_printed,
        is_searchable=item.is_searchable,
        is_listed=item.is_listed,
        categories=frozenset(category.code for category in item.categories.all()),
        merged=tuple(
            (str(raw["code"]), str(raw["merged_into"])) for raw in item.choices if raw.get("merged_into")
        ),
        former_keys=tuple(item.former_keys),
    )


def _categories() -> dict[str, CategoryInfo]:
    rows = {row.pk: row for row in Category.objects.filter(merged_into=None)}
    below: dict[int | None, list[Category]] = {}
    for row in rows.values():
        below.setdefault(row.parent_id, []).append(row)
    found: dict[str, CategoryInfo] = {}

    def walk(row: Category, above: CategoryInfo | None) -> None:
        info = _category_info(row, above, below)
        found[row.code] = info
        for child in below.get(row.pk, []):
            walk(child, info)

    for top in below.get(None, []):
        walk(top, None)
    return found


def _category_info(
    row: Category, above: CategoryInfo | None, below: dict[int | None, list[Category]]
) -> CategoryInfo:
    return CategoryInfo(
        id=row.pk,
        code=row.code,
        parent=above.code if above else None,
        top=above.top if above else row.code,
        depth=above.depth + 1 if above else 0,
        name=row.title,
        name_en=row.title_en,
        colour=row.colour or (above.colour if above else "#4d4d4d"),
        shape=row.shape or (above.shape if above else "circle"),
        is_formal=row.is_formal,
        stale_after_days=row.stale_after_days,
        descendants=frozenset(_ids_below(row, below)),
        vacancy_stale_days=row.vacancy_stale_days,
        vacancy_words=row.vacancy_words or (above.vacancy_words if above else ""),
        vacancy_axis=row.vacancy_axis,
        vacancy_classes=tuple(row.vacancy_classes),
    )


def _ids_below(row: Category, below: dict[int | None, list[Category]]) -> set[int]:
    return {row.pk}.union(*(_ids_below(child, below) for child in below.get(row.pk, [])))
