"""Bad input at every door of programs: 4xx as problem details that name the parameter, never 500 (issue "Bad input").

Values no parameter can have are sent in every parameter of every address of the definition, and of the doors beside
OGC API; what is a proper value of one of them (a text to search for) may be answered with 200.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/resources/items"
PROBLEM = "application/problem+json"
REFUSALS = {400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428}

#: Written as they stand in an address.
HOSTILE = {
    "nothing": "",
    "quote": "%27",
    "sql": quote("1'; DROP TABLE layers_resource; --"),
    "union": quote("x') UNION SELECT password FROM accounts_account --"),
    "percent": "%25s%25(x)s",
    "nul": "%00",
    "control": "%01%1f%7f",
    "newline": "a%0d%0aSet-Cookie:%20x=1",
    "not utf-8": "%ff%fe",
    "surrogate": "%ed%a0%80",
    "nan": "nan",
    "infinite": "1e400",
    "negative": "-1",
    "huge": "9" * 40,
    "float": "1.5",
    "long": "x" * 10_000,
    "wide digits": quote("１２"),
    "brackets": quote("{[(" * 50),
    "dots": "../../etc/passwd",
    "markup": quote("<script>alert(1)</script>"),
}


def names_of(api: Client, path: str, *, once: bool = False) -> list[str]:
    """Parameters of the query string the definition tells of; ``once``: those that may not be repeated."""
    document = api.get("/ogc/openapi?f=json").json()
    known = document["components"]["parameters"]
    found = document["paths"][path]["get"]["parameters"]
    looked_up = [known[item["$ref"].rpartition("/")[2]] if "$ref" in item else item for item in found]
    asked = [item for item in looked_up if item["in"] == "query"]
    return [item["name"] for item in asked if not (once and item.get("explode") is True)]


def check(answer: Any, asked: str, *, named: str = "") -> None:
    """Answered, or refused as a program can read it, with the parameter named."""
    assert answer.status_code in {200, 204, 302} | REFUSALS, (asked[:200], answer.status_code)
    if answer.status_code < 400:
        return
    assert answer["Content-Type"] == PROBLEM, (asked[:200], answer["Content-Type"])
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code and body["title"] and body["detail"], asked[:200]
    if named and answer.status_code == 400:
        assert body["parameter"] == named, (asked[:200], body)


PATHS = [
    "/", "/conformance", "/collections", "/collections/resources", "/collections/resources/queryables",
    "/collections/resources/schema", "/collections/resources/items", "/collections/districts-former/items",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_parameter_of_the_definition_takes_anything(api: Client, path: str) -> None:
    names = names_of(api, path)
    assert {"f", "lang"} <= set(names)
    for name in names:
        for value in HOSTILE.values():
            asked = f"/ogc{path}?{quote(name)}={value}"
            answer = api.get(asked)
            # ``filter-lang`` and others are judged together with what they belong to.
            check(answer, asked, named=name if name not in TOGETHER else "")


#: Parameters whose fault may be told under the name of the one they belong to.
TOGETHER = {"filter-lang", "filter-crs", "bbox-crs", "radius", "sort", "profile"}


@pytest.mark.parametrize("path", [path for path in PATHS if "districts" not in path])
def test_every_parameter_given_twice(api: Client, path: str) -> None:
    """Districts leave unread what of the search means nothing there."""
    for name in names_of(api, path, once=True):
        asked = f"/ogc{path}?{quote(name)}=a&{quote(name)}=b"
        answer = api.get(asked)
        check(answer, asked)
        assert name in OF_PAGES or answer.status_code == 400, asked


#: Parameters of the search page, which have no effect here; and words, each of which must be found.
OF_PAGES = {"view", "at", "q"}


def doors() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Doors beside OGC API with their parameters."""
    search = (
        "q",
        "category",
        "bbox",
        "near",
        "radius",
        "within",
        "district",
        "sort",
        "updated_after",
        "beds",
    )
    yield "/resources/export.geojson", search
    yield "/resources/export.csv", search
    yield "/tiles/resources/14/14288/6518.mvt", (*search, "fields", "v", "filter")
    yield "/tiles/resources.json", ("fields", "v", "filter")
    yield "/styles/resources.json", ("v", "language", "fields")
    yield "/styles/resources.sld", ("v",)
    yield "/styles/resources/legend.svg", ("v",)
    yield "/geocode", ("q", "city", "limit")
    yield "/geocode/reverse", ("lat", "lon", "limit")
    yield "/planning/crosstab.json", ("rows", "columns", "measure", *search)


@pytest.mark.parametrize(
    ("path", "names"), list(doors()), ids=lambda found: found if isinstance(found, str) else ""
)
def test_other_doors_take_anything(api: Client, path: str, names: tuple[str, ...]) -> None:
    for name in (*names, "no_such_parameter"):
        for value in HOSTILE.values():
            asked = f"{path}?{name}={value}"
            answer = api.get(asked, headers={"accept": "application/json"})
            check(answer, asked)
            if hasattr(answer, "streaming") and answer.streaming:
                assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("value", [*HOSTILE.values(), "0", "-1", "1e3", "9" * 19, "%2e%2e"])
def test_paths_take_anything(api: Client, value: str) -> None:
    paths = [
        f"/ogc/collections/{value}", f"/ogc/collections/{value}/items", f"{ITEMS}/{value}",
        f"/ogc/collections/resources/{value}", f"/tiles/{value}/1/1/1.mvt", f"/tiles/resources/{value}/1/1.mvt",
        f"/tiles/{value}.json", f"/styles/{value}.json", f"/ogc/collections/resources/tiles/{value}",
        f"/ogc/collections/resources/tiles/{value}/0/0/0",
        f"/ogc/collections/resources/tiles/WebMercatorQuad/{value}/0/0",
        f"/ogc/collections/resources/styles/{value}", f"/ogc/tileMatrixSets/{value}", f"/ogc/processes/{value}",
        f"/ogc/jobs/{value}",
    ]  # fmt: skip
    for path in paths:
        check(api.get(path, headers={"accept": "application/json"}), path)


# numbers ----------------------------------------------------------------------------------------------


def test_limits_beyond_the_largest_are_the_largest(api: Client) -> None:
    """The standard forbids to refuse more than the maximum (17-069r4, /req/core/fc-limit-response-1)."""
    most = api.get(f"{ITEMS}?limit=10000")
    more = api.get(f"{ITEMS}?limit=1000000000")
    assert most.json()["numberReturned"] == more.json()["numberReturned"] > 100
    for limit in ("0", "-1", "-1000000000", "1e9", "0x10"):
        answer = api.get(f"{ITEMS}?limit={quote(limit)}")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "limit"), limit


@pytest.mark.parametrize("form", ["json", "jsonfg", "csv", "fgb", "html"])
def test_past_the_end_there_is_nothing(api: Client, form: str) -> None:
    for place in ("offset=1000000", "offset=100000000", "after=5-999999999999"):
        answer = api.get(f"{ITEMS}?f={form}&{place}")
        assert answer.status_code == 200, place
        if form in {"json", "jsonfg"}:
            assert answer.json()["features"] == []
            assert not any(link["rel"] == "next" for link in answer.json()["links"])
    answer = api.get(f"{ITEMS}?offset=100000001")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "offset")


@pytest.mark.parametrize(
    "box", ["nan,nan,nan,nan", "134,34,nan,35", "inf,34,135,35", "134,34,1e400,35", "34,134,35,135"]
)
def test_boxes_that_are_none(api: Client, box: str) -> None:
    """The last one has its axes swapped: latitude 134 lies nowhere."""
    answer = api.get(f"{ITEMS}?bbox={box}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")
    assert api.get(f"/resources/export.geojson?bbox={box}", headers={"accept": PROBLEM}).status_code == 400


def test_swapped_axes_are_told_by_the_crs(api: Client) -> None:
    crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
    right = api.get(f"{ITEMS}?bbox=34,133.5,35,134.5&bbox-crs={crs}")
    assert (
        right.json()["numberMatched"]
        == api.get(f"{ITEMS}?bbox=133.5,34,134.5,35").json()["numberMatched"]
        > 0
    )
    swapped = api.get(f"{ITEMS}?bbox=133.5,34,134.5,35&bbox-crs={crs}")
    assert (swapped.status_code, swapped.json()["parameter"]) == (400, "bbox")


# geometries -------------------------------------------------------------------------------------------


def ring(corners: int) -> str:
    """A polygon of very many corners, as WKT."""
    row = ",".join(f"{134 + number / corners:.7f} {34 + (number % 2) / 1e6:.7f}" for number in range(corners))
    return f"POLYGON(({row},134 35,134.0000000 34.0000000))"


def test_a_million_corners(api: Client) -> None:
    """24 MB in an address: refused by its length, before any geometry is made of it."""
    polygon = quote(ring(1_000_000), safe="(),")
    for door in (ITEMS, "/resources/export.geojson", "/tiles/resources/14/14288/6518.mvt"):
        for name in ("within", "filter"):
            written = polygon if name == "within" else f"S_INTERSECTS(geometry,{polygon})"
            answer = api.get(f"{door}?{name}={written}", headers={"accept": PROBLEM})
            assert answer.status_code in {400, 414}, (door, name)
            assert answer.status_code == 414 or answer.json()["parameter"] == name


@pytest.mark.parametrize(
    "within",
    [
        "POLYGON((0 0,1 1,0 1,1 0,0 0))", "POLYGON((0 0,1 1))", "POLYGON EMPTY", "POLYGON((nan nan,1 1,0 1,nan nan))",
        "POLYGON((0 0,1e400 1,0 1,0 0))", "SRID=3857;POLYGON((0 0,1 0,1 1,0 0))", "LINESTRING(0 0,1 1)", "0" * 5_000,
        '{"type":"Polygon","coordinates":"x"}', '{"type":"Polygon"}', '{"type":"Polygon","coordinates":[[[]]]}',
        "[" * 5_000, '{"a":' * 4_000, "POLYGON((34 134,35 134,35 135,34 134))",
        '{"type":"GeometryCollection","geometries":[]}', "CURVEPOLYGON((0 0,1 0,1 1,0 0))",
        "POLYGON Z((0 0 1,1 0 1,1 1 1,0 0 1)",
    ],
)  # fmt: skip
def test_areas_that_are_none(api: Client, within: str) -> None:
    answer = api.get(ITEMS, {"within": within})
    assert (answer.status_code, answer.json().get("parameter")) == (400, "within"), answer.content[:300]


# addresses and headers --------------------------------------------------------------------------------


def test_long_and_crowded_addresses(api: Client) -> None:
    for asked in ("q=" + "a" * 100_000, "&".join(f"p{number}=1" for number in range(900)),
                  "x" * 100_000, "&" * 50_000, "=" * 50_000, "&".join(["category=care"] * 900),
                  "&".join(f"p{number}=1" for number in range(5_000))):  # fmt: skip
        answer = api.get(f"{ITEMS}?{asked}")
        assert answer.status_code in {400, 414} or set(asked) == {"&"}, asked[:60]
        check(answer, asked)


ACCEPTS = [
    "image/png", "application/xml", "text/html;q=0", "*/*;q=0", "garbage", "text/", "/", ",,,", ";q=x", "a" * 9_000,
    "application/json;q=2", "application/json;profile=\"x\"", "text/csv;q=0, */*;q=0.1",
    "\x7f", "application/geo+json, image/png",
]  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTS)
def test_what_cannot_be_written_is_written_as_json(api: Client, accept: str) -> None:
    """A service may answer in a format of its own where none of those accepted is offered (RFC 9110, 12.5.1)."""
    for path in (ITEMS, "/ogc/", "/ogc/collections/resources", "/ogc/collections/resources/queryables"):
        answer = api.get(f"{path}?limit=1" if path == ITEMS else path, headers={"accept": accept})
        assert answer.status_code in {200, 406}, accept
        if answer.status_code == 200 and "csv" not in accept:
            assert "json" in answer["Content-Type"], accept


def test_f_wins_over_accept(api: Client) -> None:
    """Contradicting wishes: what stands in the address is meant."""
    answer = api.get(f"{ITEMS}?f=json&limit=1", headers={"accept": "text/html", "accept-language": "en"})
    assert answer["Content-Type"] == "application/geo+json"
    page = api.get(f"{ITEMS}?f=html&lang=en&limit=1", headers={"accept": "text/csv", "accept-language": "ja"})
    assert page["Content-Type"].startswith("text/html") and '<html lang="en"' in page.content.decode()
    refused = api.get(f"{ITEMS}?f=html&f=csv")
    assert (refused.status_code, refused.headers["Content-Type"].partition(";")[0]) in {
        (400, PROBLEM),
        (400, "text/html"),
    }


HEADERS = [
    {"if-none-match": "garbage"}, {"if-none-match": '"' + "x" * 5_000}, {"if-match": "garbage"}, {"range": "bytes=x-"},
    {"if-modified-since": "tomorrow"}, {"accept-encoding": ";;;"}, {"accept-encoding": "gzip;q=nan"},
    {"accept-language": "xx-YY;q=x," * 200}, {"content-crs": "<x>"}, {"content-type": "text/plain"},
    {"content-length": "0"}, {"x-http-method-override": "DELETE"}, {"origin": "null"}, {"origin": "x" * 500},
    {"if-none-match": "*", "if-match": "*", "if-unmodified-since": "x"}, {"prefer": "handling=strict, respond-async"},
]  # fmt: skip


@pytest.mark.parametrize("headers", HEADERS, ids=lambda found: next(iter(found)))
def test_headers_take_anything(api: Client, headers: dict[str, str]) -> None:
    for path in (f"{ITEMS}?limit=1", "/ogc/", "/tiles/resources/14/14288/6518.mvt", "/styles/resources.json"):
        assert api.get(path, headers=headers).status_code in {200, 204, 206, 304, 412, 416}, (path, headers)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x y",
        "Basic",
        "Basic !!!",
        "Basic " + "A" * 9_000,
        "Digest x",
        "\x7f",
        "Bearer gp_\u00e9",
    ],
)
def test_wrong_tokens_are_401(header: str) -> None:
    answer = Client().get(f"{ITEMS}?limit=1", headers={"authorization": header})
    assert answer.status_code in {400, 401, 404, 429}, header
    assert answer["Content-Type"] == PROBLEM


# bodies -----------------------------------------------------------------------------------------------

FEATURE = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [134.05, 34.34]},
           "properties": {"name": "x", "category": "care"}}  # fmt: skip
BODIES = [
    b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b"{" * 20_000, b'{"type":' * 5_000, b'{"type":"Feature"}',
    b'{"type":"Feature","geometry":1,"properties":2}',
    b'{"type":"Feature","geometry":null,"properties":{"name":"\\u0000"}}',
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,1]},"properties":{}}',
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,1]},"properties":{}}',
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[]},"properties":{}}',
    b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0]]]},"properties":{}}',
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[34.3,134.05]},"properties":{}}',
    b'{"type":"FeatureCollection","features":[]}', b'{"a":1,"a":2}', json.dumps(FEATURE).encode()[:-10],
    json.dumps({**FEATURE, "properties": {"name": "x" * 100_000}}).encode(),
    json.dumps({**FEATURE, "properties": {"no_such_property": 1}}).encode(),
    json.dumps({**FEATURE, "properties": {"name": {"$gt": ""}, "category": ["care"]}}).encode(),
    b'{"inputs":{}}', b'{"inputs":[]}', b'{"inputs":{"q":{}}}',
    b'{"inputs":{},"response":{}}', b'{"inputs":{},"response":[]}', b'{"inputs":{},"outputs":[]}',
]  # fmt: skip


#: A change that changes nothing, and a table that needs no further wish.
HARMLESS = {("patch", b'{"type":"Feature"}'), ("post", b'{"inputs":{}}')}


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies_take_anything(api: Client, body: bytes) -> None:
    one = api.get(f"{ITEMS}?limit=1").json()["features"][0]["id"]
    asked = [("post", ITEMS), ("put", f"{ITEMS}/{one}"), ("patch", f"{ITEMS}/{one}")]
    asked += [
        ("post", f"/ogc/processes/{name}/execution")
        for name in ("geocode", "nearest", "crosstab", "coverage")
    ]
    for method, path in asked:
        media = "application/merge-patch+json" if method == "patch" else "application/geo+json"
        answer = getattr(api, method)(
            path, body, content_type="application/json" if "processes" in path else media
        )
        check(answer, path)
        assert answer.status_code in REFUSALS or (method, body) in HARMLESS, (method, path, body[:80])


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/xml", "", "garbage", "application/json; charset=x", "multipart/form-data"],
)
def test_wrong_kinds_of_body(api: Client, media: str) -> None:
    answer = api.generic("POST", ITEMS, b'{"type":"Feature"}', content_type=media)
    assert answer.status_code in {400, 415, 422}, media
    check(answer, ITEMS)
    assert api.generic("DELETE", ITEMS).status_code == 405
    assert api.generic("PROPFIND", ITEMS).status_code == 405
