"""Cells of real files as values: numbers, dates, times, weekdays, yes and no, telephones, addresses."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Final

#: Full-width digits, letters and a few signs; brackets and punctuation of Japanese stay.
_WIDE: Final = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ＃＆＋，－．／：＿"
_ASCII: Final = {ord(sign): ord(sign) - 0xFEE0 for sign in _WIDE + _WIDE[10:36].lower()}
_DASHES: Final = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")
_PHONE: Final = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}|0\d{9,10}")
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: .*)?")
_TIME: Final = re.compile(r"(\d{1,2}):?(\d{2})(?::00)?")
_PLACES: Final = re.compile(r"[\d・]+号認定 ?(\d+)")
_URL: Final = re.compile(r"https?://[!-~]+")
_PREFECTURE: Final = re.compile(r"^(北海道|東京都|(?:京都|大阪)府|.{2,3}県)(?=.)")

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
WEEKDAYS: Final = dict(zip("月火水木金土日祝", _DAYS, strict=True))
_SEPARATORS: Final = re.compile(r"[、，,・/／;；\s]+(?![^（(]*[）)])")
YES: Final = frozenset({"○", "◯", "有", "あり", "有り", "1", "可", "はい", "true"})
NO: Final = frozenset({"×", "無", "なし", "無し", "0", "不可", "いいえ", "false"})


def plain(text: str) -> str:
    """Full-width letters and digits as half-width, dashes between digits as hyphens; Japanese is left alone."""
    return _DASHES.sub("-", text.replace("\u3000", " ").translate(_ASCII)).strip()


def number(text: str) -> float | int | None:
    """A number, with or without thousands separators and units at its end; ``None`` where it is none."""
    found = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*(?:人|名|床|m|メートル)?", plain(text).replace(",", ""))
    if not found:
        return None
    value = float(found[1])
    return int(value) if value.is_integer() else value


def capacity(text: str) -> int | None:
    """Persons: "120", or the sum of "1号認定 30、2・3号認定 144"; ``None`` where it is neither."""
    if parts := [_PLACES.fullmatch(part) for part in re.split("[、,]", plain(text))]:
        found = [int(part[1]) for part in parts if part]
        if len(found) == len(parts):
            return sum(found)
    value = number(text)
    return int(value) if value is not None and value >= 0 and value == int(value) else None


def coordinate(text: str) -> float | None:
    """Degrees, or ``None`` for what is no finite number ("NaN", "inf", "-", "34度20分")."""
    found = re.fullmatch(r"[+-]?\d{1,3}(?:\.\d+)?", plain(text))
    return float(found[0]) if found else None


def date(text: str) -> datetime.date | None:
    """2026-04-01, 2026/4/1, 2026年4月1日; ``None`` where it is no date."""
    found = _DATE.fullmatch(plain(text))
    try:
        return datetime.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def time(text: str) -> str | None:
    """A time as 09:00; hours past midnight stay (26:00). ``None`` where it is none."""
    found = _TIME.fullmatch(plain(text))
    if not found or int(found[1]) > 30 or int(found[2]) > 59:
        return None
    return f"{int(found[1]):02d}:{found[2]}"


def boolean(text: str) -> bool | None:
    """Yes or no as files write it; ``None`` where it is neither."""
    word = text.strip().lower()
    return True if word in YES else False if word in NO else None


def weekdays(text: str) -> list[str] | None:
    """Codes of the days named: 月火水木金, 平日, 土日祝以外, 平日,土曜日,祝日. ``None`` for other words."""
    words = plain(text).replace("土日祝以外", "平日").replace("平日", "月火水木金")
    words = re.sub(r"曜日?|(?<=祝)日|[,、・\s]", "", words)
    if not words or set(words) - set(WEEKDAYS):
        return None
    return [code for sign, code in WEEKDAYS.items() if sign in words]


def weekdays_text(days: list[str]) -> str:
    """Days as one says them: 毎日, 月～金, 月・水・金・祝. ``days``: codes in the order of the week."""
    signs = {code: sign for sign, code in WEEKDAYS.items()}
    week = [code for code in days if code != "holiday"]
    places = [_DAYS.index(code) for code in week]
    if len(week) == 7:
        parts = ["毎日"]
    elif len(week) > 2 and places[-1] - places[0] == len(week) - 1:
        parts = [f"{signs[week[0]]}～{signs[week[-1]]}"]
    else:
        parts = [signs[code] for code in week]
    return "・".join([*parts, *(["祝"] if "holiday" in days else [])])


def split(text: str) -> list[str]:
    """Parts of a list in one cell; brackets are not cut."""
    return [part for part in _SEPARATORS.split(text) if part]


def phones(text: str) -> list[str]:
    """Telephone numbers in a cell, in order, each once."""
    return list(dict.fromkeys(_PHONE.findall(plain(text))))


def first_url(text: str) -> str:
    """The first web address in a cell, or nothing."""
    found = _URL.search(plain(text))
    return found[0] if found else ""


def address(text: str) -> tuple[str, str]:
    """Address without its prefecture, and the building that follows it after a blank."""
    whole = _PREFECTURE.sub("", plain(text))
    found = re.match(r"(.*?\d(?:番地の?\d*|番|号)?)\s+(\D.*|\d+[階F].*)$", whole)
    return (found[1], found[2]) if found else (whole, "")


def same_name(text: str) -> str:
    """A name for comparing: width, case, blanks and brackets do not matter."""
    return re.sub(r"[\s()（）「」・]", "", unicodedata.normalize("NFKC", text)).lower()
