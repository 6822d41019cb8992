"""Demo accounts: the file, the database, and the sign-in page that offers them (design §5)."""

import json
import re
import stat
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from gisportal.accounts.demo import DEMO_ACCOUNTS, create_demo_accounts, credentials_path
from gisportal.accounts.models import Account, ApiToken
from gisportal.accounts.tokens import revoke_token
from gisportal.accounts.viewers import viewer_of
from gisportal.accounts.views import demo_choices
from layers.access import Level
from layers.models import Category, Resource, Responsibility

USERS = ["admin", "level-a", "level-b", "level-c", "level-d"]


@pytest.fixture
def resources(db):
    categories = [
        Category.objects.create(code=f"kind_{n}", title=f"分類{n}", colour="#123456", shape="circle")
        for n in range(3)
    ]
    now = datetime(2026, 4, 1, tzinfo=UTC)
    return [
        Resource.unscoped.create(name=f"資源{n}", category=categories[n % 3], updated_at=now)
        for n in range(12)
    ]


def entries():
    return json.loads(credentials_path().read_text())


def test_file_is_private_and_complete(db):
    create_demo_accounts()
    assert stat.S_IMODE(credentials_path().stat().st_mode) == 0o600
    assert [entry["user"] for entry in entries()] == USERS
    assert all(set(entry) == {"user", "password", "token"} for entry in entries())
    assert len({entry["password"] for entry in entries()}) == len(USERS)
    assert [path.name for path in credentials_path().parent.iterdir()] == ["demo-accounts.json"]


@pytest.mark.parametrize("user", USERS)
def test_password_and_token_work(user, db):
    create_demo_accounts()
    entry = next(entry for entry in entries() if entry["user"] == user)
    client = Client()
    data = {"login": user, "password": entry["password"]}
    assert client.post("/accounts/login/", data).status_code == 302
    by_session = client.get("/probe/").json()["viewer"]
    by_token = Client().get("/probe/", headers={"authorization": f"Bearer {entry['token']}"}).json()["viewer"]
    assert by_session == by_token
    assert by_session["account_id"] == Account.objects.get(username=user).pk


def test_levels_and_organisations(db):
    create_demo_accounts()
    viewers = [viewer_of(Account.objects.get(username=user)) for user in USERS]
    assert [viewer.level for viewer in viewers] == [Level.ADMINISTRATOR, Level.A, Level.B, Level.C, Level.D]
    assert [viewer.is_staff for viewer in viewers] == [True, True, False, False, False]


def stored_rows():
    """Every account and token, by key: the database gives rows in no order of its own."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Account, ApiToken)]


def test_second_run_changes_nothing(resources):
    first = create_demo_accounts()
    state = stored_rows()
    written = credentials_path().stat().st_mtime_ns
    assert create_demo_accounts() == first
    assert state == stored_rows()
    assert credentials_path().stat().st_mtime_ns == written
    assert Responsibility.unscoped.count() == 9


def test_file_and_database_are_brought_together(db):
    kept = create_demo_accounts()
    Account.objects.get(username="level-a").delete()
    changed = Account.objects.get(username="level-b")
    changed.set_password("something-else-now")
    changed.save()
    revoke_token(ApiToken.objects.get(account__username="level-c"))
    assert create_demo_accounts() == kept
    for entry in kept:
        assert Account.objects.get(username=entry.user).check_password(entry.password)
        assert Client().get("/probe/", headers={"authorization": f"Bearer {entry.token}"}).status_code == 200


def test_lost_file_is_made_anew(db):
    first = create_demo_accounts()
    credentials_path().write_text("not json")
    second = create_demo_accounts()
    assert {entry.token for entry in first}.isdisjoint({entry.token for entry in second})
    assert Account.objects.get(username="admin").check_password(second[0].password)


def test_b_and_c_answer_for_some_resources(resources):
    create_demo_accounts()
    owned = {}
    for user in USERS:
        viewer = viewer_of(Account.objects.get(username=user))
        direct = set(
            Responsibility.unscoped.filter(account_id=viewer.account_id).values_list("resource", flat=True)
        )
        shared = set(
            Responsibility.unscoped.filter(organisation_id__in=viewer.organisation_ids).values_list(
                "resource", flat=True
            )
        )
        owned[user] = (direct, shared)
    counts = {user: (len(direct), len(shared)) for user, (direct, shared) in owned.items()}
    assert counts == {
        "admin": (0, 0),
        "level-a": (0, 0),
        "level-b": (4, 0),
        "level-c": (3, 2),
        "level-d": (0, 0),
    }
    assert len(set().union(*owned["level-b"], *owned["level-c"])) == 9
    assert Resource.unscoped.visible_to(viewer_of(Account.objects.get(username="level-c"))).count() == 5


def test_responsibility_follows_when_resources_come_later(db, request):
    create_demo_accounts()
    assert not Responsibility.unscoped.exists()
    request.getfixturevalue("resources")
    create_demo_accounts()
    assert Responsibility.unscoped.count() == 9


def test_command_refuses_where_there_is_no_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demo"):
        call_command("create_demo_accounts")
    assert not Account.objects.exists()
    call_command("create_demo_accounts", "--force")
    assert Account.objects.count() == len(DEMO_ACCOUNTS)


def test_sign_in_page_offers_one_click_in_the_demo(db, settings):
    settings.DEMO = True
    create_demo_accounts()
    client = Client(enforce_csrf_checks=True)
    page = client.get("/accounts/login/?next=/probe/").content.decode()
    for demo in DEMO_ACCOUNTS:
        assert f"{demo.user} でログイン" in page
        assert str(demo.may) in page
    form = next(part for part in page.split("<form")[1:] if 'value="level-b"' in part)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = client.post("/accounts/login/", fields)
    assert (answer.status_code, answer["Location"]) == (302, "/probe/")
    assert client.get("/probe/").json()["viewer"]["level"] == "b"


def test_sign_in_page_offers_nothing_elsewhere(db, settings):
    settings.DEMO = False
    kept = create_demo_accounts()
    assert demo_choices() == []
    page = Client().get("/accounts/login/").content.decode()
    assert "デモ" not in page
    for entry in kept:
        assert entry.password not in page
        assert entry.user not in page


def test_sign_in_page_works_before_the_accounts_exist(db, settings):
    settings.DEMO = True
    assert Client().get("/accounts/login/").status_code == 200
