"""Fields of a feature: what a viewer may see, filter, sort, count and group by.

A field one may not see is not in the list; a value withheld on a row is replaced in SQL before anything is
computed (design §2). Property names are those of design §5, the same in every format.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from layers.access import Audience, Viewer, audiences, members_rows_q
from layers.functions import JsonBoolean, JsonNumber
from layers.models import Operation, Publication, ServiceArea, Vacancy, VacancyOrigin
from layers.models.field_definition import FieldKind
from layers.models.resource import Delivery
from layers.vacancy import shown_vacancy
from layers.vocabulary import DefinedField, Vocabulary

Expression = Any  # Django's expressions have no common public type


class Kind(StrEnum):
    """Kinds of value, as schemas and formats name them."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a feature.

    ``value`` gives the Django expression of the value as this viewer sees it (masked where withheld);
    ``choices`` are ``(code, title)`` pairs, those of ``retired_codes`` offered no more; ``is_base`` tells the
    product's own fields from the city's.
    """

    key: str
    title: str | Promise
    kind: Kind
    value: Callable[[], Expression]
    choices: tuple[tuple[str, str | Promise], ...] = ()
    unit: str = ""
    help_text: str = ""
    audience: Audience = Audience.PUBLIC
    is_base: bool = True
    is_printed: bool = True
    is_searchable: bool = False
    is_listed: bool = False
    is_sortable: bool = False
    is_filter: bool = False
    categories: frozenset[str] = frozenset()
    retired_codes: frozenset[str] = frozenset()

    def choice_title(self, code: object) -> str:
        """Title of a choice, or the code itself."""
        return next((str(title) for key, title in self.choices if key == code), str(code))


def _text(name: str) -> Callable[[], Expression]:
    return lambda: NullIf(F(name), Value(""), output_field=models.TextField())


def _plain(name: str) -> Callable[[], Expression]:
    return lambda: F(name)


def _choices(enum: type[models.TextChoices]) -> tuple[tuple[str, str | Promise], ...]:
    return tuple((str(value), label) for value, label in enum.choices if value)


def _base_fields(vocabulary: Vocabulary) -> list[Field]:
    return [
        Field("name", _("name"), Kind.TEXT, _plain("name"), is_listed=True, is_sortable=True, is_searchable=True),
        Field("reading", _("reading"), Kind.TEXT, _text("reading"), is_sortable=True, is_searchable=True),
        Field(
            "category", _("category"), Kind.CHOICE, _plain("category__code"), is_listed=True, is_sortable=True,
            choices=tuple((info.code, info.title) for info in vocabulary.categories.values()),
        ),
        Field("category_title", _("category title"), Kind.TEXT, _plain("category__title")),
        Field(
            "fields_of_support", _("fields of support"), Kind.CHOICES, _plain("fields_of_support"),
            choices=tuple((code, vocabulary.support_title(code)) for code in vocabulary.supports),
        ),
        Field("formal", _("formal service"), Kind.BOOLEAN, _plain("formal"), is_sortable=True),
        Field("organisation", _("organisation"), Kind.TEXT, _plain("organisation__name"), is_searchable=True),
        Field("site", _("site"), Kind.TEXT, _plain("site__name"), is_searchable=True),
        Field("address", _("address"), Kind.TEXT, _text("address_public"), is_listed=True, is_searchable=True),
        Field("phone", _("telephone"), Kind.TEXT, _text("phone"), is_listed=True, is_searchable=True),
        Field("fax", _("fax"), Kind.TEXT, _text("fax"), is_searchable=True),
        Field("email", _("mail"), Kind.TEXT, _text("email"), is_searchable=True),
        Field("url", _("web page"), Kind.URL, _text("url")),
        Field("opening_hours", _("opening hours"), Kind.LONG_TEXT, _text("opening_hours"), is_searchable=True),
        Field("description", _("description"), Kind.LONG_TEXT, _text("description"), is_searchable=True),
        Field("office_number", _("office number"), Kind.TEXT, _text("office_number"), audience=Audience.MEMBERS,
              is_searchable=True),
        Field("capacity", _("capacity"), Kind.NUMBER, _plain("capacity"), is_sortable=True),
        Field("vacancy", _("vacancy"), Kind.CHOICE, lambda: shown_vacancy(vocabulary), choices=_choices(Vacancy),
              is_sortable=True),
        Field("vacancy_stated", _("vacancy as last stated"), Kind.CHOICE, _text("vacancy"),
              choices=_choices(Vacancy)),
        Field("vacancy_count", _("places free"), Kind.NUMBER, _plain("vacancy_count"), is_sortable=True),
        Field("vacancy_note", _("note on vacancy"), Kind.TEXT, _text("vacancy_note")),
        Field("vacancy_as_of", _("vacancy as of"), Kind.DATETIME, _plain("vacancy_as_of"), is_sortable=True),
        Field("vacancy_origin", _("vacancy from"), Kind.CHOICE, _text("vacancy_origin"),
              choices=_choices(VacancyOrigin)),
        Field("operation", _("operation"), Kind.CHOICE, _plain("operation"), choices=_choices(Operation),
              is_sortable=True),
        Field("delivery", _("delivery"), Kind.CHOICE, _plain("delivery"), choices=_choices(Delivery)),
        Field("service_area", _("service area"), Kind.CHOICE, _text("service_area"), choices=_choices(ServiceArea)),
        Field("districts", _("districts"), Kind.CHOICES, _plain("district_keys"), is_listed=True),
        Field("publication", _("publication"), Kind.CHOICE, _plain("publication"), choices=_choices(Publication),
              audience=Audience.MEMBERS),
        Field("attribution", _("attribution"), Kind.TEXT, _plain("source__attribution")),
        Field("updated_at", _("last update"), Kind.DATETIME, _plain("updated_at"), is_listed=True, is_sortable=True),
        Field("verified_at", _("verified"), Kind.DATETIME, _plain("verified_at"), is_sortable=True),
    ]  # fmt: skip


#: Items a row may withhold from the public (``Resource.withheld``).
WITHHELD: Final = frozenset(
    {"phone", "fax", "email", "url", "opening_hours", "description", "organisation", "capacity"}
)

#: Keys a city's field may not take: base properties, formats' own names and query parameters.
RESERVED: Final = frozenset(
    (
        "id type geometry geom properties links name reading category category_title fields_of_support "
        "field_of_support formal organisation site address phone fax email url opening_hours description "
        "office_number capacity vacancy vacancy_count vacancy_note vacancy_as_of vacancy_origin vacancy_stated "
        "operation delivery service_area districts publication attribution updated_at verified_at q bbox datetime "
        "limit session_on session_day "
        "offset sortby crs f lang filter filter_lang distance count district near place radius serves within "
        "updated_after updated_before stale sort page per_page view at as_of rows columns measure "
        "skipgeometry resulttype after filter-lang filter-crs"
    ).split()
)


def fields_for(viewer: Viewer | None, vocabulary: Vocabulary) -> dict[str, Field]:
    """Fields the viewer sees on at least some rows, by key, base fields first, each masked as he is to see it."""
    seen = audiences(viewer)
    members = members_rows_q(viewer)
    found = [_masked(base, members) for base in _base_fields(vocabulary) if base.audience in seen]
    found += [
        _masked(_from_definition(item), members)
        for item in vocabulary.fields.values()
        if item.audience in seen
    ]
    return {item.key: item for item in found}


def _masked(item: Field, members: Q | None) -> Field:
    """The field with its value withheld where the viewer is no member of the row's audience."""
    if members is None:
        return item
    if item.audience is not Audience.PUBLIC:
        return _with_value(item, lambda: _where(members, item.value()))
    if item.key in WITHHELD:
        shown = ~Q(withheld__contains=[item.key]) | members
        return _with_value(item, lambda: _where(shown, item.value()))
    return item


def _where(condition: Q, value: Expression) -> Expression:
    return Case(When(condition, then=value), default=Value(None))


def _with_value(item: Field, value: Callable[[], Expression]) -> Field:
    return replace(item, value=value)


def _from_definition(item: DefinedField) -> Field:
    return Field(
        key=item.key,
        title=item.title,
        kind=Kind(item.kind.value),
        value=lambda: defined_value(item),
        choices=item.choices or _yes_no(item.kind),
        unit=item.unit,
        help_text=item.help_text,
        audience=item.audience,
        is_base=False,
        is_printed=item.is_printed,
        is_searchable=item.is_searchable,
        is_listed=item.is_listed,
        is_sortable=item.kind not in {FieldKind.CHOICES, FieldKind.LONG_TEXT, FieldKind.URL},
        is_filter=item.is_searchable,
        categories=item.categories,
        retired_codes=item.retired_codes,
    )


def _yes_no(kind: FieldKind) -> tuple[tuple[str, str | Promise], ...]:
    return (("true", _("yes")), ("false", _("no"))) if kind is FieldKind.BOOLEAN else ()


def defined_value(item: DefinedField) -> Expression:
    """A city-defined value out of ``properties``, in SQL's own type so that formats and order come out right."""
    value = KeyTransform(item.key, "properties")
    match item.kind:
        case FieldKind.NUMBER:
            return JsonNumber(value)
        case FieldKind.BOOLEAN:
            return JsonBoolean(value)
        case FieldKind.CHOICES:
            return value
        case _:
            return NullIf(
                KeyTextTransform(item.key, "properties"), Value(""), output_field=models.TextField()
            )


__all__ = ["RESERVED", "WITHHELD", "Field", "Kind", "defined_value", "fields_for"]
