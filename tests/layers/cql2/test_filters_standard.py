"""The forms of expression the standard gives as examples (21-065r2, clauses 6 to 8), on our own properties."""

import cql2
import pytest
from django.db import connection

from layers.cql2 import parse_filter
from layers.cql2.functions import CaseFolded
from layers.errors import ParameterError
from layers.functions import Normalise
from layers.query import FeatureQuery
from layers.source import get_source
from tests.layers.cql2 import brute
from tests.layers.cql2.conftest import STAFF
from tests.layers.cql2.test_filters_random import answers, plain_features

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]
BLOCK = "POLYGON((134.0 34.25,134.0625 34.25,134.0625 34.3125,134.0 34.3125,134.0 34.25))"

COMPARISON = (
    "own_text = 'ABC'", "own_text <> 'ABC'", "capacity > 5", "capacity<5", "capacity>=5", "capacity <= 5",
    "own_text IS NULL", "own_text IS NOT NULL", "own_boolean=true", "formal", "NOT formal", "true", "FALSE",
    "updated_at >= DATE('2024-01-01')", "own_date = DATE('2024-02-29')", "capacity - 5 > 0",
    "updated_at < TIMESTAMP('2025-06-15T00:00:00.5Z')", "own_date <= TIMESTAMP('2025-06-15T12:00:00+09:00')",
    "capacity>5 AND name='abc'", "(capacity>5 AND name='abc') OR formal=true", "capacity>5 OR formal=true",
    "NOT (capacity < 5) AND own_boolean IS NOT NULL", "NOT capacity<5 OR formal=FALSE AND capacity=2",
)  # fmt: skip
ADVANCED = (
    "name LIKE 'A%'", "name LIKE '_b_'", "own_text NOT LIKE '%a%'", "name LIKE '100\\%'", "description LIKE 'a\\_b'",
    "own_text LIKE '%'", "own_text LIKE ''", "own_text LIKE '%%'", "own_text LIKE '\\%\\_'", "own_text LIKE 'a\\'",
    "capacity BETWEEN 2 AND 10", "own_number NOT BETWEEN 0.5 AND 7.25", "capacity between 10 and 2",
    "name IN ('abc','あおぞら園','it''s')", "capacity NOT IN (1,2,5)", "own_number IN (capacity, 2.5)",
    "CASEI(own_text) IN (CASEI('ΣΟΦΌΣ'),CASEI('Straße'))", "casei(name) = casei('STRASSE')",
    "ACCENTI(own_text) = ACCENTI('Elan')", "ACCENTI(CASEI(own_text)) LIKE accenti(casei('ÉL%'))",
    "CASEI(own_text) LIKE casei('%SS%')", "accenti(name) <> accenti('Σοφός')", "own_text < 'デ'",
)  # fmt: skip
SPATIAL = (
    "S_INTERSECTS(geometry,POINT(134.03125 34.28125))", "S_INTERSECTS(geometry,BBOX(134,34.25,134.05,34.3))",
    "S_INTERSECTS(geom,MULTIPOINT(134.03125 34.28125, 134.0 34.25))", f"S_WITHIN(geometry,{BLOCK})",
    "S_INTERSECTS(geometry,LINESTRING(134.0 34.25,134.125 34.375))", f"S_DISJOINT(geometry,{BLOCK})",
    f"S_TOUCHES(geometry,{BLOCK})", f"S_OVERLAPS(geometry,{BLOCK})", f"S_CONTAINS({BLOCK},geometry)",
    "S_CROSSES(LINESTRING(134.0 34.25,134.125 34.375),POLYGON((134 34.3,134.1 34.3,134.1 34.4,134 34.4,134 34.3)))",
    "S_EQUALS(geometry,POINT(134.03125 34.28125))", "S_EQUALS(geometry,geometry)",
    "S_INTERSECTS(geometry,MULTIPOLYGON(((134 34.25,134.03125 34.25,134.03125 34.28125,134 34.25)),((134.0625 34.25,134.125 34.25,134.125 34.375,134.0625 34.25))))",  # noqa: E501
    "S_INTERSECTS(geometry,GEOMETRYCOLLECTION(POINT(134.03125 34.28125),LINESTRING(134.0625 34.25,134.0625 34.375)))",
    "S_INTERSECTS(geometry,MULTILINESTRING((134.0 34.25,134.0 34.375),(134.0625 34.25,134.0625 34.375)))",
    "S_INTERSECTS(geometry,POINT Z(134.03125 34.28125 12))", "S_INTERSECTS(geometry,BBOX(134,34.25,0,134.05,34.3,9))",
)  # fmt: skip
PERIOD = "INTERVAL('2024-01-01T00:00:00Z','2025-06-15T00:00:00.5Z')"
TEMPORAL = (
    "T_AFTER(updated_at,DATE('2024-01-01'))", "T_BEFORE(updated_at,TIMESTAMP('2024-02-29T03:00:00Z'))",
    f"T_DISJOINT(updated_at,{PERIOD})", f"T_INTERSECTS(updated_at,{PERIOD})", f"T_DURING(updated_at,{PERIOD})",
    "T_EQUALS(updated_at,TIMESTAMP('2024-01-01T00:00:00Z'))", "T_EQUALS(own_date,DATE('2024-01-01'))",
    "T_INTERSECTS(updated_at,INTERVAL('..','2024-12-31'))", "T_INTERSECTS(updated_at,INTERVAL('2025-01-01','..'))",
    f"T_DURING(INTERVAL(own_date,updated_at),{PERIOD})", f"T_CONTAINS(INTERVAL(own_date,'..'),{PERIOD})",
    "T_FINISHES(INTERVAL(own_date,verified_at),INTERVAL('2023-01-01','2024-02-29'))",
    "T_FINISHEDBY(INTERVAL('2023-01-01','2024-02-29'),INTERVAL(own_date,'2024-02-29'))",
    "T_MEETS(INTERVAL('2023-01-01','2024-01-01'),INTERVAL(own_date,'2026-04-01'))",
    "T_METBY(INTERVAL(own_date,'..'),INTERVAL('2023-01-01','2024-01-01'))",
    "T_OVERLAPPEDBY(INTERVAL(own_date,'2026-04-01'),INTERVAL('2023-12-31','2025-06-15'))",
    "T_OVERLAPS(INTERVAL(own_date,'2025-06-16'),INTERVAL('2024-02-29','2026-04-01'))",
    "T_STARTEDBY(INTERVAL(own_date,'2026-04-01'),INTERVAL('2024-01-01','2024-02-29'))",
    "T_STARTS(INTERVAL(own_date,'2024-02-29'),INTERVAL('2024-01-01','2026-04-01'))",
)  # fmt: skip
OTHERS = (
    "A_CONTAINS(own_choices,('mon','tue'))", "A_EQUALS(own_choices,('mon'))", "A_OVERLAPS(own_choices,('mon','x'))",
    "A_CONTAINEDBY(own_choices,('mon','tue'))", "A_CONTAINS(fields_of_support,('elderly'))",
    "A_OVERLAPS(districts,('area:one','x'))", "A_EQUALS(fields_of_support,own_choices)",
    "capacity = own_number", "capacity > own_number", "own_text <> name", "own_text = own_text", "1 = 1", "'a' > 'b'",
    "capacity + own_number > 5", "capacity * 2 - 1 < own_number", "capacity / 0 = 1", "own_number / capacity > 1",
    "capacity % 3 = 2", "capacity DIV 3 = 1", "capacity ^ 2 = 25", "capacity ^ 0.5 > 2", "-capacity = -5",
    "own_number ^ -1 > 0", "(capacity + 1) * 2 > capacity / 2", "capacity > (own_number - 1)",
)  # fmt: skip


@pytest.mark.parametrize("text", [*COMPARISON, *ADVANCED, *SPATIAL, *TEMPORAL, *OTHERS])
def test_example_of_the_standard(text: str) -> None:
    """G1: every form of the standard says of every feature what it says on paper; text and JSON are one."""
    source = get_source("resources", STAFF)
    raw = _shapes(cql2.parse_text(text).to_json())
    fields = source.fields()
    found = answers(source, [parse_filter(text, fields)])
    for feature in plain_features(source):
        feature["geom"] = feature["geometry"]
        try:
            assert found[feature["id"]][0] is brute.truth(raw, feature), feature
        except brute.Uncertain:
            continue
    as_json = cql2.parse_text(text).to_json_str() if hasattr(cql2.Expr, "to_json_str") else None
    if as_json:
        assert parse_filter(as_json, fields, language="cql2-json") == parse_filter(text, fields)


def _shapes(raw: object) -> object:
    """Boxes without their heights."""
    if isinstance(raw, dict) and len(raw.get("bbox", ())) == 6:
        low, high = raw["bbox"][:2], raw["bbox"][3:5]
        return {"bbox": [*low, *high]}
    if isinstance(raw, dict):
        return {key: _shapes(value) for key, value in raw.items()}
    return [_shapes(item) for item in raw] if isinstance(raw, list) else raw


def test_each_kind_of_example_finds_something_and_not_everything() -> None:
    """The examples are no empty words on this fixture."""
    source = get_source("resources", STAFF)
    for examples in (COMPARISON, ADVANCED, SPATIAL, TEMPORAL, OTHERS):
        found = answers(source, [parse_filter(text, source.fields()) for text in examples])
        told = {value for row in found.values() for value in row}
        assert told == {True, False, None}


@pytest.mark.parametrize("text", ["avg(capacity) < 4", "Foo(geometry) = TRUE", "foo(name)"])
def test_unknown_functions_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="filter"):
        parse_filter(text, get_source("resources", STAFF).fields())


def test_a_quote_may_be_escaped_either_way() -> None:
    """The grammar's second way, which the parser does not know (21-065r2, escapeQuote)."""
    fields = get_source("resources", STAFF).fields()
    assert parse_filter("name = 'it\\'s'", fields) == parse_filter("name = 'it''s'", fields)


def test_case_is_folded_as_unicode_says() -> None:
    """CASEI over every character of the basic plane; Cherokee folds to small letters here, to capitals there."""
    chars = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000 and code != 0xE131]
    with connection.cursor() as cursor:
        template = CaseFolded.template % {"expressions": "plain"}
        cursor.execute(f"SELECT plain, {template} FROM unnest(%s::text[]) plain", [chars])
        pairs = cursor.fetchall()
    assert len(pairs) == len(chars)
    wrong = [plain for plain, got in pairs if got != plain.casefold() and got.casefold() != plain.casefold()]
    assert wrong == []


def test_normalise_compares_as_the_search_box() -> None:
    """Width and kana: half-width デイ is found by either writing."""
    source = get_source("resources", STAFF)
    found = source.parse({"filter": "normalise(name) LIKE normalise('%でい%')"})
    names = {feature.properties["name"] for feature in source.load(found)}
    assert names == {"ﾃﾞｲ", "デイ"}
    wanted = source.visible().annotate(n=Normalise("name")).filter(n__contains="でい").count()
    assert source.count(found).number == wanted


def test_dates_that_are_none_have_no_value() -> None:
    """A text that names no day, kept before its field became a date, stops no statement."""
    source = get_source("resources", STAFF)
    row = source.visible().first()
    kept = dict(row.properties)
    source.visible().filter(pk=row.pk).update(properties={**kept, "own_date": "2024-02-30"})
    try:
        for text in ("own_date > DATE('1900-01-01')", "T_BEFORE(own_date,TIMESTAMP('2024-01-01T00:00:00Z'))"):
            assert answers(source, [parse_filter(text, source.fields())])[row.pk] == [None]
        assert answers(source, [parse_filter("own_date IS NULL", source.fields())])[row.pk] == [True]
    finally:
        source.visible().filter(pk=row.pk).update(properties=kept)
    assert source.count(FeatureQuery()).number == 60
