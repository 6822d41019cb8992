"""Pictures made for the tests."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

#: Where the camera of the test stood: 34° 20' 31.2" north, 134° 2' 52.8" east.
POSITION = {1: "N", 2: (34.0, 20.0, 31.2), 3: "E", 4: (134.0, 2.0, 52.8)}


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> BytesIO:
    """The picture as a file."""
    buffer = BytesIO()
    image.save(buffer, form, **options)
    buffer.seek(0)
    return buffer


def photo(size: tuple[int, int] = (640, 480), **options: Any) -> BytesIO:
    """A JPEG, red above and blue below."""
    return encoded(two_colours(size), **options)


def two_colours(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, size[0], size[1]))
    return image.convert(mode)


def exif_with_position(orientation: int = 1) -> Image.Exif:
    """EXIF as a phone writes it: position, orientation, make."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "KAMERA-HERSTELLER"
    exif.get_ifd(0x8825).update(POSITION)
    return exif


def png_of_size(width: int, height: int) -> BytesIO:
    """A PNG of a few kilobytes that says it is as large as that; every line is black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compressobj(9)
    line = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(lines.compress(line) for _row in range(height)) + lines.flush()
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
