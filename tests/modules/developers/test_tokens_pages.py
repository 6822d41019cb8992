"""Pages of tokens and of what clients use (D8, I5)."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import Account, ApiToken
from gisportal.accounts.tokens import create_token, token_of
from gisportal.audit.models import AuditEntry
from gisportal.gate.models import Usage
from gisportal.modules.developers.forms import MOST
from layers.access import Level
from tests.factories import make_account, make_district, make_resource

pytestmark = pytest.mark.django_db
NEW = {"name": "企画課の QGIS", "reach": "all", "act": "read", "days": "90"}


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def secret_of(answer: Any) -> str:
    secret: str = answer.context["secret"]
    return secret


def test_a_token_is_made_and_shown_once() -> None:
    account = make_account(Level.B)
    client = browser(account)
    answer = client.post("/accounts/tokens/", NEW)
    secret = secret_of(answer)
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    token = token_of(secret)
    assert (token.account_id, token.name, token.sources, token.may_write) == (
        account.pk,
        NEW["name"],
        None,
        False,
    )
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)  # type: ignore[operator]
    page = client.get("/accounts/tokens/").content.decode()
    assert secret not in page
    assert token.prefix in page
    assert AuditEntry.objects.filter(action="token.created").exists()
    assert secret not in str(list(AuditEntry.objects.values_list()))


def test_scope_and_limits_are_those_chosen() -> None:
    make_district()
    make_resource()
    client = browser(make_account(Level.A))
    values = {**NEW, "reach": "some", "sources": ["districts-area"], "act": "write", "days": "0"}
    values |= {"rate_per_minute": "30", "daily_quota": "500"}
    token = token_of(secret_of(client.post("/accounts/tokens/", values)))
    assert (token.sources, token.may_write, token.expires_at) == (["districts-area"], True, None)
    assert (token.rate_per_minute, token.daily_quota) == (30, 500)


@pytest.mark.parametrize(
    ("level", "wrong", "field"),
    [
        (Level.B, {"name": ""}, "name"),
        (Level.B, {"reach": "some"}, "sources"),
        (Level.B, {"reach": "some", "sources": ["layer-secret"]}, "sources"),
        (Level.B, {"days": "5000"}, "days"),
        (Level.B, {"rate_per_minute": "-1"}, "rate_per_minute"),
        (Level.B, {"rate_per_minute": "101"}, "rate_per_minute"),
        (Level.B, {"daily_quota": "99999999"}, "daily_quota"),
        (Level.D, {"act": "write"}, "act"),
    ],
)
def test_what_cannot_be_is_refused(level: Level, wrong: dict[str, Any], field: str, settings: Any) -> None:
    settings.RATE_TOKEN, settings.QUOTA_TOKEN = 100, 1000
    answer = browser(make_account(level)).post("/accounts/tokens/", {**NEW, **wrong})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_the_administrator_gives_more(settings: Any) -> None:
    settings.RATE_TOKEN = 100
    answer = browser(make_account(Level.ADMINISTRATOR)).post(
        "/accounts/tokens/", {**NEW, "rate_per_minute": "5000"}
    )
    assert token_of(secret_of(answer)).rate_per_minute == 5000


def test_nobody_hoards_tokens() -> None:
    account = make_account(Level.B)
    for _number in range(MOST):
        create_token(account)
    assert browser(account).post("/accounts/tokens/", NEW).status_code == 400
    ApiToken.objects.filter(account=account).update(expires_at=timezone.now() - timedelta(days=1))
    assert browser(account).post("/accounts/tokens/", NEW).status_code == 200


def test_revoking_asks_first_and_ends_the_token() -> None:
    account = make_account(Level.B)
    secret = create_token(account, name="old")
    address = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/"
    client = browser(account)
    assert client.get(address).status_code == 200
    assert ApiToken.objects.get().is_valid
    assert client.post(address).status_code == 302
    answer = Client().get("/ogc/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("part", ["", "revoke/"])
def test_tokens_of_others_do_not_exist(part: str) -> None:
    create_token(make_account(Level.B))
    address = f"/accounts/tokens/{ApiToken.objects.get().pk}/{part}"
    for level in (Level.A, Level.B):
        client = browser(make_account(level))
        assert client.get(address).status_code == 404
        assert client.post(address).status_code in {404, 405}
    assert ApiToken.objects.get().is_valid
    assert Client().get(address).status_code == 302
    root = browser(make_account(Level.ADMINISTRATOR))
    assert root.get(address).status_code == 200


def test_the_administrator_sees_and_revokes_all() -> None:
    create_token(make_account(Level.B, "bert"), name="nightly")
    root = browser(make_account(Level.ADMINISTRATOR))
    page = root.get("/accounts/tokens/all/").content.decode()
    assert "nightly" in page
    assert "bert" in page
    answer = root.post(f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert answer["Location"] == "/accounts/tokens/all/"
    assert not ApiToken.objects.get().is_valid


@pytest.mark.parametrize("address", ["/accounts/tokens/all/", "/settings/usage/", "/settings/usage.csv"])
def test_screens_of_all_clients_are_for_the_administrator(address: str) -> None:
    for level in (Level.A, Level.B, Level.C, Level.D):
        assert browser(make_account(level)).get(address).status_code == 403
    assert Client().get(address).status_code in {302, 401}
    secret = create_token(make_account(Level.ADMINISTRATOR))
    assert Client().get(address, headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    assert browser(make_account(Level.ADMINISTRATOR)).get(address).status_code == 200


# --- usage ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def used() -> ApiToken:
    """A token used today and forty days ago, and people."""
    create_token(make_account(Level.B, "bert"), name="=nightly")
    token = ApiToken.objects.get()
    today = timezone.localdate()
    common = {"kind": "token", "token_id": token.pk}
    Usage.objects.create(day=today, door="ogc", requests=1200, bytes=5_000_000, errors=3, limited=2, **common)
    Usage.objects.create(day=today, door="tiles", requests=34, bytes=10, **common)
    Usage.objects.create(day=today - timedelta(days=40), door="ogc", requests=7, **common)
    Usage.objects.create(day=today, kind="people", door="tiles", requests=999)
    return token


def test_usage_by_day_and_client(used: ApiToken) -> None:
    root = browser(make_account(Level.ADMINISTRATOR))
    answer = root.get("/settings/usage/")
    days = answer.context["page"].object_list
    assert [(day.client, day.requests, day.limited) for day in days] == [
        ("=nightly", 1234, 2),
        ("ログインした人（画面）", 999, 0),
    ]
    assert answer.context["sums"]["requests"] == 2233
    page = answer.content.decode()
    assert "1,234" in page
    assert "bert" in page
    assert "/admin/audit/auditentry/" in page
    assert f'href="/accounts/tokens/{used.pk}/"' in page


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        ("door=tiles", 34 + 999),
        ("client=people", 999),
        ("client=token&door=ogc", 1200),
        ("client={token}", 1234),
        ("client=999999999999999999999999", None),
        ("from=2000-01-01&to=2000-01-31", None),
    ],
)
def test_usage_is_filtered(used: ApiToken, query: str, requests: int | None) -> None:
    root = browser(make_account(Level.ADMINISTRATOR))
    answer = root.get(f"/settings/usage/?{query.format(token=used.pk)}")
    assert answer.context["sums"]["requests"] == requests


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-02-30", "to=2020-01-01&from=2021-01-01", "client=x", "door=x", "other=1"],
)
def test_usage_refuses_what_it_cannot_use(query: str) -> None:
    answer = browser(make_account(Level.ADMINISTRATOR)).get(f"/settings/usage/?{query}")
    assert answer.status_code == 400


def test_usage_as_csv(used: ApiToken) -> None:
    root = browser(make_account(Level.ADMINISTRATOR))
    text = root.get("/settings/usage.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + 3
    assert [row[1:5] for row in rows[1:]] == [
        ["ログインした人（画面）", "", "タイル", "999"],
        ["'=nightly", "bert", "OGC API", "1200"],
        ["'=nightly", "bert", "タイル", "34"],
    ]


def test_a_person_sees_the_use_of_his_own_token(used: ApiToken) -> None:
    answer = browser(used.account).get(f"/accounts/tokens/{used.pk}/")
    (day,) = answer.context["days"]
    assert day.requests == 1234
    lines = browser(used.account).get("/accounts/tokens/").context["lines"]
    assert [line.requests for line in lines] == [1234]
