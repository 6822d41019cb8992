"""The form of one resource: what the public will see of it, item by item, to be ticked and signed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.modules.consentforms.models import ConsentTemplate
from gisportal.modules.consentforms.source import editable
from gisportal.papers.fetching import Medium
from gisportal.papers.pdf import Sheet, page_html
from gisportal.papers.qr import qr_svg
from gisportal.papers.resource_maps import resource_map
from gisportal.portal.context import city_name
from gisportal.portal.dates import shown_date
from gisportal.portal.models import SiteSetting
from gisportal.portal.values import shown_value
from layers.access import Viewer
from layers.fields import WITHHELD, Field, Kind
from layers.media.reading import photos_of
from layers.media.store import path_of
from layers.models import Photo
from layers.resources import ResourceSource
from layers.source import PREFIX, Feature

TEMPLATE: Final = "consentforms/papers/form.html"
PAPER: Final = "consentforms/form.css"
#: Answers that stand for more than one item.
WHOLE, PLACE, PHOTO = "entry", "place", "photo"
MOST_PHOTOS: Final = 6
LONGEST: Final = 1_500
#: Items of the public page nobody consents to: the city's own doing, or said elsewhere on the form.
NOT_ASKED: Final = frozenset(
    ["name", "category", "category_title", "districts", "attribution", "updated_at", "verified_at", "operation",
     "formal", "site", "publication", "address", "service_area", "reading", "fields_of_support", "delivery"]
)  # fmt: skip
_PLACEHOLDER: Final = re.compile(r"\{(city|date|name|number)\}")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the form. ``key``: what its answer is recorded under; ``is_withheld``: not public now."""

    key: str
    title: str
    text: str
    is_long: bool = False
    is_withheld: bool = False


@dataclass(frozen=True)
class Form:
    """One resource as its form shows it."""

    feature: Feature
    items: tuple[Item, ...]
    photos: tuple[Photo, ...]

    @property
    def name(self) -> str:
        """Name of the resource."""
        return str(self.feature.properties["name"])

    @property
    def number(self) -> str:
        """Number by which a sheet that came back is known."""
        return number_of(self.feature.id)


def number_of(resource_id: int) -> str:
    """``S-000618-5``: the id and a check digit, so that a digit misread finds nothing."""
    return f"S-{resource_id:06}-{_check(resource_id)}"


def _check(resource_id: int) -> int:
    """Weighted sum modulo 11 (10 becomes 0): notices one wrong digit and two exchanged."""
    digits = map(int, reversed(str(resource_id)))
    return sum(weight * digit for weight, digit in enumerate(digits, 2)) % 11 % 10


def id_of(number: str) -> int | None:
    """The id of a number as typed; None where it is none."""
    found = re.fullmatch(r"\s*[Ss]?[-‐ー−]?0*(\d{1,15})[-‐ー−](\d)\s*", unicodedata.normalize("NFKC", number))
    return int(found[1]) if found and _check(int(found[1])) == int(found[2]) else None


def forms(viewer: Viewer, ids: Sequence[int]) -> list[Form]:
    """Forms in the order asked; those the viewer may not edit are left out.

    Shown is what everyone would see once it is published and consented to: fields for the public, the place as far as
    it is disclosed. What is withheld now is shown too, and marked: its owner is asked about it.
    """
    rows = editable(viewer).filter(pk__in=ids)
    outside = ResourceSource(Viewer(public_site=True))
    seen = ResourceSource(viewer)
    public = {key: seen.fields()[key] for key in outside.fields() if key in seen.fields()}
    told = {row["id"]: row for row in outside.select(rows, sorted(WITHHELD))}
    made = {
        row["id"]: _form(viewer, seen, public, row, told[row["id"]])
        for row in seen.select(rows, list(public))
    }
    return [made[pk] for pk in ids if pk in made]


def _form(
    viewer: Viewer,
    source: ResourceSource,
    fields: dict[str, Field],
    row: dict[str, Any],
    told: dict[str, Any],
) -> Form:
    values = {key.removeprefix(PREFIX): value for key, value in row.items() if key.startswith(PREFIX)}
    category = source.vocabulary.categories[values["category"]]
    line = {category.code, category.top, *([category.parent] if category.parent else [])}
    items = [Item(WHOLE, _("Publishing this entry at all"), f"{values['name']}({category.title})")]
    if values["address"]:
        items.append(Item(PLACE, _("Address and position on the map"), values["address"]))
    for key, field in fields.items():
        if (
            key in NOT_ASKED
            or key.startswith("vacancy")
            or (field.categories and not field.categories & line)
        ):
            continue
        text = shown_value(field, values[key])
        if text:
            withheld = key in WITHHELD and told[PREFIX + key] is None
            items.append(Item(key, str(field.title), text[:LONGEST], field.kind is Kind.LONG_TEXT, withheld))
    photos = tuple(photo for photo in photos_of(viewer, row["id"]) if photo.audience == "public")
    return Form(Feature(row["id"], values, row["shown_geom"]), tuple(items), photos[:MOST_PHOTOS])


def sheet(viewer: Viewer, form: Form, address: str, words: ConsentTemplate | None = None) -> Sheet:
    """The form as a page. ``address``: beginning of the portal's addresses, for the QR code."""
    words = words or ConsentTemplate.current()
    category = ResourceSource(viewer).vocabulary.categories[form.feature.properties["category"]]
    city = SiteSetting.current().city_name or city_name()
    filled = {
        "city": city,
        "date": shown_date(timezone.localdate()),
        "name": form.name,
        "number": form.number,
    }
    context = {
        "form": form,
        "words": {key: paragraphs(getattr(words, key), filled) for key in ("introduction", "closing", "contact")},
        "paper_title": fill(words.title, filled),
        "city": city,
        "printed_on": filled["date"],
        "qr": qr_svg(f"{address}/resources/{form.feature.id}/consent/", size_mm=18),
        "map": resource_map(
            Viewer(public_site=True), form.feature.geom, category, name=form.name, width_mm=110, height_mm=62,
            title=_("Map around %(name)s") % {"name": form.name},
        ),
        "has_place": form.feature.geom is not None,
    }  # fmt: skip
    media = {str(photo.pk): Medium(path_of(photo.thumbnail).read_bytes()) for photo in form.photos}
    return Sheet(page_html(TEMPLATE, context), title=f"{form.number} {form.name}", media=media)


def fill(text: str, values: dict[str, str]) -> str:
    """Placeholders put in; any other brace stays as typed."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def paragraphs(text: str, values: dict[str, str]) -> list[str]:
    """Paragraphs of a template's text: an empty line begins a new one."""
    return [
        part.strip()
        for part in re.split(r"\n\s*\n", fill(text.replace("\r\n", "\n"), values))
        if part.strip()
    ]
