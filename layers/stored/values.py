"""Kinds of values of a column: guessed from what stands in it, and read as that kind."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from layers.fields import Kind
from layers.stored.options import MAX_TEXT, FieldOption
from layers.written_dates import read_date

#: Stand for "no value" in columns of numbers: secrecy and absence in Japanese statistics, and what programs write.
BLANKS: Final = frozenset(
    {
        "-",
        "－",
        "―",
        "‐",
        "ー",
        "…",
        "***",
        "*",
        "x",
        "χ",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "不詳",
        "秘匿",
    }
)
KINDS: Final = (Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.DATE, Kind.BOOLEAN, Kind.CHOICE, Kind.URL)
MOST_CHOICES: Final = 30
_LONG: Final = 200
_CODE_NAME: Final = re.compile(
    r"コード|ｺｰﾄﾞ|番号|電話|郵便|code|_cd$|^cd|key|(^|_)id$|^id$|^no\.?$|〒|tel|fax", re.I
)
_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(e[+-]?\d{1,2})?%?", re.I)
_YES: Final = frozenset({"true", "はい", "yes", "t"})
_NO: Final = frozenset({"false", "いいえ", "no", "f"})


def text_of(value: Any) -> str:
    """A value of a file as text; empty for nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return ""
    if isinstance(value, dict | list):
        return clean(json.dumps(value, ensure_ascii=False))
    return clean(str(value))


def clean(text: str) -> str:
    """Text the database can hold: without NUL and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()


def number_in(value: Any) -> int | float | None:
    """The number a value is, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _whole(float(value)) if isinstance(value, float) else value if abs(value) < 2**63 else None
    plain = unicodedata.normalize("NFKC", str(value)).strip().replace("−", "-").replace(" ", "")
    if not plain or not _NUMBER.fullmatch(plain) or not re.search(r"\d", plain):
        return None
    found = float(plain.replace(",", "").rstrip("%"))
    return _whole(found)


def _whole(value: float) -> int | float | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def boolean_in(value: Any) -> bool | None:
    """Yes or no, or None."""
    if isinstance(value, bool):
        return value
    word = text_of(value).lower()
    return True if word in _YES or word == "1" else False if word in _NO or word == "0" else None


def is_blank(value: Any) -> bool:
    """Whether a value stands for none in a column of numbers or dates."""
    return text_of(value).lower() in BLANKS


@dataclass(slots=True)
class Column:
    """What was seen in one column so far."""

    name: str
    seen: int = 0
    numbers: int = 0
    booleans: int = 0
    dates: int = 0
    links: int = 0
    coded: int = 0
    longest: int = 0
    examples: list[str] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)

    def look(self, value: Any) -> None:
        """One more value."""
        text = text_of(value)
        if not text or text.lower() in BLANKS:
            return
        self.seen += 1
        self.longest = max(self.longest, len(text))
        if len(self.examples) < 3 and text[:60] not in self.examples:
            self.examples.append(text[:60])
        if len(self.values) <= MOST_CHOICES:
            self.values[text[:100]] += 1
        if number_in(value) is not None:
            self.numbers += 1
            # A leading nought, or more digits than a number keeps: a code.
            self.coded += isinstance(value, str) and bool(re.match(r"0\d|\d{12,}", text))
        elif isinstance(value, bool) or text.lower() in _YES | _NO:
            self.booleans += 1
        elif isinstance(value, date) or (len(text) <= 30 and read_date(text[:30])):
            self.dates += 1
        elif text.startswith(("http://", "https://")):
            self.links += 1

    @property
    def kind(self) -> Kind:
        """The kind all values agree with, else text; few texts again and again are choices."""
        if not self.seen:
            return Kind.TEXT
        if self.numbers == self.seen and not self.coded and not _CODE_NAME.search(self.name):
            return Kind.NUMBER
        if self.booleans == self.seen:
            return Kind.BOOLEAN
        if self.dates == self.seen:
            return Kind.DATE
        if self.links == self.seen:
            return Kind.URL
        if self.longest > _LONG:
            return Kind.LONG_TEXT
        if self.are_few and self.seen >= 3 * len(self.values) and self.longest <= 60:
            return Kind.CHOICE
        return Kind.TEXT

    @property
    def are_few(self) -> bool:
        """Whether there are few different values."""
        return 0 < len(self.values) <= MOST_CHOICES


def look_at(names: Iterable[str], rows: Iterable[Any]) -> list[Column]:
    """What stands in the columns of rows with ``values``."""
    columns = [Column(name) for name in names]
    for row in rows:
        for column, value in zip(columns, row.values, strict=False):
            column.look(value)
    return columns


@dataclass(frozen=True, slots=True)
class Read:
    """A value as it is kept (None: nothing), and what was wrong with it (a code of ``layers/stored/report.py``)."""

    value: Any
    problem: str = ""


def read_value(value: Any, option: FieldOption) -> Read:
    """A value as the kind of its field. What does not fit is left empty and told."""
    text = text_of(value)
    if not text:
        return Read(None)
    if option.kind == Kind.NUMBER:
        number = number_in(value)
        if number is None:
            return Read(None, "blank_sign" if is_blank(value) else "not_number")
        return Read(number)
    if option.kind == Kind.DATE:
        day = value if isinstance(value, date) else read_date(text[:40])
        if day is None:
            return Read(None, "blank_sign" if is_blank(value) else "not_date")
        return Read((day.date() if isinstance(day, datetime) else day).isoformat())
    if option.kind == Kind.BOOLEAN:
        truth = boolean_in(value)
        if truth is None:
            return Read(None, "blank_sign" if is_blank(value) else "not_boolean")
        return Read(truth)
    return Read(text[:MAX_TEXT], "cut") if len(text) > MAX_TEXT else Read(text)
