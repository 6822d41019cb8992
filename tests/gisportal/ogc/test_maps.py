"""OGC API – Maps 1 (20-058) over 高松市: pictures compared with what ``items`` tells (G4, D13)."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from PIL import Image
from pyproj import Geod, Transformer

from tiles import basemap

pytestmark = pytest.mark.django_db

MAP = "/ogc/collections/resources/map"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#: Some streets of 高松.
BOX = (134.03, 34.33, 134.06, 34.35)
PLACE = "bbox=134.03,34.33,134.06,34.35"


def picture(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Type"] in {"image/png", "image/jpeg"}
    return Image.open(BytesIO(answer.content)).convert("RGBA")


def hex_of(made: Image.Image, x: float, y: float) -> str:
    red, green, blue, alpha = made.getpixel((round(x), round(y)))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}" if alpha == 255 else ""


def colours(api: Client) -> dict[str, str]:
    style = api.get("/styles/resources.json").json()
    return {item["code"]: item["colour"] for item in style["metadata"]["gisportal:categories"]}


@pytest.mark.parametrize("srid", [4326, 3857, 6672, 6668])
@pytest.mark.parametrize("search", ["category=dental", "q=クリニック", "near=34.34,134.045&radius=500"])
def test_signs_stand_where_items_say(api: Client, srid: int, search: str) -> None:
    """The middle of each sign has the colour of its category, unless another sign lies over it."""
    crs = f"{EPSG}{srid}"
    answer = api.get(f"{MAP}?{PLACE}&width=1000&crs={crs}&{search}")
    made = picture(answer)
    items = api.get(f"/ogc/collections/resources/items?f=json&limit=1000&{PLACE}&{search}").json()["features"]
    first, second, third, fourth = map(float, answer["Content-Bbox"].split(","))
    is_northing_first = srid != 3857
    west, south, east, north = (
        (second, first, fourth, third) if is_northing_first else (first, second, third, fourth)
    )
    to_crs, known = Transformer.from_crs(4326, srid, always_xy=True), colours(api)
    hits = 0
    for item in items:
        x, y = to_crs.transform(*item["geometry"]["coordinates"])
        across, down = (x - west) / (east - west) * made.width, (north - y) / (north - south) * made.height
        if 1 <= across < made.width - 1 and 1 <= down < made.height - 1:
            assert made.getpixel((int(across), int(down)))[3] == 255, item["properties"]["name"]  # type: ignore[index]
            hits += hex_of(made, across - 0.5, down - 0.5) == known[item["properties"]["category"]]
    assert items and hits >= len(items) * 0.7
    opaque = sum(count for alpha, count in enumerate(made.getchannel("A").histogram()) if alpha == 255)
    assert opaque <= len(items) * 200


def test_background(api: Client) -> None:
    """See-through unless a colour is given (20-058, 10)."""
    nothing = f"{MAP}?bbox=10,10,11,11&width=64&height=32"
    assert picture(api.get(nothing)).getpixel((5, 5))[3] == 0  # type: ignore[index]
    for given, wanted in (
        ("bgcolor=0xFF8000", (255, 128, 0, 255)), ("bgcolor=navy", (0, 0, 128, 255)),
        ("bgcolor=%23102030", (16, 32, 48, 255)), ("transparent=false", (255, 255, 255, 255)),
        ("bgcolor=red&transparent=true", (255, 0, 0, 0)),
    ):  # fmt: skip
        assert picture(api.get(f"{nothing}&{given}")).getpixel((5, 5)) == wanted
    red, green, blue, _alpha = picture(api.get(f"{nothing}&f=jpeg&bgcolor=red")).getpixel((5, 5))  # type: ignore[misc]
    assert red > 245 and green < 10 and blue < 10


def test_size(api: Client) -> None:
    """What is not given follows from the box, as it lies on the ground."""
    sizes = {
        "width=500": (500, 404), "height=404": (500, 404), "width=300&height=100": (300, 100),
        f"width=500&crs={EPSG}3857": (500, 404), "": (1024, 827),
    }  # fmt: skip
    for given, (width, height) in sizes.items():
        made = picture(api.get(f"{MAP}?{PLACE}&category=medical&{given}"))
        assert made.width == pytest.approx(width, abs=1) and made.height == pytest.approx(height, abs=2), (
            given
        )


def test_scale(api: Client) -> None:
    """At 1:10,000 and 0.28 mm a px is 2.8 m; at half the width of a px there are twice as many."""
    first = picture(api.get(f"{MAP}?{PLACE}&scale-denominator=10000&crs={EPSG}6672&category=aed"))
    assert first.width * 2.8 == pytest.approx(2_780, rel=0.02)
    second = picture(
        api.get(f"{MAP}?{PLACE}&scale-denominator=10000&mm-per-pixel=0.14&crs={EPSG}6672&category=aed")
    )
    assert second.width == pytest.approx(first.width * 2, abs=2)
    # Signs are as large on paper.
    seen = [sum(made.getchannel("A").histogram()[128:]) for made in (first, second)]
    assert seen[1] == pytest.approx(seen[0] * 4, rel=0.25)


def test_bbox_in_any_crs_and_order_of_axes(api: Client) -> None:
    wanted = api.get(f"{MAP}?{PLACE}&width=400&category=dental").content
    same = f"bbox=34.33,134.03,34.35,134.06&bbox-crs={EPSG}4326"
    assert (
        picture(api.get(f"{MAP}?{same}&width=400&category=dental")).tobytes() == picture_of(wanted).tobytes()
    )
    metres = Transformer.from_crs(4326, 3857, always_xy=True)
    corners = ",".join(
        f"{number:.3f}" for at in ((134.03, 34.33), (134.06, 34.35)) for number in metres.transform(*at)
    )
    answer = api.get(f"{MAP}?bbox={corners}&bbox-crs={EPSG}3857&crs={EPSG}3857&width=400")
    assert answer["Content-Crs"] == f"<{EPSG}3857>"
    assert [float(part) for part in answer["Content-Bbox"].split(",")] == pytest.approx(
        [float(part) for part in corners.split(",")], rel=1e-6
    )


def test_subset_is_another_way_to_say_bbox(api: Client) -> None:
    wanted = picture(api.get(f"{MAP}?{PLACE}&width=400&category=dental")).tobytes()
    for subset in (
        "subset=Lat(34.33:34.35),Lon(134.03:134.06)", "subset=Lon(134.03:134.06)&subset=Lat(34.33:34.35)",
        f"subset=lat(34.33:34.35),lon(134.03:134.06)&subset-crs={EPSG}4326",
    ):  # fmt: skip
        assert picture(api.get(f"{MAP}?{subset}&width=400&category=dental")).tobytes() == wanted
    metres = f"subset=E(140000:141000),N(50000:51000)&subset-crs={EPSG}6672&crs={EPSG}6672&width=100"
    corners = [float(part) for part in api.get(f"{MAP}?{metres}")["Content-Bbox"].split(",")]
    assert corners == pytest.approx([50000, 140000, 51000, 141000])


@pytest.mark.parametrize("srid", [4326, 3857, 6672])
def test_a_map_around_its_middle(api: Client, srid: int) -> None:
    """500 px at 1:10,000 are 1,400 m on the ground, in whatever CRS."""
    search = (
        f"center=134.045,34.34&scale-denominator=10000&width=500&height=300&crs={EPSG}{srid}&category=aed"
    )
    answer = api.get(f"{MAP}?{search}")
    made = picture(answer)
    assert made.size == (500, 300)
    first, second, third, fourth = map(float, answer["Content-Bbox"].split(","))
    west, south, east, north = (
        (first, second, third, fourth) if srid == 3857 else (second, first, fourth, third)
    )
    to_degrees = Transformer.from_crs(srid, 4326, always_xy=True)
    lons, lats = to_degrees.transform([west, east, (west + east) / 2, (west + east) / 2],
                                      [(south + north) / 2, (south + north) / 2, south, north])  # fmt: skip
    geod = Geod(ellps="WGS84")
    assert geod.inv(lons[0], lats[0], lons[1], lats[1])[2] == pytest.approx(1400, rel=0.002)
    assert geod.inv(lons[2], lats[2], lons[3], lats[3])[2] == pytest.approx(840, rel=0.002)
    assert ((lons[2] + lons[3]) / 2, (lats[2] + lats[3]) / 2) == pytest.approx((134.045, 34.34), abs=1e-4)


def picture_of(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGBA")


@pytest.fixture
def base_map(db: None) -> None:
    """The base map of our own, as `make run` loads it."""
    basemap.load()


def test_a_map_tells_whose_it_is(api: Client, base_map: None) -> None:
    """Attributions go with the picture: in a header, and in the file."""
    answer = api.get("/ogc/collections/districts-towns/map?width=300&basemap=own")
    assert "国土数値情報" in unquote(answer["Link"]) and "国勢調査" in unquote(answer["Link"])
    info = Image.open(BytesIO(answer.content)).info
    assert "国勢調査" in info["Copyright"]
    assert info["Title"]
    assert picture(answer).getchannel("A").getextrema() == (255, 255)


def test_districts_are_drawn_with_the_base_map_below(api: Client, base_map: None) -> None:
    """The sea stays the sea, the land is shaded by the fill of the districts."""
    made = picture(
        api.get("/ogc/collections/districts-former/map?width=300&basemap=own&bbox=133.9,34.1,134.2,34.5")
    )
    counted = {colour: count for count, colour in made.getcolors(1_000_000) or []}
    assert counted.get((0xDC, 0xE9, 0xF2, 255), 0) > 5_000
    land = (0xF7, 0xF6, 0xF1, 255)
    shaded = tuple(
        round(part * 0.92 + ink * 0.08) for part, ink in zip(land[:3], (0x3D, 0x46, 0x50), strict=True)
    )
    near = sum(
        count
        for colour, count in counted.items()
        if all(abs(a - b) <= 2 for a, b in zip(colour, shaded, strict=False))
    )
    assert near > 5_000


def test_a_style_by_its_name(api: Client) -> None:
    wanted = api.get(f"{MAP}?{PLACE}&width=300&category=dental")
    for name in ("resources", "default"):
        answer = api.get(f"/ogc/collections/resources/styles/{name}/map?{PLACE}&width=300&category=dental")
        assert answer.content == wanted.content
    assert api.get(f"/ogc/collections/resources/styles/night/map?{PLACE}").status_code == 404


def test_conditional_requests(api: Client) -> None:
    answer = api.get(f"{MAP}?{PLACE}&width=100")
    assert answer["Cache-Control"] == "private, no-cache"
    held = api.get(f"{MAP}?{PLACE}&width=100", headers={"if-none-match": answer["ETag"]})
    assert (held.status_code, held.content) == (304, b"")
    assert api.get(f"{MAP}?{PLACE}&width=101", headers={"if-none-match": answer["ETag"]}).status_code == 200
    near = api.get(f"{MAP}?{PLACE}&width=100&near=34.34,134.045&radius=500")
    assert near["Cache-Control"] == "private, no-store" and "ETag" not in near


def test_accept_chooses_the_format(api: Client) -> None:
    address = f"{MAP}?{PLACE}&width=100"
    for accept, wanted in (
        ("image/jpeg", "image/jpeg"),
        ("image/png,*/*", "image/png"),
        ("*/*", "image/png"),
    ):
        assert api.get(address, headers={"accept": accept})["Content-Type"] == wanted


@pytest.mark.parametrize(
    ("search", "parameter"),
    [
        ("width=0", "width"), ("width=5000", "width"), ("width=a", "width"), ("height=1e3", "height"),
        ("width=4000&height=4000", "width"), ("bbox=1,2,3", "bbox"), ("bbox=a,b,c,d", "bbox"),
        ("bbox=134.2,34,134.1,35", "bbox"), ("bbox=0,0,0,0", "bbox"), ("bbox=nan,0,1,1", "bbox"),
        ("bbox=-500,0,500,1", "bbox"), ("bbox=1e308,0,1,1", "bbox"), ("bbox-crs=" + CRS84, "bbox-crs"),
        (f"bbox=0,0,1,1&bbox-crs={EPSG}1", "bbox-crs"), (f"crs={EPSG}99999", "crs"), ("bgcolor=perhaps", "bgcolor"),
        ("transparent=7", "transparent"), ("basemap=other", "basemap"), ("bogus=1", "bogus"), ("f=gif", "f"),
        ("scale-denominator=0", "scale-denominator"), ("scale-denominator=1", "scale-denominator"),
        ("scale-denominator=10000&width=5", "width"), ("scale-denominator=10000&width=50", "scale-denominator"),
        ("mm-per-pixel=9", "mm-per-pixel"), ("category=nothing", "category"),
        ("scale-denominator=1000000000", "scale-denominator"),
        ("subset=Lat(34:35)", "subset"), ("subset=1,2", "subset"),
        ("subset=Lat(35:34),Lon(134:135)", "subset"), ("subset=Lat(34:35),Lon(134:135),Time(1:2)", "subset"),
        ("subset=Lat(34:35),Lon(134:135)&bbox=1,2,3,4", "subset"),
        ("center=134", "center"), ("center=134,99", "center"),
        ("center=134,34&bbox=1,2,3,4", "center"), ("center-crs=" + CRS84, "center-crs"),
        ("subset-crs=" + CRS84, "subset-crs"),
    ],
)  # fmt: skip
def test_refusals(api: Client, search: str, parameter: str) -> None:
    answer = api.get(f"{MAP}?{search}", headers={"accept": "*/*"})
    assert answer.status_code == 400
    assert answer["Content-Type"].partition(";")[0] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize("box", ["-180,-90,180,90", "0,0,180,90", "133,33,136,36"])
@pytest.mark.parametrize("srid", [3857, 4326, 6672])
def test_the_whole_world_is_a_map_too(api: Client, box: str, srid: int) -> None:
    answer = api.get(f"{MAP}?bbox={box}&crs={EPSG}{srid}&width=200&basemap=own")
    assert answer.status_code in ({200, 400} if srid == 6672 else {200})


def test_too_much_is_refused_and_never_left_out(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gisportal.ogc.maps.reading.MOST_SIGNS", 10)
    answer = api.get(f"{MAP}?width=500", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")


def test_busy(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many pictures at once: the next one is told when to come again."""
    from gisportal.ogc.maps import picture as drawn

    monkeypatch.setattr(drawn, "WAIT_SECONDS", 0.01)
    assert drawn._at_once.acquire(timeout=1) and drawn._at_once.acquire(timeout=1)
    try:
        answer = api.get(f"{MAP}?{PLACE}&width=100")
    finally:
        drawn._at_once.release()
        drawn._at_once.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


@pytest.mark.parametrize("level", ["anonymous", "d"])
def test_who_may_not_see_a_collection_has_no_map_of_it(as_level: Callable[[str], Client], level: str) -> None:
    assert as_level(level).get(f"{MAP}?{PLACE}").status_code == 404


def test_links_and_conformance(api: Client) -> None:
    collection = api.get("/ogc/collections/resources?f=json").json()
    (link,) = (
        item for item in collection["links"] if item["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/map"
    )
    assert api.get(link["href"])["Content-Type"] == "image/png"
    classes = api.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in (
        "core",
        "collection-map",
        "styled-map",
        "scaling",
        "spatial-subsetting",
        "display-resolution",
        "crs",
        "png",
        "jpeg",
    ):
        assert f"http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/{name}" in classes
