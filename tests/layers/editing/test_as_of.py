"""The directory as it stood at any moment equals the edits replayed; today's rights hold for it (R21)."""

import random
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from layers.access import Viewer
from layers.editing.services import create_resource, restore_resource, trash_resource, update_resource
from layers.geojson import collection
from layers.models import Resource
from layers.source import get_source

pytestmark = pytest.mark.django_db


def names_at(
    viewer: Viewer, moment: datetime, search: dict[str, str] | None = None
) -> dict[int, dict[str, object]]:
    source = get_source("resources", viewer)
    query = source.parse({"as_of": moment.isoformat(), **(search or {})})
    return {found.id: found.properties for found in source.load(query)}


@pytest.fixture
def edits(actors, monkeypatch) -> list[tuple[datetime, dict[int, dict[str, str]]]]:
    """50 edits by three accounts; after each the moment, and the directory as replayed."""
    # Moments of the test's own day would mean the present.
    monkeypatch.setattr(
        "layers.parameters.timezone.localdate", lambda: datetime(2000, 1, 1, tzinfo=UTC).date()
    )
    chance, replayed, moments = random.Random(7), {}, []
    for number in range(50):
        actor = actors[chance.choice(["a", "administrator", "c"])]
        mine = [pk for pk, row in replayed.items() if actor.reads_all or row["level"] == actor.level]
        if number < 6 or not mine:
            row = create_resource(
                actor, {"name": f"資源{number}", "category": "salon", "publication": "members"}
            )
            replayed[row.pk] = {"name": row.name, "phone": "", "level": actor.level, "gone": ""}
        else:
            change(actor, replayed, chance, chance.choice(mine), number)
        moments.append((timezone.now(), {pk: dict(row) for pk, row in replayed.items() if not row["gone"]}))
    return moments


def change(actor, replayed, chance, pk, number) -> None:
    row = Resource.unscoped.get(pk=pk)
    if replayed[pk]["gone"]:
        restore_resource(actor, pk)
        replayed[pk]["gone"] = ""
    elif chance.random() < 0.2:
        trash_resource(actor, pk)
        replayed[pk]["gone"] = "yes"
    else:
        key = chance.choice(["name", "phone"])
        value = f"資源{number}" if key == "name" else f"087-000-{number:04}"
        update_resource(actor, pk, row.version, {key: value})
        replayed[pk][key] = value


def test_any_moment_equals_the_replayed_edits(edits, actors):
    for moment, expected in edits:
        found = names_at(actors["a"], moment)
        assert {pk: (row["name"], row["phone"] or "") for pk, row in found.items()} == {
            pk: (row["name"], row["phone"]) for pk, row in expected.items()
        }


def test_words_of_the_past_are_found_in_the_past_only(edits, actors):
    moment, expected = edits[20]
    pk, row = next(iter(expected.items()))
    assert pk in names_at(actors["a"], moment, {"q": row["name"]})
    before, earlier = edits[0]
    assert set(names_at(actors["a"], before, {"q": row["name"]})) <= set(earlier)


def test_level_c_sees_yesterday_only_what_it_may_see_today(edits, actors):
    moment, expected = edits[-1]
    own = {pk for pk, row in expected.items() if row["level"] == "c"}
    assert set(names_at(actors["c"], moment)) == own
    assert names_at(Viewer(level="c", account_id=-1), moment) == {}


def test_place_no_longer_disclosed_is_nowhere_in_the_past(entry, actors, monkeypatch):
    monkeypatch.setattr(
        "layers.parameters.timezone.localdate", lambda: datetime(2000, 1, 1, tzinfo=UTC).date()
    )
    moment = timezone.now()
    query = {"as_of": moment.isoformat()}
    source = get_source("resources", actors["a"])
    assert b"134.05" in collection(source, source.parse(query))
    update_resource(
        actors["c"], entry.pk, entry.version, {"disclosure": "area", "address": "高松市番町一丁目"}
    )
    body = collection(source, source.parse(query))
    assert b"134.05" not in body and "番町".encode() not in body and entry.name.encode() in body
    assert names_at(actors["a"], moment, {"near": "34.34,134.05", "radius": "500"}) == {}


def test_item_withheld_today_is_withheld_for_the_past(entry, actors, monkeypatch):
    monkeypatch.setattr(
        "layers.parameters.timezone.localdate", lambda: datetime(2000, 1, 1, tzinfo=UTC).date()
    )
    moment = timezone.now()
    public = Viewer(public_site=True)
    assert names_at(public, moment)[entry.pk]["phone"] == "087-839-2011"
    update_resource(actors["c"], entry.pk, entry.version, {"withheld": ["phone"]})
    assert names_at(public, moment)[entry.pk]["phone"] is None
    assert names_at(public, moment, {"q": "087-839-2011"}) == {}
    assert entry.pk in names_at(actors["a"], moment, {"q": "087-839-2011"})


def test_future_is_refused(actors):
    from layers.errors import ParameterError

    source = get_source("resources", actors["a"])
    with pytest.raises(ParameterError):
        source.parse({"as_of": "2999-01-01"})
