"""Attachments as they are kept (R10, R30): what a file is decides its content, never its name."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final
from zipfile import is_zipfile

import filetype  # type: ignore[import-untyped]
from django.conf import settings
from django.utils.translation import gettext as _

from layers.media.errors import MediaError
from layers.media.images import prepare_image
from layers.media.names import clean_name, ending_of
from layers.media.ooxml import office_ending

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "jpg": "image/jpeg",
    "txt": "text/plain",
    "csv": "text/csv",
}
#: What ``<input accept>`` offers.
ACCEPT: Final = ".pdf,.docx,.xlsx,.pptx,.jpg,.jpeg,.png,.webp,.gif,.txt,.csv"
IMAGE_ENDINGS: Final = frozenset({"jpg", "jpeg", "png", "webp", "gif", "avif", "heic", "heif"})
TEXT_ENDINGS: Final = frozenset({"txt", "csv"})
_MARKUP: Final = re.compile(
    rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|\?php|math|img)\b|<\?xml|<\?php",
    re.IGNORECASE,
)
#: Old binary Office files, and files of the new ones locked with a password.
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file ready to be kept. ``name``: as shown and saved; ``content_type`` with its charset where it is text."""

    name: str
    content_type: str
    data: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    @property
    def ending(self) -> str:
        """Without its dot."""
        return ending_of(self.name)


def check_attachment(file: IO[bytes], name: str = "") -> CheckedFile:
    """The file, if it is PDF, Office (docx, xlsx, pptx), a picture, plain text or CSV by its content.

    ``name`` defaults to ``file.name``. Pictures are written anew like photos, without EXIF. Raises
    :class:`MediaError` for any other content, for programs inside, for a name that says another kind than the
    content is, and above the setting ``ATTACHMENT_MAX_BYTES``.
    """
    name = name or str(getattr(file, "name", "") or "")
    data = _read(file)
    ending = _ending_by_content(data, name)
    _check_name(name, ending)
    if ending == "jpg":
        data = prepare_image(BytesIO(data)).data
    content_type = CONTENT_TYPES[ending]
    if ending in TEXT_ENDINGS:
        content_type += f"; charset={_charset(data)}"
    return CheckedFile(clean_name(name, ending), content_type, data)


def _read(file: IO[bytes]) -> bytes:
    size, limit = file.seek(0, 2), settings.ATTACHMENT_MAX_BYTES
    if size == 0:
        raise MediaError(_("The file is empty (0 bytes)."))
    if size > limit:
        raise MediaError(
            _("The file is too large: %(size)s MB. At most %(limit)d MB.")
            % {"size": f"{size / 1_000_000:.1f}", "limit": limit // 1_000_000}
        )
    file.seek(0)
    return file.read()


def _ending_by_content(data: bytes, name: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        return office_ending(BytesIO(data))
    if data.startswith(_OLE):
        raise MediaError(
            _("Files of the old Office forms, and files locked with a password, cannot be attached. "
              "Save it as .docx, .xlsx or .pptx without a password.")
        )  # fmt: skip
    if data.startswith(b"%PDF-"):
        return _checked_pdf(data)
    kind: Any = filetype.guess(data[:8192])
    if kind is not None and kind.mime.startswith("image/"):
        _refuse_second_file(data)
        return "jpg"
    if kind is None and ending_of(name) in TEXT_ENDINGS:
        return _checked_text(data, name)
    raise _refused(data)


def _refused(data: bytes) -> MediaError:
    if _MARKUP.search(data[:4096]):
        return MediaError(_("Web pages and drawings with programs (HTML, SVG, XML) cannot be attached."))
    return MediaError(
        _("Files of this kind cannot be attached. PDF, Word, Excel, PowerPoint (.docx, .xlsx, .pptx), "
          "pictures, plain text (.txt) and CSV can.")
    )  # fmt: skip


def _checked_pdf(data: bytes) -> str:
    if b"%%EOF" not in data[-2048:] and b"startxref" not in data[-2048:]:
        raise MediaError(_("The PDF is damaged or incomplete."))
    if re.search(rb"/(Launch|EmbeddedFile)\b", data):
        raise MediaError(_("The PDF starts a program or carries another file. Save it anew without these."))
    _refuse_second_file(data)
    return "pdf"


def _refuse_second_file(data: bytes) -> None:
    if is_zipfile(BytesIO(data)):
        raise MediaError(_("The file carries a second one behind it. Save it anew, then attach it."))


def _checked_text(data: bytes, name: str) -> str:
    if _MARKUP.search(data):
        raise _refused(data)
    if _CONTROL.search(data) or not _charset(data):
        raise MediaError(_("The text cannot be read. Save it as UTF-8 or Shift_JIS."))
    return ending_of(name)


def _charset(data: bytes) -> str:
    """``utf-8`` or ``shift_jis``; empty where it is neither."""
    for codec, charset in (("utf-8", "utf-8"), ("cp932", "shift_jis")):
        try:
            data.decode(codec)
        except UnicodeDecodeError:
            continue
        return charset
    return ""


def _check_name(name: str, ending: str) -> None:
    """A name that says another kind than the content is misleads whoever opens it."""
    said = ending_of(name)
    fits = said in IMAGE_ENDINGS if ending == "jpg" else said == ending
    if said and not fits and said in {*CONTENT_TYPES, *IMAGE_ENDINGS}:
        raise MediaError(
            _("The file is called .%(said)s but its content is .%(is)s. Give it the right ending.")
            % {"said": said, "is": ending}
        )
