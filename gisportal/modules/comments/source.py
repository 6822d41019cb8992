"""The source ``comments``: list, map, tiles, OGC API and exports ask it, and it asks the rule in ``access``."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from django.db.models import Case, CharField, F, Func, OrderBy, QuerySet, TextField, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.modules.comments import conditions
from gisportal.modules.comments.access import (
    editable_comments_q,
    may_use_comments,
    restorable_comments_q,
    visible_comments_q,
)
from gisportal.modules.comments.models import ClassificationTerm, Comment, CommentPhoto
from layers.access import Viewer, visible_q
from layers.conditions import equal_q
from layers.fields import Field, Kind
from layers.models import District, Resource
from layers.query import FeatureQuery, Resolvers
from layers.source import Facet, FeatureSource, Metadata, register
from layers.versions import tile_version
from layers.vocabulary import vocabulary

SLUG: Final = "comments"
FOLDER: Final = "comments"
ON_RESOURCE, ON_DISTRICT, ON_PLACE = "resource", "district", "place"
TARGETS: Final = (
    (ON_RESOURCE, gettext_lazy("resource")),
    (ON_DISTRICT, gettext_lazy("district")),
    (ON_PLACE, gettext_lazy("place on the map")),
)


def files_in_use() -> Iterable[str]:
    """Names of the files the rows refer to, for the sweeping of the store."""
    for pair in CommentPhoto.unscoped.values_list("file", "thumbnail"):
        yield from pair


def _target_kind() -> Case:
    return Case(
        When(resource__isnull=False, then=Value(ON_RESOURCE)),
        When(geom__isnull=False, then=Value(ON_PLACE)),
        default=Value(ON_DISTRICT),
        output_field=CharField(),
    )


def _target_name() -> Case:
    return Case(
        When(resource__isnull=False, then=F("resource__name")),
        When(geom__isnull=False, then=Value(_("Place on the map"))),
        default=F("district_title"),
        output_field=TextField(),
    )


class CommentSource(FeatureSource):
    """Comments on activities as one viewer may use them (R35)."""

    slug = SLUG
    geometry_type = "Geometry"

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    @property
    def metadata(self) -> Metadata:
        """Title and description."""
        return Metadata(
            title=_("Comments on activities"),
            description=_("What was noted of community activities on resources, in districts and at places."),
        )

    @cached_property
    def terms(self) -> dict[str, str]:
        """Titles of the classification by code, retired ones too."""
        return dict(ClassificationTerm.objects.values_list("code", "title"))

    @cached_property
    def _fields(self) -> dict[str, Field]:
        found = [
            Field("name", gettext_lazy("on what"), Kind.TEXT, _target_name, is_listed=True),
            Field("target", gettext_lazy("kind of target"), Kind.CHOICE, _target_kind, choices=TARGETS),
            Field("resource", gettext_lazy("resource (number)"), Kind.NUMBER, lambda: F("resource_id")),
            Field("district", gettext_lazy("district"), Kind.TEXT, lambda: F("district_key")),
            Field("acted_on", gettext_lazy("date of the activity"), Kind.DATE, lambda: F("acted_on"),
                  is_listed=True, is_sortable=True),
            Field("text", gettext_lazy("body"), Kind.LONG_TEXT, lambda: F("text"), is_searchable=True, is_listed=True),
            Field("classes", gettext_lazy("classification"), Kind.CHOICES, lambda: F("classes"),
                  choices=tuple(self.terms.items())),
            Field("author_name", gettext_lazy("author"), Kind.TEXT, lambda: F("author_name"), is_sortable=True),
            Field("posted_at", gettext_lazy("posted"), Kind.DATETIME, lambda: F("posted_at"), is_sortable=True),
            Field("updated_at", gettext_lazy("last update"), Kind.DATETIME, lambda: F("updated_at"),
                  is_sortable=True),
            Field("opened", gettext_lazy("open to those responsible"), Kind.BOOLEAN,
                  lambda: F("is_open_to_responsible")),
        ]  # fmt: skip
        return {item.key: item for item in found}

    def fields(self) -> dict[str, Field]:
        """Fields, by key."""
        return self._fields

    def parse(
        self,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        extra: Iterable[str] = (),
        resolvers: Resolvers | None = None,
    ) -> FeatureQuery:
        """Read a search (``conditions``). Raises :class:`layers.errors.ParameterError`."""
        return conditions.parse(params, extra, self._fields)

    def visible(self) -> "QuerySet[Comment]":
        """Comments the viewer reads."""
        return Comment.unscoped.filter(visible_comments_q(self.viewer))

    def features(self, query: FeatureQuery) -> "QuerySet[Comment]":
        """Comments found, the latest activity first unless asked otherwise."""
        rows = self.narrowed(self.visible(), query).filter(conditions.condition(query))
        for key, value in query.equals:
            rows = rows.filter(equal_q(self._fields[key], value))
        if query.bbox or query.within:
            rows = rows.alias(where=conditions.shown_geom())
            rows = rows.filter(where__intersects=conditions.box_of(query.bbox)) if query.bbox else rows
            rows = rows.filter(where__coveredby=query.within) if query.within else rows
        asked = [OrderBy(F(conditions.SORTS.get(key, "id")), descending=down) for key, down in query.sort]
        return rows.order_by(
            *(asked or [OrderBy(F("acted_on"), descending=True)]), "-id" if not asked else "id"
        )

    def shown_geom(self) -> Any:
        """Its own place, its resource's shown position, or a point in its district."""
        return conditions.shown_geom()

    def facets(self, query: FeatureQuery, key: str) -> list[Facet]:
        """Classes with the number of comments found if one were chosen."""
        if key != "classes":
            return []
        kept = tuple(item for item in query.fields if item[0] != "class")
        chosen = {code for name, codes in query.fields if name == "class" for code in codes}
        rows = self.features(replace(query, fields=kept)).order_by()
        counts: dict[str, int] = {}
        for code in rows.values_list(Func(F("classes"), function="unnest"), flat=True):
            counts[code] = counts.get(code, 0) + 1
        return [
            Facet(code, title, counts.get(code, 0), is_chosen=code in chosen)
            for code, title in self.terms.items()
        ]

    def version(self, tile: tuple[int, int, int] | None = None) -> str:
        """Version of all comments, and of what they are drawn at: resources and districts."""
        return f"{tile_version(SLUG)}-{tile_version('resources')}-{vocabulary().version}"


@register
def comment_sources(viewer: Viewer) -> list[FeatureSource]:
    """The source, for whom comments exist."""
    return [CommentSource(viewer)] if may_use_comments(viewer) else []


# --- reads of the pages -------------------------------------------------------------------------------------------


def visible_comments(viewer: Viewer | None) -> QuerySet[Comment]:
    """Comments a viewer reads, with what they are on."""
    return Comment.unscoped.filter(visible_comments_q(viewer)).select_related("resource", "district")


def editable_comments(viewer: Viewer | None) -> QuerySet[Comment]:
    """Comments a viewer may change."""
    return Comment.unscoped.filter(editable_comments_q(viewer)).select_related("resource", "district")


def trashed_comments(viewer: Viewer | None) -> QuerySet[Comment]:
    """Comments in the trash a viewer may take back."""
    return Comment.unscoped.filter(restorable_comments_q(viewer)).select_related("resource")


def visible_photos(viewer: Viewer | None) -> QuerySet[CommentPhoto]:
    """Photos of comments a viewer reads."""
    return CommentPhoto.unscoped.filter(
        comment__in=Comment.unscoped.filter(visible_comments_q(viewer)).values("pk")
    )


def photos_of(comment: Comment) -> QuerySet[CommentPhoto]:
    """Photos of a comment already read under the rule."""
    return CommentPhoto.unscoped.filter(comment=comment)


def resource_name(viewer: Viewer | None, resource_id: int) -> str | None:
    """Name of a resource, or None where the viewer does not see it."""
    return Resource.unscoped.filter(visible_q(viewer), pk=resource_id).values_list("name", flat=True).first()


def district_of(key: str) -> District | None:
    """A district by ``scheme:code``; who comments may see them all."""
    return District.unscoped.select_related("scheme").filter(key=key).first()


def district_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Districts below the title of their scheme."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = District.unscoped.select_related("scheme").order_by(
        "scheme__order", "scheme__code", "order", "code"
    )
    for row in rows:
        found.setdefault(row.scheme.title, []).append((row.key, row.title))
    return list(found.items())


def all_comments_on(resource_id: int) -> QuerySet[Comment]:
    """Every row of a resource, the trash included; for merges, which ask the right to merge themselves."""
    return Comment.unscoped.filter(resource=resource_id)
