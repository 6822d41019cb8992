"""Administration of accounts, for administrators only (R19, R21)."""

import re

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from gisportal.accounts.models import AccessSetting, Account, ApiToken
from gisportal.accounts.tokens import create_token
from gisportal.audit.models import AuditEntry
from layers.access import Level
from layers.models import Organisation

PAGES = [
    "/admin/",
    "/admin/accounts/account/",
    "/admin/accounts/account/add/",
    "/admin/accounts/apitoken/",
    "/admin/layers/organisation/",
    "/admin/layers/organisation/add/",
    "/admin/accounts/accesssetting/1/change/",
    "/admin/audit/auditentry/",
]


@pytest.fixture
def administrator(make_account):
    return make_account(Level.ADMINISTRATOR)


@pytest.fixture
def client(administrator, sign_in):
    AccessSetting.objects.get_or_create(id=1)
    return sign_in(administrator)


def act(client, action, *accounts):
    data = {"action": action, "_selected_action": [account.pk for account in accounts]}
    return client.post("/admin/accounts/account/", data)


def secret_on(answer):
    found = re.search(r"<code data-secret>\s*(\S+)\s*</code>", answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


@pytest.mark.parametrize("page", PAGES)
def test_administrators_open_every_page(page, client):
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_anonymous_is_sent_to_sign_in(page, db):
    target = Client().get(page, follow=True).redirect_chain[-1][0]
    assert target.startswith("/accounts/login/?next=%2Fadmin%2F")


@pytest.mark.parametrize("level", [Level.A, Level.B, Level.C, Level.D])
def test_other_levels_are_refused(level, make_account, sign_in):
    answer = sign_in(make_account(level)).get("/admin/accounts/account/", follow=True)
    assert answer.status_code == 403


def test_administration_is_in_japanese(client):
    page = client.get("/admin/accounts/account/").content.decode()
    assert "表示名" in page
    assert "停止する" in page


def test_new_account_gets_a_password_shown_once(client):
    data = {"username": "hanako", "display_name": "花子", "level": "b", "is_active": "on", "email": ""}
    answer = client.post("/admin/accounts/account/add/", data)
    password = secret_on(answer)
    assert "no-store" in answer["Cache-Control"]
    account = Account.objects.get(username="hanako")
    assert account.check_password(password)
    assert account.level == "b"
    assert AuditEntry.objects.filter(action="account.created", target_id=str(account.pk)).count() == 1
    assert password not in str(list(AuditEntry.objects.values_list("summary", flat=True)))


def test_new_password_ends_sessions(client, make_account, sign_in):
    account = make_account(Level.B)
    other = sign_in(account)
    password = secret_on(act(client, "give_new_password", account))
    account.refresh_from_db()
    assert account.check_password(password)
    assert other.get("/probe/").json()["viewer"]["level"] == "anonymous"


def test_token_is_made_and_revoked(client, make_account):
    account = make_account(Level.B)
    secret = secret_on(act(client, "give_token", account))
    headers = {"authorization": f"Bearer {secret}"}
    assert Client().get("/probe/", headers=headers).status_code == 200
    data = {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]}
    assert client.post("/admin/accounts/apitoken/", data).status_code == 302
    assert Client().get("/probe/", headers=headers).status_code == 401
    page = client.get("/admin/accounts/apitoken/").content.decode()
    assert secret not in page
    assert ApiToken.objects.get().digest not in page


def test_switching_off_and_on(client, make_account, sign_in):
    account = make_account(Level.B)
    other, secret = sign_in(account), create_token(account)
    act(client, "switch_off", account)
    assert other.get("/probe/").json()["viewer"]["level"] == "anonymous"
    assert Client().get("/probe/", headers={"authorization": f"Bearer {secret}"}).status_code == 401
    act(client, "switch_on", account)
    assert Client().get("/probe/", headers={"authorization": f"Bearer {secret}"}).status_code == 200


def test_lock_is_lifted(client, make_account, sign_in):
    account = make_account(Level.B)
    for _number in range(portal_settings.AXES_FAILURE_LIMIT):
        answer = Client().post("/accounts/login/", {"login": account.username, "password": "wrong"})
    assert answer.status_code == 429
    act(client, "unlock", account)
    assert sign_in(account).get("/probe/").json()["viewer"]["level"] == "b"


def test_nobody_shuts_himself_out(client, administrator):
    act(client, "switch_off", administrator)
    data = {
        "username": administrator.username,
        "display_name": "",
        "level": "d",
        "is_active": "on",
        "email": "",
    }
    answer = client.post(f"/admin/accounts/account/{administrator.pk}/change/", data)
    assert answer.status_code == 200
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.level) == (True, Level.ADMINISTRATOR)


def test_accounts_are_not_deleted(client, make_account):
    account = make_account(Level.B)
    assert client.post(f"/admin/accounts/account/{account.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", account)
    assert Account.objects.filter(pk=account.pk).exists()


def test_change_is_recorded(client, make_account):
    account = make_account(Level.D)
    data = {"username": account.username, "display_name": "", "level": "a", "is_active": "on", "email": ""}
    assert client.post(f"/admin/accounts/account/{account.pk}/change/", data).status_code == 302
    entry = AuditEntry.objects.get(action="account.changed")
    assert entry.summary == {"fields": ["level"], "level": "a", "active": True}


def test_organisation_makes_staff(client, make_account, sign_in):
    client.post("/admin/layers/organisation/add/", {"name": "高松市", "is_city": "on"})
    organisation = Organisation.unscoped.get()
    account = make_account(Level.A)
    data = {
        "username": account.username,
        "level": "a",
        "is_active": "on",
        "organisation": organisation.pk,
    }
    client.post(f"/admin/accounts/account/{account.pk}/change/", data)
    assert sign_in(account).get("/probe/").json()["viewer"]["is_city_staff"]
    assert AuditEntry.objects.get(action="organisation.created").summary["is_city"] is True


def test_public_site_is_switched_and_recorded(client, administrator):
    client.post("/admin/accounts/accesssetting/1/change/", {"public_site": "on"})
    assert AccessSetting.public_site_is_on()
    entry = AuditEntry.objects.get(action="public_site.switched")
    assert (entry.account_id, entry.summary) == (administrator.pk, {"on": True})


@pytest.mark.parametrize(
    "page", ["/admin/auth/group/", "/admin/account/emailaddress/", "/admin/axes/accesslog/"]
)
def test_what_nobody_administers_has_no_page(page, client):
    assert client.get(page).status_code == 404
