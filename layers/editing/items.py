"""Items of a resource one may edit: what forms, proposals, surveys and protocols have in common (R22, R28, R30).

Values are plain JSON, by key of the item: text, code, list of codes, ISO date, number, true/false/None. City-defined
fields carry the key ``field.<key>``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.access import Viewer, audiences
from layers.fields import WITHHELD, Kind
from layers.models import Disclosure, Operation, PlaceOrigin, Publication, ServiceArea
from layers.models.field_definition import FieldKind
from layers.models.resource_columns import Delivery
from layers.vocabulary import DefinedField, Vocabulary, vocabulary

Choices = tuple[tuple[str, str | Promise], ...]


@dataclass(frozen=True, slots=True)
class EditItem:
    """One item. ``group`` orders the form: basic, place, contact, service, fields, states."""

    key: str
    title: str | Promise
    kind: Kind
    group: str
    choices: Choices = ()
    is_required: bool = False
    help_text: str | Promise = ""
    unit: str = ""
    max_length: int | None = None
    form: str = ""
    retired_codes: frozenset[str] = frozenset()

    def offered(self, held: object = None) -> Choices:
        """Choices a form offers: those in use, and retired ones the entry holds already (a code or a list)."""
        kept = set(held) if isinstance(held, list | tuple) else {held}
        return tuple(pair for pair in self.choices if pair[0] not in self.retired_codes or pair[0] in kept)

    def choice_title(self, code: object) -> str:
        """Title of a choice, or the code itself."""
        return next((str(title) for key, title in self.choices if key == code), str(code))


def _enum(pairs: Iterable[tuple[str, str | Promise]]) -> Choices:
    return tuple((str(code), title) for code, title in pairs if code)


#: Items whose words have a form of their own (telephone, mail …): see ``layers/editing/cleaning.py``.
PHONE, MAIL, LATITUDE, LONGITUDE, COUNT, NAMES, POLYGON, RESOURCE, SITE, ORGANISATION = (
    "phone mail latitude longitude count names polygon resource site organisation".split()
)

#: Items of the place, which an ``area`` entry shows to its named readers only.
PLACE: Final = ("postcode", "address", "building", "lat", "lon", "geom_origin")


def _base(words: Vocabulary) -> list[EditItem]:
    supports = tuple((code, words.support_title(code)) for code in words.supports)
    categories = tuple((info.code, info.title) for info in words.categories.values())
    withheld = tuple((key, title) for key, title in WITHHOLDABLE.items() if key in WITHHELD)
    return [
        EditItem("name", _("name"), Kind.TEXT, "basic", is_required=True, max_length=200),
        EditItem("reading", _("reading"), Kind.TEXT, "basic", max_length=300),
        EditItem("former_names", _("former names"), Kind.TEXT, "basic", form=NAMES, max_length=200),
        EditItem("category", _("category"), Kind.CHOICE, "basic", categories, is_required=True),
        EditItem("fields_of_support", _("fields of support"), Kind.CHOICES, "basic", supports),
        EditItem("formal_override", _("formal service (overrides the category)"), Kind.BOOLEAN, "basic"),
        EditItem("organisation", _("organisation"), Kind.NUMBER, "basic", form=ORGANISATION),
        EditItem("office_number", _("office number"), Kind.TEXT, "basic", max_length=20),
        EditItem("disclosure", _("disclosure of place"), Kind.CHOICE, "place", _enum(Disclosure.choices)),
        EditItem("site", _("site"), Kind.NUMBER, "place", form=SITE),
        EditItem("postcode", _("postcode"), Kind.TEXT, "place", max_length=8),
        EditItem("address", _("address"), Kind.TEXT, "place", max_length=300),
        EditItem("building", _("building"), Kind.TEXT, "place", max_length=200),
        EditItem("lat", _("latitude"), Kind.NUMBER, "place", form=LATITUDE),
        EditItem("lon", _("longitude"), Kind.NUMBER, "place", form=LONGITUDE),
        EditItem("geom_origin", _("origin of the position"), Kind.CHOICE, "place", _enum(PlaceOrigin.choices)),
        EditItem("phone", _("telephone"), Kind.TEXT, "contact", form=PHONE, max_length=100),
        EditItem("fax", _("fax"), Kind.TEXT, "contact", form=PHONE, max_length=60),
        EditItem("email", _("mail"), Kind.TEXT, "contact", form=MAIL, max_length=254),
        EditItem("url", _("web page"), Kind.URL, "contact", max_length=1000),
        EditItem("withheld", _("items withheld from the public"), Kind.CHOICES, "contact", withheld),
        EditItem("opening_hours", _("opening hours"), Kind.LONG_TEXT, "service", max_length=4000),
        EditItem("description", _("description"), Kind.LONG_TEXT, "service", max_length=10000),
        EditItem("capacity", _("capacity"), Kind.NUMBER, "service", form=COUNT),
        EditItem("delivery", _("delivery"), Kind.CHOICE, "service", _enum(Delivery.choices), is_required=True),
        EditItem("service_area", _("service area"), Kind.CHOICE, "service", _enum(ServiceArea.choices)),
        EditItem("service_districts", _("districts served"), Kind.CHOICES, "service"),
        EditItem("service_geom", _("area served"), Kind.TEXT, "service", form=POLYGON),
        EditItem("publication", _("publication"), Kind.CHOICE, "states", _enum(Publication.choices), is_required=True),
        EditItem("operation", _("operation"), Kind.CHOICE, "states", _enum(Operation.choices), is_required=True),
        EditItem("opened_on", _("opened on"), Kind.DATE, "states"),
        EditItem("suspended_on", _("suspended on"), Kind.DATE, "states"),
        EditItem("closed_on", _("closed on"), Kind.DATE, "states"),
        EditItem("successor", _("successor"), Kind.NUMBER, "states", form=RESOURCE),
    ]  # fmt: skip


#: Titles of what a row may withhold.
WITHHOLDABLE: Final[dict[str, str | Promise]] = {
    "phone": _("telephone"),
    "fax": _("fax"),
    "email": _("mail"),
    "url": _("web page"),
    "opening_hours": _("opening hours"),
    "description": _("description"),
    "organisation": _("organisation"),
    "capacity": _("capacity"),
}


def items_for(
    viewer: Viewer | None, category: str | None = None, words: Vocabulary | None = None
) -> dict[str, EditItem]:
    """Items a viewer may edit, in order; of the city-defined fields those of the category and of his audience."""
    words = words or vocabulary()
    seen = audiences(viewer)
    found = _base(words)
    found += [
        defined_item(item)
        for item in words.fields.values()
        if item.audience in seen and applies(item, category, words)
    ]
    return {item.key: item for item in found}


def applies(item: DefinedField, category: str | None, words: Vocabulary) -> bool:
    """Whether a field belongs to a category: named itself or by one above; fields that name none belong to all."""
    if not item.categories or category is None:
        return True
    code: str | None = category
    while code is not None and code in words.categories:
        if code in item.categories:
            return True
        code = words.categories[code].parent
    return False


def defined_item(item: DefinedField) -> EditItem:
    """The item of a city-defined field."""
    yes_no: Choices = (
        ("true", pgettext_lazy("answer", "yes")),
        ("false", pgettext_lazy("answer", "no")),
    )
    return EditItem(
        key=f"field.{item.key}",
        title=item.title,
        kind=Kind(item.kind.value),
        group="fields",
        choices=item.choices or (yes_no if item.kind is FieldKind.BOOLEAN else ()),
        help_text=item.help_text,
        unit=item.unit,
        max_length={FieldKind.TEXT: 1000, FieldKind.LONG_TEXT: 10000, FieldKind.URL: 1000}.get(item.kind),
        retired_codes=item.retired_codes,
    )
