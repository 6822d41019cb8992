"""変更なしで確認 in one tap, what is not updated, reminders with a limit per person (R32, R39)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gisportal.accounts.models import Account
from gisportal.modules.freshness import source
from gisportal.modules.freshness.models import Reminder
from gisportal.modules.freshness.services import remind
from layers.editing.errors import NotAllowed
from layers.editing.services import confirm_resource, create_resource
from layers.models import Resource, Responsibility

pytestmark = pytest.mark.django_db


def signed_in(level: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(level=level), backend="gisportal.accounts.backends.AccountBackend")
    return client


@pytest.fixture
def old(entry, actors) -> Resource:
    """Level C's entry, two years old; beside it a fresh one and one of nobody's."""
    create_resource(actors["c"], {"name": "新しい", "category": "salon"})
    nobody = create_resource(actors["a"], {"name": "担当なし", "category": "salon"})
    Resource.unscoped.filter(pk__in=[entry.pk, nobody.pk]).update(
        updated_at=timezone.now() - timedelta(days=730)
    )
    Account.objects.filter(level="c").update(email="c@example.jp")
    return Resource.unscoped.get(pk=entry.pk)


def mails() -> list[dict[str, str]]:
    return list(
        ProcrastinateJob.objects.filter(task_name="accounts.deliver_mail").values_list("args", flat=True)
    )


def test_each_sees_what_is_old_of_what_he_sees(old, actors):
    assert {row.name for row in source.stale_rows(actors["a"])} == {old.name, "担当なし"}
    assert {row.name for row in source.stale_rows(actors["c"])} == {old.name}
    assert not source.stale_rows(actors["d"]).exists()
    assert [(group.value, group.count) for group in source.by_category(actors["a"])] == [
        ("day_care", 1),
        ("salon", 1),
    ]
    (person,) = source.people(actors["a"])
    assert (person.account_id, person.count, person.reminded_at) == (actors["c"].account_id, 1, None)


@pytest.mark.parametrize(
    ("level", "status"), [("administrator", 200), ("a", 200), ("b", 200), ("c", 200), ("d", 403)]
)
def test_overview_opens_for_members(old, level, status):
    answer = signed_in(level).get("/freshness/")
    assert answer.status_code == status
    assert ("督促を送る" in answer.content.decode()) == (level in {"administrator", "a"})


@pytest.mark.parametrize("level", ["administrator", "a", "b", "c", "d"])
def test_one_tap_confirms_for_who_may(old, level):
    answer = signed_in(level).post(f"/resources/{old.pk}/confirm", {"how": "self"})
    confirmed = Resource.unscoped.get(pk=old.pk).verified_at is not None
    assert confirmed == (level in {"administrator", "a", "c"})
    assert answer.status_code == (302 if confirmed else {"b": 404, "d": 403}[level])


def test_provider_cannot_claim_a_visit(old):
    assert signed_in("c").post(f"/resources/{old.pk}/confirm", {"how": "visit"}).status_code == 400


def test_reminder_goes_once_and_its_link_confirms_without_sign_in(old, actors):
    c = actors["c"].account_id
    assert remind(actors["a"], [c]) == (1, 0)
    assert remind(actors["a"], [c]) == (0, 1)
    (mail,) = mails()
    assert mail["to"] == "c@example.jp"
    path = re.search(r"https?://[^/]+(/link/\S+)", mail["text"])[1]
    page = Client().get(path)
    assert (
        page.status_code == 200
        and old.name in page.content.decode()
        and "担当なし" not in page.content.decode()
    )
    assert Client().post(path, {"resource": old.pk}).status_code == 302
    row = Resource.unscoped.get(pk=old.pk)
    assert (row.verified_how, row.updated_at) == ("mail", old.updated_at)
    assert not source.stale_rows(actors["c"]).exists()


def test_link_opens_no_other_entry_and_no_other_act(old, actors):
    remind(actors["a"], [actors["c"].account_id])
    path = re.search(r"https?://[^/]+(/link/\S+)", mails()[0]["text"])[1]
    other = Resource.unscoped.get(name="担当なし")
    assert Client().post(path, {"resource": other.pk}).status_code == 404
    assert Client().post(path + "x", {"resource": old.pk}).status_code == 404
    assert Resource.unscoped.filter(verified_at__isnull=False).count() == 0


def test_nobody_is_reminded_without_mail_or_without_entries(old, actors):
    Account.objects.filter(level="c").update(email="")
    assert remind(actors["a"], [actors["c"].account_id, actors["d"].account_id]) == (0, 2)
    assert not mails() and not Reminder.unscoped.exists()
    with pytest.raises(NotAllowed):
        remind(actors["b"], [actors["c"].account_id])


def test_organisation_responsible_is_reminded_through_its_people(old, actors):
    Responsibility.unscoped.filter(resource=old).delete()
    organisation = Account.objects.get(level="c").organisation
    Responsibility.unscoped.create(resource=old, organisation=organisation)
    assert remind(actors["administrator"], [actors["c"].account_id]) == (1, 0)
    confirm_resource(actors["c"], old.pk, "self")
    assert actors["c"].account_id not in source.entries_by_person(actors["a"])
