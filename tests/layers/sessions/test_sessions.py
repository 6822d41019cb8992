"""Meetings: kept, worded, searched by day, mapped, and never telling a place their entry hides (R30)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone, translation

from layers import geojson
from layers.access import Level, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound, ParameterError
from layers.models import ProtectedPlace, Resource, Session, SessionDate
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.sessions.cleaning import clean_session
from layers.sessions.dates import refresh_all
from layers.sessions.services import delete_session, save_session
from layers.sessions.source import SessionSource
from layers.sessions.words import rule_text
from layers.signals import resources_merged
from layers.source import get_source
from tests import factories

pytestmark = pytest.mark.django_db
ACTOR = factories.viewer(Level.A)
TUESDAYS = {
    "recurrence": "monthly_weekday", "weekdays": ["1"], "weeks": ["2", "4"], "start_time": "10:00",
    "end_time": "11:30", "holiday_rule": "off", "venue": "集会所",
}  # fmt: skip
DAILY = {"recurrence": "weekly", "weekdays": [str(day) for day in range(7)], "start_time": "9:00"}


def _source(viewer: Viewer = ACTOR) -> SessionSource:
    found = get_source("sessions", viewer)
    assert isinstance(found, SessionSource)
    return found


def _names(**params: str) -> set[str]:
    source = ResourceSource(ACTOR)
    return {item.properties["name"] for item in source.load(source.parse(params))}


@pytest.mark.parametrize(("raw", "words"), [
    (TUESDAYS, "第2・第4火曜 10:00–11:30(祝日は休み)"),
    ({"recurrence": "weekly", "weekdays": ["3", "0"], "start_time": "午後1時半"}, "毎週月・木曜 13:30から"),
    ({"recurrence": "monthly_day", "month_days": "末日、15", "start_time": "10時", "end_time": "12時"},
     "毎月15日・末日 10:00–12:00"),
    ({"recurrence": "monthly_weekday", "weekdays": ["4"], "weeks": ["-1"], "start_time": "10:00", "last_on": "R9.3.31",
      "holiday_rule": "next_day"}, "最終金曜 10:00から(祝日は翌平日に振替・2027年3月31日まで)"),
    ({"recurrence": "fortnightly", "weekdays": ["2"], "first_on": "2026/12/9", "start_time": "10:00"},
     "隔週水曜 10:00から(2026年12月9日から)"),
    ({"recurrence": "dates", "dates": "2026-11-03\n令和8年12月1日", "start_time": "10:00"},
     "11月3日(火)・12月1日(火) 10:00から"),
])  # fmt: skip
def test_a_rule_in_words(raw: dict[str, Any], words: str) -> None:
    session = save_session(ACTOR, factories.make_resource().pk, raw)
    assert rule_text(session) == words == session.schedule
    with translation.override("en"):
        assert rule_text(session) != words


@pytest.mark.parametrize(("change", "key"), [
    ({"recurrence": ""}, "recurrence"),
    ({"weekdays": ["7"]}, "weekdays"),
    ({"weekdays": []}, "weekdays"),
    ({"weeks": ["0"]}, "weeks"),
    ({"weeks": ["6"]}, "weeks"),
    ({"start_time": ""}, "start_time"),
    ({"start_time": "25:00"}, "start_time"),
    ({"start_time": "朝"}, "start_time"),
    ({"end_time": "9:00"}, "end_time"),
    ({"cancelled": "13月1日"}, "cancelled"),
    ({"moved": "2026-05-05"}, "moved"),
    ({"first_on": "2027-01-01", "last_on": "2026-01-01"}, "last_on"),
    ({"recurrence": "fortnightly"}, "first_on"),
    ({"recurrence": "monthly_day", "month_days": "32"}, "month_days"),
    ({"recurrence": "dates", "dates": "あした"}, "dates"),
    ({"capacity": "たくさん"}, "capacity"),
    ({"lat": "134.05", "lon": "34.34"}, "lat"),
    ({"lat": "34.34"}, "lat"),
    ({"lat": "nan", "lon": "nan"}, "lat"),
    ({"note": "あ" * 301}, "note"),
    ({"holiday_rule": "maybe"}, "holiday_rule"),
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(change: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidValues) as wrong:
        clean_session({**TUESDAYS, **change})
    assert set(wrong.value.errors) == {key}


def test_a_search_by_day_finds_those_who_meet() -> None:
    today = timezone.localdate()
    salon, club = factories.make_resource("サロン"), factories.make_resource("体操")
    factories.make_resource("会わない")
    save_session(ACTOR, salon.pk, {**DAILY, "cancelled": str(today + timedelta(days=3))})
    day = today + timedelta(days=(1 - today.weekday()) % 7 + 14)
    save_session(ACTOR, club.pk, {"recurrence": "dates", "dates": str(day), "start_time": "10:00"})
    assert _names(session_on=str(day)) == {"サロン", "体操"}
    assert _names(session_on=str(day + timedelta(days=1))) == {"サロン"}
    assert _names(session_on=str(today + timedelta(days=3))) == set()
    assert _names(session_on=f"{today + timedelta(days=3)},{day}") == {"サロン", "体操"}
    assert _names(session_day="tue") == {"サロン", "体操"}
    assert _names(session_day="wed") == {"サロン"}
    source = ResourceSource(ACTOR)
    for params in ({"session_day": "tue"}, {"session_on": str(day)}):
        query = source.parse(params)
        assert source.count(query, cap=10).number == 2
        assert geojson.page(source, query, limit=10).number_returned == 2
        assert {facet.value: facet.count for facet in source.facets(query, "category")}["care"] == 2
        assert query.without(*params) == FeatureQuery(), "the condition can be taken away"
        assert source.parse(dict([query.to_query_string().split("=")])) == query


@pytest.mark.parametrize("params", [
    {"session_on": "tomorrow"}, {"session_on": "2026-02-30"}, {"session_on": "1999-01-01"}, {"session_day": "火"},
])  # fmt: skip
def test_a_day_that_is_none_is_refused(params: dict[str, str]) -> None:
    for source in (ResourceSource(ACTOR), _source()):
        with pytest.raises(ParameterError) as wrong:
            source.parse(params)
        assert wrong.value.parameter == next(iter(params))


def test_only_who_may_edit_makes_changes_and_removes() -> None:
    row = factories.make_resource()
    stranger, reader = factories.viewer(Level.C), factories.viewer(Level.B)
    with pytest.raises(FeatureNotFound):
        save_session(stranger, row.pk, TUESDAYS)
    with pytest.raises(NotAllowed):
        save_session(reader, row.pk, TUESDAYS)
    session = save_session(ACTOR, row.pk, TUESDAYS)
    with pytest.raises(NotAllowed):
        delete_session(reader, row.pk, session.pk)
    other = factories.make_resource()
    with pytest.raises(FeatureNotFound):
        save_session(ACTOR, other.pk, TUESDAYS, session.pk)
    changed = save_session(ACTOR, row.pk, DAILY, session.pk)
    assert changed.pk == session.pk and changed.weeks == []
    assert SessionDate.unscoped.filter(session=session).count() > 400
    delete_session(ACTOR, row.pk, session.pk)
    assert not SessionDate.unscoped.exists()


def test_a_meeting_stands_at_its_own_place_else_at_its_entry_s() -> None:
    row = factories.make_resource("サロン", lon=134.05, address="高松市番町1-1")
    own = save_session(
        ACTOR, row.pk, {**TUESDAYS, "lat": "34.30", "lon": "134.00", "address": "高松市仏生山町"}
    )
    same = save_session(ACTOR, row.pk, DAILY)
    places = {item.id: item for item in _source().load(FeatureQuery())}
    assert (places[own.pk].geom.x, places[own.pk].geom.y) == (134.0, 34.3)
    assert places[own.pk].properties["address"] == "高松市仏生山町"
    assert (places[same.pk].geom.x, places[same.pk].properties["address"]) == (134.05, "高松市番町1-1")
    Resource.unscoped.filter(pk=row.pk).update(geom=Point(134.06, 34.35, srid=4326))
    moved = {item.id: item for item in _source().load(FeatureQuery())}
    assert (moved[own.pk].geom.x, moved[same.pk].geom.x) == (134.0, 134.06)


def test_an_entry_that_hides_its_place_hides_it_here_too() -> None:
    row = factories.make_resource("自宅サロン", lon=None, disclosure="area")
    ProtectedPlace.unscoped.create(resource=row, address="ひみつ町1", geom=Point(134.06, 34.32, srid=4326))
    with pytest.raises(InvalidValues) as wrong:
        save_session(ACTOR, row.pk, {**TUESDAYS, "address": "ひみつ町1", "lat": "34.32", "lon": "134.06"})
    assert set(wrong.value.errors) == {"address", "lat"}
    save_session(ACTOR, row.pk, TUESDAYS)
    # However the row is written, nothing of a place is kept.
    Session.unscoped.update(geom=Point(134.06, 34.32, srid=4326), address="ひみつ町1")
    stored = Session.unscoped.get()
    assert (stored.geom, stored.address, stored.geom_public, stored.address_public) == (None, "", None, "")


def test_closing_the_place_of_an_entry_takes_it_from_its_meetings() -> None:
    row = factories.make_resource("サロン")
    save_session(ACTOR, row.pk, {**TUESDAYS, "lat": "34.30", "lon": "134.00"})
    Resource.unscoped.filter(pk=row.pk).update(disclosure="contact", geom=None, geom_origin="")
    stored = Session.unscoped.get()
    assert stored.geom is None and stored.geom_public is None


def test_meetings_follow_the_rights_of_their_entry() -> None:
    for name, more in {
        "公開": {"publication": "public"}, "関係者": {}, "下書き": {"publication": "draft"},
        "ごみ箱": {"publication": "public", "deleted_at": timezone.now()},
    }.items():  # fmt: skip
        row = factories.make_resource(name)
        save_session(ACTOR, row.pk, TUESDAYS)
        Resource.unscoped.filter(pk=row.pk).update(**more)

    def seen(viewer: Viewer) -> set[str]:
        found = _source(viewer).load(FeatureQuery())
        return {item.properties["resource_name"] for item in found}

    assert seen(ACTOR) == {"公開", "関係者", "下書き"}
    assert seen(factories.viewer(Level.C)) == set()
    assert seen(Viewer(public_site=True)) == {"公開"}
    with pytest.raises(LookupError):
        get_source("sessions", Viewer())


def test_the_version_moves_with_meetings_and_with_their_entry() -> None:
    row = factories.make_resource("サロン")
    tile = (14, 14292, 6526)
    versions = [(_source().version(), ResourceSource(ACTOR).version(tile))]
    session = save_session(ACTOR, row.pk, TUESDAYS)
    versions.append((_source().version(), ResourceSource(ACTOR).version(tile)))
    Resource.unscoped.filter(pk=row.pk).update(name="別の名")
    versions.append((_source().version(), ResourceSource(ACTOR).version(tile)))
    delete_session(ACTOR, row.pk, session.pk)
    versions.append((_source().version(), ResourceSource(ACTOR).version(tile)))
    assert len({first for first, _second in versions}) == 4
    assert len({second for _first, second in versions}) == 4


def test_the_table_is_carried_on_by_night_and_writes_only_what_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_session(ACTOR, factories.make_resource().pk, DAILY)
    assert refresh_all() == 0
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: tomorrow)
    assert refresh_all() == 2
    days = SessionDate.unscoped.values_list("on", flat=True).order_by("on")
    assert days[0] == tomorrow - timedelta(days=31) and days.last() == tomorrow + timedelta(days=400)


def test_a_merged_entry_brings_its_meetings() -> None:
    gone, kept = factories.make_resource("古い名"), factories.make_resource("新しい名")
    save_session(ACTOR, gone.pk, DAILY)
    resources_merged.send(sender=Resource, actor=ACTOR, kept_id=kept.pk, merged_id=gone.pk)
    assert Session.unscoped.get().resource_id == kept.pk
    assert _names(session_on=str(timezone.localdate())) == {"新しい名"}


def test_next_date_and_times_of_a_feature() -> None:
    session = save_session(
        ACTOR, factories.make_resource("サロン").pk, {**DAILY, "title": "朝の体操", "fee": "100円"}
    )
    values = _source().get(session.pk).properties
    assert values["name"] == "朝の体操" and values["start_time"] == "09:00" and values["end_time"] is None
    assert values["next_on"] == timezone.localdate() and isinstance(values["next_on"], date)
    assert values["schedule"].startswith("毎週") and values["fee"] == "100円"
