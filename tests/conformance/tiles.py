"""OGC API – Tiles – Part 1: Core (OGC 20-057) with tile matrix sets by OGC 17-083r4, as checks by requirement ids."""

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile

from tests.conformance.requirements import Suite
from tests.conformance.service import HTML, JSON, Service, link_of, need

SPEC = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
MVT = "application/vnd.mapbox-vector-tile"
#: Metres of a pixel in scale denominators, and of a degree at the equator (17-083r4).
PIXEL, DEGREE = 0.00028, 111_319.49079327358
ZOOM = 12

SUITE = Suite(
    "OGC API – Tiles – Part 1: Core",
    "OGC 20-057",
    tuple(
        f"{SPEC}/{name}" for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
    ),
)


def tilesets(service: Service) -> list[tuple[str, Any]]:
    """Every tileset with the collection it belongs to; there must be some."""
    found = []
    for item in service.collections:
        link = link_of(item["links"], f"{REL}/tilesets-vector", JSON)
        if link is not None:
            listed = service.known(link["href"]).json["tilesets"]
            found += [
                (item["id"], service.known(link_of(one["links"], "self")["href"]).json) for one in listed
            ]
    need(found, "there are no tilesets")
    return found


def matrix_set(service: Service, tileset: Any) -> Any:
    """The tile matrix set of a tileset, by its link."""
    return service.known(link_of(tileset["links"], f"{REL}/tiling-scheme")["href"]).json


def template(tileset: Any) -> str:
    """The address of tiles, with what is to be filled in."""
    link = link_of(tileset["links"], "item", MVT)
    need(link and link["templated"] is True, "the link to tiles is no template", link)
    return str(link["href"])


def address(tileset: Any, matrix: object, row: object, column: object) -> str:
    """The address of one tile."""
    found = template(tileset)
    for name, value in (("tileMatrix", matrix), ("tileRow", row), ("tileCol", column)):
        need(f"{{{name}}}" in found, "the template lacks", name)
        found = found.replace(f"{{{name}}}", str(value))
    return found


@SUITE.shows("/req/core/conformance-success")
def classes_are_declared(service: Service) -> None:
    """The classes of this standard stand in the declaration."""
    for name in SUITE.classes:
        need(name in service.classes, "not declared:", name)


@SUITE.shows("/req/geodata-tilesets/desc-links", "/req/geodata-tilesets/operation",
             "/req/tilesets-list/tileset-path")  # fmt: skip
def collections_link_to_tilesets(service: Service) -> None:
    """Each collection with places links to a list of at least one tileset at its own address."""
    for item in service.collections:
        link = link_of(item["links"], f"{REL}/tilesets-vector", JSON)
        need(link, item["id"], "has no link to tilesets")
        need(link["href"].endswith(f"/collections/{item['id']}/tiles"), link["href"])
        listed = service.get(link["href"]).must_be(200)
        need(listed.json["tilesets"], item["id"], "lists no tileset")
        need(service.get(link["href"], HTML).must_be(200).media == HTML, link["href"], "is no page")


@SUITE.shows("/req/tilesets-list/tileset-links")
def listed_tilesets_are_described(service: Service) -> None:
    """Each tells data type, CRS, matrix set, and links to itself and to the definition of its matrix set."""
    for item in service.collections:
        for one in service.known(f"/collections/{item['id']}/tiles").json["tilesets"]:
            need(one["dataType"] == "vector" and one["crs"] and one["tileMatrixSetURI"], item["id"], one)
            for rel in ("self", f"{REL}/tiling-scheme"):
                link = link_of(one["links"], rel)
                need(link and link["type"], item["id"], "lacks a link", rel)
                service.known(link["href"])


@SUITE.shows("/req/tileset/description")
def tilesets_are_described(service: Service) -> None:
    """Metadata by 17-083r4: data type, CRS, matrix set, layers with their properties, limits, template."""
    for slug, tileset in tilesets(service):
        scheme = matrix_set(service, tileset)
        need(tileset["dataType"] == "vector" and tileset["title"], slug)
        need(
            (tileset["crs"], tileset["tileMatrixSetURI"]) == (scheme["crs"], scheme["uri"]),
            slug,
            "matrix set",
        )
        need([layer["id"] for layer in tileset["layers"]], slug, "has no layer")
        need(all(layer["dataType"] == "vector" for layer in tileset["layers"]), slug)
        known = {matrix["id"]: matrix for matrix in scheme["tileMatrices"]}
        need("tileMatrixSetLimits" in tileset or not has_places(service, slug), slug, "tells no limits")
        for limit in tileset.get("tileMatrixSetLimits", []):
            matrix = known[limit["tileMatrix"]]
            need(0 <= limit["minTileRow"] <= limit["maxTileRow"] < matrix["matrixHeight"], slug, limit)
            need(0 <= limit["minTileCol"] <= limit["maxTileCol"] < matrix["matrixWidth"], slug, limit)
        address(tileset, 0, 0, 0)


def has_places(service: Service, slug: str) -> bool:
    """Whether any feature of a collection has a place."""
    return any(feature["geometry"] for feature in service.all_features(slug))


def within_limits(tileset: Any) -> Iterator[tuple[int, int]]:
    """Rows and columns of one zoom the tileset fills."""
    for limit in tileset.get("tileMatrixSetLimits", []):
        if limit["tileMatrix"] == str(ZOOM):
            for row in range(limit["minTileRow"], limit["maxTileRow"] + 1):
                for column in range(limit["minTileCol"], limit["maxTileCol"] + 1):
                    yield row, column


@SUITE.shows("/req/core/tc-op", "/req/core/tc-success", "/conf/mvt")
def tiles_are_there(service: Service) -> None:
    """Within the limits a tile or 204; those that are there can be read and hold the layers told of."""
    for slug, tileset in tilesets(service):
        told = {layer["id"] for layer in tileset["layers"]}
        seen = 0
        for row, column in within_limits(tileset):
            answer = service.get(address(tileset, ZOOM, row, column), MVT)
            need(answer.status in {200, 204}, answer.url, "answered", answer.status)
            if answer.status == 200:
                need(answer.media == MVT, answer.url, "answers as", answer.media)
                layers = mapbox_vector_tile.decode(answer.body)
                need(set(layers) <= told, answer.url, "holds", set(layers), "not", told)
                seen += sum(len(layer["features"]) for layer in layers.values())
        need(bool(seen) == has_places(service, slug), slug, "tiles show", seen, "features")


@SUITE.shows("/req/core/tc-tilematrix-definition", "/req/core/tc-tilerow-definition",
             "/req/core/tc-tilecol-definition")  # fmt: skip
def parameters_are_defined(service: Service) -> None:
    """Matrix, row and column stand in the path, all of them required."""
    for slug, _tileset in tilesets(service):
        path = next(found for found in service.api["paths"] if found.startswith(f"/collections/{slug}/tiles/")
                    and "{tileCol}" in found)  # fmt: skip
        for name in ("tileMatrix", "tileRow", "tileCol"):
            found = service.parameter(path, name)
            need(found and found["in"] == "path" and found["required"] is True, path, name)


@SUITE.shows("/req/core/tc-error")
def beyond_the_matrix_there_is_nothing(service: Service) -> None:
    """404 (or 400) for a matrix, row or column that is not there."""
    for slug, tileset in tilesets(service):
        matrix = matrix_set(service, tileset)["tileMatrices"][1]
        wrong = [("99", 0, 0), ("x", 0, 0), (matrix["id"], matrix["matrixHeight"], 0),
                 (matrix["id"], 0, matrix["matrixWidth"]), (matrix["id"], -1, 0), (matrix["id"], "x", 0)]  # fmt: skip
        for place in wrong:
            status = service.get(address(tileset, *place), MVT).status
            need(status in {400, 404}, slug, place, "answered", status)
        service.get(f"/collections/{slug}/tiles/NoSuchMatrixSet").must_be(404)


@SUITE.shows("/req/oas30/operation-id", "/conf/oas30")
def operations_have_the_standards_names(service: Service) -> None:
    """Ids of operations end as the standard wants, by the kind of what is tiled (20-057, table 11)."""
    ids = {item["get"]["operationId"] for item in service.api["paths"].values() if "get" in item}
    for slug, _tileset in tilesets(service):
        for name in ("getTileSetsList", "getTileSet", "getTile"):
            need(f"{slug}.collection.vector.{name}" in ids, slug, name)


@SUITE.shows("/conf/tilematrixset", "/conf/json-tilematrixset", "/conf/json-tilematrixsetlimits")
def matrix_sets_are_defined(service: Service) -> None:
    """Definitions by 17-083r4: each matrix covers the whole, twice as fine as the one before."""
    link = link_of(service.landing["links"], f"{REL}/tiling-schemes", JSON)
    need(link, "the landing page has no link to the matrix sets")
    listed = service.known(link["href"]).json["tileMatrixSets"]
    need(len(listed) >= 2, "there are fewer than two matrix sets")
    for item in listed:
        scheme = service.known(link_of(item["links"], "self")["href"]).json
        need((scheme["id"], scheme["uri"]) == (item["id"], item["uri"]), item["id"], "differs from the list")
        unit = DEGREE if "CRS84" in scheme["crs"] else 1
        matrices = scheme["tileMatrices"]
        for number, matrix in enumerate(matrices):
            need(
                matrix["id"] == str(number) and (matrix["tileWidth"], matrix["tileHeight"]) == (256, 256),
                matrix,
            )
            scale = matrix["cellSize"] * unit / PIXEL
            need(abs(matrix["scaleDenominator"] - scale) < scale * 1e-9, scheme["id"], number, "scale")
            first = matrices[0]
            need(matrix["matrixWidth"] == first["matrixWidth"] << number, scheme["id"], number, "width")
            need(
                abs(matrix["cellSize"] * (1 << number) - first["cellSize"]) < 1e-9 * first["cellSize"], number
            )
