"""CQL2 (OGC 21-065r2) as a condition of a search: read, bounded, checked and translated (G1, D13).

:func:`read_filter` reads the parameters once; :func:`filter_q` is the one way a filter reaches the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from layers import parameters as read
from layers.cql2.checking import ID, Checker
from layers.cql2.literals import refused
from layers.cql2.nodes import Literal, Node, Operation, Property, Type
from layers.cql2.reading import read_json, read_text
from layers.cql2.translate import Translator
from layers.crs import CRS84, Crs, supported_crs
from layers.errors import ParameterError
from layers.fields import Field

#: Parameters of a filter, everywhere the same.
FILTER_PARAMETERS: Final = frozenset({"filter", "filter-lang", "filter-crs"})
LANGUAGES: Final = {"cql2-text": read_text, "cql2-json": read_json}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter checked for a viewer. ``keys``: fields it names; ``is_placed``: it holds a place somebody gave."""

    node: Node
    keys: frozenset[str]
    is_placed: bool


def read_filter(
    values: Mapping[str, list[str]], fields: Mapping[str, Field], renamed: Mapping[str, str] | None = None
) -> Filter | None:
    """``filter``, ``filter-lang`` and ``filter-crs`` over the fields a viewer sees; None without a filter.

    ``renamed``: former keys of fields with today's, so that a saved filter is still understood.

    Raises:
        ParameterError: the language or CRS is unknown, or the filter cannot be used.
    """
    language = read.single("filter-lang", values) or "cql2-text"
    if language not in LANGUAGES:
        raise ParameterError("filter-lang", _("One of: %(known)s.") % {"known": ", ".join(LANGUAGES)})
    crs = _crs(read.single("filter-crs", values) or CRS84)
    text = read.single("filter", values)
    return None if text is None else parse_filter(text, fields, language=language, crs=crs, renamed=renamed)


def parse_filter(
    text: str,
    fields: Mapping[str, Field],
    *,
    language: str = "cql2-text",
    crs: Crs | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Filter:
    """A filter over fields. ``crs``: of its shapes, CRS84 unless given. Raises :class:`ParameterError`."""
    raw = LANGUAGES[language](text)
    _check_texts(raw)
    checker = Checker(fields, crs or Crs(CRS84, 4326, False), renamed or {})
    node = checker.condition(raw)
    return Filter(node, frozenset(checker.keys), checker.shapes > 0)


def filter_q(found: Filter | None, fields: Mapping[str, Field], geometry: Any) -> Q:
    """A filter as a condition. ``geometry``: the expression of the geometry the viewer sees."""
    return Q() if found is None else Q(Translator(fields, geometry).condition(found.node))


def with_id(found: Filter | None, number: int) -> Filter:
    """A filter that also wants one id."""
    wanted = Operation(Type.BOOLEAN, "=", (Property(Type.NUMBER, ID), Literal(Type.NUMBER, number)))
    if found is None:
        return Filter(wanted, frozenset(), False)
    return replace(found, node=Operation(Type.BOOLEAN, "and", (found.node, wanted)))


def _crs(uri: str) -> Crs:
    known = supported_crs(settings.LG_CODE)
    for crs in known:
        if crs.uri == uri:
            return crs
    raise ParameterError(
        "filter-crs", _("Unknown CRS. Known are: %(known)s.") % {"known": ", ".join(crs.uri for crs in known)}
    )


def _check_texts(raw: Any) -> None:
    """Texts a database cannot hold: NUL, halves of characters."""
    waiting = [raw]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and ("\x00" in item or not _is_text(item)):
            raise refused(_("Holds a character that cannot be used."))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


__all__ = ["FILTER_PARAMETERS", "LANGUAGES", "Filter", "filter_q", "parse_filter", "read_filter", "with_id"]
