"""Proposals: the directory holds exactly what was approved (R49)."""

import dataclasses
import random

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from gisportal.accounts.models import Account
from gisportal.audit.models import AuditEntry
from gisportal.modules.proposals import services
from gisportal.modules.proposals.models import Proposal, State
from layers.access import Act, Viewer, acting_q, may_create
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.services import create_resource, update_resource
from layers.editing.values import current_values
from layers.errors import FeatureNotFound
from layers.models import Resource, ResourceVersion, Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposer(actors) -> Viewer:
    """Level C, set to propose."""
    return dataclasses.replace(actors["c"], proposes=True)


def propose(actor: Viewer, row: Resource, **changes: object) -> Proposal:
    return services.propose_change(actor, row.pk, row.version, changes)


def test_who_proposes_changes_nothing_himself(entry, proposer):
    for act in (Act.UPDATE, Act.DELETE, Act.ATTACH, Act.RESTORE, Act.MERGE):
        assert not Resource.unscoped.filter(acting_q(proposer, act)).exists()
    assert not may_create(proposer)
    assert Resource.unscoped.filter(acting_q(proposer, Act.VACANCY)).exists()
    with pytest.raises(NotAllowed):
        update_resource(proposer, entry.pk, entry.version, {"name": "x"})
    propose(proposer, entry, name="新しい名")
    assert Resource.unscoped.get(pk=entry.pk).name == entry.name


def test_twenty_proposals_leave_exactly_the_approved(actors, proposer):
    chance = random.Random(3)
    rows = [
        create_resource(actors["c"], {"name": f"資源{n}", "category": "salon", "phone": f"087-000-{n:04}"})
        for n in range(20)
    ]
    expected = {row.pk: current_values(row) for row in rows}
    for number, row in enumerate(rows):
        changes = {"phone": f"087-111-{number:04}", "fax": f"087-222-{number:04}", "name": f"新{number}"}
        proposal = propose(proposer, row, **changes)
        fate = chance.choice(["all", "part", "back", "waiting"])
        if fate == "all":
            services.approve(actors["a"], proposal.pk)
            expected[row.pk].update(changes)
        elif fate == "part":
            keys = chance.sample(sorted(changes), 2)
            assert services.approve(actors["a"], proposal.pk, keys).state == State.PARTLY
            expected[row.pk].update({key: changes[key] for key in keys})
        elif fate == "back":
            services.send_back(actors["a"], proposal.pk, "電話番号を確かめてください")
    assert {row.pk: current_values(row) for row in Resource.unscoped.all()} == expected


def test_history_names_who_proposed_and_who_approved(entry, actors, proposer):
    proposal = propose(proposer, entry, phone="087-111-0000")
    services.approve(actors["a"], proposal.pk)
    state = ResourceVersion.unscoped.get(resource_id=entry.pk, valid_to=None)
    assert (
        state.actor_name == actors["a"].name
        and proposer.name in state.note
        and str(proposal.pk) in state.note
    )
    assert {"proposal.made", "proposal.approved"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_new_entry_becomes_its_proposers_own(actors, proposer):
    proposal = services.propose_new(
        proposer, {"name": "新しいサロン", "category": "salon", "phone": "087-1-2345"}
    )
    assert not Resource.unscoped.exists()
    services.approve(actors["administrator"], proposal.pk, ["phone"])
    row = Resource.unscoped.get()
    assert (row.name, row.phone) == ("新しいサロン", "087-1-2345")
    assert Responsibility.unscoped.get(resource=row).account_id == proposer.account_id


def test_change_made_meanwhile_is_not_overwritten(entry, actors, proposer):
    proposal = propose(proposer, entry, phone="087-111-0000", fax="087-111-0001")
    update_resource(actors["a"], entry.pk, entry.version, {"phone": "087-999-9999"})
    with pytest.raises(Conflict):
        services.approve(actors["a"], proposal.pk)
    assert Proposal.unscoped.get(pk=proposal.pk).state == State.PENDING
    services.approve(actors["a"], proposal.pk, ["fax"])
    row = Resource.unscoped.get(pk=entry.pk)
    assert (row.phone, row.fax) == ("087-999-9999", "087-111-0001")


def test_decision_is_for_a_and_administrator_and_once(entry, actors, proposer):
    proposal = propose(proposer, entry, phone="087-111-0000")
    for level in ("b", "c", "d"):
        with pytest.raises(FeatureNotFound):
            services.approve(actors[level], proposal.pk)
    with pytest.raises(FeatureNotFound):
        services.approve(dataclasses.replace(actors["a"], proposes=True), proposal.pk)
    services.approve(actors["a"], proposal.pk)
    with pytest.raises(FeatureNotFound):
        services.approve(actors["administrator"], proposal.pk)


def test_sending_back_needs_a_reason_and_tells_the_author(entry, actors, proposer):
    Account.objects.filter(pk=proposer.account_id).update(email="c@example.jp")
    proposal = propose(proposer, entry, phone="087-111-0000")
    with pytest.raises(InvalidValues):
        services.send_back(actors["a"], proposal.pk, " ")
    services.send_back(actors["a"], proposal.pk, "確かめてください")
    job = ProcrastinateJob.objects.get(task_name="accounts.deliver_mail")
    assert job.args["to"] == "c@example.jp" and "確かめてください" in job.args["text"]
    assert services.withdraw(proposer, proposal.pk).state == State.WITHDRAWN


def test_wrong_values_and_nothing_new_are_refused(entry, proposer):
    with pytest.raises(InvalidValues) as refused:
        propose(proposer, entry, email="x", name="")
    assert set(refused.value.errors) == {"email", "name"}
    with pytest.raises(InvalidValues):
        propose(proposer, entry, name=entry.name)
    assert not Proposal.unscoped.exists()


def test_place_that_is_not_disclosed_never_lies_in_a_proposal(entry, actors, proposer):
    row = update_resource(actors["c"], entry.pk, entry.version, {"disclosure": "area"})
    with pytest.raises(InvalidValues):
        propose(proposer, row, lat=34.1, lon=134.1)
    with pytest.raises(InvalidValues):
        propose(proposer, row, disclosure="open")
    assert not Proposal.unscoped.exists()


def test_mistake_is_reported_by_whoever_sees_the_entry(entry, actors):
    proposal = services.report_mistake(actors["b"], entry.pk, "電話番号が違います")
    with pytest.raises(FeatureNotFound):
        services.report_mistake(actors["d"], entry.pk, "x")
    with pytest.raises(FeatureNotFound):
        services.report_mistake(Viewer(public_site=True), entry.pk, "x")
    assert services.approve(actors["a"], proposal.pk, answer="直しました").state == State.DONE


def test_removal_goes_to_the_trash_when_approved(entry, actors):
    proposal = services.propose_removal(actors["c"], entry.pk, "閉所しました")
    services.approve(actors["a"], proposal.pk)
    assert Resource.unscoped.get(pk=entry.pk).deleted_at
