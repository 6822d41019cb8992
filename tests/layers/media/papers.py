"""Files made for the tests."""

from io import BytesIO
from zipfile import ZipFile

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(kind: str = "docx", more: dict[str, bytes] | None = None, types: bytes = b"<Types/>") -> bytes:
    """A small OOXML file. ``more``: further parts."""
    return archive({"[Content_Types].xml": types, MAIN_PARTS[kind]: b"<x/>", **(more or {})})


def archive(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression=8) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return buffer.getvalue()
