"""Past states in words, and the way back."""

import pytest

from layers.access import Viewer
from layers.editing.history import restore_version, steps, way_back
from layers.editing.services import trash_resource, update_resource
from layers.editing.vacancies import set_vacancy
from layers.errors import FeatureNotFound
from layers.models import Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def edited(entry, actors) -> Resource:
    row = update_resource(actors["a"], entry.pk, entry.version, {"phone": "087-839-2022"}, note="電話で確認")
    row = update_resource(actors["c"], row.pk, row.version, {"name": "さくら", "lat": 34.35, "lon": 134.06})
    set_vacancy(actors["b"], row.pk, {"vacancy": "few", "vacancy_count": 2})
    return Resource.unscoped.get(pk=row.pk)


def test_each_state_says_who_what_and_where(edited, actors):
    found, has_more = steps(actors["a"], edited.pk)
    assert not has_more and len(found) == 4
    room, moved, called, first = found
    assert room.acts and "2" in room.acts[0] and room.is_current and not room.differences
    assert [(d.key, d.before, d.after) for d in moved.differences] == [
        ("name", "デイサービスさくら", "さくら"),
        ("lat", "34.340000", "34.350000"),
        ("lon", "134.050000", "134.060000"),
    ]
    assert moved.has_moved and (moved.point.x, moved.point_before.x) == (134.06, 134.05)
    assert (called.actor, called.note) == (actors["a"].name, "電話で確認") and not called.has_moved
    assert first.is_first and not first.differences


def test_history_is_for_members_of_the_row(edited, actors):
    assert steps(actors["c"], edited.pk)[0]
    for viewer in (
        actors["d"],
        Viewer(public_site=True),
        Viewer(),
        Viewer(level="c", account_id=-1, public_site=True),
    ):
        with pytest.raises(FeatureNotFound):
            steps(viewer, edited.pk)


def test_trash_is_seen_by_who_may_restore(edited, actors):
    trash_resource(actors["c"], edited.pk)
    assert steps(actors["c"], edited.pk)[0][0].acts and steps(actors["a"], edited.pk)[0]
    with pytest.raises(FeatureNotFound):
        steps(actors["b"], edited.pk)


def test_one_item_goes_back_and_the_others_stay(edited, actors):
    first = steps(actors["c"], edited.pk)[0][-1].version
    assert {d.key for d in way_back(actors["c"], edited.pk, first)} == {"name", "phone", "lat", "lon"}
    row = restore_version(actors["c"], edited.pk, first, edited.version, ["phone"])
    assert (row.phone, row.name, row.geom.x) == ("087-839-2011", "さくら", 134.06)


def test_everything_goes_back_and_may_come_again(edited, actors):
    first = steps(actors["c"], edited.pk)[0][-1].version
    row = restore_version(actors["c"], edited.pk, first, edited.version)
    assert (row.phone, row.name, row.geom.x, row.vacancy) == (
        "087-839-2011",
        "デイサービスさくら",
        134.05,
        "few",
    )
    again = restore_version(actors["c"], row.pk, edited.version, row.version)
    assert (again.phone, again.name, again.geom.x) == ("087-839-2022", "さくら", 134.06)


def test_going_back_does_not_disclose_a_place(edited, actors):
    row = update_resource(actors["c"], edited.pk, edited.version, {"disclosure": "area"})
    first = steps(actors["c"], edited.pk)[0][-1].version
    after = restore_version(actors["c"], edited.pk, first, row.version)
    assert (after.disclosure, after.geom, after.name) == ("area", None, "デイサービスさくら")
    assert not any(step.point for step in steps(actors["a"], edited.pk)[0])
