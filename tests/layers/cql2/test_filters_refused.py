"""What no filter may do: be too deep, too large, of the wrong type, or stop a statement (issue 4, bad input)."""

import json
import threading
import time
from typing import Any

import pytest

from layers.cql2 import parse_filter, read_filter
from layers.crs import CRS84
from layers.errors import ParameterError
from layers.source import get_source
from tests.layers.cql2.conftest import STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
RING = [[134 + k / 10**6, 34.3] for k in range(6_000)]


def refused(text: str, language: str = "cql2-text", crs: str = CRS84) -> ParameterError:
    values = {"filter": [text], "filter-lang": [language], "filter-crs": [crs]}
    with pytest.raises(ParameterError) as error:
        read_filter(values, get_source("resources", STAFF).fields())
    return error.value


DEEP = [
    "(" * 1_000, "(" * 1_000 + "name='x'" + ")" * 1_000, "NOT " * 10_000 + "formal", "capacity=" + "-" * 5_000 + "1",
    "name" + "=name" * 5_000, "capacity=1" + "^2" * 5_000, "casei(" * 500 + "name" + ")" * 500 + "='x'",
    "(" * 28 + "name==" + ")" * 28, "name IN " + "(" * 25 + "'x'==" + ")" * 25, "formal" + " AND formal" * 5_000,
    "capacity IN (" + ",".join(["1"] * 5_000) + ")", "name='" + "x" * 100_000 + "'", "f(" * 200 + ")" * 200,
    "S_INTERSECTS(geometry,LINESTRING(" + ",".join(f"{x!r} {y!r}" for x, y in RING[:2_900]) + "))" * 30,
    " OR ".join(["name LIKE '%a%'"] * 30), "name LIKE '" + "%a" * 20 + "'", "capacity=" + "+".join(["1"] * 55),
    " OR ".join(["S_INTERSECTS(geometry,POINT(134 34))"] * 25),
]  # fmt: skip


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:12])
def test_deep_and_huge_text_is_refused_at_once(text: str) -> None:
    """The parser alone ends the process or takes minutes over some of these."""
    started = time.perf_counter()
    assert refused(text).parameter == "filter"
    assert time.perf_counter() - started < 1.5


def test_what_passes_fits_on_a_small_stack() -> None:
    """The deepest texts the check lets through, in a thread with 512 KiB as workers of a server may have."""
    fields = get_source("resources", STAFF).fields()
    deepest = [
        "(" * 12 + "name='x'" + ")" * 12, "NOT " * 35 + "formal", "capacity=" + "-" * 35 + "id",
        "capacity=1" + "+1" * 35, " AND ".join(["capacity=1"] * 190), " OR ".join(["(capacity=1 AND formal)"] * 130),
    ]  # fmt: skip
    done: list[str] = []

    def parse() -> None:
        for text in deepest:
            parse_filter(text, fields)
            done.append(text)

    size = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=parse)
        thread.start()
    finally:
        threading.stack_size(size)
    thread.join(30)
    assert done == deepest


def _op(op: str, *args: Any) -> dict[str, Any]:
    return {"op": op, "args": list(args)}


NAME, PLACE = {"property": "name"}, {"property": "geometry"}
CROSSED = [[134, 34], [135, 35], [135, 34], [134, 35], [134, 34]]
DEEP_JSON: Any = True
for _ in range(60):
    DEEP_JSON = _op("not", DEEP_JSON)
WRONG_JSON = [
    "", "[]", "{}", "null", "1", '"x"', "NaN", '{"op":"="}', '{"op":1,"args":[]}', '{"op":"=","args":{}}', "{", "x",
    '{"op":"not","args":[' * 20_000, '[' * 50_000, json.dumps(DEEP_JSON),
    '{"op":"=","args":[{"property":"capacity"},NaN]}',
    '{"op":"=","args":[{"property":"capacity"},Infinity]}', '{"op":"=","args":[{"property":"capacity"},1e400]}',
    '{"op":"=","args":[{"property":"capacity"},' + "9" * 5_000 + "]}",
    '{"op":"=","args":[{"property":"name"},"\\u0000"]}',
    '{"op":"=","args":[{"property":"\\ud800"},"x"]}', '{"op":"=","args":[{"property":"name","x":1},"x"]}',
    *map(json.dumps, (
        _op("=", NAME), _op("=", NAME, "x", "y"), _op("=", NAME, None), _op("=", NAME, [1]), _op("=", NAME, 1),
        _op("and", True), _op("and"), _op("not"), _op("or", True, "x"), _op("in", NAME, []), _op("in", NAME, "x"),
        _op("in", NAME, ["x", 1]), _op("like", NAME, NAME), _op("like", NAME, 5), _op("between", NAME, 1, 2),
        _op("isNull", 5, 6), _op("isNull", {"interval": ["..", ".."]}), {"property": "name"}, {"property": 5},
        {"property": None},
        {"property": ["name"]}, {"property": {"property": "name"}}, _op("=", {"date": 5}, {"date": "2020-01-01"}),
        _op("t_after", {"property": "updated_at"}, {"date": {"property": "name"}}),
        _op("t_after", {"property": "updated_at"}, {"interval": "x"}),
        _op("t_after", {"property": "updated_at"}, {"interval": ["2021-01-01", "2020-01-01"]}),
        _op("t_after", {"property": "updated_at"}, {"interval": ["x", "2020-01-01"]}),
        _op("t_after", {"property": "updated_at"}, {"interval": [NAME, "2020-01-01"]}),
        _op("a_contains", NAME, ["x"]), _op("a_contains", {"property": "districts"}, [1]),
        _op("a_contains", {"property": "districts"}, [["x"]]), _op("s_intersects", NAME, PLACE),
        _op("s_intersects", PLACE, {"bbox": [1, 2, 3]}), _op("s_intersects", PLACE, {"bbox": "x"}),
        _op("s_intersects", PLACE, {"bbox": [135, 34, 134, 35]}),
        _op("s_intersects", PLACE, {"bbox": [1, 2, NAME, 4]}),
        _op("s_intersects", PLACE, {"type": "Point"}),
        _op("s_intersects", PLACE, {"type": "Circle", "coordinates": []}),
        _op("s_intersects", PLACE, {"type": [], "coordinates": {}}),
        _op("s_intersects", PLACE, {"type": "Point", "coordinates": []}),
        _op("s_intersects", PLACE, {"type": "Point", "coordinates": ["134", "34"]}),
        _op("s_intersects", PLACE, {"type": "Point", "coordinates": [True, False]}),
        _op("s_intersects", PLACE, {"type": "Point", "coordinates": [34.3, 134.0]}),
        _op("s_intersects", PLACE, {"type": "LineString", "coordinates": [[134, 34]]}),
        _op("s_intersects", PLACE, {"type": "Polygon", "coordinates": [[[134, 34], [135, 35]]]}),
        _op("s_intersects", PLACE, {"type": "Polygon", "coordinates": []}),
        _op("s_intersects", PLACE, {"type": "Polygon", "coordinates": [CROSSED]}),
        _op("s_intersects", PLACE, {"type": "GeometryCollection", "geometries": []}),
        _op("s_intersects", PLACE, {"type": "GeometryCollection", "geometries": "x"}),
        _op("s_intersects", PLACE, {"type": "LineString", "coordinates": RING}),
        _op("s_dwithin", PLACE, PLACE, -1), _op("s_dwithin", PLACE, PLACE, 10**9),
        _op("s_dwithin", PLACE, PLACE, NAME),
        _op("s_dwithin", PLACE, PLACE), _op("casei", NAME), _op("=", _op("casei", 5), "x"),
        _op("=", _op("+", NAME, 1), 1),
        _op("=", _op("and", True, True), True), _op("; DROP TABLE layers_resource", NAME, "x"),
        _op("pg_sleep", 10), _op("=", _op("pg_sleep", 10), 1),
    )),
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG_JSON, ids=lambda text: text[:40])
def test_wrong_json_is_refused(text: str) -> None:
    if text:
        assert refused(text, "cql2-json").parameter == "filter"


def test_a_million_points_are_refused() -> None:
    text = json.dumps(_op("s_intersects", PLACE, {"type": "MultiPoint", "coordinates": [[134, 34]] * 10**6}))
    started = time.perf_counter()
    assert refused(text, "cql2-json").parameter == "filter"
    assert time.perf_counter() - started < 1.5


WRONG_TEXT = [
    "", "name", "name = ", "= 1", "name = 'x", "name = \"x", "name = 'x' name", "name == 'x'", "name = NULL", "()",
    ")(",
    "name = 'x'; DROP TABLE layers_resource", "name = 'x' -- rest", "name = 'x' /* rest */", "1; SELECT pg_sleep(9)",
    "name = $1", "name = %s", "name = %(x)s", "capacity = NaN", "capacity = Infinity", "capacity = 1e400",
    "capacity = 'x'", "name = 5", "updated_at > '2020-01-01'", "updated_at = DATE('2020-02-30')", "formal > true",
    "updated_at = TIMESTAMP('2020-01-01')", "updated_at = TIMESTAMP('2020-01-01T25:00:00Z')", "capacity LIKE 'x'",
    "1 < capacity < 3", "(capacity = 1) = true", "name + 1 = 2", "districts = 'x'", "districts LIKE 'x'",
    "S_TOUCHES(geometry,GEOMETRYCOLLECTION(POINT(134 34),LINESTRING(135 34,135 35)))",
    "A_CONTAINS(name,('x'))", "geometry = 'x'", "geometry = geometry", "S_INTERSECTS(name,POINT(134 34))",
    "S_INTERSECTS(geometry,POINT(34 134))", "S_INTERSECTS(geometry,POINT(NaN 1))",
    "S_INTERSECTS(geometry,'POINT(1 1)')",
    "S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0,0 1,0 0)))", "S_INTERSECTS(geometry,BBOX(1,2))",
    "T_AFTER(name,updated_at)",
    "T_AFTER(updated_at)", "T_AFTER(INTERVAL('2021-01-01','2020-01-01'),updated_at)", "search_public LIKE '%x%'",
    "geom_public IS NULL", "properties IS NULL", "category_id = 1", "category__code = 'x'", "pk = 1",
    "site__geom IS NULL",
    "\"name\"\" = 1 OR 1=1 --\" = 'x'", "deleted_at IS NULL", "own_nothing = 1", "name.x = 1", "field.own_text = 'x'",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG_TEXT)
def test_wrong_text_is_refused(text: str) -> None:
    if text:
        error = refused(text)
        assert error.parameter == "filter" and error.message


@pytest.mark.parametrize(
    "place", ["name = '{}'", "name LIKE '{}'", "casei(name) IN ('{}')", "A_CONTAINS(districts,('{}'))"]
)
@pytest.mark.parametrize(
    "text",
    [
        "x'' OR 1=1 --",
        "%s %(x)s %%",
        "\\",
        "\\''; DROP TABLE x; --",
        "{}$1?",
        "a\\",
        "%\\",
        "\U0010ffff\u202e",
    ],
)
def test_sql_in_texts_is_text(place: str, text: str) -> None:
    """What looks like SQL or like a slot for a value is looked for as it stands."""
    source = get_source("resources", STAFF)
    assert source.count(source.parse({"filter": place.replace("{}", text)})).number >= 0


EXTREMES = [
    "capacity * 1e99 * 1e99 * 1e99 * 1e99 > own_number", "1e-99 * 1e-99 * 1e-99 * 1e-99 * 1e-99 = own_number",
    "capacity / own_number > 0", "capacity % own_number = 0", "capacity DIV own_number = 0", "0 ^ own_number = 0",
    "own_number ^ own_number > 0", "(own_number * 1e99) ^ 1000 > 0", "capacity ^ 1e99 > 0", "1e99 ^ 1e99 ^ 1e99 > 0",
    "capacity ^ -1e99 > 0", "(-1) ^ 0.5 = own_number", "0 ^ -1 = own_number", "0 / 0 = 0", "5 % 0 = own_number",
    "capacity = 9007199254740993", "capacity < 1e99", "capacity = -1e99", "id = 99999999999999999999", "id = 0.5",
    "updated_at > TIMESTAMP('9999-12-31T23:59:59Z')", "updated_at > DATE('9999-12-31')",
    "own_date < DATE('0001-01-01')",
    "own_date < TIMESTAMP('0001-01-01T00:00:00Z')", "updated_at < DATE('0001-01-01')",
    "capacity - own_number * 1e99 < 1",
    "T_DURING(INTERVAL(own_date,'..'),INTERVAL('..','9999-12-31T23:59:59Z'))",
    "S_INTERSECTS(geometry,BBOX(-180,-90,180,90))",
    "S_DWITHIN(geometry,POINT(-180 -90),50000)", "S_DWITHIN(geometry,POINT(180 90),0)",
    "S_CROSSES(geometry,POINT(180 90))",
    "S_EQUALS(geometry,GEOMETRYCOLLECTION(POINT(134 34),POLYGON((134 34,135 34,135 35,134 34))))",
    "S_DISJOINT(geometry,GEOMETRYCOLLECTION(POINT(134 34),LINESTRING(135 34,135 35)))",
    "S_DWITHIN(geometry,GEOMETRYCOLLECTION(POINT(134 34),LINESTRING(135 34,135 35)),50000)",
    "S_WITHIN(POLYGON((134 34,135 34,135 35,134 34)),geometry)",
    "T_AFTER(updated_at,TIMESTAMP('2016-12-31T23:59:59.123456789Z'))",
]  # fmt: skip


@pytest.mark.parametrize("text", EXTREMES)
def test_extremes_stop_no_statement(text: str) -> None:
    """Division by zero, overflow and underflow have no value; the statement goes on."""
    source = get_source("resources", STAFF)
    assert 0 <= source.count(source.parse({"filter": text})).number <= 60


def test_language_and_crs_must_be_known() -> None:
    fields = get_source("resources", STAFF).fields()
    for name, value in (
        ("filter-lang", "ecql"),
        ("filter-lang", "cql-text"),
        ("filter-crs", "EPSG:4326"),
        ("filter-crs", "x"),
    ):
        with pytest.raises(ParameterError) as error:
            read_filter({"filter": ["true"], name: [value]}, fields)
        assert error.value.parameter == name
    with pytest.raises(ParameterError):
        read_filter({"filter": ["true", "false"]}, fields)


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        (CRS84, "134.0,34.25,134.03,34.28"),
        (EPSG + "4326", "34.25,134.0,34.28,134.03"),
        (EPSG + "6668", "34.25,134.0,34.28,134.03"),
        (EPSG + "3857", "14916811.766,4062420.520,14920151.352,4066461.438"),
    ],
)
def test_axes_are_those_of_the_crs(crs: str, box: str) -> None:
    """D15: the same box in every CRS finds the same."""
    source = get_source("resources", STAFF)
    found = source.parse({"filter": f"S_INTERSECTS(geometry,BBOX({box}))", "filter-crs": crs})
    plain = source.parse({"filter": "S_INTERSECTS(geometry,BBOX(134.0,34.25,134.03,34.28))"})
    ids = {feature.id for feature in source.load(plain)}
    assert ids and {feature.id for feature in source.load(found)} == ids


def test_swapped_axes_are_told() -> None:
    assert "S_" not in refused("S_INTERSECTS(geometry,BBOX(134,34,135,35))", crs=EPSG + "4326").message
    far = refused("S_INTERSECTS(geometry,POINT(1e30 1e30))", crs=EPSG + "3857")
    assert far.parameter == "filter"
