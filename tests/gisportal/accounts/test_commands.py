"""Commands: the first administrator, tokens, the public site."""

import io
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import AccessSetting, Account, ApiToken
from gisportal.audit.models import AuditEntry
from layers.access import Level


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def create_administrator(monkeypatch, name, password):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return run("create_administrator", "--username", name, "--password-stdin")


def test_first_administrator_signs_in(db, monkeypatch):
    create_administrator(monkeypatch, "kanri", "correct-horse-battery")
    account = Account.objects.get()
    assert (account.level, account.is_superuser) == (Level.ADMINISTRATOR, True)
    client = Client()
    client.post("/accounts/login/", {"login": "kanri", "password": "correct-horse-battery"})
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [("kanri", "short"), ("kan ri", "correct-horse-battery"), ("kanrisha-soumu", "kanrisha-soumu1")],
)
def test_unusable_administrators_are_refused(name, password, db, monkeypatch):
    with pytest.raises(CommandError):
        create_administrator(monkeypatch, name, password)
    assert not Account.objects.exists()


def test_names_are_taken_in_any_case(db, monkeypatch):
    create_administrator(monkeypatch, "kanri", "correct-horse-battery")
    with pytest.raises(CommandError):
        create_administrator(monkeypatch, "Kanri", "correct-horse-battery")
    assert Account.objects.count() == 1


@pytest.mark.parametrize("arguments", [[], ["--username", "kanri"]])
def test_without_a_terminal_nothing_is_asked(arguments, db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="--password-stdin"):
        run("create_administrator", *arguments)


def test_token_is_printed_once_and_works(make_account):
    account = make_account(Level.A)
    secret = run("create_api_token", account.username, "--name", "QGIS", "--days", "30")
    token = ApiToken.objects.get()
    assert token.name == "QGIS"
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    answer = Client().get("/probe/", headers={"authorization": f"Bearer {secret}"})
    assert answer.json()["viewer"]["account_id"] == account.pk


@pytest.mark.parametrize(
    "arguments", [["nobody"], ["account-b", "--days", "0"], ["account-b", "--days", "99999"]]
)
def test_unusable_tokens_are_refused(arguments, make_account):
    make_account()
    with pytest.raises(CommandError):
        run("create_api_token", *arguments)
    assert not ApiToken.objects.exists()


def test_public_site_is_off_until_switched_on(db):
    assert run("public_site", "status") == "off"
    assert not Client().get("/probe/").json()["viewer"]["public_site"]
    assert run("public_site", "on") == "on"
    assert Client().get("/probe/").json()["viewer"]["public_site"]
    assert run("public_site", "off") == "off"
    assert not Client().get("/probe/").json()["viewer"]["public_site"]
    assert list(
        AuditEntry.objects.filter(action="public_site.switched").values_list("summary", flat=True)
    ) == [
        {"on": False},
        {"on": True},
    ]


def test_there_is_one_setting(db):
    run("public_site", "on")
    run("public_site", "on")
    assert AccessSetting.objects.count() == 1
    assert AuditEntry.objects.filter(action="public_site.switched").count() == 1
