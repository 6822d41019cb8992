"""Items of an entry as the inputs of a form (R28): what kind of control, which words, which help."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.editing.items import EditItem
from layers.editing.values import in_words
from layers.fields import WITHHELD, Kind

#: Order of the groups: what changes most stands first where an entry is corrected.
EDITING: Final = ("contact", "service", "place", "basic", "fields", "states")
REGISTERING: Final = ("basic", "place", "contact", "service", "fields", "states")
GROUPS: Final[dict[str, str | Promise]] = {
    "basic": _("Name and category"),
    "place": _("Place"),
    "contact": _("Contact"),
    "service": _("Service"),
    "fields": _("Further items"),
    "states": _("Publication and operation"),
}
#: Items with controls of their own in the group of the place, and those no form asks for.
PLACE_CONTROLS: Final = frozenset({"lat", "lon", "geom_origin", "site"})
HIDDEN: Final = frozenset({"withheld"})
RADIOS: Final = frozenset({"disclosure", "delivery", "service_area", "publication", "operation"})

HELP: Final[dict[str, str | Promise]] = {
    "reading": _("In hiragana; lists are sorted by it."),
    "former_names": _("One a line; found by the search."),
    "phone": _("Any writing will do, full-width digits too."),
    "opening_hours": _("For example: Mon–Fri 9:00–17:00, closed on holidays"),
    "address": _("The pin follows the address unless it was set by hand."),
    "url": _("Begins with https:// or http://."),
    "organisation": _("The name as registered."),
    "office_number": _("The number of the office (jigyosho bango); unique together with the category."),
    "formal_override": _("Only where it differs from the category."),
    "successor": _("Number or address of the entry that takes its place."),
    "opened_on": _("For example 2026-04-01; years of the Japanese calendar will do"),
    "service_districts": _("Where the service can be used."),
    "service_geom": _("Draw it on the map, or paste a polygon as GeoJSON (longitude first)."),
}
#: Plain words of what each choice means.
CHOICE_HELP: Final[dict[tuple[str, str], str | Promise]] = {
    ("disclosure", "open"): _("Address and pin are shown to all who see the entry."),
    ("disclosure", "area"): _(
        "Others see the district only. Address and pin are for the accounts named as readers."
    ),
    ("disclosure", "contact"): _("No address is kept at all; people ask by telephone."),
    ("publication", "draft"): _("Only for colleagues who complete it."),
    ("publication", "members"): _("Offices and city staff with an account see it."),
    ("publication", "public"): _("Everyone sees it while the public site is on."),
}
_TEL: Final = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "name": {"autocomplete": "off"},
    "phone": _TEL,
    "fax": {**_TEL, "autocomplete": "off"},
    "email": {"inputmode": "email", "autocomplete": "email"},
    "url": {"inputmode": "url", "autocomplete": "url"},
    "postcode": {"inputmode": "numeric", "autocomplete": "postal-code"},
    "address": {"autocomplete": "street-address"},
    "capacity": {"inputmode": "numeric"},
    "successor": {"inputmode": "url"},
}
_ENDED: Final = {"closed": pgettext_lazy("a group", "ended its activity")}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice as shown."""

    code: str
    title: str
    help_text: str | Promise = ""
    is_chosen: bool = False


@dataclass(slots=True)
class FormField:
    """One control. ``widget``: text, textarea, select, radio, checks, districts; ``withheld``: None if it cannot be."""

    key: str
    title: str
    widget: str
    value: str = ""
    options: list[Option] = field(default_factory=list)
    help_text: str | Promise = ""
    unit: str = ""
    errors: list[str] = field(default_factory=list)
    is_required: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    withheld: bool | None = None
    rows: int = 4

    @property
    def id(self) -> str:
        """Of the control, for its label."""
        return "f-" + self.key.replace(".", "-")

    @property
    def described_by(self) -> str:
        """Ids of help and message."""
        parts = [(self.help_text, "help"), (self.errors, "error")]
        return " ".join(f"{self.id}-{suffix}" for given, suffix in parts if given)


def inputs_of(item: EditItem, value: Any) -> list[str]:
    """A kept value as it stands in the inputs of a form."""
    if value in ("", None) or value == []:
        return []
    if item.key == "organisation":
        return [in_words(item, value)]
    if item.key == "successor":
        return [str(value)]
    if item.key == "service_geom":
        return [json.dumps(value, ensure_ascii=False)]
    if item.key == "former_names":
        return ["\n".join(value)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [str(code) for code in value]
    if isinstance(value, float):
        return [f"{value:.8f}".rstrip("0").rstrip(".")]
    return [str(value)]


def form_field(
    item: EditItem, typed: list[str], errors: Iterable[str], *, withheld: Iterable[str], is_formal: bool
) -> FormField:
    """The control of an item. ``typed``: what stands in it."""
    widget = _widget(item)
    return FormField(
        key=item.key,
        title=_title(item, is_formal=is_formal),
        widget=widget,
        value="" if widget in {"radio", "select", "checks", "districts"} else (typed[-1] if typed else ""),
        options=_options(item, typed, is_formal=is_formal),
        help_text=item.help_text or HELP.get(item.key, ""),
        unit=item.unit,
        errors=list(errors),
        is_required=item.is_required,
        attributes=ATTRIBUTES.get(item.key, _by_kind(item)),
        withheld=item.key in withheld if item.key in WITHHELD else None,
        rows=3 if item.key in {"former_names", "opening_hours"} else 5,
    )


def _by_kind(item: EditItem) -> dict[str, str]:
    if item.kind is Kind.NUMBER and not item.form:
        return {"inputmode": "decimal"}
    return {"inputmode": "url"} if item.kind is Kind.URL else {}


def _widget(item: EditItem) -> str:
    if item.key == "service_districts":
        return "districts"
    if item.key in {"former_names", "service_geom"} or item.kind is Kind.LONG_TEXT:
        return "textarea"
    if item.kind is Kind.CHOICES:
        return "checks"
    if item.key in RADIOS:
        return "radio"
    return "select" if item.kind in {Kind.CHOICE, Kind.BOOLEAN} else "text"


def _title(item: EditItem, *, is_formal: bool) -> str:
    if item.key == "closed_on" and not is_formal:
        return str(_("ended its activity on"))
    return str(item.title)


def _options(item: EditItem, typed: list[str], *, is_formal: bool) -> list[Option]:
    if item.kind is Kind.BOOLEAN:
        pairs: Iterable[tuple[str, Any]] = (("", "—"), *_yes_no(item))
    elif item.key == "service_area":
        pairs = (("", _("not stated")), *item.choices)
    elif item.kind is Kind.CHOICE and item.key not in RADIOS:
        pairs = (("", _("please choose")), *item.offered(typed))
    else:
        pairs = item.offered(typed)
    chosen = set(typed) or {""}
    return [
        Option(
            code,
            str(_ENDED[code] if item.key == "operation" and not is_formal and code in _ENDED else title),
            CHOICE_HELP.get((item.key, code), ""),
            code in chosen,
        )
        for code, title in pairs
    ]


def _yes_no(item: EditItem) -> tuple[tuple[str, Any], ...]:
    if item.key == "formal_override":
        return (("true", _("formal")), ("false", _("informal")))
    return item.choices or (("true", _("yes")), ("false", _("no")))


def field_errors(fields: Iterable[FormField], errors: Mapping[str, Iterable[str]]) -> list[dict[str, str]]:
    """What is wrong, for the summary: ``anchor``, ``label``, ``message``; what has no field comes first."""
    shown = {each.key: each for each in fields}
    found = [
        {"anchor": "", "label": "", "message": text}
        for key, texts in errors.items()
        if key not in shown
        for text in texts
    ]
    found += [
        {"anchor": each.id, "label": each.title, "message": text}
        for key, each in shown.items()
        for text in errors.get(key, ())
    ]
    return found
