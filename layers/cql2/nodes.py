"""A filter after checking: frozen nodes of known types, so that equal filters are equal keys of a cache."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Type(StrEnum):
    """Types of a value, as CQL2 compares them."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    TEXTS = "list of texts"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a filter. ``type``: of its value; conditions are boolean."""

    type: Type


@dataclass(frozen=True, slots=True)
class Property(Node):
    """A field the viewer sees, ``id``, or the geometry (key empty)."""

    key: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A text, number, truth value, date, or aware time. Of ``TEXTS``: a tuple."""

    value: str | int | float | bool | date | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape(Node):
    """A geometry in EPSG:4326, longitude first, as EWKB in hexadecimal.

    ``is_mixed``: it has parts of several dimensions; ``is_box``: it is a box.
    """

    ewkb: str
    is_mixed: bool = False
    is_box: bool = False


@dataclass(frozen=True, slots=True)
class Period(Node):
    """From one instant to another, both belonging to it; None where it is open."""

    start: Node | None
    end: Node | None


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """An operator or function over nodes. ``op``: the standard's name in lower case."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Like(Node):
    """``value`` like ``pattern``, in which only ``%``, ``_`` and escaped ones of them stand; folded by ``folds``."""

    value: Node
    pattern: str
    folds: tuple[str, ...]
