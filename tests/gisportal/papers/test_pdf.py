"""PDF: the right glyphs, tags for screen readers, and nothing from outside."""

import subprocess
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from PIL import Image
from weasyprint import HTML

from gisportal.papers.fetching import BASE_URL, MEDIA_URL, Medium, PaperFetcher, RefusedAddress
from gisportal.papers.pdf import OPTIONS, Press, Sheet, page_html, render_pdf
from gisportal.papers.qr import qr_svg
from gisportal.papers.templatetags.papers import for_paper

#: 𠮷 (outside the first plane), two variation sequences beside their plain forms, and letters of old names.
NAMES = "𠮷野家 葛\U000e0100城 葛城 辻\U000e0100 辻 髙﨑 德 塚\ufa10 𩸽"


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """Words of a PDF as another program reads them."""
    return _asked(["pdftotext", "-layout", "-", "-"], pdf)


def _asked(command: list[str], pdf: bytes) -> str:
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def _pdf(body: str, **more: Any) -> bytes:
    html = f'<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><title>題</title><body>{body}'
    made: bytes = Press().lay_out(Sheet(html, **more)).write_pdf(**OPTIONS)
    return made


def test_japanese_glyphs_are_right(tmp_path: Path) -> None:
    text = text_of(_pdf(f"<p>{NAMES}"), tmp_path)
    assert all(part in text for part in ("𠮷野家", "髙﨑", "德", "𩸽", "葛城"))


def test_variation_selectors_choose_another_form(tmp_path: Path) -> None:
    """葛 with and without its selector are two pictures; 𠮷 is no empty box."""
    forms = [_picture(_pdf(f'<p style="font-size:60pt">{text}'), tmp_path) for text in ("葛", "葛\U000e0100")]
    assert forms[0] != forms[1]
    boxes = [_picture(_pdf(f'<p style="font-size:60pt">{text}'), tmp_path) for text in ("𠮷", "\U000f0000")]
    assert boxes[0] != boxes[1]


def _picture(pdf: bytes, tmp_path: Path) -> bytes:
    made = subprocess.run(["pdftoppm", "-r", "50", "-png", "-"], input=pdf, capture_output=True, check=True)
    return Image.open(BytesIO(made.stdout)).tobytes()


def test_pdf_is_tagged_titled_and_embeds_its_fonts() -> None:
    pdf = _pdf("<h1>見出し</h1><p>文")
    told = _asked(["pdfinfo", "-"], pdf)
    assert "Tagged:          yes" in told
    assert "Title:           題" in told
    fonts = _asked(["pdffonts", "-"], pdf).splitlines()[2:]
    assert fonts and all(line.split()[-5:-3] == ["yes", "yes"] for line in fonts), fonts


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png", "https://example.jp/x.png", "http://169.254.169.254/latest/", "file:///etc/passwd",
        "ftp://example.jp/x", BASE_URL + "static/../../settings.py", BASE_URL + "static/%2e%2e/%2e%2e/settings.py",
        BASE_URL + "static//etc/passwd", BASE_URL + "media/unknown", "data:text/html,<p>x", "data:text/css,p{}",
        "https://paper.invalid.example.jp/static/papers/css/paper.css",
    ],
)  # fmt: skip
def test_nothing_is_loaded_from_outside(address: str) -> None:
    fetcher = PaperFetcher()
    with pytest.raises(RefusedAddress):
        fetcher.fetch(address)
    assert fetcher.refused == [address]


def test_a_paper_that_asks_for_more_is_made_without(tmp_path: Path) -> None:
    asked = '<img alt="x" src="file:///etc/passwd"><link rel=stylesheet href="http://127.0.0.1:9/x.css">'
    fetcher = PaperFetcher()
    html = f'<html lang="ja"><title>t</title><body>{asked}<p>残り'
    pdf = HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher).write_pdf()
    assert sorted(fetcher.refused) == ["file:///etc/passwd", "http://127.0.0.1:9/x.css"]
    assert "残り" in text_of(pdf, tmp_path)


def test_pictures_handed_in_are_shown() -> None:
    data = BytesIO()
    Image.new("RGB", (40, 30), "#aa0000").save(data, "JPEG")
    pdf = _pdf(f'<img alt="写真" src="{MEDIA_URL}1">', media={"1": Medium(data.getvalue())})
    listed = _asked(["pdfimages", "-list", "-"], pdf).splitlines()[2:]
    assert len(listed) == 1 and listed[0].split()[3:5] == ["40", "30"]


def test_own_static_files_are_loaded() -> None:
    answer = PaperFetcher().fetch(BASE_URL + "static/papers/css/paper.css")
    assert answer.content_type == "text/css"


def test_hostile_text_is_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script><img src="file:///etc/passwd">' + "あ" * 30_000
    template = engines["django"].from_string(
        "<html lang=ja><title>t</title><body><p>{{ text }}</p></body></html>"
    )
    monkeypatch.setattr(
        "gisportal.papers.pdf.render_to_string", lambda name, context, request: template.render(context)
    )
    text = text_of(render_pdf("any", {"text": hostile}), tmp_path)
    assert "<script>alert(1)</script>" in text
    assert text.count("あ") == 30_000
    assert MEDIA_URL not in page_html("any", {"text": ""})


@pytest.mark.parametrize("text", ["あ" * 5_000, "a" * 5_000, "a b\n" * 1_250])
def test_long_text_in_a_table_takes_no_minutes(text: str) -> None:
    """Laid out automatically, 4,000 characters take 53 s."""
    started = time.monotonic()
    _pdf(f"<table><tr><th>題</th><td class=long>{for_paper(text)}</td></tr></table>")
    assert time.monotonic() - started < 15


def test_unprintable_characters_are_left_out() -> None:
    assert for_paper("a\u202eb\x00c\r\nd\ufa10葛\U000e0100") == "abc\nd\ufa10葛\U000e0100"
    assert for_paper("x" * 6_000).startswith("x" * 5_000 + "…")
    assert for_paper(None) == ""


def test_qr_code_is_read_again() -> None:
    """Modules of the picture are those segno made."""
    import re

    import segno

    address = "https://chiiki.city.example.jp/resources/123456/"
    svg = qr_svg(address, size_mm=20)
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        dark |= {(int(x) + i - 4, int(y) - 4) for i in range(int(width))}
    code = segno.make_qr(address, error="m", boost_error=False)
    wanted = {(x, y) for y, row in enumerate(code.matrix) for x, module in enumerate(row) if module}
    assert dark == wanted
    assert 'width="20mm"' in svg
