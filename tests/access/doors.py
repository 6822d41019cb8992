"""Every way out of the database: each door takes a client signed in as somebody and tells what it gives away.

A new way out joins ``DOORS``. ``names`` are the resources seen, ``text`` the whole answer for marks, ``counts`` the
numbers of rows by what the door counts.
"""

import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from unittest.mock import patch

import mapbox_vector_tile
from django.test import Client
from PIL import Image
from pyogrio import raw
from python_calamine import CalamineWorkbook
from shapely import from_wkb

from gisportal.papers.pdf import page_html
from tests.access.world import LAT, LON, SECRET_POINT, World, _position
from tiles.grid import WORLD_CRS84_QUAD

NAME = re.compile(r"資源\d{3}")


@dataclass
class Seen:
    """What came through a door."""

    status: int
    names: set[str] = field(default_factory=set)
    text: str = ""
    counts: dict[str, int] = field(default_factory=dict)


Door = Callable[[Client, dict[str, str], World], Seen]


def _page(client: Client, headers: dict[str, str], url: str) -> Seen:
    answer = client.get(url, headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    text = body.decode("utf-8")
    return Seen(answer.status_code, set(NAME.findall(text)) if answer.status_code == 200 else set(), text)


def list_page(client: Client, headers: dict[str, str], world: World) -> Seen:
    """The list, all rows on one page."""
    return _page(client, headers, "/resources/?per_page=200")


def geojson_export(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Export as GeoJSON."""
    return _page(client, headers, "/resources/export.geojson")


def csv_export(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Export as CSV."""
    return _page(client, headers, "/resources/export.csv")


def excel_export(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Export as Excel, every cell as text."""
    answer = client.get("/resources/export.xlsx", headers=headers)
    if answer.status_code != 200:
        return Seen(answer.status_code, set(), answer.content.decode())
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    text = "\n".join(str(row) for row in book.get_sheet_by_index(0).to_python())
    return Seen(200, set(NAME.findall(text)), text)


def several_at_once(client: Client, headers: dict[str, str], world: World) -> Seen:
    """The list of several resources on one point, asked for all ids there are."""
    return _page(client, headers, "/resources/at?ids=" + ",".join(map(str, world.rows)))


def detail_pages(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Every detail page there is."""
    return _each(client, headers, world, "/resources/{id}/")


def popups(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Every popup there is."""
    return _each(client, headers, world, "/resources/{id}/popup")


def handouts(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Every handout there is, as the page that is printed."""
    with _unprinted():
        return _each(client, headers, world, "/resources/{id}/handout.pdf")


def handout_list(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Lists of handouts, asked for all ids there are, 20 at a time."""
    ids, seen = list(map(str, world.rows)), Seen(200)
    with _unprinted():
        for start in range(0, len(ids), 20):
            page = _page(client, headers, "/resources/handout.pdf?ids=" + ",".join(ids[start : start + 20]))
            seen.names |= page.names
            seen.text += page.text
    return seen


def _unprinted() -> AbstractContextManager[object]:
    """Hands out the page itself instead of its PDF: the same words, without the seconds printing takes."""
    return patch(
        "gisportal.papers.pdf.render_pdf",
        lambda template, context, request=None, **more: page_html(template, context, request).encode(),
    )


def ogc_item(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Every single item."""
    return _each(client, headers, world, "/ogc/collections/resources/items/{id}?f=json")


def _each(client: Client, headers: dict[str, str], world: World, url: str) -> Seen:
    seen = Seen(200)
    for pk, row in world.rows.items():
        page = _page(client, headers, url.format(id=pk))
        if page.status == 200:
            seen.names.add(row.name)
            seen.text += page.text
        else:
            assert page.status in {302, 401, 403, 404}, (url.format(id=pk), page.status)
            assert row.name not in page.text
    return seen


def ogc_items(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Items as GeoJSON."""
    return _page(client, headers, "/ogc/collections/resources/items?f=json&limit=1000")


def ogc_items_html(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Items as a page."""
    return _page(client, headers, "/ogc/collections/resources/items?f=html&limit=1000")


def ogc_items_jsonfg(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Items as JSON-FG, positions in another CRS and in degrees."""
    crs = "http://www.opengis.net/def/crs/EPSG/0/6668"
    return _page(
        client, headers, f"/ogc/collections/resources/items?f=jsonfg&limit=1000&crs={crs}&profile=jsonfg-plus"
    )


def ogc_items_csv(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Items as CSV."""
    return _page(client, headers, "/ogc/collections/resources/items?f=csv&limit=1000")


def ogc_items_flatgeobuf(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Items as FlatGeobuf, every value and position as text."""
    answer = client.get("/ogc/collections/resources/items?f=fgb&limit=1000", headers=headers)
    if answer.status_code != 200:
        return Seen(answer.status_code, set(), answer.content.decode())
    _meta, _ids, shapes, columns = raw.read(io.BytesIO(answer.content))
    drawn = [from_wkb(shape).wkt for shape in shapes if shape is not None]
    text = "\n".join([*(str(column.tolist()) for column in columns), *drawn])
    return Seen(200, set(NAME.findall(text)), text)


def ogc_item_tables(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Every single item as CSV."""
    return _each(client, headers, world, "/ogc/collections/resources/items/{id}?f=csv")


def tile_points(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Tiles of zoom 16 around the city, with every field the tile may carry."""
    seen = Seen(200)
    for x, y in _tiles(16):
        answer = client.get(f"/tiles/resources/16/{x}/{y}.mvt?fields=phone,mark_public", headers=headers)
        _add_tile(seen, answer)
    return seen


def _add_tile(seen: Seen, answer: object) -> None:
    status = answer.status_code  # type: ignore[attr-defined]
    assert status in {200, 204, 401, 403, 404}, status
    if status != 200:
        return
    layers = mapbox_vector_tile.decode(_body(answer))
    for feature in layers.get("resources", {}).get("features", []):
        if "name" in feature["properties"]:
            seen.names.add(feature["properties"]["name"])
            seen.text += json.dumps(feature["properties"], ensure_ascii=False)


def ogc_tile_points(client: Client, headers: dict[str, str], world: World) -> Seen:
    """The same tiles by OGC API – Tiles, row before column."""
    seen = Seen(200)
    for x, y in _tiles(16):
        address = (
            f"/ogc/collections/resources/tiles/WebMercatorQuad/16/{y}/{x}?properties=name,phone,mark_public"
        )
        _add_tile(seen, client.get(address, headers=headers))
    return seen


def ogc_tiles_in_degrees(client: Client, headers: dict[str, str], world: World) -> Seen:
    """Tiles of WorldCRS84Quad over the city, near enough for single points, with every field a tile may carry."""
    seen = Seen(200)
    west, east, north, south = WORLD_CRS84_QUAD.limits(14, (LON - 0.01, LAT - 0.02, LON + 0.02, LAT + 0.02))
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            address = f"/ogc/collections/resources/tiles/WorldCRS84Quad/14/{y}/{x}?properties=name,phone,mark_public"
            _add_tile(seen, client.get(address, headers=headers))
    return seen


def ogc_map(client: Client, headers: dict[str, str], world: World) -> Seen:
    """A map on which every row has a place of its own: seen is what is drawn there."""
    west, south, east, north = LON - 0.001, LAT - 0.001, LON + 0.006, LAT + 0.003
    address = f"/ogc/collections/resources/map?bbox={west},{south},{east},{north}&width=2100&height=1200"
    answer = client.get(address, headers=headers)
    if answer.status_code != 200:
        return Seen(answer.status_code, set(), answer.content.decode())
    drawn = Image.open(io.BytesIO(answer.content)).convert("RGBA").getchannel("A")
    names = set()
    for number, row in enumerate(world.rows.values()):
        place = _position(number)
        across, down = (place.x - west) / (east - west) * 2100, (north - place.y) / (north - south) * 1200
        if row.shows_place and drawn.getpixel((int(across), int(down))):
            names.add(row.name)
    hidden = (SECRET_POINT[0] - west) / (east - west), (north - SECRET_POINT[1]) / (north - south)
    assert not (0 <= hidden[0] <= 1 and 0 <= hidden[1] <= 1)
    return Seen(200, names)


def _body(answer: object) -> bytes:
    import gzip

    body: bytes = answer.content  # type: ignore[attr-defined]
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def _tiles(zoom: int) -> list[tuple[int, int]]:
    import math

    def column(lon: float) -> int:
        return int((lon + 180) / 360 * 2**zoom)

    def row(lat: float) -> int:
        return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)

    return [
        (x, y)
        for x in range(column(LON - 0.01), column(LON + 0.02) + 1)
        for y in range(row(LAT + 0.02), row(LAT - 0.03) + 1)
    ]


#: Doors that show rows, with whether rows without an open place come through them.
DOORS: dict[str, tuple[Door, bool]] = {
    "list": (list_page, True),
    "detail": (detail_pages, True),
    "popup": (popups, True),
    "handout": (handouts, True),
    "handout list": (handout_list, True),
    "several": (several_at_once, True),
    "geojson": (geojson_export, True),
    "csv": (csv_export, True),
    "excel": (excel_export, True),
    "items": (ogc_items, True),
    "items html": (ogc_items_html, True),
    "item": (ogc_item, True),
    "items jsonfg": (ogc_items_jsonfg, True),
    "items csv": (ogc_items_csv, True),
    "items flatgeobuf": (ogc_items_flatgeobuf, True),
    "item csv": (ogc_item_tables, True),
    "tiles": (tile_points, False),
    "ogc tiles": (ogc_tile_points, False),
    "ogc tiles in degrees": (ogc_tiles_in_degrees, False),
    "map": (ogc_map, False),
}


def cluster_total(client: Client, headers: dict[str, str], zoom: int = 10) -> int:
    """Number of resources in the tiles of a low zoom: clusters and single points together."""
    total = 0
    for x, y in _tiles(zoom):
        answer = client.get(f"/tiles/resources/{zoom}/{x}/{y}.mvt", headers=headers)
        if answer.status_code != 200:
            continue
        layer = mapbox_vector_tile.decode(_body(answer)).get("resources", {"features": []})
        total += sum(
            feature["properties"].get("count", 1)
            for feature in layer["features"]
            if _inside(feature["geometry"]["coordinates"], layer["extent"])
        )
    return total


def _inside(point: list[int], extent: int) -> bool:
    """Points of the buffer belong to the neighbour."""
    return 0 <= point[0] < extent and 0 < point[1] <= extent
