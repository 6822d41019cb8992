"""The record: what is written, and that nothing changes it (R18)."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from gisportal import hooks
from gisportal.audit.models import AuditEntry
from gisportal.audit.services import record

PASSWORD = "correct-horse-battery"


@pytest.fixture
def account(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return get_user_model().objects.create_user("hanako", password=PASSWORD)


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def sign_in(name, password):
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": password})
    return client


def test_entry_keeps_names_as_they_were(account):
    record(account, "looked", account, count=3)
    number = account.pk
    account.delete()
    entry = AuditEntry.objects.get()
    assert (entry.account_id, entry.account_name) == (number, "hanako")
    assert (entry.target_type, entry.target_id, entry.summary) == (
        "accounts.account",
        str(number),
        {"count": 3},
    )


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditentry SET action = 'other'", "DELETE FROM audit_auditentry"]
)
def test_database_refuses_change(statement, db):
    record(None, "done")
    refused = pytest.raises(ProgrammingError, match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert actions() == ["done"]


def test_objects_refuse_change(db):
    entry = record(None, "done")
    entry.action = "other"
    with pytest.raises(ProgrammingError), transaction.atomic():
        entry.save()
    with pytest.raises(ProgrammingError), transaction.atomic():
        entry.delete()


def test_signing_in_and_out_is_recorded(account):
    client = sign_in("hanako", PASSWORD)
    client.post("/accounts/logout/")
    assert actions() == ["signed_in", "signed_out"]
    assert set(AuditEntry.objects.values_list("account_id", flat=True)) == {account.pk}


def test_failures_and_lock_are_recorded_without_password_and_address(account, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _number in range(3):
        sign_in("hanako", "a-wrong-password")
    assert sorted(actions()) == ["locked_out", "sign_in_failed", "sign_in_failed", "sign_in_failed"]
    rows = str(list(AuditEntry.objects.values()))
    assert "hanako" in rows
    assert "a-wrong-password" not in rows
    assert "127.0.0.1" not in rows


def test_what_services_tell_is_recorded_in_their_transaction(account):
    with pytest.raises(RuntimeError), transaction.atomic():
        hooks.tell("thing.done", actor=account)
        raise RuntimeError
    assert actions() == []
    hooks.tell("thing.done", actor=account, target=account, how="twice")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.account_name, entry.summary) == ("thing.done", "hanako", {"how": "twice"})
