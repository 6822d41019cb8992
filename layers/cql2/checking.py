"""From a tree of plain values to nodes of known types over exactly the fields a viewer sees.

Whatever is unknown, hidden, of the wrong type or too much is refused here as :class:`ParameterError` for ``filter``;
what comes out can be put to the database as it is. A hidden field is refused in the words of one that does not exist.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from layers.cql2 import literals
from layers.cql2.literals import refused
from layers.cql2.nodes import Like, Literal, Node, Operation, Period, Property, Shape, Type
from layers.cql2.reading import too_complex
from layers.crs import Crs
from layers.fields import Field, Kind

MAX_NODES: Final = 1_000
MAX_DEPTH: Final = 40
MAX_PATTERNS: Final = 20
MAX_WILDCARDS: Final = 8
MAX_SHAPES: Final = 20
MAX_COMPUTED: Final = 50
MAX_NUMBER: Final = 1e100
MAX_METRES: Final = 50_000

GEOMETRY_NAMES: Final = frozenset({"geometry", "geom"})
ID: Final = "id"
TYPES: Final = {
    Kind.NUMBER: Type.NUMBER, Kind.BOOLEAN: Type.BOOLEAN, Kind.DATE: Type.DATE,
    Kind.DATETIME: Type.TIMESTAMP, Kind.CHOICES: Type.TEXTS,
}  # fmt: skip

COMPARISONS: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%", "^", "div"})
FOLDS: Final = frozenset({"casei", "accenti"})
SPATIAL: Final = frozenset(
    "s_intersects s_equals s_disjoint s_touches s_within s_overlaps s_crosses s_contains".split()
)
TEMPORAL: Final = frozenset(
    "t_after t_before t_contains t_disjoint t_during t_equals t_finishedby t_finishes t_intersects t_meets t_metby"
    " t_overlappedby t_overlaps t_startedby t_starts".split()
)
ARRAYS: Final = frozenset({"a_equals", "a_contains", "a_containedby", "a_overlaps"})
_INSTANTS: Final = frozenset({Type.DATE, Type.TIMESTAMP})
_ORDERED: Final = frozenset({Type.TEXT, Type.NUMBER, *_INSTANTS})
_METRES: Final = frozenset({"m", "meter", "meters", "metre", "metres"})


@dataclass(slots=True)
class Checker:
    """Checks one filter. ``fields``: those the viewer sees; ``crs``: of its shapes; ``renamed``: keys of before."""

    fields: Mapping[str, Field]
    crs: Crs
    renamed: Mapping[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    nodes: int = 0
    patterns: int = 0
    shapes: int = 0
    computed: int = 0

    def condition(self, raw: Any, depth: int = 0) -> Node:
        """What is true or false."""
        self._count(depth)
        if isinstance(raw, bool):
            return Literal(Type.BOOLEAN, raw)
        if isinstance(raw, dict) and set(raw) == {"property"}:
            return self._typed(self._property(raw["property"]), Type.BOOLEAN)
        op, args = self._operation(raw)
        if op in {"and", "or"}:
            if len(args) < 2:
                raise refused(_("AND and OR stand between two conditions or more."))
            return _flat(op, [self.condition(arg, depth + 1) for arg in args])
        if op == "not":
            (arg,) = self._exactly(op, args, 1)
            return Operation(Type.BOOLEAN, op, (self.condition(arg, depth + 1),))
        return self._predicate(op, args, depth + 1)

    def _predicate(self, op: str, args: list[Any], depth: int) -> Node:
        if op in COMPARISONS:
            left, right = (self.value(arg, depth) for arg in self._exactly(op, args, 2))
            self._comparable(left, right, _ORDERED | ({Type.BOOLEAN} if op in {"=", "<>"} else set()))
            return Operation(Type.BOOLEAN, op, (left, right))
        if op in SPATIAL:
            pair = tuple(self.value(arg, depth) for arg in self._exactly(op, args, 2))
            is_mixed = any(isinstance(part, Shape) and part.is_mixed for part in pair)
            if is_mixed and op not in {"s_intersects", "s_disjoint"}:
                raise refused(
                    _("Points, lines and areas together may stand in S_INTERSECTS and S_DISJOINT only.")
                )
            return self._all(op, pair, {Type.GEOMETRY})
        if op in TEMPORAL:
            pair = tuple(self.value(arg, depth) for arg in self._exactly(op, args, 2))
            return self._all(op, pair, {Type.INTERVAL, *_INSTANTS})
        if op in ARRAYS:
            pair = tuple(self._list(arg, depth) for arg in self._exactly(op, args, 2))
            return self._all(op, pair, {Type.TEXTS})
        match op:
            case "like":
                return self._like(args, depth)
            case "between":
                value, low, high = (self.value(arg, depth) for arg in self._exactly(op, args, 3))
                self._comparable(value, low, _ORDERED)
                self._comparable(value, high, _ORDERED)
                return Operation(Type.BOOLEAN, op, (value, low, high))
            case "in":
                return self._in(args, depth)
            case "isnull":
                (arg,) = self._exactly(op, args, 1)
                found = self.value(arg, depth)
                if found.type is Type.INTERVAL:
                    raise refused(_mismatch(found, Type.DATE))
                return Operation(Type.BOOLEAN, op, (found,))
            case "s_dwithin":
                return self._near(args, depth)
        raise refused(_("“%(name)s” is no condition known.") % {"name": op})

    def value(self, raw: Any, depth: int) -> Node:
        """A property, a literal, or what is computed of them."""
        self._count(depth)
        if isinstance(raw, bool):
            return Literal(Type.BOOLEAN, raw)
        if isinstance(raw, int | float):
            return self._number(raw)
        if isinstance(raw, str):
            return Literal(Type.TEXT, raw)
        if raw is None:
            raise refused(_("NULL is no value to compare with; write IS NULL."))
        if isinstance(raw, dict) and "op" not in raw:
            return self._member(raw, depth)
        if isinstance(raw, list):
            raise refused(_("A list may stand in IN and in the functions A_ only."))
        op, args = self._operation(raw)
        if op in FOLDS or op == "normalise":
            (arg,) = self._exactly(op, args, 1)
            return Operation(Type.TEXT, op, (self._typed(self.value(arg, depth + 1), Type.TEXT),))
        if op in ARITHMETIC:
            return self._computed(op, args, depth)
        raise refused(_("“%(name)s” gives no value to compare with.") % {"name": op})

    def _member(self, raw: dict[str, Any], depth: int) -> Node:
        if "type" in raw:
            return self._shape(literals.shape(raw, self.crs))
        if len(raw) == 1:
            match next(iter(raw.items())):
                case "property", name:
                    return self._property(name)
                case "date", text:
                    return literals.day(text)
                case "timestamp", text:
                    return literals.moment(text)
                case "interval", ends:
                    return self._interval(ends, depth)
                case "bbox", numbers:
                    return self._shape(literals.bbox(numbers, self.crs))
        raise refused(_("Holds a part that is neither property, literal nor operation."))

    def _property(self, name: Any) -> Property:
        if isinstance(name, str):
            key = name if name in self.fields else self.renamed.get(name, name)
            if key in self.fields:
                self.keys.add(key)
                return Property(TYPES.get(self.fields[key].kind, Type.TEXT), key)
            if name == ID:
                return Property(Type.NUMBER, ID)
            if name in GEOMETRY_NAMES:
                return Property(Type.GEOMETRY, "")
        raise refused(_("There is no property “%(name)s” to filter by.") % {"name": name})

    def _shape(self, found: Shape) -> Shape:
        self.shapes += 1
        if self.shapes > MAX_SHAPES:
            raise too_complex()
        return found

    @staticmethod
    def _number(value: int | float) -> Literal:
        if not (abs(value) <= MAX_NUMBER and math.isfinite(value)):
            raise refused(_("Holds a number that is too large."))
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        return Literal(Type.NUMBER, int(value) if whole else value)

    def _computed(self, op: str, args: list[Any], depth: int) -> Node:
        self.computed += 1
        if self.computed > MAX_COMPUTED:
            raise too_complex()
        left, right = (self.value(arg, depth + 1) for arg in self._exactly(op, args, 2))
        return Operation(Type.NUMBER, op, (self._typed(left, Type.NUMBER), self._typed(right, Type.NUMBER)))

    def _interval(self, ends: Any, depth: int) -> Node:
        if not isinstance(ends, list) or len(ends) != 2:
            raise refused(_("INTERVAL has a start and an end."))
        start, end = (self._end(part, depth + 1) for part in ends)
        literal = isinstance(start, Literal) and isinstance(end, Literal) and start.type is end.type
        if literal and start.value > end.value:  # type: ignore[union-attr]
            raise refused(_("An INTERVAL must not end before it begins."))
        return Period(Type.INTERVAL, start, end)

    def _end(self, raw: Any, depth: int) -> Node | None:
        if raw == "..":
            return None
        if isinstance(raw, str):
            return literals.moment(raw) if "T" in raw.upper() else literals.day(raw)
        found = self.value(raw, depth)
        if found.type not in _INSTANTS:
            raise refused(_("An INTERVAL runs between dates or times."))
        return found

    def _list(self, raw: Any, depth: int) -> Node:
        if not isinstance(raw, list):
            return self.value(raw, depth)
        self._count(depth, len(raw))
        if not all(isinstance(item, str) for item in raw):
            raise refused(_("Lists here are lists of texts in single quotation marks."))
        return Literal(Type.TEXTS, tuple(raw))

    def _like(self, args: list[Any], depth: int) -> Node:
        left, raw = self._exactly("like", args, 2)
        value = self._typed(self.value(left, depth), Type.TEXT)
        folds: list[str] = []
        while isinstance(raw, dict) and "op" in raw and len(folds) < MAX_DEPTH:
            op, inner = self._operation(raw)
            if op not in FOLDS and op != "normalise":
                break
            folds.append(op)
            (raw,) = self._exactly(op, inner, 1)
        if not isinstance(raw, str):
            raise refused(_("LIKE wants a text as its pattern."))
        self.patterns += 1
        if self.patterns > MAX_PATTERNS:
            raise too_complex()
        return Like(Type.BOOLEAN, value, _pattern(raw), tuple(reversed(folds)))

    def _in(self, args: list[Any], depth: int) -> Node:
        left, listed = self._exactly("in", args, 2)
        if not isinstance(listed, list) or not listed:
            raise refused(_("IN wants a list of values."))
        value = self.value(left, depth)
        items = [self.value(item, depth) for item in listed]
        for item in items:
            self._comparable(value, item, _ORDERED | {Type.BOOLEAN})
        return Operation(Type.BOOLEAN, "in", (value, *items))

    def _near(self, args: list[Any], depth: int) -> Node:
        """``S_DWITHIN(a, b, metres)``; a fourth argument may name the unit."""
        if len(args) == 4 and isinstance(args[3], dict) and str(args[3].get("property")).lower() in _METRES:
            args = args[:3]
        left, right, metres = self._exactly("s_dwithin", args, 3)
        found = self.value(metres, depth)
        if not isinstance(found, Literal) or found.type is not Type.NUMBER:
            raise refused(_("S_DWITHIN wants a distance in metres."))
        if not 0 <= float(found.value) <= MAX_METRES:  # type: ignore[arg-type]
            raise refused(_("Distances run from 0 to %(most)d metres.") % {"most": MAX_METRES})
        pair = (self.value(left, depth), self.value(right, depth))
        self._all("s_dwithin", pair, {Type.GEOMETRY})
        return Operation(Type.BOOLEAN, "s_dwithin", (*pair, found))

    # --- what is common ---------------------------------------------------------------------------------------

    def _count(self, depth: int, number: int = 1) -> None:
        self.nodes += number
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise too_complex()

    @staticmethod
    def _operation(raw: Any) -> tuple[str, list[Any]]:
        if not (isinstance(raw, dict) and set(raw) == {"op", "args"}):
            raise refused(_("A condition is wanted, as in name = 'x'."))
        op, args = raw["op"], raw["args"]
        if not (isinstance(op, str) and isinstance(args, list)):
            raise refused(_("A condition is wanted, as in name = 'x'."))
        return op.lower(), args

    @staticmethod
    def _exactly(op: str, args: list[Any], number: int) -> list[Any]:
        if len(args) != number:
            raise refused(_("“%(name)s” takes %(count)d arguments.") % {"name": op.upper(), "count": number})
        return args

    @staticmethod
    def _typed(found: Node, wanted: Type) -> Node:
        if found.type is not wanted:
            raise refused(_mismatch(found, wanted))
        return found

    @staticmethod
    def _all(op: str, pair: tuple[Node, ...], known: set[Type]) -> Node:
        for part in pair:
            if part.type not in known:
                raise refused(_mismatch(part, min(known)))
        return Operation(Type.BOOLEAN, op, pair)

    @staticmethod
    def _comparable(left: Node, right: Node, known: frozenset[Type] | set[Type]) -> None:
        for part in (left, right):
            if part.type not in known:
                raise refused(
                    _("%(name)s (%(type)s) cannot be compared so.")
                    % {"name": _name(part), "type": _TITLES[part.type]}
                )
        if left.type is not right.type and not {left.type, right.type} <= _INSTANTS:
            raise refused(_mismatch(right, left.type))


def _flat(op: str, parts: list[Node]) -> Node:
    """AND within AND is one AND, as the text has it."""
    found: list[Node] = []
    for part in parts:
        found += part.args if isinstance(part, Operation) and part.op == op else (part,)
    return Operation(Type.BOOLEAN, op, tuple(found))


_TITLES: Final = {
    Type.TEXT: pgettext_lazy("type of a value", "text"),
    Type.NUMBER: pgettext_lazy("type of a value", "number"),
    Type.BOOLEAN: pgettext_lazy("type of a value", "true or false"),
    Type.DATE: pgettext_lazy("type of a value", "date"),
    Type.TIMESTAMP: pgettext_lazy("type of a value", "date and time"),
    Type.INTERVAL: pgettext_lazy("type of a value", "period"),
    Type.TEXTS: pgettext_lazy("type of a value", "list of texts"),
    Type.GEOMETRY: pgettext_lazy("type of a value", "geometry"),
}


def _name(node: Node) -> str:
    if isinstance(node, Property):
        return f"“{node.key or 'geometry'}”"
    return f"“{node.value}”" if isinstance(node, Literal) else _("what is computed")


def _mismatch(found: Node, wanted: Type) -> str:
    hint = {Type.DATE: " DATE('2026-04-01')", Type.TIMESTAMP: " TIMESTAMP('2026-04-01T00:00:00Z')"}
    return _("%(name)s is of type %(type)s, wanted is %(wanted)s%(hint)s.") % {
        "name": _name(found),
        "type": _TITLES[found.type],
        "wanted": _TITLES[wanted],
        "hint": hint.get(wanted, ""),
    }


def _pattern(text: str) -> str:
    """The pattern with only wildcards and itself escaped: one that ends with a backslash would stop the statement."""
    found: list[str] = []
    wildcards, parts = 0, iter(text)
    for char in parts:
        if char == "\\":
            char = next(parts, "\\")
            found.append("\\" + char if char in "%_\\" else char)
        else:
            is_repeated = char == "%" and found[-1:] == ["%"]
            wildcards += char == "%" and not is_repeated
            found += [] if is_repeated else [char]
    if wildcards > MAX_WILDCARDS:
        raise too_complex()
    return "".join(found)
