"""Registering, editing, deleting: rights, versions, history (R21, R28)."""

import pytest

from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.merging import merge_resources
from layers.editing.services import (
    confirm_resource,
    create_resource,
    restore_resource,
    trash_resource,
    update_resource,
)
from layers.editing.vacancies import set_vacancy
from layers.editing.values import current_values
from layers.errors import FeatureNotFound
from layers.models import ProtectedPlace, Resource, ResourceVersion, Responsibility

pytestmark = pytest.mark.django_db


def versions(row: Resource) -> list[ResourceVersion]:
    return list(ResourceVersion.unscoped.filter(resource_id=row.pk).order_by("valid_from", "version"))


def test_created_entry_becomes_its_makers_own(entry, actors):
    assert Responsibility.unscoped.get(resource=entry).account_id == actors["c"].account_id
    assert (entry.geom.x, entry.geom.y, entry.geom_origin) == (134.05, 34.34, "hand")
    (first,) = versions(entry)
    assert (first.name, first.valid_to, first.actor_id) == (
        "デイサービスさくら",
        None,
        actors["c"].account_id,
    )


def test_every_wrong_item_is_named_at_once(actors):
    with pytest.raises(InvalidValues) as refused:
        create_resource(
            actors["a"],
            {"name": "", "category": "none", "phone": "でんわ", "email": "x", "lat": "134.05", "lon": "34.3",
             "opened_on": "きのう", "unknown": 1},
        )  # fmt: skip
    assert {"name", "category", "phone", "email", "lat", "lon", "opened_on", "unknown"} == set(
        refused.value.errors
    )
    assert not Resource.unscoped.exists()


def test_update_writes_one_state_and_says_who(entry, actors):
    after = update_resource(
        actors["a"],
        entry.pk,
        entry.version,
        {"phone": "（０８７）８３９ー２０２２", "name": entry.name},
        note="電話で確認",
    )
    assert after.phone == "087-839-2022"
    old, new = versions(entry)
    assert old.valid_to == new.valid_from and old.phone == "087-839-2011"
    assert (new.actor_id, new.note, new.phone) == (actors["a"].account_id, "電話で確認", "087-839-2022")


def test_nothing_changed_writes_nothing(entry, actors):
    after = update_resource(actors["a"], entry.pk, entry.version, {"name": entry.name})
    assert (after.updated_at, after.version) == (entry.updated_at, entry.version)
    assert len(versions(entry)) == 1


def test_second_editor_merges_other_items_and_is_refused_the_same(entry, actors):
    update_resource(actors["a"], entry.pk, entry.version, {"phone": "087-839-2022"})
    merged = update_resource(actors["c"], entry.pk, entry.version, {"fax": "087-839-2099"})
    assert (merged.phone, merged.fax) == ("087-839-2022", "087-839-2099")
    with pytest.raises(Conflict) as refused:
        update_resource(actors["c"], entry.pk, entry.version, {"phone": "087-839-2033", "name": "新しい名"})
    assert [(d.key, d.before, d.after) for d in refused.value.differences] == [
        ("phone", "087-839-2022", "087-839-2033")
    ]
    assert Resource.unscoped.get(pk=entry.pk).name == "デイサービスさくら"


@pytest.mark.parametrize(("level", "outcome"), [("d", FeatureNotFound), ("b", NotAllowed)])
def test_others_may_not_change_it(entry, actors, level, outcome):
    for act in (
        lambda actor: update_resource(actor, entry.pk, entry.version, {"name": "x"}),
        lambda actor: trash_resource(actor, entry.pk),
        lambda actor: confirm_resource(actor, entry.pk, "phone"),
    ):
        with pytest.raises(outcome):
            act(actors[level])
    assert len(versions(entry)) == 1


def test_trash_and_restore(entry, actors):
    trash_resource(actors["c"], entry.pk)
    with pytest.raises(FeatureNotFound):
        update_resource(actors["c"], entry.pk, 1, {"name": "x"})
    with pytest.raises(FeatureNotFound):
        restore_resource(actors["b"], entry.pk)
    assert restore_resource(actors["c"], entry.pk).deleted_at is None


def test_vacancy_after_a_call_by_b_and_by_the_provider(entry, actors):
    assert (
        set_vacancy(actors["b"], entry.pk, {"vacancy": "few", "vacancy_count": 2}, how="電話").vacancy_origin
        == "city"
    )
    assert set_vacancy(actors["c"], entry.pk, {"vacancy": "full"}).vacancy_origin == "provider"
    with pytest.raises(FeatureNotFound):
        set_vacancy(actors["d"], entry.pk, {"vacancy": "few"})


def test_confirming_moves_its_own_date_only(entry, actors):
    row = confirm_resource(actors["c"], entry.pk, "phone", by="田中")
    assert (row.verified_how, row.verified_by, row.updated_at) == ("phone", "田中", entry.updated_at)


def test_place_that_is_no_longer_disclosed_leaves_every_column_and_the_history(entry, actors):
    row = update_resource(
        actors["c"], entry.pk, entry.version, {"disclosure": "area", "address": "高松市番町一丁目8番15号"}
    )
    assert (row.geom, row.address, row.geom_public) == (None, "", None)
    hidden = ProtectedPlace.unscoped.get(resource=row)
    assert (hidden.geom.x, hidden.geom.y) == (134.05, 34.34)
    assert all(
        state.geom is None and state.geom_public is None and state.address == "" for state in versions(entry)
    )
    assert current_values(row, actors["c"])["lat"] == 34.34
    assert current_values(row, actors["a"])["lat"] is None
    again = update_resource(actors["c"], entry.pk, row.version, {"disclosure": "open"})
    assert (again.geom.x, again.address) == (134.05, "高松市番町一丁目8番15号")
    assert not ProtectedPlace.unscoped.filter(resource=row).exists()


def test_contact_only_keeps_no_place_at_all(entry, actors):
    row = update_resource(actors["c"], entry.pk, entry.version, {"disclosure": "contact"})
    assert (row.geom, row.address) == (None, "")
    assert not ProtectedPlace.unscoped.exists()
    assert not any(state.geom for state in versions(entry))


def test_address_moves_a_geocoded_pin_and_never_one_set_by_hand(entry, actors):
    row = update_resource(actors["c"], entry.pk, entry.version, {"address": "高松市番町一丁目8番15号"})
    assert (row.geom.x, row.geom_origin) == (134.05, "hand")


def test_merge_keeps_both_histories_and_leads_to_the_kept_one(entry, actors):
    other = create_resource(
        actors["a"], {"name": "さくらデイ", "category": "day_care", "fax": "087-111-2222"}
    )
    with pytest.raises(NotAllowed):
        merge_resources(actors["b"], entry.pk, other.pk)
    kept = merge_resources(actors["a"], entry.pk, other.pk, take=["fax"])
    merged = Resource.unscoped.get(pk=other.pk)
    assert (kept.fax, kept.name, merged.merged_into_id) == ("087-111-2222", "デイサービスさくら", entry.pk)
    assert merged.deleted_at and len(versions(other)) == 2 and len(versions(entry)) == 2
