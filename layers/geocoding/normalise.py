"""Addresses brought to one form, so that what people write meets what the gazetteer holds (R31).

:func:`fold` gives a *key*: full and half width, old characters, kana, 大字/字, spaces, dashes and
kanji numerals no longer differ in it. Each character of the key knows its place in the text as
typed, so what follows a match (number, building) is returned as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from layers.geocoding.variants import fold_char

#: Written between digits all of these mean "-"; elsewhere ー is a long vowel (サンポート).
DASHES = frozenset("-‐‑‒–—―−─━ーｰ－~〜～・")
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERALS = frozenset(_DIGITS) | frozenset(_UNITS)
_POSTCODE = re.compile(r"^\s*〒?\s*\d{3}\s*[-‐‑‒–—―−ー－]\s*\d{4}(?!\d)\s*|^\s*〒\s*\d{7}\s*")
_NOISE = re.compile(r"^\s*(?:住所|所在地)\s*[::]?\s*")
_OPEN, _CLOSE = "(([（〔【", "))]）〕】"


@dataclass(frozen=True, slots=True)
class Folded:
    """``key`` to match with; ``origin[i]`` is the place in ``text`` of ``key[i]``."""

    text: str
    key: str
    origin: tuple[int, ...]
    marked: frozenset[int]  # places in the key before which 字 or 大字 was written

    def tail(self, start: int) -> str:
        """The text as typed from place ``start`` of the key on."""
        return self.text[self.origin[start] :].strip() if start < len(self.key) else ""


def tidy(text: str) -> str:
    """NFKC, without postcode, control characters and outer space."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isprintable():
        plain = "".join(" " if c.isspace() else c for c in plain if c.isspace() or c.isprintable())
    return _NOISE.sub("", _POSTCODE.sub("", _NOISE.sub("", plain))).strip()


def numeral(run: str) -> int:
    """The number a run of kanji numerals stands for: 二十四 is 24, 一〇三 is 103.

    >>> numeral("二十四"), numeral("一〇三"), numeral("百"), numeral("八十八")
    (24, 103, 100, 88)
    """
    if not any(c in _UNITS for c in run):
        return int("".join(str(_DIGITS[c]) for c in run))
    total, digit = 0, 0
    for char in run:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        else:
            digit = digit * 10 + _DIGITS[char]
    return total + digit


class _Folder:
    """One pass over a tidied text; a class only because the state is shared by the steps."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.key: list[str] = []
        self.origin: list[int] = []
        self.marked: set[int] = set()
        self.numeral_end = -1

    def run(self) -> Folded:
        place = 0
        while place < len(self.text):
            place += self._step(place)
        return Folded(self.text, "".join(self.key), tuple(self.origin), frozenset(self.marked))

    def _put(self, chars: str, place: int) -> None:
        self.key += chars
        self.origin += [place] * len(chars)

    def _step(self, place: int) -> int:
        """Fold what stands at ``place``; how many characters of the text that was."""
        char = self.text[place]
        if char in _OPEN:
            return self._skip_parenthesis(place)
        if char.isspace():
            return self._space(place)
        if self.text.startswith("大字", place):
            self.marked.add(len(self.key))
            return 2
        if char == "字":
            self.marked.add(len(self.key))
            return 1
        return self._numeral(place) or self._single(place, fold_char(char))

    def _skip_parenthesis(self, place: int) -> int:
        ends = [self.text.find(c, place) for c in _CLOSE if self.text.find(c, place) >= 0]
        return (min(ends) - place + 1) if ends else 1

    def _space(self, place: int) -> int:
        """Spaces vanish, except between two digits, where they part two numbers."""
        after = self.text[place + 1 : place + 2]
        if self.key and self.key[-1].isdigit() and after.isdigit():
            self._put(" ", place)
        return 1

    def _numeral(self, place: int) -> int:
        end = place
        while end < len(self.text) and fold_char(self.text[end]) in _NUMERALS:
            end += 1
        if end > place:
            self._part_digits(place)
            self._put(str(numeral("".join(map(fold_char, self.text[place:end])))), place)
            self.numeral_end = end
        return end - place

    def _part_digits(self, place: int) -> None:
        """字惣六10 names the 小字 惣六 and the lot 10, not 610: a blank keeps the two apart."""
        if self.key and self.key[-1].isdigit():
            self._put(" ", place)

    def _single(self, place: int, char: str) -> int:
        after_digit = bool(self.key) and self.key[-1].isdigit()
        if char.isdigit() and place == self.numeral_end:
            self._part_digits(place)
        if char in DASHES and after_digit:
            char = "-"
        elif char == "町" and after_digit and self.text[place + 1 : place + 2] == "目":
            char = "丁"
        self._put(char, place)
        return 1


def fold(text: str) -> Folded:
    """``text`` folded for matching; the same folding is applied to the gazetteer's names.

    >>> fold("番町１丁目10−16").key == fold("番町一丁目１０ー１６").key
    True
    >>> fold("大字旭ヶ丘字滝ノ入").key == fold("旭が丘瀧之入").key
    True
    """
    return _Folder(tidy(text)).run()


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """The key of a name of the gazetteer; remembered, which :func:`fold` never does with what people type."""
    return fold(name).key


_DROPPED = re.compile(r"[ノケツ町村条]|丁目|-(?!\d)")


def loosen(key: str) -> str:
    """A key without what is left out at will (井の口/井口, 文京町/文京, 北24条西15丁目/北24西15)."""
    return _DROPPED.sub("", key)
