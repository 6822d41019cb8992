"""What a spreadsheet would make of a text."""

from typing import Final

#: Beginnings a spreadsheet takes for a formula, half and full width.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """A cell no spreadsheet takes for a formula (CSV injection). Plain numbers stay as they are."""
    if not text.startswith(FORMULA) or text.removeprefix("-").replace(".", "", 1).isdecimal():
        return text
    return "'" + text
