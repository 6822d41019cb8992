"""Search text in Python: the twin of ``layers_normalise`` (``layers/sql/text.sql``), and how words are read.

A test holds the two equal over every name of the demo cities and over generated text.
"""

import re
import unicodedata
from itertools import product
from typing import Final

_KATAKANA: Final[dict[int, int | str]] = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_ITERATION: Final[dict[int, int | str]] = {ord("ヽ"): "ゝ", ord("ヾ"): "ゞ"}
_SMALL: Final[dict[int, int | str]] = {ord("ヵ"): "か", ord("ヶ"): "け", ord("ゕ"): "か", ord("ゖ"): "け"}
_FOLD: Final = {**_KATAKANA, **_ITERATION, **_SMALL}
_LEFT_OUT: Final = re.compile(r"[\s\-‐‑‒–—―−・‧·]+")

#: Spellings searched alike (design §5): names in law keep theirs, people type the other.
SPELLINGS: Final[tuple[tuple[str, ...], ...]] = (
    ("障害", "障がい", "障碍"),
    ("子ども", "こども", "子供"),
)


def normalise(text: str) -> str:
    """NFKC, lower case, katakana as hiragana; blanks, hyphens and middle dots left out."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).lower().translate(_FOLD))


def words(text: str) -> tuple[str, ...]:
    """Words of a query, as typed: split at blanks of any width. Words that normalise to nothing are dropped."""
    return tuple(dict.fromkeys(word for word in text.split() if normalise(word)))


def spellings(word: str) -> tuple[str, ...]:
    """Normalised spellings under which a word is looked up, the word's own first."""
    found = [normalise(word)]
    for group in SPELLINGS:
        forms = [normalise(form) for form in group]
        found += [
            text.replace(old, new)
            for text, old, new in product(list(found), forms, forms)
            if old in text and old != new
        ]
    return tuple(dict.fromkeys(found))


def like_pattern(normalised: str) -> str:
    """Pattern for ``LIKE`` on woven text (``layers_weave``) that finds a normalised word anywhere."""
    woven = "x" + "x".join(normalised) + "x"
    return "%" + woven.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
