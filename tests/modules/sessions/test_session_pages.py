"""Meetings by page: made, changed, removed, shown, taken along as a calendar file (R30)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from layers.access import Level
from layers.models import Organisation, Resource, Responsibility, Session
from tests import factories

pytestmark = pytest.mark.django_db
FORM = {
    "recurrence": "monthly_weekday", "weekdays": ["1"], "weeks": ["2", "4"], "start_time": "10:00", "end_time": "11:30",
    "holiday_rule": "off", "venue": "中央集会所", "fee": "100円", "title": "いきいき体操",
}  # fmt: skip


@pytest.fixture
def house() -> Organisation:
    return Organisation.unscoped.create(name="さくら会")


@pytest.fixture
def own(house: Organisation) -> Resource:
    row = factories.make_resource("サロンさくら", organisation=house)
    Responsibility.unscoped.create(resource=row, organisation=house)
    return row


def _client(level: Level, house: Organisation | None = None) -> Client:
    account = factories.make_account(level)
    account.organisation = house
    account.save()
    client = Client()
    client.force_login(account)
    return client


def test_a_provider_makes_changes_and_removes_a_meeting(own: Resource, house: Organisation) -> None:
    client = _client(Level.C, house)
    address = f"/resources/{own.pk}/sessions/"
    answer = client.post(address, FORM)
    session = Session.unscoped.get()
    assert answer["Location"] == f"{address}#s{session.pk}"
    page = client.get(f"/resources/{own.pk}/").content.decode()
    assert "第2・第4火曜 10:00–11:30(祝日は休み)" in page and "中央集会所" in page and "次回" in page
    form = " ".join(client.get(f"{address}{session.pk}/").content.decode().split())
    assert 'value="いきいき体操"' in form and 'value="monthly_weekday" checked' in form
    client.post(f"{address}{session.pk}/", {**FORM, "weeks": ["1"]})
    assert "第1火曜" in client.get(address).content.decode()
    assert client.post(f"{address}{session.pk}/delete").status_code == 302
    assert not Session.unscoped.exists()


def test_what_is_wrong_comes_back_beside_its_field(own: Resource, house: Organisation) -> None:
    client = _client(Level.C, house)
    answer = client.post(
        f"/resources/{own.pk}/sessions/", {**FORM, "start_time": "朝<b>", "cancelled": "13月"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400 and not Session.unscoped.exists()
    assert (
        'value="朝&lt;b&gt;"' in page and 'id="m-start_time-error"' in page and 'href="#m-cancelled"' in page
    )
    assert 'name="weeks" value="4" checked' in page


@pytest.mark.parametrize(
    ("level", "mine", "reads", "writes"),
    [
        (Level.D, False, 403, 403), (Level.C, False, 404, 404), (Level.C, True, 200, 302),
        (Level.B, False, 200, 403), (Level.B, True, 200, 302), (Level.A, False, 200, 302),
    ],
)  # fmt: skip
def test_rights_are_those_of_the_entry(
    own: Resource, house: Organisation, level: Level, mine: bool, reads: int, writes: int
) -> None:
    _client(Level.A).post(f"/resources/{own.pk}/sessions/", FORM)
    session = Session.unscoped.get()
    client = _client(level, house if mine else None)
    assert client.get(f"/resources/{own.pk}/sessions/").status_code == reads
    assert client.get(f"/resources/{own.pk}/sessions.ics").status_code == reads
    assert client.post(f"/resources/{own.pk}/sessions/", FORM).status_code == writes
    assert client.post(f"/resources/{own.pk}/sessions/{session.pk}/delete").status_code == writes


def test_the_same_search_by_day_in_list_tile_and_export(own: Resource) -> None:
    client = _client(Level.A)
    factories.make_resource("会わない")
    client.post(f"/resources/{own.pk}/sessions/", FORM)
    day = Session.unscoped.get().days.filter(on__gte=timezone.localdate()).earliest("on").on
    for query in (f"session_on={day}", "session_day=tue"):
        page = client.get(f"/resources/?{query}").content.decode()
        assert "サロンさくら" in page and "会わない" not in page
        assert "会わない" not in b"".join(client.get(f"/resources/export.csv?{query}")).decode()
        assert client.get(f"/tiles/resources/16/57171/26105.mvt?{query}").status_code in {200, 204}
        items = client.get(f"/ogc/collections/resources/items?f=json&{query}").json()
        assert [item["properties"]["name"] for item in items["features"]] == ["サロンさくら"]
    none = client.get(f"/resources/?session_on={day + timedelta(days=1)}").content.decode()
    assert "サロンさくら" not in none
    assert client.get("/resources/?session_on=2026-13-01").status_code == 400
    meetings = client.get("/ogc/collections/sessions/items?f=json").json()["features"]
    assert meetings[0]["properties"]["next_on"] == str(day) and meetings[0]["geometry"]["type"] == "Point"


def test_the_calendar_file_holds_every_date(own: Resource) -> None:
    client = _client(Level.A)
    client.post(f"/resources/{own.pk}/sessions/", {**FORM, "note": "持ち物:水、上靴;雨天も\\可"})
    answer = client.get(f"/resources/{own.pk}/sessions.ics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    days = Session.unscoped.get().days.filter(on__gte=timezone.localdate()).count()
    assert text.count("BEGIN:VEVENT\r\n") == days > 15
    assert "T010000Z" in text and "T023000Z" in text
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:いきいき体操" in unfolded and "雨天も\\\\可" in unfolded and "上靴\\;" in unfolded
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
