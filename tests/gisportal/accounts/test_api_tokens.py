"""API tokens: Bearer and Basic, their life, and what wrong ones get (R18)."""

import base64
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from gisportal.accounts.api_sign_in import WRONG_TOKENS_ALLOWED
from gisportal.accounts.models import ApiToken
from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token, digest_of, revoke_token
from layers.access import Level


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_bearer_token_says_who_is_looking(make_account):
    account = make_account(Level.C, organisation="法人")
    answer = Client().get("/probe/", headers=bearer(create_token(account)))
    viewer = answer.json()["viewer"]
    assert (viewer["level"], viewer["account_id"]) == ("c", account.pk)
    assert viewer["organisation_ids"] == [account.organisation_id]
    assert answer.json()["current"] == viewer


@pytest.mark.parametrize("user", ["account-b", "whoever", ""])
def test_basic_takes_the_token_as_password(user, make_account):
    secret = create_token(make_account(Level.B))
    answer = Client().get("/probe/", headers=basic(user, secret))
    assert answer.json()["viewer"]["level"] == "b"


def test_account_password_is_no_token(make_account):
    account = make_account(Level.B)
    assert (
        Client().get("/probe/", headers=basic(account.username, "correct-horse-battery")).status_code == 401
    )


def test_only_a_hash_is_stored(make_account):
    secret = create_token(make_account())
    token = ApiToken.objects.get()
    row = " ".join(str(value) for value in ApiToken.objects.values_list().get())
    assert secret not in row
    assert secret.startswith(token.prefix)
    assert token.digest == digest_of(secret)
    assert len(secret) > 40
    assert len(token.prefix) < len(secret) / 3


@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong",
        "Bearer",
        "Basic !!!",
        "Basic ",
        "Digest x",
        "",
        "Basic " + base64.b64encode(b"\xff").decode(),
    ],
)
def test_unusable_authorization_is_refused(header, db):
    answer = Client().get("/probe/", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    assert "Bearer" in answer["WWW-Authenticate"]
    assert "Basic" in answer["WWW-Authenticate"]
    assert answer["Cache-Control"] == "no-store"


def test_refusal_is_a_page_where_one_is_asked_for(db):
    headers = {"authorization": "Bearer wrong", "accept": "text/html"}
    answer = Client().get("/probe/", headers=headers)
    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("text/html")
    assert "トークンが正しくありません" in answer.content.decode()


def expired(token):
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def switched_off(token):
    token.account.is_active = False
    token.account.save()


@pytest.mark.parametrize("end", [revoke_token, expired, switched_off])
def test_ended_token_is_refused_though_the_public_site_is_on(end, make_account):
    set_public_site(True)
    secret = create_token(make_account(), expires_at=timezone.now() + timedelta(days=1))
    assert Client().get("/probe/", headers=bearer(secret)).status_code == 200
    end(ApiToken.objects.get())
    assert Client().get("/probe/", headers=bearer(secret)).status_code == 401


def test_use_is_noted_at_most_once_a_minute(make_account):
    secret = create_token(make_account())
    Client().get("/probe/", headers=bearer(secret))
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    Client().get("/probe/", headers=bearer(secret))
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    Client().get("/probe/", headers=bearer(secret))
    assert ApiToken.objects.get().last_used_at >= first


def test_token_request_costs_one_query(make_account, django_assert_num_queries):
    secret = create_token(make_account(Level.B, organisation="法人"))
    Client().get("/probe/", headers=bearer(secret))
    with django_assert_num_queries(1):
        Client().get("/probe/", headers=bearer(secret))


def test_token_request_leaves_no_session(make_account):
    answer = Client().get("/remember/", headers=bearer(create_token(make_account())))
    assert answer.status_code == 200
    assert not answer.cookies
    assert not Session.objects.exists()


def test_token_wins_over_cookie_and_leaves_it(make_account, sign_in):
    client = sign_in(make_account(Level.D))
    secret = create_token(make_account(Level.A))
    answer = client.get("/remember/", headers=bearer(secret))
    assert "sessionid" not in answer.cookies
    assert client.get("/probe/", headers=bearer(secret)).json()["viewer"]["level"] == "a"
    assert client.get("/probe/").json()["viewer"]["level"] == "d"


def test_token_opens_neither_accounts_nor_administration(make_account):
    secret = create_token(make_account(Level.ADMINISTRATOR))
    for address in ("/admin/", "/accounts/password/change/"):
        assert Client().get(address, headers=bearer(secret)).status_code == 403


def test_csrf_is_enforced_for_sessions_and_not_for_tokens(make_account, sign_in):
    account = make_account()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in(account).cookies
    assert strict.post("/probe/").status_code == 403
    secret = create_token(account)
    assert Client(enforce_csrf_checks=True).post("/probe/", headers=bearer(secret)).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_remembered_basic_credentials_help_no_other_site(header, status, make_account):
    headers = {**basic("account-b", create_token(make_account())), **header}
    assert Client(enforce_csrf_checks=True).post("/probe/", headers=headers).status_code == status


def test_many_wrong_tokens_are_answered_with_429(make_account):
    secret = create_token(make_account())
    for number in range(WRONG_TOKENS_ALLOWED):
        assert Client().get("/probe/", headers=bearer(f"wrong-{number}")).status_code == 401
    answer = Client().get("/probe/", headers=bearer("wrong-again"))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Client().get("/probe/", headers=bearer(secret)).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get("/probe/", headers=bearer(secret)).status_code == 200


def test_one_wrong_token_repeated_shuts_nobody_out(make_account):
    secret = create_token(make_account())
    for _number in range(WRONG_TOKENS_ALLOWED * 3):
        assert Client().get("/probe/", headers=bearer("left-over")).status_code == 401
    assert Client().get("/probe/", headers=bearer(secret)).status_code == 200


def test_the_proxys_word_counts_only_behind_a_proxy(make_account, settings):
    named = {"x-forwarded-for": "198.51.100.1, 192.0.2.9"}
    settings.BEHIND_PROXY = True
    for number in range(WRONG_TOKENS_ALLOWED):
        Client().get("/probe/", headers={**bearer(f"wrong-{number}"), **named})
    assert Client().get("/probe/", headers={**bearer("x"), "x-forwarded-for": "192.0.2.9"}).status_code == 429
    assert (
        Client().get("/probe/", headers={**bearer("x"), "x-forwarded-for": "192.0.2.10"}).status_code == 401
    )
    settings.BEHIND_PROXY = False
    assert Client().get("/probe/", headers={**bearer("y"), "x-forwarded-for": "192.0.2.9"}).status_code == 401
