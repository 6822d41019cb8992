"""Legends of rasters: what they say is what is drawn (G4, G6)."""

from io import BytesIO
from xml.etree import ElementTree

from django.utils.translation import override
from PIL import Image

from layers.rasters.first_style import palette_style
from layers.rasters.style import RasterStyle
from styles import raster_legend
from styles.ramps import RAMPS

RAMP = RasterStyle(((0, "#000000"), (50, "#ff0000"), (100, "#ffffff")), unit="人")
CLASSES = RasterStyle(((0, "#000000"), (0.5, "#ff0000"), (3, "#ffffff")), is_classes=True, unit="m")


def test_classes_are_told_from_the_highest_down() -> None:
    with override("en"):
        found = raster_legend.lines("Depth", CLASSES)
    assert [line.title for line in found] == [
        "3 m and more",
        "0.5 m to less than 3 m",
        "0 m to less than 0.5 m",
    ]
    assert [line.colour for line in found] == ["#ffffff", "#ff0000", "#000000"]


def test_titles_of_a_palette_are_told_in_order() -> None:
    style = palette_style([(1, "#ff0000"), (2, "#00ff00")], ["田", ""])
    assert [line.title for line in raster_legend.lines("土地", style)] == ["田", "2"]


def test_the_svg_of_a_ramp_has_its_ends_and_its_unit() -> None:
    tree = ElementTree.fromstring(raster_legend.svg("人口 <b>", RAMP))
    words = [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["人", "0", "25", "50", "75", "100"]
    stops = [node.get("stop-color") for node in tree.iter("{http://www.w3.org/2000/svg}stop")]
    assert stops == ["#ffffff", "#ff0000", "#000000"]
    assert tree.find("{http://www.w3.org/2000/svg}title").text == "人口 <b>"  # type: ignore[union-attr]


def test_the_png_of_a_ramp_shows_its_colours() -> None:
    image = Image.open(BytesIO(raster_legend.picture("人口", RAMP, scale=2)))
    column = [image.getpixel((36, y)) for y in range(image.height)]
    assert (255, 0, 0) in [tuple(pixel) for pixel in column] or max(r - g for r, g, _b in column) > 240  # type: ignore[misc]
    top = column.index((89, 89, 89))
    assert sum(column[top + 6]) > sum(column[top + 300])  # type: ignore[arg-type]


def test_the_data_for_the_map_and_a_picture() -> None:
    assert raster_legend.data("人口", RAMP)["ticks"][0] == [0.0, "0"]
    assert raster_legend.data("航空写真", RasterStyle())["kind"] == "picture"
    assert len(raster_legend.data("深さ", CLASSES)["entries"]) == 3
    assert len(raster_legend.lines("航空写真", RasterStyle())) == 1


def test_every_ramp_has_a_title() -> None:
    assert all(str(ramp.title) for ramp in RAMPS.values())
