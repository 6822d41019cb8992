"""File names as people type them, made fit to be shown and to be saved under."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

#: Characters (not bytes) of a name without its ending; longer ones are cut.
LONGEST_STEM: Final = 100
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*%]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def ending_of(name: str) -> str:
    """The ending in lower case without its dot; empty where there is none."""
    return PurePosixPath(_last_part(name)).suffix.lower().lstrip(".")


def clean_name(name: str, ending: str) -> str:
    """A name without folders, control characters and characters no system takes, ended by ``.ending``.

    Kanji outside the basic plane and variation selectors stay; what turns the direction of writing goes, since
    ``gpj.exe`` could be shown as ``exe.jpg``.
    """
    stem = PurePosixPath(_last_part(name)).stem if ending_of(name) else _last_part(name)
    stem = _FORBIDDEN.sub("_", stem)
    stem = re.sub(r"\s+", " ", stem).strip(" .")[:LONGEST_STEM].strip(" .")
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem or _('file')}.{ending}"


def _last_part(name: str) -> str:
    shown = "".join(
        " " if unicodedata.category(sign) in {"Zl", "Zp", "Zs"} else sign
        for sign in unicodedata.normalize("NFC", name)
        if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return re.split(r"[/\\]", shown.strip())[-1]
