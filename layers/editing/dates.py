"""Dates as people write them: western, Japanese eras, full-width (R39: answers by FAX come in every writing)."""

import datetime
import re
from typing import Final

from layers.imports import values

_ERAS: Final = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_LETTERS: Final = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA_DATE: Final = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])\s*(\d{1,2}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?",
    re.IGNORECASE,
)


def parse_date(text: str) -> datetime.date | None:
    """2026-04-01, 2026/4/1, 2026年4月1日, 令和8年4月1日, R8.4.1, 20260401; ``None`` where it is no date."""
    written = values.plain(text)
    if found := _ERA_DATE.fullmatch(written):
        era = _LETTERS.get(found[1].upper(), found[1])
        year = 1 if found[2] == "元" else int(found[2])
        written = f"{_ERAS[era] + year}-{found[3]}-{found[4]}"
    elif re.fullmatch(r"\d{8}", written):
        written = f"{written[:4]}-{written[4:6]}-{written[6:]}"
    return values.date(written)
