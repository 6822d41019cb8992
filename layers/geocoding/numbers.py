"""The part of an address after the town: lot, block and house number, then building (R31)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from layers.geocoding.normalise import Folded

#: Lots are prefixed with 甲乙丙… or イロハ in many places (仏生山町甲218, 新田町乙8).
_LOT = r"(?:[甲乙丙丁戊己庚辛壬癸]|[イロハニホヘトチリヌルヲワケヨタレソツネナラム]|[A-Z])?"
_JOIN = r"(?:番地ノ|番地|番丁|番|号|-|ノ|、|\.)+"
#: 第13地割 and the like, between town and number in the north of Japan.
_PART = r"(?:第?\d+(?:地割|区|部))?"
_NUMBER = re.compile(
    rf"[\s-]*部?(?P<part>{_PART})(?P<lot>{_LOT})(?P<first>\d+)(?:{_JOIN}(?P<second>{_LOT}\d+))?(?:{_JOIN}(?P<third>\d+))?"
    r"(?:番地|番|号|地)*(?:地内|地先|先|他|ホケ|ホカ|外)?"
)
_AFTER = re.compile(r"[-ノ]?(?P<rest>.*)", re.S)


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` in the form ``甲218-1``; ``parts`` its numbers; ``rest`` what follows, as typed."""

    value: str
    parts: tuple[str, ...]
    rest: str


def _is_name(folded: Folded, found: re.Match[str]) -> bool:
    """Whether the numeral begins a name: 五枚沢517, 三角田 (but not 三番地, 3番地ビル)."""
    first, after = found.start("first"), folded.key[found.end() : found.end() + 1]
    is_kanji = not folded.text[folded.origin[first]].isdigit()
    return is_kanji and found.end() == found.end("first") and after.isalpha()


def read_number(folded: Folded, start: int) -> Number | None:
    """The number at place ``start`` of the key, or None if something else stands there."""
    found = _NUMBER.match(folded.key, start)
    if found is None or _is_name(folded, found):
        return None
    parts = tuple(p for p in found.group("first", "second", "third") if p)
    value = found["lot"] + "-".join(parts)
    if found["part"]:
        value = f"{found['part']} {value}"
    return Number(value, parts, folded.tail(found.end()).lstrip("-ー、,・ \u3000"))
