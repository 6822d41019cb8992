"""CQL2 text or JSON as one tree of plain values, bounded before anything is parsed (OGC 21-065r2).

The parser walks the machine's stack and tries a bracket twice, so what is nested too deep ends the process and what is
nested and wrong takes it for minutes. Both are counted on the text first; what passes parses in milliseconds on a stack
of 512 KiB (`decisions/cql2.md`).
"""

import json
import re
from typing import Any, Final

import cql2
from django.utils.translation import gettext as _

from layers.errors import ParameterError

MAX_TEXT: Final = 60_000
#: Brackets (which weigh two) and operators one inside the other.
MAX_NESTED: Final = 60
MAX_OPERATORS: Final = 400
#: Characters the parser may read, each bracket read twice by whatever stands around it.
MAX_WORK: Final = 200_000

_TOKEN: Final = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[^\W\d][\w.:]*)|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<operator><>|!=|<=|>=|[-+*/%^=<>])"""
    r"""|(?P<quote>['"])|(?P<other>\S)"""
)
_JOINING: Final = frozenset({"and", "or"})
_OPERATING: Final = frozenset({"not", "in", "like", "between", "div", "is"})


def read_text(text: str) -> Any:
    """CQL2 text as the tree its JSON encoding has. Raises :class:`ParameterError` for ``filter``."""
    try:
        return _parsed(text)
    except ParameterError:
        # The grammar knows two ways to write a quote in a text, the parser one.
        if "\\'" not in text:
            raise
        return _parsed(text.replace("\\'", "''"))


def _parsed(text: str) -> Any:
    _check_size(text)
    _check_nesting(text)
    try:
        return cql2.parse_text(text).to_json()
    except cql2.ParseError as error:
        raise ParameterError(
            "filter", _("Cannot be read as CQL2: %(why)s") % {"why": _place(error)}
        ) from error
    except (RecursionError, cql2.ValidationError) as error:
        raise too_complex() from error
    except Exception as error:  # the parser has no class of its own for a number without end
        raise ParameterError("filter", _("Holds a number that is too large.")) from error


def read_json(text: str) -> Any:
    """CQL2 JSON as plain values. Raises :class:`ParameterError` for ``filter``."""
    _check_size(text)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise too_complex() from error
    except ValueError as error:
        raise ParameterError("filter", _("Cannot be read as JSON: %(why)s") % {"why": error}) from error


def too_complex() -> ParameterError:
    """What is said of a filter that is nested too deep or asks too much."""
    return ParameterError("filter", _("Too complex: fewer or less nested conditions are possible."))


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _check_size(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise ParameterError("filter", _("Too long: at most %(count)d characters.") % {"count": MAX_TEXT})


def _place(error: Exception) -> str:
    """Line and column out of the parser's picture of the place."""
    found = re.search(r"--> (\d+):(\d+)", str(error))
    if not found:
        return str(error).strip().splitlines()[0][:200]
    return _("line %(line)s, column %(column)s") % {"line": found[1], "column": found[2]}


def _check_nesting(text: str) -> None:
    """Count brackets and operators one inside the other, and the work they make. One pass."""
    frames: list[tuple[int, int]] = []
    chain = nested = operators = work = 0
    weight, before = 1, ""
    for token in _TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token.group().lower()
        work += len(value) * weight
        if kind == "quote":
            raise ParameterError("filter", _("A quotation mark is not closed."))
        if kind == "open":
            frames.append((chain, weight))
            nested, chain = nested + chain + 2, 0
            weight *= 1 if before == "call" else 2
        elif kind == "close":
            if not frames:
                raise ParameterError("filter", _("Brackets do not match."))
            chain, weight = frames.pop()
            nested -= chain + 2
        elif kind == "comma" or value in _JOINING:
            chain, operators = 0, operators + (kind != "comma")
        elif kind == "operator" or value in _OPERATING:
            chain, operators = chain + 1, operators + 1
        if nested + chain > MAX_NESTED or operators > MAX_OPERATORS or work > MAX_WORK:
            raise too_complex()
        is_call = kind in {"word", "name"} and value not in _JOINING | _OPERATING
        before = "call" if is_call else kind
    if frames:
        raise ParameterError("filter", _("Brackets do not match."))


__all__ = ["read_json", "read_text", "too_complex"]
