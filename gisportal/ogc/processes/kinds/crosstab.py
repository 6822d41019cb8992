"""``crosstab``: the figures of ``/planning/crosstab.json``, by the same function (R34, G6)."""

from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.ogc.processes.process import Input, Inputs, Output, Process
from gisportal.ogc.processes.searches import SEARCH, of_search, pairs, resources
from layers.access import Viewer
from layers.analysis.tables import MEASURES, CrosstabFigures
from layers.errors import ParameterError
from layers.query import Resolvers

_DIMENSION: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 120}
_OWN: Final = ("rows", "columns", "measure")


def _run(viewer: Viewer, inputs: Inputs, _seconds: float) -> dict[str, Any]:
    source = resources(viewer)
    asked = [(key, inputs[key]) for key in _OWN if key in inputs]
    given = pairs(inputs)
    if wrong := next((key for key, _value in given if key in _OWN), ""):
        raise ParameterError("search", _("“%(key)s” does not belong into this search.") % {"key": wrong})
    try:
        table = CrosstabFigures(source, [*given, *asked], Resolvers())
    except ParameterError as error:
        raise error if error.parameter in _OWN else of_search(error) from error
    searches = [
        [urlencode(table.pairs(row, column)) for column in table.columns.values] for row in table.rows.values
    ]
    return {**table.as_data(), "searches": searches}


CROSSTAB: Final = Process(
    key="crosstab",
    version="1.0.0",
    title=gettext_lazy("Crosstab"),
    description=gettext_lazy(
        "Counts what a search finds by two dimensions. A resource with several values counts once in each of their"
        " rows; totals count it once. For each cell stands the search that finds its resources."
    ),
    keywords=(gettext_lazy("statistics"),),
    inputs={
        "search": SEARCH,
        "rows": Input(
            gettext_lazy("Rows"),
            {**_DIMENSION, "default": "category"},
            gettext_lazy("category, category.<code>, district:<scheme>, vacancy, formal, field.<key> …"),
        ),
        "columns": Input(
            gettext_lazy("Columns"),
            {**_DIMENSION, "default": "district"},
            gettext_lazy("As rows; district alone is the scheme that answers first."),
        ),
        "measure": Input(
            gettext_lazy("Measure"), {"type": "string", "enum": list(MEASURES), "default": "count"}
        ),
    },
    output=Output(
        "table", gettext_lazy("Table"), {"type": "object", "required": ["rows", "columns", "cells", "total"]}
    ),
    run=_run,
    example={"inputs": {"rows": "category", "columns": "district:former", "measure": "count"}},
)
