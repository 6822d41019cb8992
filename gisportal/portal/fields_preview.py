"""What each level sees of the fields: in the list, on the detail page, on paper and in the form (R21–R23)."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from gisportal.portal.own_fields import own_fields
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from gisportal.portal.values import shown_value
from layers.access import Act, Level, Viewer
from layers.editing.items import EditItem, items_for
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import PREFIX
from layers.vocabulary import vocabulary

Title = str | Promise

#: Who may be looked through the eyes of.
EYES: Final[tuple[tuple[str, Title], ...]] = (
    ("public", gettext_lazy("Visitor of the public site")),
    ("d", gettext_lazy("Level D")),
    ("c", gettext_lazy("Level C, responsible for it")),
    ("c_other", gettext_lazy("Level C, not responsible")),
    ("b", gettext_lazy("Level B")),
    ("a", gettext_lazy("Level A")),
    ("a_city", gettext_lazy("Level A of the city")),
    ("administrator", gettext_lazy("Administrator")),
)
#: Entries offered to choose from.
OFFERED: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A field with its value in words."""

    title: str
    text: str
    is_printed: bool
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What one pair of eyes sees of one entry. ``is_seen``: whether the entry itself is."""

    is_seen: bool
    lines: tuple[Line, ...]
    items: tuple[EditItem, ...]

    @property
    def listed(self) -> list[Line]:
        """Lines that stand in the list of results."""
        return [line for line in self.lines if line.is_listed]

    @property
    def printed(self) -> list[Line]:
        """Lines that stand on paper."""
        return [line for line in self.lines if line.is_printed]


@require_safe
@for_administrator
def preview(request: HttpRequest) -> HttpResponse:
    """One entry, or a made-up one of a category, through the eyes of each level."""
    source = ResourceSource(viewer_of(request))
    eyes = request.GET.get("eyes", "")
    eyes = eyes if eyes in dict(EYES) else "public"
    category = request.GET.get("category", "")
    if category not in source.vocabulary.categories:
        category = next(iter(source.vocabulary.categories), "")
    words = request.GET.get("q", "").strip()[:100]
    chosen = _chosen(source, request.GET.get("resource", ""))
    context = {
        "eyes": eyes,
        "all_eyes": EYES,
        "eyes_title": dict(EYES)[eyes],
        "categories": [
            ("　" * info.depth + info.title, info.code) for info in source.vocabulary.categories.values()
        ],
        "category": category,
        "words": words,
        "chosen": chosen,
        "offered": _offered(source, words) if words else [],
        "sight": _sight_of(eyes, *chosen) if chosen else _sample(eyes, category),
    }
    return render(request, "portal/settings/fields_preview.html", context)


def _chosen(source: ResourceSource, text: str) -> tuple[int, str] | None:
    """Id and name of the entry asked for, or None."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    row = source.select(source.visible().filter(pk=int(text)), ["name"]).first()
    return (row["id"], row[PREFIX + "name"]) if row else None


def _offered(source: ResourceSource, words: str) -> list[tuple[int, str]]:
    query: FeatureQuery = source.parse({"q": words})
    found = source.load(query, limit=OFFERED, keys=["name"])
    return [(feature.id, feature.properties["name"]) for feature in found]


def _viewer(eyes: str, resource_id: int) -> Viewer:
    """Somebody of a level who has no account; ``c`` is given the entry as a responsible account is."""
    if eyes == "public":
        return Viewer(public_site=True)
    level = {"a_city": Level.A, "c_other": Level.C}.get(eyes) or Level(eyes)
    granted = (resource_id,) if eyes == "c" else ()
    return Viewer(level=level, is_city_staff=eyes == "a_city", granted_ids=granted)


def _sight_of(eyes: str, resource_id: int, name: str) -> Sight:
    """A real entry: rows and values come through the same source as on every page."""
    viewer = _viewer(eyes, resource_id)
    source = ResourceSource(viewer)
    row = source.select(source.visible().filter(pk=resource_id)).first() if viewer.is_served else None
    if row is None:
        return Sight(False, (), ())
    category = row[PREFIX + "category"]
    lines = [
        _line(field, text)
        for field in own_fields(source, category)
        if (text := shown_value(field, row[PREFIX + field.key]))
    ]
    may_edit = source.visible().filter(pk=resource_id).open_to(viewer, Act.UPDATE).exists()
    return Sight(True, tuple(lines), _items(viewer, category) if may_edit else ())


def _sample(eyes: str, category: str) -> Sight:
    """A made-up entry of a category with a value in every field."""
    viewer = _viewer(eyes, 0)
    if not viewer.is_served or eyes == "c_other":
        return Sight(False, (), ())
    source = ResourceSource(viewer)
    lines = [_line(field, _made_up(field)) for field in own_fields(source, category)]
    may_edit = viewer.level in {Level.A, Level.ADMINISTRATOR} or eyes == "c"
    return Sight(True, tuple(lines), _items(viewer, category) if may_edit else ())


def _line(field: Field, text: str) -> Line:
    return Line(str(field.title), text, field.is_printed, field.is_listed)


def _items(viewer: Viewer, category: str) -> tuple[EditItem, ...]:
    found = items_for(viewer, category, vocabulary()).values()
    return tuple(item for item in found if item.key.startswith("field."))


def _made_up(field: Field) -> str:
    match field.kind:
        case Kind.CHOICE | Kind.BOOLEAN:
            return str(field.choices[0][1]) if field.choices else _("sample")
        case Kind.CHOICES:
            return "、".join(str(title) for _code, title in field.choices[:2])
        case Kind.NUMBER:
            return f"12{field.unit}"
        case Kind.DATE:
            return "2026-04-01"
        case Kind.URL:
            return "https://www.example.jp/"
        case _:
            return _("sample")
