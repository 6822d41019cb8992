"""The page that searches comments: what its form shows and where its links lead."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gisportal.modules.comments import source as reads
from gisportal.modules.comments.conditions import DAYS
from gisportal.modules.comments.models import ClassificationTerm
from gisportal.modules.comments.source import CommentSource
from layers.errors import ParameterError
from layers.query import FeatureQuery

LONGEST_EXCERPT: Final = 220


@dataclass(frozen=True, slots=True)
class Row:
    """A comment on the list."""

    id: int
    values: dict[str, Any]
    classes: tuple[str, ...]

    @property
    def excerpt(self) -> str:
        """The beginning of the text."""
        text = " ".join(str(self.values["text"]).split())
        return text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT] + "…"


def page_rows(source: CommentSource, query: FeatureQuery) -> list[Row]:
    """One page of what is found."""
    offset = (query.page - 1) * query.per_page
    return [
        Row(
            item.id,
            item.properties,
            tuple(source.terms.get(code, code) for code in item.properties["classes"]),
        )
        for item in source.load(query, offset=offset, limit=query.per_page)
    ]


def typed(params: QueryDict) -> dict[str, Any]:
    """What was typed into the form, to stand there again."""
    single = {key: params.get(key, "") for key in ("q", "author", "resource", "bbox", "sort", *DAYS)}
    return {**single, "classes": params.getlist("class"), "districts": params.getlist("district")}


def read_query(source: CommentSource, params: QueryDict) -> tuple[FeatureQuery | None, dict[str, str]]:
    """The query, or None and a message beside the field at fault."""
    try:
        return source.parse(params, extra=("view", "at")), {}
    except ParameterError as error:
        return None, {error.parameter: error.message}


def context(source: CommentSource, query: FeatureQuery, total: int) -> dict[str, Any]:
    """Results, pages and files of a search."""
    pages = max(1, -(-total // query.per_page))
    files = query.to_query_string(leave_out=("page", "per_page"))
    return {
        "rows": page_rows(source, query),
        "total": total,
        "page": query.page,
        "pages": pages,
        "previous": _page(query, query.page - 1) if query.page > 1 else "",
        "next": _page(query, query.page + 1) if query.page < pages else "",
        "excel_url": f"{reverse('comments:export', args=['xlsx'])}?{files}",
        "csv_url": f"{reverse('comments:export', args=['csv'])}?{files}",
        "map_url": f"{reverse('comments:map')}?{files}",
    }


def _page(query: FeatureQuery, page: int) -> str:
    return f"?{query.to_query_string(page=str(page))}"


def choices(source: CommentSource) -> dict[str, Any]:
    """What the form offers."""
    return {
        "terms": ClassificationTerm.objects.all(),
        "district_groups": reads.district_choices(),
        "sorts": [
            ("-acted_on", _("latest activity first")),
            ("acted_on", _("earliest activity first")),
            ("-posted_at", _("latest posted first")),
            ("author", _("by author")),
        ],
    }
