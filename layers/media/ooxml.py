"""A look into Office files (OOXML): which of the three it is, and that it carries no program (R30)."""

import re
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from layers.media.errors import MediaError

#: The part every file of a kind has → its ending and type.
KINDS: Final = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
MOST_PARTS: Final = 5_000
LONGEST_UNPACKED: Final = 400_000_000
LONGEST_LIST: Final = 2_000_000
_PROGRAM_PARTS: Final = re.compile(
    r"(vbaproject|vbadata|activex\d*\.bin|macrosheets/|oleobject\d*\.bin)", re.I
)
_PROGRAM_TYPES: Final = re.compile(rb"macroenabled|vbaproject|ms-office\.activex", re.I)
_REMOTE_TEMPLATE: Final = re.compile(
    rb"<[^>]*attachedTemplate[^>]*External|<[^>]*External[^>]*attachedTemplate"
)


def office_ending(file: IO[bytes]) -> str:
    """``docx``, ``xlsx`` or ``pptx``. Raises :class:`MediaError` for any other archive, and for programs inside."""
    try:
        with ZipFile(file) as archive:
            return _checked(archive)
    except MediaError:
        raise
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise MediaError(_("The Office file is damaged, or locked with a password.")) from error


def _checked(archive: ZipFile) -> str:
    parts = archive.infolist()
    _check_size(parts)
    names = {part.filename for part in parts}
    endings = {ending for part, ending in KINDS.items() if part in names}
    if "[Content_Types].xml" not in names or len(endings) != 1:
        raise MediaError(_("Archives (zip) cannot be attached. Attach the files one by one."))
    if len(names) != len(parts):
        raise MediaError(_("The Office file is damaged, or locked with a password."))
    _check_programs(archive, names)
    return endings.pop()


def _check_size(parts: list[ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LONGEST_UNPACKED:
        raise MediaError(_("The file grows too large when it is unpacked."))


def _check_programs(archive: ZipFile, names: set[str]) -> None:
    with archive.open("[Content_Types].xml") as handle:
        types = handle.read(LONGEST_LIST)
    if _PROGRAM_TYPES.search(types) or any(_PROGRAM_PARTS.search(name) for name in names):
        raise MediaError(
            _("The file holds a program (macro). Save it without macros (.docx, .xlsx, .pptx) first.")
        )
    for name in names:
        if name.endswith("settings.xml.rels"):
            with archive.open(name) as handle:
                if _REMOTE_TEMPLATE.search(handle.read(LONGEST_LIST)):
                    raise MediaError(
                        _("The file fetches its template from elsewhere. Save it without a template.")
                    )
