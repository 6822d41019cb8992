"""Papers as PDF: a template, its style sheet, and nothing from outside (R10, R33; ``fetching``).

Tagged for screen readers (PDF/UA-1), fonts embedded as a subset of the characters used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration

from gisportal.papers.fetching import BASE_URL, MEDIA_URL, Medium, PaperFetcher

PAPER_CSS: Final = "papers/css/paper.css"
#: Pictures are shown at no more than this, in dots per inch: what office printers can do.
DPI: Final = 200
OPTIONS: Final[dict[str, Any]] = {
    "pdf_variant": "pdf/ua-1",
    "optimize_images": True,
    "jpeg_quality": 85,
    "dpi": DPI,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper of a batch: HTML of a whole page, the pictures it names, and what the outline calls it."""

    html: str
    title: str = ""
    media: Mapping[str, Medium] | None = None


class Press:
    """Lays papers out. Style sheets are read once; keep one press for a batch, it is for one thread."""

    def __init__(self, stylesheets: Sequence[str] = ()) -> None:
        self.fonts = FontConfiguration()
        self.styles = [self._style(name) for name in (PAPER_CSS, *stylesheets)]

    def _style(self, name: str) -> CSS:
        found = finders.find(name)
        if not isinstance(found, str):
            raise FileNotFoundError(name)
        return CSS(
            filename=found, font_config=self.fonts, url_fetcher=PaperFetcher(), base_url=BASE_URL + "static/"
        )

    def lay_out(self, sheet: Sheet) -> Document:
        """One paper on as many pages as it needs, not yet written."""
        html = HTML(string=sheet.html, base_url=BASE_URL, url_fetcher=PaperFetcher(sheet.media))
        return html.render(font_config=self.fonts, stylesheets=self.styles, **OPTIONS)

    def together(self, sheets: Iterable[Sheet]) -> tuple[Document, list[int]]:
        """Papers as one document with one set of fonts, and how many pages each takes."""
        documents = [self.lay_out(sheet) for sheet in sheets]
        pages = [page for document in documents for page in document.pages]
        return documents[0].copy(pages), [len(document.pages) for document in documents]


def page_html(template: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    """The template filled in. ``media_address`` is where pictures handed in are found, by their key."""
    return render_to_string(template, {"media_address": MEDIA_URL, **context}, request)


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    request: HttpRequest | None = None,
    *,
    media: Mapping[str, Medium] | None = None,
    stylesheets: Sequence[str] = (),
) -> bytes:
    """A template as PDF.

    ``media``: pictures by key, shown with ``<img src="{{ media_address }}key" alt="…">``. ``stylesheets``: names of
    static files beside ``papers/css/paper.css``. Extend ``papers/base.html``. For many sheets see ``papers.batch``.
    """
    sheet = Sheet(page_html(template, context, request), media=media)
    body: bytes = Press(stylesheets).lay_out(sheet).write_pdf(**OPTIONS)
    return body
