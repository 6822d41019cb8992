"""Legends as PNG, for documents and clients that take no SVG."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from styles import legend

#: Japanese fonts the system may have, the best first (`fonts-noto-cjk` is installed by `make run`).
FONTS: Final = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"),
    Path("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"),
    Path("/usr/share/fonts/truetype/fonts-japanese-gothic.ttf"),
)
#: Signs are drawn four times as large and made smaller: smooth edges.
SMOOTH: Final = 4


@lru_cache(maxsize=4)
def font(size: int, candidates: tuple[Path, ...] = FONTS) -> ImageFont.FreeTypeFont | None:
    """A Japanese font of a size in px; None where the system has none."""
    path = next((path for path in candidates if path.is_file()), None)
    return None if path is None else ImageFont.truetype(str(path), size)


def png(title: str, rows: Sequence[legend.Line], *, scale: int = 2, fonts: tuple[Path, ...] = FONTS) -> bytes:
    """The legend as PNG, ``scale`` device px per px. Without a Japanese font the signs stand alone.

    ``title`` is kept in the file's ``Title``, where readers for the blind find it.
    """
    letters = font(round(legend.CHARACTER * scale), fonts)
    width, height = legend.size(rows)
    if letters is None:
        width = round(legend.MARGIN * 2 + legend.SIGN * 2)
    signs = Image.new("RGB", (width * scale * SMOOTH, height * scale * SMOOTH), "#ffffff")
    pencil = ImageDraw.Draw(signs)
    for index, row in enumerate(rows):
        x, y = legend.position(index)
        corners = [(x + dx, y + dy) for dx, dy in legend.outline(row.shape)]
        pencil.polygon([(a * scale * SMOOTH, b * scale * SMOOTH) for a, b in corners], fill=row.colour)
    picture = signs.resize((width * scale, height * scale), Image.Resampling.LANCZOS)
    if letters is not None:
        _write(picture, rows, letters, scale)
    return _encoded(picture, title, scale)


def _write(
    picture: Image.Image, rows: Sequence[legend.Line], letters: ImageFont.FreeTypeFont, scale: int
) -> None:
    pencil = ImageDraw.Draw(picture)
    for index, row in enumerate(rows):
        x, y = legend.position(index)
        place = ((x + legend.SIGN + 10) * scale, y * scale)
        pencil.text(place, row.text, font=letters, fill="#1a1a1c", anchor="lm")


def _encoded(picture: Image.Image, title: str, scale: int) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_itxt("Title", title)
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=True, pnginfo=told, dpi=(96 * scale, 96 * scale))
    return buffer.getvalue()
