"""OGC API – Tiles 1 (20-057) over 高松市: the same tiles as ``/tiles/``, told of by the standard's words (G4, G5)."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from mapbox_vector_tile import decode

pytestmark = pytest.mark.django_db

BASE = "/ogc/collections/resources/tiles"
#: Row before column; over the middle of 高松.
PLACE = "14/6526/14292"
MVT = "application/vnd.mapbox-vector-tile"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"


def body(answer: Any) -> bytes:
    content: bytes = answer.content
    return gzip.decompress(content) if answer.get("Content-Encoding") == "gzip" else content


def of(links: list[dict[str, str]], rel: str) -> dict[str, str]:
    (found,) = (item for item in links if item["rel"] == rel)
    return found


@pytest.mark.parametrize("search", ["", "category=medical", "q=医院", "properties=name,phone"])
def test_tiles_are_those_of_the_portal(api: Client, search: str) -> None:
    """The same bytes under the same tag: one function and one cache (design §6)."""
    given = api.get(f"{BASE}/WebMercatorQuad/{PLACE}?f=mvt&{search}")
    z, row, column = PLACE.split("/")
    if search.startswith("properties"):
        assert set(decode(body(given))["resources"]["features"][0]["properties"]) <= {"id", "name", "phone"}
        return
    own = api.get(f"/tiles/resources/{z}/{column}/{row}.mvt?{search}")
    assert given.status_code == own.status_code == 200
    assert given["Content-Type"] == MVT
    assert body(given) == body(own)
    assert given["ETag"] == own["ETag"]
    held = api.get(f"{BASE}/WebMercatorQuad/{PLACE}?f=mvt&{search}", headers={"if-none-match": own["ETag"]})
    assert held.status_code == 304


def test_the_tilesets_of_a_collection(api: Client) -> None:
    document = api.get(BASE).json()
    assert [item["dataType"] for item in document["tilesets"]] == ["vector", "vector"]
    for item, name in zip(document["tilesets"], ("WebMercatorQuad", "WorldCRS84Quad"), strict=True):
        assert item["tileMatrixSetURI"] == f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{name}"
        tileset = api.get(of(item["links"], "self")["href"]).json()
        assert tileset["crs"] == item["crs"]
        assert api.get(of(item["links"], SCHEME)["href"]).json()["id"] == name


@pytest.mark.parametrize("name", ["WebMercatorQuad", "WorldCRS84Quad"])
def test_a_tileset_leads_to_its_tiles(api: Client, name: str) -> None:
    """The template, filled from the limits, answers a tile or an empty one, and never beyond (20-057, 8)."""
    tileset = api.get(f"{BASE}/{name}?category=medical").json()
    link = of(tileset["links"], "item")
    assert link["type"] == MVT and link["templated"] is True and "category=medical" in link["href"]
    limits = {item["tileMatrix"]: item for item in tileset["tileMatrixSetLimits"]}
    assert sorted(map(int, limits)) == list(range(23))
    total = 0
    for zoom in ("0", "9", "11"):
        found = limits[zoom]
        for row in range(found["minTileRow"], found["maxTileRow"] + 1):
            for column in range(found["minTileCol"], found["maxTileCol"] + 1):
                address = link["href"].replace("{tileMatrix}", zoom)
                address = address.replace("{tileRow}", str(row)).replace("{tileCol}", str(column))
                answer = api.get(address)
                assert answer.status_code in {200, 204}
                total += answer.status_code == 200
    assert total >= 3
    (layer,) = tileset["layers"]
    assert layer["id"] == "resources" and layer["geometryDimension"] == 0
    assert set(layer["propertiesSchema"]["properties"]) == {"name", "category"}
    west, south = tileset["boundingBox"]["lowerLeft"]
    assert 133 < west < 135 and 34 < south < 35


def test_tilejson(api: Client) -> None:
    document = api.get(f"{BASE}/WebMercatorQuad?f=tilejson&category=medical").json()
    assert document["tilejson"] == "3.0.0"
    (template,) = document["tiles"]
    z, row, column = PLACE.split("/")
    address = template.replace("{z}", z).replace("{y}", row).replace("{x}", column)
    assert body(api.get(address)) == body(
        api.get(f"/tiles/resources/{z}/{column}/{row}.mvt?category=medical")
    )
    refused = api.get(f"{BASE}/WorldCRS84Quad?f=tilejson")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "f")


def test_matrix_sets_are_those_of_the_standard(api: Client) -> None:
    """17-083r4, annex D.1 and D.2."""
    listed = api.get("/ogc/tileMatrixSets").json()["tileMatrixSets"]
    assert [item["id"] for item in listed] == ["WebMercatorQuad", "WorldCRS84Quad"]
    mercator, degrees = (api.get(of(item["links"], "self")["href"]).json() for item in listed)
    assert mercator["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert mercator["tileMatrices"][0]["pointOfOrigin"] == pytest.approx(
        [-20037508.3427892, 20037508.3427892]
    )
    assert (
        mercator["tileMatrices"][22]["matrixWidth"] == mercator["tileMatrices"][22]["matrixHeight"] == 2**22
    )
    assert degrees["tileMatrices"][0]["scaleDenominator"] == pytest.approx(279541132.014358)
    assert degrees["tileMatrices"][0]["cellSize"] == 0.703125
    assert (degrees["tileMatrices"][1]["matrixWidth"], degrees["tileMatrices"][1]["matrixHeight"]) == (4, 2)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{BASE}/WebMercatorQuad/23/0/0", 404), (f"{BASE}/WebMercatorQuad/1/2/0", 404),
        (f"{BASE}/WebMercatorQuad/1/0/2", 404), (f"{BASE}/WebMercatorQuad/-1/0/0", 404),
        (f"{BASE}/WebMercatorQuad/a/b/c", 404), (f"{BASE}/WebMercatorQuad/1/1.5/0", 404),
        (f"{BASE}/WebMercatorQuad/{'9' * 400}/0/0", 404), (f"{BASE}/WorldCRS84Quad/0/0/2", 404),
        (f"{BASE}/EuropeanETRS89_LAEAQuad", 404), (f"{BASE}/nothing/1/0/0", 404), ("/ogc/tileMatrixSets/nothing", 404),
        ("/ogc/collections/nothing/tiles", 404), ("/ogc/collections/nothing/tiles/WebMercatorQuad/0/0/0", 404),
        (f"{BASE}/WebMercatorQuad/0/0/0?bogus=1", 400), (f"{BASE}/WebMercatorQuad/0/0/0?f=png", 400),
        (f"{BASE}/WebMercatorQuad/0/0/0?properties=password", 400), (f"{BASE}/WebMercatorQuad?category=nothing", 400),
        (f"{BASE}/WebMercatorQuad/0/0/0?scope=mine", 400), (f"{BASE}?q=a", 400), ("/ogc/tileMatrixSets?q=a", 400),
    ],
)  # fmt: skip
def test_refusals(api: Client, address: str, status: int) -> None:
    answer = api.get(address, headers={"accept": "*/*"})
    assert answer.status_code == status
    assert answer["Content-Type"].partition(";")[0] == "application/problem+json"
    if status == 400:
        assert answer.json()["parameter"]


def test_an_empty_tile_has_no_body(api: Client) -> None:
    for name in ("WebMercatorQuad", "WorldCRS84Quad"):
        answer = api.get(f"{BASE}/{name}/10/1/1")
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("level", ["anonymous", "d"])
def test_who_may_not_see_a_collection_finds_no_tiles(as_level: Callable[[str], Client], level: str) -> None:
    client = as_level(level)
    for address in (BASE, f"{BASE}/WebMercatorQuad", f"{BASE}/WebMercatorQuad/{PLACE}"):
        assert client.get(address, headers={"accept": "application/json"}).status_code == 404
    assert client.get("/ogc/tileMatrixSets", headers={"accept": "application/json"}).status_code == 200


def test_links_and_conformance(api: Client) -> None:
    landing = api.get("/ogc/?f=json").json()
    assert of(landing["links"], "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes")
    collection = api.get("/ogc/collections/resources?f=json").json()
    tilesets = of(collection["links"], "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
    assert api.get(tilesets["href"]).status_code == 200
    classes = api.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in classes
    paths = api.get("/ogc/openapi?f=json").json()["paths"]
    tile = paths["/collections/resources/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"]["get"]
    assert tile["operationId"].endswith(".collection.vector.getTile")
    assert {"200", "204", "400", "404"} <= set(tile["responses"])
