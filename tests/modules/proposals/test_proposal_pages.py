"""Pages of proposals: who opens them, what they say when something is wrong."""

import pytest
from django.test import Client

from gisportal.accounts.models import Account
from gisportal.modules.proposals import services
from gisportal.modules.proposals.models import Proposal
from layers.models import Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(actors):
    """A client signed in as a level."""

    def make(level: str) -> Client:
        client = Client()
        client.force_login(
            Account.objects.get(level=level), backend="gisportal.accounts.backends.AccountBackend"
        )
        return client

    return make


@pytest.fixture
def proposal(entry, actors) -> Proposal:
    return services.propose_change(
        actors["c"],
        entry.pk,
        entry.version,
        {"phone": "087-111-0000", "name": "<b>さくら</b>", "lat": 34.35, "lon": 134.06},
    )


@pytest.mark.parametrize(
    ("level", "status"), [("administrator", 200), ("a", 200), ("b", 404), ("c", 200), ("d", 403)]
)
def test_proposal_is_read_by_its_author_and_who_decides(proposal, client_of, level, status):
    client = client_of(level)
    for url in (f"/proposals/{proposal.pk}/", f"/proposals/{proposal.pk}/map.svg"):
        answer = client.get(url)
        assert answer.status_code == status
        assert ("087-111-0000" in answer.content.decode()) == (status == 200 and not url.endswith("svg"))
    listed = client.get("/proposals/?state=")
    assert ("デイサービスさくら" in listed.content.decode()) == (status == 200)


def test_anonymous_is_sent_to_sign_in(proposal):
    for url in ("/proposals/", f"/proposals/{proposal.pk}/", f"/resources/{proposal.resource_id}/report/"):
        assert Client().get(url).status_code == 302


def test_typed_markup_is_shown_as_text(proposal, client_of):
    assert "&lt;b&gt;さくら&lt;/b&gt;" in client_of("a").get(f"/proposals/{proposal.pk}/").content.decode()


def test_part_is_approved_and_the_rest_is_said_to_be_left(proposal, client_of):
    client = client_of("a")
    answer = client.post(f"/proposals/{proposal.pk}/approve", {"keys": ["phone"]}, follow=True)
    assert answer.status_code == 200 and "取り入れていない" in answer.content.decode()
    row = Resource.unscoped.get(pk=proposal.resource_id)
    assert (row.phone, row.name) == ("087-111-0000", "デイサービスさくら")


def test_nothing_chosen_and_no_reason_are_told_beside_the_form(proposal, client_of):
    client = client_of("a")
    assert client.post(f"/proposals/{proposal.pk}/approve", {"answer": "x"}).status_code == 400
    answer = client.post(f"/proposals/{proposal.pk}/send-back", {"keys": ["phone"]})
    assert answer.status_code == 400 and "理由" in answer.content.decode()


@pytest.mark.parametrize("level", ["b", "c"])
def test_others_decide_nothing(proposal, client_of, level):
    client = client_of(level)
    for act in ("approve", "send-back"):
        answer = client.post(f"/proposals/{proposal.pk}/{act}", {"keys": ["phone"], "answer": "x"})
        assert answer.status_code == 404
    assert Proposal.unscoped.get().is_open


def test_report_needs_words_and_keeps_what_was_typed(entry, client_of):
    client = client_of("b")
    assert client.post(f"/resources/{entry.pk}/report/", {"text": ""}).status_code == 400
    answer = client.post(f"/resources/{entry.pk}/report/", {"text": "閉所", "removal": "on"}, follow=True)
    assert answer.status_code == 200 and Proposal.unscoped.get().kind == "delete"


def test_unknown_state_is_refused(client_of):
    assert client_of("a").get("/proposals/?state=x").status_code == 400
