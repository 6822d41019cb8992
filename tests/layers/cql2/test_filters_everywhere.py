"""One filter, the same rows wherever a search is read, and the plan an index gives (G5, issue 4)."""

import json
from dataclasses import replace

import pytest

from layers import geojson
from layers.cql2 import parse_filter
from layers.errors import ParameterError
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import get_source
from tests.layers.cql2.conftest import PUBLIC, STAFF
from tests.layers.cql2.test_filters_random import answers
from tiles import mvt
from tiles.grid import Tile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]
TEXT = (
    "(capacity > 2 OR capacity IS NULL) AND NOT (name LIKE 'A%')"
    " AND S_INTERSECTS(geometry,BBOX(134,34.25,134.1,34.35))"
)


def source() -> ResourceSource:
    found = get_source("resources", STAFF)
    assert isinstance(found, ResourceSource)
    return found


def test_page_count_export_and_facets_agree() -> None:
    """List, count, GeoJSON, order and facets see the filter's rows; other conditions narrow further."""
    here = source()
    query = here.parse({"filter": TEXT})
    truth = answers(here, [parse_filter(TEXT, here.fields())])
    ids = {pk for pk, (meets,) in truth.items() if meets}
    assert 0 < len(ids) < 60
    assert {feature.id for feature in here.load(query)} == ids
    assert here.count(query).number == len(ids) == here.count(query, cap=1000).number
    body = json.loads(geojson.collection(here, query))
    assert {feature["id"] for feature in body["features"]} == ids
    assert sum(facet.count for facet in here.facets(query, "category") if facet.depth == 0) == len(ids)
    narrower = here.parse({"filter": TEXT, "category": "care"})
    assert {feature.id for feature in here.load(narrower)} < ids
    near = here.parse({"filter": TEXT, "near": "34.3,134.05", "radius": "3000"})
    assert {feature.id for feature in here.load(near, limit=50)} <= ids
    words = here.parse({"filter": TEXT, "q": "園"})
    assert {feature.id for feature in here.load(words, limit=50)} <= ids


def test_the_query_string_keeps_the_filter() -> None:
    """The canonical string holds the three parameters; the same search comes back from it."""
    from django.http import QueryDict

    here = source()
    given = {
        "filter": '{"op":"=","args":[{"property":"name"},"abc"]}',
        "filter-lang": "cql2-json",
        "sort": "id",
    }
    query = here.parse(given)
    again = here.parse(QueryDict(query.to_query_string()))
    assert again.filter == query.filter == here.parse({"filter": "name = 'abc'"}).filter
    assert query.has_conditions and query.is_timed and hash(query) == hash(here.parse(given))
    left = query.without("filter")
    assert left.filter is None and here.count(left).number == 60


def test_a_field_of_before_is_understood() -> None:
    """R22: a saved filter outlives the renaming of its field; the name of before shows nothing that is hidden."""
    here = source()
    fields = here.fields()
    now = parse_filter("own_text = 'ABC'", fields)
    assert parse_filter("old_text = 'ABC'", fields, renamed={"old_text": "own_text"}) == now
    public = get_source("resources", PUBLIC).fields()
    with pytest.raises(ParameterError, match="old_staff"):
        parse_filter("old_staff = 'x'", public, renamed={"old_staff": "own_staff"})


def test_tiles_hold_the_filters_points() -> None:
    """Neither the kept plan of an unconditioned tile nor the pyramid of low zooms answers a filter."""
    here = source()
    plain, query = FeatureQuery(), here.parse({"filter": "capacity = 5"})
    bare = replace(query, pairs=())
    for asked in (query, bare):
        for tile in (Tile(16, 57161, 26080), Tile(8, 223, 101)):
            request = mvt.Request(here, asked, tile, ())
            assert not mvt.keeps_plan(request) and not mvt._has_pyramid(request)
    assert mvt.keeps_plan(mvt.Request(here, plain, Tile(16, 57161, 26080), ()))
    none = here.parse({"filter": "capacity = 12345"})
    for zoom, x, y in ((8, 223, 101), (14, 14290, 6520)):
        assert mvt.build(mvt.Request(here, none, Tile(zoom, x, y), ())) == b""
        assert mvt.build(mvt.Request(here, here.parse({"filter": "true"}), Tile(8, 223, 101), ())) != b""


def test_the_past_is_filtered_by_the_same_words() -> None:
    """``as_of`` together with a filter asks yesterday's values."""
    here = source()
    then = here.parse({"filter": "name = 'abc'", "as_of": "2020-01-01"})
    assert here.count(then).number == 0


@pytest.mark.parametrize("text", ["own_text = 'x'", "name = 'x'", "S_INTERSECTS(geometry,POINT(134 34))"])
def test_what_holds_a_place_is_kept_nowhere(text: str) -> None:
    """A point somebody gave stays out of the compiled statements and kept answers."""
    from gisportal.ogc.kept import may_keep

    query = source().parse({"filter": text})
    assert query.filter is not None
    assert query.filter.is_placed == text.startswith("S_")
    assert may_keep(STAFF, query) != query.filter.is_placed
    assert geojson._is_plain(query) != query.filter.is_placed


def test_other_sources_are_filtered() -> None:
    """Districts and meetings read the same parameters."""
    districts = get_source("districts-area", STAFF)
    all_of = districts.count(FeatureQuery()).number
    some = districts.parse(
        {"filter": "population > 5 AND S_INTERSECTS(geometry,BBOX(134,34.25,134.1,34.35))"}
    )
    assert 0 < districts.count(some).number < all_of
    meetings = get_source("sessions", STAFF)
    assert (
        meetings.count(meetings.parse({"filter": "name = 'x' OR next_on > DATE('2026-01-01')"})).number == 0
    )


def test_public_viewers_filter_their_own_values() -> None:
    """A withheld capacity is no capacity to the public."""
    everyone, staff = get_source("resources", PUBLIC), source()
    hidden = {row.pk for row in staff.visible() if "capacity" in row.withheld and row.capacity is not None}
    assert hidden
    found = {feature.id for feature in everyone.load(everyone.parse({"filter": "capacity IS NOT NULL"}))}
    assert not found & hidden
    assert hidden <= {feature.id for feature in staff.load(staff.parse({"filter": "capacity >= 0"}))}
