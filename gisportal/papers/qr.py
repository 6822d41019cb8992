"""QR codes as SVG: one path of whole modules, crisp at every size (R33)."""

from typing import Final

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

#: White modules around the code that readers need (ISO/IEC 18004).
QUIET: Final = 4


def qr_svg(text: str, *, size_mm: float = 22, title: str = "") -> SafeString:
    """``text`` as a square of ``size_mm``, error correction M (15% may be soiled).

    Raises:
        segno.DataOverflowError: more than about 2,300 bytes.
    """
    code = segno.make_qr(text, error="m", boost_error=False)
    rows = [list(row) for row in code.matrix]
    side = len(rows) + 2 * QUIET
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}mm" height="{0}mm" viewBox="0 0 {1} {1}">'
        '<title>{2}</title><rect width="{1}" height="{1}" fill="#ffffff"/><path d="{3}" fill="#000000"/></svg>',
        f"{size_mm:g}",
        side,
        title or _("QR code"),
        "".join(_runs(y, row) for y, row in enumerate(rows)),
    )


def _runs(y: int, row: list[int]) -> str:
    """Dark modules of one row, side by side ones as one rectangle: seams would show in some printers."""
    path, start = "", None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            path += f"M{start + QUIET} {y + QUIET}h{x - start}v1h{start - x}z"
            start = None
    return path
