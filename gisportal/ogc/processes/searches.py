"""The input ``search``: a query string like everywhere else in the portal, read over what the viewer may see."""

from typing import Final
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.ogc.processes.process import Input, Inputs
from layers.access import Viewer
from layers.errors import ParameterError, SourceNotFound
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import get_source

SEARCH: Final = Input(
    gettext_lazy("Search"),
    {"type": "string", "maxLength": 4000, "default": ""},
    gettext_lazy("Query string of a search, such as category=library&district=former:mure; empty: all."),
)
#: A person's point is given to a process by itself; a search says nothing of it.
_LEFT_OUT: Final = ("near", "place", "address", "radius", "serves")


def resources(viewer: Viewer) -> ResourceSource:
    """Resources as the viewer may see them. Raises :class:`layers.errors.SourceNotFound`."""
    source = get_source("resources", viewer)
    if not isinstance(source, ResourceSource):
        raise SourceNotFound("resources")
    return source


def pairs(inputs: Inputs) -> list[tuple[str, str]]:
    """The search as pairs. Raises :class:`ParameterError` naming the input."""
    found = parse_qsl(str(inputs.get("search", "")).lstrip("?"), keep_blank_values=True)
    for key, _value in found:
        if key in _LEFT_OUT:
            raise ParameterError("search", _("“%(key)s” does not belong into this search.") % {"key": key})
    return found


def searched(source: ResourceSource, inputs: Inputs) -> FeatureQuery:
    """The search, parsed. Raises :class:`ParameterError` naming the input and what is wrong in it."""
    try:
        return source.parse(pairs(inputs))
    except ParameterError as error:
        raise of_search(error) from error


def of_search(error: ParameterError) -> ParameterError:
    """An error of the search's own parameter as one of the input."""
    if error.parameter == "search":
        return error
    return ParameterError("search", f"{error.parameter}: {error.message}")
