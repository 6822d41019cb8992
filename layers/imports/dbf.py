"""The table of a Shapefile (dBASE III). Read here, because GDAL must be told the encoding before it has read a line.

.cpg and the language byte are believed only as far as the text agrees: files with a .cpg of UTF-8 and text in CP932
are about, and the other way round. A field is cut at its width in bytes, in the middle of a character where it must.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

#: Names of encodings as .cpg files write them.
_NAMES: Final = {
    "932": "CP932", "cp932": "CP932", "ansi932": "CP932", "shiftjis": "CP932", "sjis": "CP932", "mskanji": "CP932",
    "windows31j": "CP932", "utf8": "UTF-8", "65001": "UTF-8",
}  # fmt: skip
_LANGUAGE: Final = {0x13: "CP932", 0x7B: "CP932"}
MAX_COLUMNS: Final = 255


@dataclass(frozen=True, slots=True)
class _Column:
    name: bytes
    offset: int
    width: int


@dataclass(slots=True)
class DbfTable:
    """Columns and rows; rows by their place in the file from 0, deleted ones left out."""

    columns: tuple[str, ...]
    rows: dict[int, dict[str, str]]
    encoding: str
    notes: list[str] = field(default_factory=list)


def read_dbf(data: bytes, cpg: bytes = b"", encoding: str = "", most: int | None = None) -> DbfTable:
    """Every value as text. ``encoding`` wins where given; else what fits. ``most``: rows read at most.

    Raises ``UnreadableFile``.
    """
    from layers.imports.boundary_files import MAX_FEATURES, UnreadableFile

    try:
        count, start, width = struct.unpack("<IHH", data[4:12])
        columns = list(_columns(data[32:start]))
    except struct.error:
        raise UnreadableFile(_("The table of attributes (.dbf) is damaged.")) from None
    if not columns or width < 1 or columns[-1].offset + columns[-1].width > width:
        raise UnreadableFile(_("The table of attributes (.dbf) is damaged."))
    most = MAX_FEATURES if most is None else most
    if count > most:
        raise UnreadableFile(_("The file holds more than %(most)d features.") % {"most": most})
    raw = dict(_records(data, start, width, count))
    said = _said(cpg) or _LANGUAGE.get(data[29], "")
    used = encoding or _fitting(raw, columns, said)
    notes = []
    if said and used != said and not encoding:
        notes.append(
            _("The file says its text is %(said)s, but it is %(used)s.") % {"said": said, "used": used}
        )
    names = tuple(column.name.decode(used.lower(), "replace") for column in columns)
    rows = {
        index: {
            name: record[column.offset : column.offset + column.width]
            .decode(used.lower(), "replace")
            .strip("\x00 �")
            for name, column in zip(names, columns, strict=True)
        }
        for index, record in raw.items()
    }
    return DbfTable(names, rows, used, notes)


def _columns(header: bytes) -> Iterator[_Column]:
    offset = 1
    for at in range(0, min(len(header), MAX_COLUMNS * 32), 32):
        line = header[at : at + 32]
        if len(line) < 32 or line[0] == 0x0D:
            return
        yield _Column(line[:11].split(b"\x00")[0], offset, line[16])
        offset += line[16]


def _records(data: bytes, start: int, width: int, count: int) -> Iterator[tuple[int, bytes]]:
    for index in range(count):
        record = data[start + index * width : start + (index + 1) * width]
        if len(record) < width:
            return
        if record[:1] != b"*":
            yield index, record


def _said(cpg: bytes) -> str:
    word = cpg.decode("ascii", "ignore").strip().lower()
    return _NAMES.get("".join(sign for sign in word if sign.isalnum()), "")


def _fitting(raw: dict[int, bytes], columns: list[_Column], said: str) -> str:
    """The encoding all text can be read in. Text that reads as UTF-8 is UTF-8: CP932 hardly ever does by chance."""
    texts = [(column.name, len(column.name) >= 10) for column in columns]
    for record in raw.values():
        for column in columns:
            text = record[column.offset : column.offset + column.width]
            texts.append((text.rstrip(b"\x00 "), not text.endswith((b"\x00", b" "))))
    foreign = [(text, is_full) for text, is_full in texts if not text.isascii()]
    if not foreign:
        return said or "UTF-8"
    wrong = {name: sum(not _reads(*text, name) for text in foreign) for name in ("UTF-8", "CP932")}
    return min(wrong, key=lambda name: (wrong[name], name != "UTF-8"))


def _reads(text: bytes, is_full: bool, name: str) -> bool:
    """Whether text is of an encoding; where it fills its field, the last character may be cut."""
    longest = 0 if not is_full else 3 if name == "UTF-8" else 1
    for cut in range(longest + 1):
        try:
            text[: len(text) - cut].decode(name.lower())
        except UnicodeDecodeError:
            continue
        return True
    return False
