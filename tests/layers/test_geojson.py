"""GeoJSON from PostGIS says what the source's own rows say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from layers import geojson, vocabulary
from layers.access import Level, Viewer
from layers.crs import supported_crs
from layers.errors import FeatureNotFound
from layers.models import Category, FieldDefinition, Resource
from layers.query import FeatureQuery
from layers.resources import ResourceSource

pytestmark = pytest.mark.django_db
READER = Viewer(level=Level.B, account_id=1)
PUBLIC = Viewer(public_site=True)
BY_ID = FeatureQuery(sort=(("id", False),))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    vocabulary.forget()
    geojson.forget()
    yield
    vocabulary.forget()
    geojson.forget()


@pytest.fixture
def rows(db: None) -> list[Resource]:
    """Twelve resources with quotes, percent signs and gaps in them."""
    category = Category.objects.create(
        code="geojson_test", title="試験", title_en="Test", colour="#112233", shape="circle"
    )
    for key, kind in (("doctors", "number"), ("is_open", "boolean"), ("days", "choices"), ("remark", "text")):
        FieldDefinition.objects.create(
            key=key, title=key, kind=kind, audience="public", choices=[{"code": "mon", "title": "月"}]
        )
    properties = {"doctors": 3.5, "is_open": True, "days": ["mon"], "remark": '50% "割引" \\ {x} %s'}
    return [
        Resource.unscoped.create(
            name=f'「{number}」 100% {{name}} "q"',
            category=category,
            geom=f"SRID=4326;POINT({134 + number / 7} {34 + number / 11})" if number else None,
            geom_origin="file" if number else "",
            phone="087-000-0000",
            withheld=["phone"] if number % 2 else [],
            publication="public" if number < 9 else "members",
            properties=properties if number % 3 else {"doctors": "not a number"},
            updated_at=datetime(2026, 11, number + 1, 1, 2, 3, 456, tzinfo=UTC),
        )
        for number in range(12)
    ]


def features(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"[" + body + b"]")
    return found


def plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@pytest.mark.parametrize("viewer", [READER, PUBLIC], ids=["reader", "public"])
def test_a_page_equals_the_loaded_rows(rows: list[Resource], viewer: Viewer) -> None:
    source = ResourceSource(viewer)
    query = FeatureQuery(sort=(("updated_at", True),))
    for _round in range(5):  # the statement is compiled, kept, and then prepared by the server
        page = geojson.page(source, query, limit=5, offset=2)
        loaded = source.load(query, offset=2, limit=5)
        assert [item["id"] for item in features(page.features)] == [item.id for item in loaded]
        for ours, theirs in zip(features(page.features), loaded, strict=True):
            assert ours["properties"] == {key: plain(value) for key, value in theirs.properties.items()}
            assert list(ours["properties"]) == list(source.fields())
            assert (ours["geometry"] is None) == (theirs.geom is None)
            if theirs.geom:
                assert ours["geometry"]["coordinates"] == pytest.approx(theirs.geom.coords, abs=1e-9)
        assert (page.number_returned, page.has_more) == (5, True)


def test_withheld_values_are_null(rows: list[Resource]) -> None:
    open_rows = features(geojson.page(ResourceSource(PUBLIC), BY_ID, limit=50).features)
    assert [item["properties"]["phone"] is None for item in open_rows] == [
        number % 2 == 1 for number in range(9)
    ]
    assert "office_number" not in open_rows[0]["properties"]
    every_row = features(geojson.page(ResourceSource(READER), BY_ID, limit=50).features)
    assert len(every_row) == 12 and all(item["properties"]["phone"] for item in every_row)


def test_pages_behind_an_id(rows: list[Resource]) -> None:
    source, seen, after = ResourceSource(READER), [], None
    while True:
        page = geojson.page(source, BY_ID, limit=5, after=after)
        seen += [item["id"] for item in features(page.features)]
        after = page.last_id
        if not page.has_more:
            break
    assert seen == [row.pk for row in rows]


def test_a_change_shows_in_the_next_page(rows: list[Resource]) -> None:
    source = ResourceSource(READER)
    for number in range(6):
        Resource.unscoped.filter(pk=rows[0].pk).update(name=f"名前{number}")
        assert (
            features(geojson.page(source, BY_ID, limit=1).features)[0]["properties"]["name"]
            == f"名前{number}"
        )


def test_a_new_field_shows_at_once(rows: list[Resource]) -> None:
    assert (
        "later"
        not in features(geojson.page(ResourceSource(READER), BY_ID, limit=1).features)[0]["properties"]
    )
    for number in range(60):  # more than a function of SQL takes arguments
        FieldDefinition.objects.create(key=f"later{number}", title="後", kind="text", audience="members")
    item = features(geojson.page(ResourceSource(READER), BY_ID, limit=1).features)[0]
    assert {f"later{number}" for number in range(60)} <= set(item["properties"])


def test_one_feature_or_none(rows: list[Resource]) -> None:
    item = json.loads(geojson.feature(ResourceSource(PUBLIC), rows[1].pk))
    assert (item["id"], item["type"]) == (rows[1].pk, "Feature")
    for hidden in (rows[10].pk, 0):
        with pytest.raises(FeatureNotFound):
            geojson.feature(ResourceSource(PUBLIC), hidden)


def test_who_may_see_nothing_gets_an_empty_collection(rows: list[Resource]) -> None:
    nobody = ResourceSource(Viewer())
    assert geojson.page(nobody, BY_ID, limit=5).number_returned == 0
    assert json.loads(geojson.collection(nobody, BY_ID)) == {"type": "FeatureCollection", "features": []}


def test_a_stream_holds_all_rows_in_order(rows: list[Resource], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "STREAM_CHUNK", 5)
    source = ResourceSource(READER)
    query = FeatureQuery(sort=(("updated_at", True),))
    chunks = list(geojson.stream(source, query))
    assert len(chunks) == 5
    assert [item["id"] for item in json.loads(b"".join(chunks))["features"]] == [
        row.pk for row in reversed(rows)
    ]


def test_chosen_keys_crs_and_no_geometry(rows: list[Resource]) -> None:
    source = ResourceSource(READER)
    plane = supported_crs("372013")[-1]
    shape = geojson.Shape(keys=("remark", "name"), crs=plane)
    item = features(geojson.page(source, BY_ID, limit=2, shape=shape).features)[1]
    assert list(item["properties"]) == ["remark", "name"]
    northing, easting = item["geometry"]["coordinates"]
    back = rows[1].geom.transform(plane.srid, clone=True)
    assert (northing, easting) == (pytest.approx(back.y, abs=0.001), pytest.approx(back.x, abs=0.001))
    bare = geojson.Shape(keys=(), with_geometry=False)
    assert features(geojson.page(source, BY_ID, limit=1, shape=bare).features) == [
        {"type": "Feature", "id": rows[0].pk, "geometry": None, "properties": {}}
    ]


def test_titles_in_the_language_in_force(rows: list[Resource]) -> None:
    titles = {}
    for language in ("ja", "en"):
        with translation.override(language):
            page = geojson.page(ResourceSource(READER), BY_ID, limit=1)
            titles[language] = features(page.features)[0]["properties"]["category_title"]
    assert titles == {"ja": "試験", "en": "Test"}


def test_values_with_percent_signs_and_braces_come_through(rows: list[Resource]) -> None:
    query = FeatureQuery(sort=(("id", False),), equals=(("name", rows[4].name),))
    found = features(geojson.page(ResourceSource(READER), query, limit=5).features)
    assert [item["properties"]["name"] for item in found] == [rows[4].name]
    assert found[0]["properties"]["remark"] == '50% "割引" \\ {x} %s'
