"""Legends as pictures: shape, colour, title and number of each line."""

from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from layers.models import Category, Resource
from styles import legend
from styles.raster import png

from .conftest import PUBLIC, READER, Ask

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = [code for code, _title in Category.SHAPES]


def words(content: bytes) -> list[str]:
    """Lines of an SVG legend."""
    return [item.text or "" for item in ElementTree.fromstring(content).iter(f"{SVG}text")]


def test_svg(ask: Ask, categories: dict[str, Category]) -> None:
    response = ask("/styles/resources/legend.svg")
    assert response["Content-Type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(response.content)
    assert words(response.content) == ["介護", "子育て<b>"]
    assert [item.get("fill") for item in root.iter(f"{SVG}polygon")] == ["#7a3e00", "#1d6b2f"]
    assert b"style" not in response.content  # shown under any content security policy


def test_numbers_of_a_search_are_the_viewers_own(ask: Ask, categories: dict[str, Category]) -> None:
    for publication, category in (("public", "day_care"), ("members", "care"), ("members", "child")):
        Resource.unscoped.create(
            name="施設", category=categories[category], publication=publication, updated_at=datetime.now(UTC)
        )
    address = "/styles/resources/legend.svg?counts=true"
    assert words(ask(address, PUBLIC).content) == ["介護 (1)", "子育て<b> (0)"]
    assert words(ask(address, READER).content) == ["介護 (2)", "子育て<b> (1)"]
    assert words(ask(f"{address}&q=nowhere", READER).content) == ["介護 (0)", "子育て<b> (0)"]


def test_districts_have_one_line(ask: Ask, categories: dict[str, Category]) -> None:
    assert words(ask("/styles/districts-area/legend.svg").content) == ["地区"]


def test_png(ask: Ask, categories: dict[str, Category]) -> None:
    response = ask("/styles/resources/legend.png")
    assert response["Content-Type"] == "image/png"
    picture = Image.open(BytesIO(response.content)).convert("RGB")
    rows = [legend.Line("介護", "#7a3e00", "square"), legend.Line("子育て<b>", "#1d6b2f", "star")]
    width, height = legend.size(rows)
    assert picture.size == (width * 2, height * 2)
    for index, colour in enumerate([(0x7A, 0x3E, 0x00), (0x1D, 0x6B, 0x2F)]):
        x, y = legend.position(index)
        assert picture.getpixel((round(x * 2), round(y * 2))) == colour
    beside = picture.crop((round((legend.MARGIN + 2 * legend.SIGN + 6) * 2), 0, width * 2, height * 2))
    assert len(beside.getcolors(100_000) or []) > 2  # letters


def test_png_without_a_japanese_font_shows_the_signs() -> None:
    content = png("凡例", [legend.Line("介護", "#7a3e00", "circle")], fonts=())
    picture = Image.open(BytesIO(content))
    assert picture.size[0] < 120
    assert picture.info["Title"] == "凡例"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_its_own_outline(shape: str) -> None:
    corners = legend.outline(shape)
    assert all(abs(x) <= legend.SIGN * 1.11 and abs(y) <= legend.SIGN * 1.11 for x, y in corners)
    assert [other for other in SHAPES if legend.outline(other) == corners] == [shape]
