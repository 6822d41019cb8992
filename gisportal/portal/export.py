"""All rows of a search as CSV, GeoJSON (streamed) or Excel, as the viewer may see them (R1, issue "Must show")."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.accounts.places import resolvers
from gisportal.portal.answers import private
from gisportal.portal.links import EXTRA
from gisportal.portal.search_views import refusal, resource_source
from gisportal.portal.values import shown_value
from gisportal.problems import not_found, parameter_problem, problem_response
from layers.crs import CRS84
from layers.errors import ParameterError
from layers.facet_sets import facet_sets
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import PREFIX
from layers.spreadsheets import guarded

CHUNK: Final = 2_000
Lines = Iterator[str]


@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """``/resources/export.csv``, ``.geojson`` and ``.xlsx`` with the query string of the search."""
    if ending not in {*FORMATS, "xlsx"}:
        return not_found(request)
    if refused := refusal(request):
        return refused
    source = resource_source(request)
    try:
        query = source.parse(request.GET, extra=EXTRA, resolvers=resolvers(request))
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:search"))
    if ending == "xlsx":
        response = _excel(request, source, query)
        if response.status_code != 200:
            return response
    else:
        write, content_type = FORMATS[ending]
        # What the database refuses is told while an answer can still say so: a stream has begun with 200.
        list(source.features(query).values_list("pk", flat=True)[:1])
        response = StreamingHttpResponse(_in_language(write(source, query)), content_type=content_type)
    name = f"resources-{timezone.localdate():%Y%m%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _excel(request: HttpRequest, source: ResourceSource, query: FeatureQuery) -> HttpResponse | FileResponse:
    """The workbook; more rows than one request may write are refused, never cut."""
    from gisportal.portal.export_excel import CONTENT_TYPE, MOST_ROWS, excel

    if not source.count(query, cap=MOST_ROWS).is_exact:
        text = _("An Excel file holds at most %(most)d entries. Narrow the search down, or take the CSV.")
        return problem_response(request, 400, _("Too many for Excel"), text % {"most": MOST_ROWS})
    return FileResponse(excel(source, query), content_type=CONTENT_TYPE)


def _in_language(lines: Lines) -> Lines:
    """The language in force now holds while the body is streamed, when the request is long over."""
    language = translation.get_language() or "ja"

    def streamed() -> Lines:
        with translation.override(language):
            yield from lines

    return streamed()


def _rows(source: ResourceSource, query: FeatureQuery) -> Iterator[dict[str, Any]]:
    """All rows found, in the query's order, masked for the viewer."""
    return source.select(source.features(query)).iterator(chunk_size=CHUNK)


def _geojson(source: ResourceSource, query: FeatureQuery) -> Lines:
    """RFC 7946; ``attribution`` is a foreign member. Property names are those of every format."""
    keys = list(source.fields())
    head = {
        "type": "FeatureCollection",
        "name": "resources",
        "crs_uri": CRS84,
        "timeStamp": timezone.now().isoformat(timespec="seconds"),
        "attribution": list(source.metadata.attributions),
    }
    yield _dumped(head)[:-1] + ',"features":[\n'
    for place, row in enumerate(_rows(source, query)):
        properties = {key: row[PREFIX + key] for key in keys}
        properties["category_title"] = source.vocabulary.categories[properties["category"]].title
        geom = row["shown_geom"]
        feature = {
            "type": "Feature",
            "id": row["id"],
            "geometry": {"type": "Point", "coordinates": list(geom.coords)} if geom else None,
            "properties": properties,
        }
        yield (",\n" if place else "") + _dumped(feature)
    yield "\n]}\n"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


class _Line:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def _csv(source: ResourceSource, query: FeatureQuery) -> Lines:
    """UTF-8 with a byte order mark, as Excel wants it; titles as on screen."""
    fields = [field for key, field in source.fields().items() if key != "category_title"]
    districts = district_titles(source)
    writer = csv.writer(_Line())
    titles = [_("id"), *(header(field) for field in fields), _("latitude"), _("longitude")]
    yield "\ufeff" + writer.writerow([guarded(title) for title in titles])  # type: ignore[operator]
    for row in _rows(source, query):
        values = [guarded(printed_cell(field, row[PREFIX + field.key], districts)) for field in fields]
        geom = row["shown_geom"]
        place = [f"{geom.y:.7f}", f"{geom.x:.7f}"] if geom else ["", ""]
        yield writer.writerow([row["id"], *values, *place])  # type: ignore[misc]


def header(field: Field) -> str:
    """Title of a column, with its unit."""
    return f"{field.title} ({field.unit})" if field.unit else str(field.title)


def district_titles(source: ResourceSource) -> dict[str, str]:
    """``scheme:code`` to words, the scheme always named."""
    schemes = source.vocabulary.schemes
    sets = facet_sets(source, FeatureQuery(), [f"district:{code}" for code in schemes], counted=False)
    found = {}
    for code, scheme in schemes.items():
        found.update({item.value: f"{scheme.full_title}: {item.title}" for item in sets[f"district:{code}"]})
    return found


def printed_cell(field: Field, value: Any, districts: dict[str, str]) -> str:
    """A value as on screen."""
    if field.key == "districts":
        return "、".join(districts.get(key, key) for key in value or ())
    if field.kind is Kind.DATETIME and value is not None:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if field.kind in {Kind.NUMBER, Kind.DATE}:
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return shown_value(field, value)


FORMATS: Final[dict[str, tuple[Callable[[ResourceSource, FeatureQuery], Lines], str]]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "geojson": (_geojson, "application/geo+json; charset=utf-8"),
}
