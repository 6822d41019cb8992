"""A thousand papers in one file: laid out some at a time, progress told, work resumed where it was broken off."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from django.utils.translation import get_language

from gisportal.papers.joining import JoinedPdf
from gisportal.papers.pdf import Press, Sheet

#: Papers laid out together: they share one set of fonts, and memory holds so many.
CHUNK: Final = 25


def print_batch(
    path: Path,
    count: int,
    sheets: Callable[[int, int], Sequence[Sheet]],
    *,
    title: str,
    stylesheets: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
    chunk: int = CHUNK,
) -> int:
    """Prints papers ``0 … count - 1`` into ``path``; returns the number of pages.

    ``sheets(start, stop)`` makes the papers of a range when their turn comes; one that is no longer wanted is left
    out of the answer. ``progress`` is told after each part how
    many are done; what it raises ends the work, and the next call with the same path goes on after the last part
    (the places of the papers must be the same then). Raises ``ValueError`` where nothing is left to print.
    """
    joined = JoinedPdf(path, title=title, language=(get_language() or "ja")[:2])
    press = Press(stylesheets)
    for start in range(joined.sheets, count, chunk):
        stop = min(start + chunk, count)
        if made := sheets(start, stop):
            document, page_counts = press.together(made)
            joined.add(document, [sheet.title for sheet in made], page_counts, stop - start)
        else:
            joined.passed(stop - start)
        if progress:
            progress(joined.sheets)
    pages = joined.pages
    joined.close()
    return pages
