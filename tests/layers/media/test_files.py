"""Attachments: the content decides, programs and liars are refused, names are made fit (R10, R30)."""

import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from layers.media.errors import MediaError
from layers.media.files import CheckedFile, check_attachment
from layers.media.names import clean_name
from tests.layers.media.papers import PDF, archive, office
from tests.layers.media.pictures import exif_with_position, photo


def check(name: str, content: bytes) -> CheckedFile:
    return check_attachment(BytesIO(content), name)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("案内.pdf", PDF, "application/pdf"),
        ("表.xlsx", office("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("文.DOCX", office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("図.pptx", office("pptx"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("お知らせ.txt", "第2・第4火曜 <10時>\n".encode(), "text/plain; charset=utf-8"),
        ("一覧.csv", "名称,電話\nさくら,087".encode("cp932"), "text/csv; charset=shift_jis"),
    ],
)  # fmt: skip
def test_what_can_be_attached(name: str, content: bytes, content_type: str) -> None:
    checked = check(name, content)
    assert checked.content_type == content_type
    assert checked.data == content
    assert checked.name.lower() == name.lower()
    assert checked.size == len(content)


def test_pictures_lose_their_position() -> None:
    checked = check("地図.png", photo(exif=exif_with_position()).getvalue())
    assert checked.content_type == "image/jpeg"
    assert checked.name == "地図.jpg"
    assert dict(Image.open(BytesIO(checked.data)).getexif()) == {}


HTML = b"<!DOCTYPE html><script>alert(1)</script>"
MACRO = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
REMOTE = (
    b'<Relationship Type="x/attachedTemplate" Target="https://example.org/x.dotm" TargetMode="External"/>'
)
GROWING = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"0" * 450_000_000})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("空.pdf", b"", "0"),
        ("写真.jpg", HTML, "HTML"),
        ("ページ.html", HTML, "HTML"),
        ("絵.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
        ("文.txt", b"hello <script>alert(1)</script>", "HTML"),
        ("表.csv", b"a,b\n<img src=x onerror=alert(1)>", "HTML"),
        ("資料.pdf", archive({"a.txt": b"a"}), "zip"),
        ("資料.zip", archive({"a.txt": b"a"}), "zip"),
        ("資料.pdf", office("docx"), ".docx"),
        ("資料.docx", PDF, ".pdf"),
        ("写真.jpg", PDF, ".pdf"),
        ("資料.docm", office("docx", types=MACRO), "docx"),
        ("資料.docx", office("docx", {"word/vbaProject.bin": b"x"}), "docx"),
        ("資料.xlsx", office("xlsx", {"xl/macrosheets/sheet1.xml": b"x"}), "docx"),
        ("資料.docx", office("docx", {"word/_rels/settings.xml.rels": REMOTE}), ""),
        ("資料.docx", office("docx")[:-30], ""),
        ("資料.docx", GROWING, ""),
        ("古い.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".docx"),
        ("道具.exe", b"MZ" + b"\0" * 600, "PDF"),
        ("道具.txt", b"MZ" + b"\0" * 600, ""),
        ("道具.txt", b"abc\0def", "UTF-8"),
        ("途中.pdf", PDF[:40], "PDF"),
        ("起動.pdf", PDF.replace(b"/Type", b"/Launch/Type"), "PDF"),
        ("二つ.pdf", PDF + archive({"a.txt": b"a"}), ""),
        ("二つ.jpg", photo().getvalue() + archive({"a.txt": b"a"}), ""),
        ("動画.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 200, "PDF"),
    ],
)  # fmt: skip
def test_what_cannot(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(MediaError) as caught:
        check(name, content)
    assert reason in caught.value.message
    assert len(caught.value.message) > 5


def test_an_archive_that_lies_about_its_size_is_never_unpacked_whole() -> None:
    """The list of types is read up to a limit, whatever the archive says."""
    packed = bytearray(office("docx", types=b" " * 30_000_000))
    at = packed.rindex(b"[Content_Types].xml") - 46
    packed[at + 24 : at + 28] = struct.pack("<I", 5)
    with pytest.raises(MediaError):
        check("a.docx", bytes(packed))


def test_limit_is_a_setting(settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1_000_000
    with pytest.raises(MediaError, match=r"1\.5 MB.*1 MB"):
        check("a.pdf", PDF + b"\0" * 1_500_000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\kato\\案内.pdf", "案内.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie_ x.pdf"),
        ("fdp.exe\u202e.pdf", "fdp.exe.pdf"),
        ('"><img src=x>.pdf', "___img src=x_.pdf"),
        ("𠮷野家 葛󠄀城.pdf", "𠮷野家 葛󠄀城.pdf"),
        ("が.pdf", "が.pdf"),
        ("con.pdf", "_con.pdf"),
        (".pdf", "pdf.pdf"),
        ("あ" * 4000 + ".pdf", "あ" * 100 + ".pdf"),
        ("   .  .pdf", None),
        ("", None),
    ],
)
def test_names_are_made_fit(typed: str, kept: str | None) -> None:
    name = clean_name(typed, "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= 104
    assert kept is None or name == kept
