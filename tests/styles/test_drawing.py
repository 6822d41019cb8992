"""Pictures of a symbology: what is drawn, where, and that parts make the whole (OGC 20-058)."""

import pytest
from PIL import Image
from shapely import LineString, MultiPolygon, Point, Polygon, box

from styles.drawing import Canvas, Text, paint, placed, write
from styles.raster import font
from styles.symbology import Drawn, Symbol

RED = "#ff0000"
AREA = Symbol(RED, "area", opacity=0.5, stroke="#0000ff", width=0)
SIGN = Symbol(RED, "circle", opacity=1, stroke="#ffffff", width=1.5, radius=6)


def picture(
    symbol: Symbol, drawn: Drawn, shapes: list[object], *, height: int = 60, parts: int = 1
) -> Image.Image:
    """A picture 80 px wide, drawn in so many parts."""
    made = Image.new("RGBA", (80, height))
    rows = height // parts
    for top in range(0, height, rows):
        canvas = Canvas(80, rows, top=top)
        paint(canvas, symbol, drawn, shapes, zoom=12, scale=1)  # type: ignore[arg-type]
        made.alpha_composite(canvas.finished(), (0, top))
    return made


def test_an_area_with_a_hole_and_an_island_in_it() -> None:
    ring = Polygon(box(5, 5, 55, 55).exterior, [box(15, 15, 45, 45).exterior])
    made = picture(AREA, Drawn.AREAS, [box(25, 25, 35, 35), ring])
    assert made.getpixel((10, 10)) == (255, 0, 0, 128)
    assert made.getpixel((20, 20))[3] == 0  # type: ignore[index]
    assert made.getpixel((30, 30)) == (255, 0, 0, 128)
    assert made.getpixel((70, 30))[3] == 0  # type: ignore[index]


def test_overlapping_areas_are_not_laid_twice() -> None:
    made = picture(AREA, Drawn.AREAS, [box(0, 0, 40, 40), MultiPolygon([box(20, 20, 60, 60)])])
    assert made.getpixel((30, 30)) == made.getpixel((10, 10)) == (255, 0, 0, 128)


def test_edges_are_smooth_and_not_dark() -> None:
    """Where an edge falls within a px it is half as strong, in its own colour."""
    made = picture(Symbol(RED, "area", opacity=1, width=0), Drawn.AREAS, [box(10, 10, 30, 50)])
    edge = made.getpixel((30, 30))
    assert edge[0] == 255 and edge[1] == 0 and 100 < edge[3] < 160  # type: ignore[index]


@pytest.mark.parametrize("parts", [2, 3, 6])
def test_parts_make_the_whole(parts: int) -> None:
    """Signs and lines across the seams too."""
    shapes = [Point(3, 3), Point(40, 30), Point(40, 20), Point(78, 59), LineString([(0, 0), (80, 60)])]
    for symbol, drawn in ((SIGN, Drawn.POINTS), (AREA, Drawn.MIXED), (SIGN, Drawn.LINES)):
        whole = picture(symbol, drawn, shapes)
        assert picture(symbol, drawn, shapes, parts=parts).tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    "shape", ["circle", "square", "diamond", "triangle", "pentagon", "hexagon", "star", "cross"]
)
def test_a_sign_stands_on_its_place(shape: str) -> None:
    made = picture(Symbol(RED, shape), Drawn.POINTS, [Point(40, 30)])
    assert made.getpixel((40, 30)) == (255, 0, 0, 255)
    left, upper, right, lower = made.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert 10 <= right - left <= 20 and 10 <= lower - upper <= 20
    assert abs((left + right) / 2 - 40) <= 1.5


def test_signs_outside_are_left_alone() -> None:
    made = picture(SIGN, Drawn.POINTS, [Point(-500, 30), Point(40, 10**9), Point(200, 30)])
    assert made.getchannel("A").getbbox() is None


def test_names_do_not_cover_one_another() -> None:
    assert font(12) is not None  # a font of `make run`
    texts = [
        Text("高松市", 100, 50, 12),
        Text("三木町", 104, 52, 12),
        Text("綾川町", 100, 80, 12),
        Text("端", 1, 50, 12),
    ]
    taken: list[tuple[float, float, float, float]] = []
    found = placed((200, 100), texts, taken)
    assert [text.words for text in found] == ["高松市", "綾川町"]
    assert placed((200, 100), [Text("香川県", 100, 50, 12)], taken) == []
    made = Image.new("RGBA", (200, 100))
    write(made, found)
    assert made.getchannel("A").crop((0, 30, 200, 70)).getbbox() is not None
