"""Checked nodes as Django expressions over the values a viewer sees: masked fields, the shown geometry, never a column.

Conditions are built as expressions of their own, for Django's negation of a ``Q`` knows two values and SQL three.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import F, Value
from django.utils.translation import gettext as _

from layers.cql2 import functions as sql
from layers.cql2.checking import ARITHMETIC
from layers.cql2.literals import refused
from layers.cql2.nodes import Like, Literal, Node, Operation, Period, Property, Shape, Type
from layers.crs import STORAGE_SRID
from layers.fields import Field
from layers.functions import Normalise, WithinMetres, geometry_value
from layers.text import normalise

Expression = Any  # Django's expressions have no common public type

_TEXTS: Final[dict[str, Callable[[Expression], Expression]]] = {
    "casei": sql.CaseFolded,
    "accenti": sql.AccentFolded,
    "normalise": Normalise,
}
_ARRAYS: Final = {"a_contains": "@>", "a_containedby": "<@", "a_overlaps": "&&"}
_ORDERS: Final = frozenset({"<", ">", "<=", ">="})

#: Relations of two periods, as pairs of ends to compare; ``a`` and ``b``: start, ``A`` and ``B``: end (21-065r2, 7.8).
PERIODS: Final[dict[str, tuple[str, ...]]] = {
    "t_after": ("a>B",),
    "t_before": ("A<b",),
    "t_contains": ("a<b", "A>B"),
    "t_during": ("a>b", "A<B"),
    "t_equals": ("a=b", "A=B"),
    "t_finishedby": ("a<b", "A=B"),
    "t_finishes": ("a>b", "A=B"),
    "t_intersects": ("a{B", "A}b"),
    "t_disjoint": ("a{B", "A}b"),
    "t_meets": ("A=b",),
    "t_metby": ("a=B",),
    "t_overlappedby": ("a>b", "a<B", "A>B"),
    "t_overlaps": ("a<b", "A>b", "A<B"),
    "t_startedby": ("a=b", "A>B"),
    "t_starts": ("a=b", "A<B"),
}
#: Degrees.
_BULGE: Final = 0.002
_SIGNS: Final = {"{": "<=", "}": ">="}


class Translator:
    """Translates for one source and viewer. ``geometry``: the geometry the viewer sees, in EPSG:4326."""

    def __init__(self, fields: Mapping[str, Field], geometry: Expression) -> None:
        self.fields = fields
        self.geometry = geometry

    def condition(self, node: Node) -> Expression:
        """A condition. Raises :class:`ParameterError` where a field is not the viewer's."""
        match node:
            case Literal(value=bool(value)):
                return sql.Constant(value)
            case Property():
                return sql.Truth(self.value(node))
            case Like():
                return self._like(node)
            case Operation(op="and" | "or" as op, args=args):
                return sql.Joined(op.upper(), *(self.condition(arg) for arg in args))
            case Operation(op="not", args=(inner,)):
                return sql.Negated(self.condition(inner))
            case Operation(op="isnull", args=(inner,)):
                return sql.Missing(self.value(inner))
            case Operation(op=op, args=args):
                return self._predicate(op, args)
        raise refused(_("A condition is wanted, as in name = 'x'."))

    def _predicate(self, op: str, args: tuple[Node, ...]) -> Expression:
        if op.startswith("t_"):
            return self._temporal(op, *args)
        if op == "s_dwithin":
            return self._near(args[0], args[1], args[2])
        if op.startswith("s_"):
            is_box = any(isinstance(arg, Shape) and arg.is_box for arg in args)
            return sql.Spatial(op, *(self.value(arg) for arg in args), is_box=is_box)
        if op.startswith("a_"):
            left, right = (self.value(arg) for arg in args)
            if op == "a_equals":
                return sql.Joined("AND", sql.Joined("@>", left, right), sql.Joined("<@", left, right))
            return sql.Joined(_ARRAYS[op], left, right)
        if op == "between":
            value, low, high = args
            return sql.Joined("AND", self._compared(">=", value, low), self._compared("<=", value, high))
        if op == "in":
            return self._one_of(args)
        return self._compared(op, *args)

    def _near(self, left: Node, right: Node, metres: Node) -> Expression:
        """Within metres on the ellipsoid; the box around a shape given lets an index of the plane serve too."""
        distance = float(metres.value) if isinstance(metres, Literal) else 0.0  # type: ignore[arg-type]
        near = WithinMetres(self.value(left), self.value(right), distance)
        shapes = [node for node in (left, right) if isinstance(node, Shape)]
        others = [node for node in (left, right) if isinstance(node, Property)]
        around = _around(GEOSGeometry(shapes[0].ewkb), distance) if shapes and others else None
        if around is None:
            return sql.Joined("AND", near)
        return sql.Joined("AND", sql.Joined("&&", self.value(others[0]), geometry_value(around)), near)

    def _compared(self, op: str, left: Node, right: Node) -> Expression:
        if {left.type, right.type} == {Type.DATE, Type.TIMESTAMP}:
            return self._day_and_moment(op, left, right)
        first, second = self._alike(left, right)
        if left.type is Type.TEXT and op in _ORDERS:
            first, second = sql.ByCode(first), sql.ByCode(second)
        return sql.Joined(op, first, second)

    def _alike(self, *nodes: Node) -> list[Expression]:
        """Values to compare; beside a computed number all are exact, for another type might overflow."""
        found = [self.value(node) for node in nodes]
        if any(_is_computed(node) for node in nodes):
            return [sql.Exact(value) for value in found]
        return found

    def _one_of(self, args: tuple[Node, ...]) -> Expression:
        value, *items = args
        if any({value.type, item.type} == {Type.DATE, Type.TIMESTAMP} for item in items):
            return sql.Joined("OR", *(self._compared("=", value, item) for item in items))
        return sql.OneOf(*self._alike(*args))

    def _like(self, node: Like) -> Expression:
        pattern: Expression = sql.TextValue(node.pattern)
        for fold in node.folds:
            pattern = _TEXTS[fold](pattern)
        if "normalise" in node.folds:
            pattern = sql.TextValue(_normalised(node.pattern))
        return sql.Joined("LIKE", self.value(node.value), pattern)

    # --- values -----------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Expression:
        """The value of a node."""
        match node:
            case Property(key=""):
                return self.geometry
            case Property():
                return self._property(node)
            case Literal(type=Type.TEXTS, value=tuple(values)):
                return sql.TextsValue(values)
            case Literal(type=Type.TEXT, value=str(value)):
                return sql.TextValue(value)
            case Literal(value=value):
                return Value(value)
            case Shape(ewkb=ewkb):
                return geometry_value(GEOSGeometry(ewkb))
            case Operation(op=op, args=(inner,)) if op in _TEXTS:
                return _TEXTS[op](self.value(inner))
            case Operation(op="^", args=(left, right)):
                return sql.Power(sql.Exact(self.value(left)), sql.Exact(self.value(right)))
            case Operation(op=op, args=(left, right)) if op in ARITHMETIC:
                return sql.Computed(op, sql.Exact(self.value(left)), sql.Exact(self.value(right)))
        raise refused(_("A condition is wanted, as in name = 'x'."))

    def _property(self, node: Property) -> Expression:
        if node.key not in self.fields:
            if node.key == "id":
                return F("id")
            raise refused(_("There is no property “%(name)s” to filter by.") % {"name": node.key})
        found = self.fields[node.key].value()
        match node.type:
            case Type.DATE:
                return sql.Day(found)
            case Type.TIMESTAMP:
                return sql.Moment(found)
            case Type.TEXTS:
                return sql.Texts(found)
        return found

    # --- times ------------------------------------------------------------------------------------------------

    def _temporal(self, op: str, left: Node, right: Node) -> Expression:
        is_day = not (_holds_moment(left) or _holds_moment(right))
        ends = {
            "a": self._end(left, is_day, is_start=True), "A": self._end(left, is_day, is_start=False),
            "b": self._end(right, is_day, is_start=True), "B": self._end(right, is_day, is_start=False),
        }  # fmt: skip
        parts = [
            sql.Joined(_SIGNS.get(rule[1], rule[1]), ends[rule[0]], ends[rule[2]]) for rule in PERIODS[op]
        ]
        found = sql.Joined("AND", *parts)
        return sql.Negated(found) if op == "t_disjoint" else found

    def _end(self, node: Node | None, is_day: bool, *, is_start: bool) -> Expression:
        """The start or end of an instant or period: as dates among dates, else as times; a day lasts to its end."""
        if isinstance(node, Period):
            node = node.start if is_start else node.end
            if node is None:
                return sql.Open(is_start=is_start, is_day=is_day)
        assert node is not None
        found = self.value(node)
        if is_day or node.type is Type.TIMESTAMP:
            return found
        return sql.DayStart(found) if is_start else sql.DayEnd(found)

    def _day_and_moment(self, op: str, left: Node, right: Node) -> Expression:
        """A day beside a moment of it: equal within the day, before and after it beyond its ends."""

        def end(node: Node, is_start: bool) -> Expression:
            return self._end(node, False, is_start=is_start)

        if op in {"=", "<>"}:
            same = sql.Joined(
                "AND",
                sql.Joined("<=", end(left, True), end(right, False)),
                sql.Joined(">=", end(left, False), end(right, True)),
            )
            return same if op == "=" else sql.Negated(same)
        if op in {"<", ">="}:
            return sql.Joined(op, end(left, False), end(right, True))
        return sql.Joined(op, end(left, True), end(right, False))


def _around(shape: GEOSGeometry, metres: float) -> GEOSGeometry | None:
    """A box that holds all within metres of a point; None where it would reach a pole or the date line, or of others.

    Edges run straight on the ellipsoid, not in the plane: the margin is what one of 120 km bulges by.
    """
    if shape.geom_type != "Point":
        return None
    west, south, east, north = shape.extent
    up = metres / 110_500 + _BULGE
    highest = max(abs(south - up), abs(north + up))
    if highest > 89:
        return None
    side = up / math.cos(math.radians(highest))
    if west - side < -180 or east + side > 180:
        return None
    found = Polygon.from_bbox((west - side, south - up, east + side, north + up))
    found.srid = STORAGE_SRID
    return found


def _is_computed(node: Node) -> bool:
    return isinstance(node, Operation) and node.op in ARITHMETIC


def _holds_moment(node: Node) -> bool:
    if isinstance(node, Period):
        return any(part is not None and part.type is Type.TIMESTAMP for part in (node.start, node.end))
    return node.type is Type.TIMESTAMP


def _normalised(pattern: str) -> str:
    """A pattern normalised between its wildcards, which normalising would leave out or change."""
    found, plain = [], ""
    parts = iter(pattern)
    for char in parts:
        if char in "%_":
            found += [normalise(plain), char]
            plain = ""
        else:
            plain += next(parts, "") if char == "\\" else char
    return "".join([*found, normalise(plain)])
