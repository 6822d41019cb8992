"""What a CQL2 filter means, feature by feature, from the standard alone: three-valued, over plain values.

Written beside the translator and knowing nothing of it. Numbers are fractions; one that was rounded on its way in the
database is marked, and a comparison it decides by a hair is :class:`Uncertain`.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from pyproj import Geod
from shapely.geometry import box, shape

Truth = bool | None
CITY = ZoneInfo("Asia/Tokyo")
GEOD = Geod(ellps="WGS84")
FAR = 10**30


class Uncertain(Exception):
    """Rounding decides."""


@dataclass(frozen=True)
class Number:
    value: Fraction
    is_exact: bool = True


@dataclass(frozen=True)
class Span:
    """An instant or period. ``is_day``: its ends are days; None: unknown. Ends are numbers of days or microseconds."""

    start: Any
    end: Any


def truth(raw: Any, feature: dict[str, Any]) -> Truth:
    """Whether a feature meets a filter, given as CQL2 JSON. ``feature``: values by key, ``geometry`` by shapely."""
    if isinstance(raw, bool):
        return raw
    if "property" in raw:
        found: Truth = feature[raw["property"]]
        return found
    op, args = raw["op"].lower(), raw["args"]
    if op == "and":
        parts = [truth(arg, feature) for arg in args]
        return False if False in parts else None if None in parts else True
    if op == "or":
        parts = [truth(arg, feature) for arg in args]
        return True if True in parts else None if None in parts else False
    if op == "not":
        inner = truth(args[0], feature)
        return None if inner is None else not inner
    return predicate(op, args, feature)


def predicate(op: str, args: list[Any], feature: dict[str, Any]) -> Truth:
    if op == "isnull":
        return value(args[0], feature) is None
    if op == "between":
        return both(compare(">=", args[0], args[1], feature), compare("<=", args[0], args[2], feature))
    if op == "in":
        found = [compare("=", args[0], item, feature) for item in args[1]]
        return True if True in found else None if None in found else False
    if op == "like":
        return like(args, feature)
    if op.startswith("t_"):
        return temporal(op, args, feature)
    if op.startswith("s_"):
        return spatial(op, args, feature)
    if op.startswith("a_"):
        return arrays(op, args, feature)
    return compare(op, args[0], args[1], feature)


def both(left: Truth, right: Truth) -> Truth:
    return False if False in (left, right) else None if None in (left, right) else True


# --- values -------------------------------------------------------------------------------------------------------


def value(raw: Any, feature: dict[str, Any]) -> Any:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float):
        return Number(Fraction(repr(raw)))
    if "property" in raw:
        return plain(feature[raw["property"]])
    if "date" in raw:
        return date.fromisoformat(raw["date"])
    if "timestamp" in raw:
        return datetime.fromisoformat(raw["timestamp"])
    if "bbox" in raw:
        return box(*raw["bbox"])
    if "type" in raw:
        return shapely.force_2d(shape(raw))
    op, parts = raw["op"].lower(), [value(arg, feature) for arg in raw["args"]]
    if None in parts:
        return None
    if op in {"casei", "accenti"}:
        return fold(op, parts[0])
    return computed(op, *parts)


def plain(found: Any) -> Any:
    if isinstance(found, bool) or found is None:
        return found
    return Number(Fraction(repr(found))) if isinstance(found, int | float) else found


def fold(op: str, text: str) -> str:
    if op == "casei":
        return text.casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def computed(op: str, left: Number, right: Number) -> Number | None:
    a, b, is_exact = left.value, right.value, left.is_exact and right.is_exact
    match op:
        case "+":
            return Number(a + b, is_exact)
        case "-":
            return Number(a - b, is_exact)
        case "*":
            return Number(a * b, is_exact)
        case "^":
            return power(a, b, is_exact)
    if not is_exact:
        raise Uncertain
    if b == 0:
        return None
    if op == "/":
        return Number(a / b, False)
    whole = Fraction(math.trunc(a / b))
    return Number(whole) if op == "div" else Number(a - b * whole)


def power(base: Fraction, exponent: Fraction, is_exact: bool) -> Number | None:
    """The powers the house gives a value: up to 10^100 either way."""
    if not is_exact:
        raise Uncertain
    if base == 0:
        return None if exponent < 0 else Number(Fraction(int(exponent == 0)))
    if base < 0 and exponent.denominator != 1:
        return None
    size = abs(float(exponent) * math.log(abs(float(base))))
    if abs(exponent) > 1000 or size > 230:
        return None
    if exponent.denominator == 1:
        return Number(base ** int(exponent), False)
    return Number(Fraction(float(base) ** float(exponent)), False)


# --- comparisons --------------------------------------------------------------------------------------------------


def compare(op: str, first: Any, second: Any, feature: dict[str, Any]) -> Truth:
    left, right = value(first, feature), value(second, feature)
    if left is None or right is None:
        return None
    if isinstance(left, Number):
        return ordered(op, *close(left, right))
    if isinstance(left, date) and is_moment(left) != is_moment(right):
        return day_beside_moment(op, span(left, False), span(right, False))
    return ordered(op, left, right)


def close(left: Number, right: Number) -> tuple[Fraction, Fraction]:
    gap = abs(left.value - right.value)
    if not (left.is_exact and right.is_exact) and gap <= Fraction(1, 10**9) * max(
        abs(left.value), abs(right.value), Fraction(1, 10**6)
    ):
        raise Uncertain
    return left.value, right.value


def ordered(op: str, left: Any, right: Any) -> bool:
    return bool(
        {"=": left == right, "<>": left != right}[op]
        if op in {"=", "<>"}
        else {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[op]
    )


def day_beside_moment(op: str, left: Span, right: Span) -> bool:
    meets = left.start <= right.end and left.end >= right.start
    return {
        "=": meets, "<>": not meets, "<": left.end < right.start, ">": left.start > right.end,
        "<=": left.start <= right.end, ">=": left.end >= right.start,
    }[op]  # fmt: skip


def like(args: list[Any], feature: dict[str, Any]) -> Truth:
    text, pattern = value(args[0], feature), value(args[1], feature)
    if text is None:
        return None
    found, parts = "", iter(pattern)
    for char in parts:
        if char == "\\":
            found += re.escape(next(parts, "\\"))
        else:
            found += {"%": ".*", "_": "."}.get(char, re.escape(char))
    return re.fullmatch(found, text, re.DOTALL) is not None


def arrays(op: str, args: list[Any], feature: dict[str, Any]) -> Truth:
    sides = [arg if isinstance(arg, list) else feature[arg["property"]] for arg in args]
    if None in sides:
        return None
    left, right = (set(side) for side in sides)
    return {
        "a_equals": left == right, "a_contains": left >= right, "a_containedby": left <= right,
        "a_overlaps": bool(left & right),
    }[op]  # fmt: skip


# --- times --------------------------------------------------------------------------------------------------------


def is_moment(found: Any) -> bool:
    return isinstance(found, datetime)


def micros(found: datetime) -> int:
    gap = found.astimezone(UTC) - datetime(1, 1, 1, tzinfo=UTC)
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def span(found: date, is_day: bool) -> Span:
    if is_day:
        return Span(found.toordinal(), found.toordinal())
    if isinstance(found, datetime):
        return Span(micros(found), micros(found))
    return Span(
        micros(datetime.combine(found, time.min, CITY)), micros(datetime.combine(found, time.max, CITY))
    )


def temporal(op: str, args: list[Any], feature: dict[str, Any]) -> Truth:
    ends = [instants(arg, feature) for arg in args]
    is_day = not any(holds_moment(arg, feature) for arg in args)
    (a, A), (b, B) = ((edge(start, is_day, True), edge(end, is_day, False)) for start, end in ends)
    rules = {
        "t_after": [(a, ">", B)], "t_before": [(A, "<", b)], "t_contains": [(a, "<", b), (A, ">", B)],
        "t_during": [(a, ">", b), (A, "<", B)], "t_equals": [(a, "=", b), (A, "=", B)],
        "t_finishedby": [(a, "<", b), (A, "=", B)], "t_finishes": [(a, ">", b), (A, "=", B)],
        "t_intersects": [(a, "<=", B), (A, ">=", b)], "t_disjoint": [(a, "<=", B), (A, ">=", b)],
        "t_meets": [(A, "=", b)], "t_metby": [(a, "=", B)],
        "t_overlappedby": [(a, ">", b), (a, "<", B), (A, ">", B)],
        "t_overlaps": [(a, "<", b), (A, ">", b), (A, "<", B)],
        "t_startedby": [(a, "=", b), (A, ">", B)], "t_starts": [(a, "=", b), (A, "<", B)],
    }[op]  # fmt: skip
    found: Truth = True
    for left, sign, right in rules:
        found = both(found, None if left is None or right is None else ordered(sign, left, right))
    if op == "t_disjoint":
        return None if found is None else not found
    return found


OPEN = object()


def instants(raw: Any, feature: dict[str, Any]) -> tuple[Any, Any]:
    if isinstance(raw, dict) and "interval" in raw:
        start, end = (end_of(part, feature) for part in raw["interval"])
        return start, end
    found = value(raw, feature)
    return found, found


def end_of(raw: Any, feature: dict[str, Any]) -> Any:
    if raw == "..":
        return OPEN
    if isinstance(raw, str):
        return datetime.fromisoformat(raw) if "T" in raw else date.fromisoformat(raw)
    return value(raw, feature)


def holds_moment(raw: Any, feature: dict[str, Any]) -> bool:
    """By the type of a property, which a missing value does not tell."""
    parts = raw["interval"] if isinstance(raw, dict) and "interval" in raw else [raw]
    for part in parts:
        if isinstance(part, dict) and "property" in part:
            if feature["__types__"][part["property"]] == "datetime":
                return True
        elif is_moment(end_of(part, feature)):
            return True
    return False


def edge(found: Any, is_day: bool, is_start: bool) -> Any:
    if found is None:
        return None
    if found is OPEN:
        return -FAR if is_start else FAR
    where = span(found, is_day)
    return where.start if is_start else where.end


# --- shapes -------------------------------------------------------------------------------------------------------


def spatial(op: str, args: list[Any], feature: dict[str, Any]) -> Truth:
    left, right = value(args[0], feature), value(args[1], feature)
    if left is None or right is None:
        return None
    if op == "s_dwithin":
        metres = GEOD.inv(left.x, left.y, right.x, right.y)[2]
        if abs(metres - args[2]) < 0.01:
            raise Uncertain
        return bool(metres <= args[2])
    return bool(getattr(left, op.removeprefix("s_"))(right))
