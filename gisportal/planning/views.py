"""Pages of analysis: the crosstab with its map, also as data (R34, G6)."""

import json
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.accounts.places import resolvers
from gisportal.planning.table import METHODS, TOTAL, Table
from gisportal.problems import problem_response
from layers.access import Level, Viewer
from layers.analysis.dimensions import available
from layers.analysis.tables import MEASURES
from layers.districts import DistrictSource
from layers.errors import ParameterError
from layers.resources import ResourceSource
from layers.source import get_source


def _refusal(request: HttpRequest) -> HttpResponse | None:
    viewer: Viewer = getattr(request, "viewer", Viewer())
    if viewer.is_served:
        return None
    if viewer.level is Level.ANONYMOUS:
        return redirect_to_login(request.path)
    return problem_response(request, 403, _("Not for this level"), _("Analysis is for levels A to C."))


def _table(request: HttpRequest) -> Table:
    source = get_source("resources", getattr(request, "viewer", Viewer()))
    assert isinstance(source, ResourceSource)
    return Table(source, request.GET, resolvers(request))


@require_safe
def crosstab_page(request: HttpRequest) -> HttpResponse:
    """``/planning/crosstab?rows=category&columns=district…`` over any search; ``f=json`` gives the data."""
    if refused := _refusal(request):
        return refused
    if request.GET.get("f") == "json":
        return crosstab_json(request)
    table = _table(request)
    return render(request, "planning/crosstab.html", _context(request, table))


def _context(request: HttpRequest, table: Table) -> dict[str, Any]:
    return {
        "table": table,
        "dimensions": available(table.source),
        "measures": [(key, title) for key, (title, _base) in MEASURES.items()],
        "methods": METHODS.items(),
        "class_counts": range(3, 8),
        "subjects": [(TOTAL, _("Total")), *((value.code, value.title) for value in table.drawn_rows)],
        "kept": [pair for pair in table.query.pairs if pair[0] not in {"page", "per_page"}],
        "search_url": table.link(),
        "approximate": [
            scheme.title
            for scheme in table.source.vocabulary.schemes.values()
            if scheme.is_approximate and scheme.code in {table.rows.scheme, table.columns.scheme}
        ],
        "choropleth": _choropleth(table) if table.has_map else None,
        "geojson_url": table.url("crosstab-geojson") if table.has_map else "",
        "json_url": table.url("crosstab-json"),
    }


def _choropleth(table: Table) -> dict[str, Any]:
    return {
        "title": table.subject(),
        "property": "value",
        "unit": "",
        "classes": [
            {"min": each.min, "max": each.max, "colour": each.colour, "label": each.label}
            for each in table.classes()
        ],
    }


@require_safe
def crosstab_json(request: HttpRequest) -> HttpResponse:
    """The figures as JSON."""
    if refused := _refusal(request):
        return refused
    return JsonResponse(_table(request).as_data(), json_dumps_params={"ensure_ascii": False})


@require_safe
def crosstab_geojson(request: HttpRequest) -> HttpResponse:
    """Districts with the figure of the row ``show``: GeoJSON (RFC 7946), longitude first."""
    if refused := _refusal(request):
        return refused
    table = _table(request)
    if not table.has_map:
        raise ParameterError("columns", _("A map needs districts as rows or columns."))
    scheme = table.districts.scheme
    source = get_source(f"districts-{scheme}", getattr(request, "viewer", Viewer()))
    assert isinstance(source, DistrictSource)
    shapes = dict(source.visible().values_list("key", AsGeoJSON("geom", precision=5)))
    return HttpResponse(
        _collection(table, shapes, source.scheme.is_approximate), content_type="application/geo+json"
    )


def _collection(table: Table, shapes: dict[str, str | None], is_approximate: bool) -> str:
    features = []
    for home, value, cell in table.drawn():
        properties = {
            "code": home.code,
            "name": home.title,
            "value": value,
            "count": cell.number,
            "url": cell.url,
            "is_approximate": is_approximate,
        }
        geometry = json.loads(shapes.get(home.code) or "null")
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
