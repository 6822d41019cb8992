"""Random filters as CQL2 JSON over the fields of a source, and the same as CQL2 text."""

import random
from typing import Any

Raw = Any
TEXTS = (
    "あおぞら園", "ABC", "abc", "Straße", "STRASSE", "Élan", "elan", "100%", "a_b", "a\\b", "it's", "ﾃﾞｲ", "デイ", "%",
    "市役所 前", "𠮷野", "", "Σοφός", "ΣΟΦΌΣ", "mon", "tue", "DROP TABLE x; --",
)  # fmt: skip
PATTERNS = (
    "%", "", "_%", "%園", "あ%", "a\\_b", "100\\%", "%a%b%", "S%e", "_b_", "%'%", "a\\\\b", "É%", "%ς", "___",
)  # fmt: skip
DAYS = ("2023-12-31", "2024-01-01", "2024-02-29", "2025-06-15", "2025-06-16", "2026-04-01")
MOMENTS = (
    "2023-12-31T15:00:00+00:00", "2024-01-01T00:00:00+00:00", "2024-02-29T03:00:00+00:00",
    "2025-06-15T00:00:00.500000+00:00", "2025-06-15T14:59:59.999999+00:00", "2026-04-01T00:00:00+00:00",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 5, 10, 20, -1, -3, 0.5, 2.5, 7.25, 1000, 1e15)
TEMPORAL = (
    "t_after t_before t_contains t_disjoint t_during t_equals t_finishedby t_finishes t_intersects t_meets t_metby"
    " t_overlappedby t_overlaps t_startedby t_starts"
).split()
SPATIAL = "s_intersects s_equals s_disjoint s_touches s_within s_overlaps s_crosses s_contains".split()
ARRAYS = "a_equals a_contains a_containedby a_overlaps".split()
ORDER = ("=", "<>", "<", ">", "<=", ">=")


class Maker:
    """``kinds``: kind of value by key; ``grid``: ordinates features and shapes share, so that they touch and meet."""

    def __init__(
        self, seed: int, kinds: dict[str, str], xs: list[float], ys: list[float], is_point: bool
    ) -> None:
        self.dice = random.Random(seed)
        self.kinds = kinds
        self.xs, self.ys = xs, ys
        self.is_point = is_point

    def _key(self, *kinds: str) -> Raw | None:
        known = [key for key, kind in self.kinds.items() if kind in kinds]
        return {"property": self.dice.choice(known)} if known else None

    def condition(self, depth: int = 3) -> Raw:
        roll = self.dice.random()
        if depth and roll < 0.28:
            op = self.dice.choice(["and", "or"])
            return {"op": op, "args": [self.condition(depth - 1) for _ in range(self.dice.choice([2, 2, 3]))]}
        if depth and roll < 0.40:
            return {"op": "not", "args": [self.condition(depth - 1)]}
        if roll < 0.42:
            return self.dice.choice([True, False])
        makers = [self._text, self._text, self._number, self._number, self._time, self._time, self._space,
                  self._space, self._list, self._truth, self._like, self._missing]  # fmt: skip
        return self.dice.choice(makers)()

    # --- values ---------------------------------------------------------------------------------------------------

    def _text_value(self) -> Raw:
        found = self._key("text") if self.dice.random() < 0.6 else self.dice.choice(TEXTS)
        while self.dice.random() < 0.25:
            found = {"op": self.dice.choice(["casei", "accenti"]), "args": [found]}
        return found

    def _number_value(self, depth: int = 2) -> Raw:
        if depth and self.dice.random() < 0.35:
            op = self.dice.choice(["+", "-", "*", "/", "%", "div", "^"])
            if op in {"%", "div", "^", "/"}:
                return {"op": op, "args": [self._number_value(0), self._number_value(0)]}
            return {"op": op, "args": [self._number_value(depth - 1), self._number_value(depth - 1)]}
        return self._key("number") if self.dice.random() < 0.6 else self.dice.choice(NUMBERS)

    def _instant(self) -> Raw:
        roll = self.dice.random()
        if roll < 0.5:
            return self._key("date", "datetime")
        return {"date": self.dice.choice(DAYS)} if roll < 0.75 else {"timestamp": self.dice.choice(MOMENTS)}

    def _period(self) -> Raw:
        if self.dice.random() < 0.5:
            return self._instant()
        pair = sorted(self.dice.sample(self.dice.choice([DAYS, MOMENTS]), 2))
        for place in (0, 1):
            if self.dice.random() < 0.25:
                pair[place] = self.dice.choice(["..", self._key("date", "datetime")])
        return {"interval": pair}

    # --- conditions -----------------------------------------------------------------------------------------------

    def _text(self) -> Raw:
        if self.dice.random() < 0.25:
            return {"op": "in", "args": [self._text_value(), [self._text_value() for _ in range(3)]]}
        return {"op": self.dice.choice(ORDER), "args": [self._text_value(), self._text_value()]}

    def _number(self) -> Raw:
        roll = self.dice.random()
        if roll < 0.2:
            return {
                "op": "between",
                "args": [self._number_value(), self._number_value(), self._number_value()],
            }
        if roll < 0.35:
            return {"op": "in", "args": [self._number_value(), [self._number_value() for _ in range(3)]]}
        return {"op": self.dice.choice(ORDER), "args": [self._number_value(), self._number_value()]}

    def _time(self) -> Raw:
        if self.dice.random() < 0.35:
            return {"op": self.dice.choice(ORDER), "args": [self._instant(), self._instant()]}
        return {"op": self.dice.choice(TEMPORAL), "args": [self._period(), self._period()]}

    def _truth(self) -> Raw:
        found = self._key("boolean")
        if found is None or self.dice.random() < 0.4:
            return found or True
        return {"op": self.dice.choice(["=", "<>"]), "args": [found, self.dice.choice([True, False])]}

    def _like(self) -> Raw:
        pattern: Raw = self.dice.choice(PATTERNS)
        if self.dice.random() < 0.3:
            pattern = {"op": "casei", "args": [pattern]}
        return {"op": "like", "args": [self._text_value(), pattern]}

    def _missing(self) -> Raw:
        key = self.dice.choice([*self.kinds, "geometry"])
        return {"op": "isNull", "args": [{"property": key}]}

    def _list(self) -> Raw:
        found = self._key("choices")
        if found is None:
            return self._text()
        other = [
            self.dice.choice(("mon", "tue", "area:one", "elderly", "x"))
            for _ in range(self.dice.randint(1, 3))
        ]
        pair = [found, self._key("choices") if self.dice.random() < 0.2 else other]
        self.dice.shuffle(pair)
        return {"op": self.dice.choice(ARRAYS), "args": pair}

    def _space(self) -> Raw:
        if self.is_point and self.dice.random() < 0.15:
            point = {"type": "Point", "coordinates": self._position()}
            metres = self.dice.choice([0.5, 100, 900, 1500, 5000])
            return {"op": "s_dwithin", "args": [{"property": "geometry"}, point, metres]}
        pair = [{"property": "geometry"}, self._shape()]
        self.dice.shuffle(pair)
        return {"op": self.dice.choice(SPATIAL), "args": pair}

    def _position(self) -> list[float]:
        return [self.dice.choice(self.xs), self.dice.choice(self.ys)]

    def _corners(self) -> tuple[float, float, float, float]:
        west, east = sorted(self.dice.sample(self.xs, 2))
        south, north = sorted(self.dice.sample(self.ys, 2))
        return west, south, east, north

    def _ring(self) -> list[list[float]]:
        west, south, east, north = self._corners()
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    def _shape(self) -> Raw:
        match self.dice.randrange(6):
            case 0:
                return {"bbox": list(self._corners())}
            case 1:
                return {"type": "Polygon", "coordinates": [self._ring()]}
            case 2:
                ring = self._ring()
                return {"type": "Polygon", "coordinates": [[ring[0], ring[1], ring[2], ring[0]]]}
            case 3:
                west, south, east, north = self._corners()
                return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
            case 4:
                west, south, east, north = self._corners()
                return {"type": "MultiPoint", "coordinates": [[west, south], [east, north]]}
        return {"type": "Point", "coordinates": self._position()}


# --- as text ------------------------------------------------------------------------------------------------------


def text(raw: Raw) -> str:
    """A filter as CQL2 text, every operation in brackets."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, int | float):
        return repr(raw)
    if isinstance(raw, str):
        return "'" + raw.replace("'", "''") + "'"
    if isinstance(raw, list):
        return f"({', '.join(text(item) for item in raw)})"
    if "op" not in raw:
        return _member(raw)
    op, args = raw["op"].lower(), [text(arg) for arg in raw["args"]]
    if op in {"and", "or"}:
        return "(" + f" {op.upper()} ".join(args) + ")"
    match op:
        case "not":
            return f"(NOT {args[0]})"
        case "isnull":
            return f"({args[0]} IS NULL)"
        case "between":
            return f"({args[0]} BETWEEN {args[1]} AND {args[2]})"
        case "in" | "like":
            return f"({args[0]} {op.upper()} {args[1]})"
    if op[:2] in {"t_", "s_", "a_"} or op in {"casei", "accenti"}:
        return f"{op.upper()}({', '.join(args)})"
    return f"({args[0]} {op} {args[1]})"


def _member(raw: dict[str, Any]) -> str:
    match raw:
        case {"property": key}:
            return str(key)
        case {"date": day}:
            return f"DATE('{day}')"
        case {"timestamp": moment}:
            return f"TIMESTAMP('{moment}')"
        case {"interval": ends}:
            return f"INTERVAL({', '.join(text(end) for end in ends)})"
        case {"bbox": numbers}:
            return f"BBOX({', '.join(map(repr, numbers))})"
    kind, coordinates = raw["type"].upper(), raw["coordinates"]
    return f"{kind}({_pair(coordinates)})" if kind == "POINT" else f"{kind}{_nested(coordinates)}"


def _pair(position: list[float]) -> str:
    return " ".join(map(repr, position))


def _nested(items: list[Any]) -> str:
    inner = [_nested(item) if isinstance(item[0], list) else _pair(item) for item in items]
    return f"({', '.join(inner)})"
