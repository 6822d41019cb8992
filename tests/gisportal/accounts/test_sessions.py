"""Sign-in by session: pages, lock-out, times and number of sessions, cache rules (R18)."""

import time

import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import NoReverseMatch, reverse

from gisportal.accounts import session_times
from gisportal.accounts.templatetags.accounts import browser_name
from layers.access import Level, Viewer, current_viewer

PASSWORD = "correct-horse-battery"


def level_of(client):
    return client.get("/probe/").json()["viewer"]["level"]


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.ANONYMOUS])
def test_signing_in_makes_the_viewer(level, make_account, sign_in):
    client = sign_in(make_account(level))
    assert level_of(client) == level
    assert client.get("/probe/").json()["current"]["level"] == level
    assert current_viewer.get() == Viewer()


def test_anonymous_is_anonymous(db):
    assert level_of(Client()) == "anonymous"


def test_alive_asks_no_database():
    # No database mark: a query would fail this test.
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize("name", ["account_login", "account_inactive"])
def test_pages_for_everyone(name, db):
    answer = Client().get(reverse(name))
    assert answer.status_code == 200
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("name", ["account_logout", "account_change_password", "usersessions_list"])
def test_pages_of_ones_own_account(name, make_account, sign_in):
    assert sign_in(make_account()).get(reverse(name)).status_code == 200
    answer = Client().get(reverse(name))
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_what_is_not_offered_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_nobody_signs_up(db):
    for answer in (Client().get("/accounts/signup/"), Client().post("/accounts/signup/", {"username": "x"})):
        assert answer.status_code == 404


def test_sign_in_page_is_labelled_and_in_japanese(db):
    page = Client().get("/accounts/login/").content.decode()
    assert '<label for="id_login">ユーザー名</label>' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "placeholder" not in page
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("name", ["account_login", "account_inactive"])
def test_pages_bear_the_portals_name_not_the_hosts(name, db):
    page = Client().get(reverse(name)).content.decode()
    assert "testserver" not in page


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge (Windows)",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox (Linux)"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari (iPhone)"),
        ("curl/8.0", "curl/8.0"),
    ],
)
def test_browsers_are_named_as_people_know_them(user_agent, name):
    assert browser_name(user_agent) == name


def test_sign_in_page_in_english(db):
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get("/accounts/login/").content.decode()
    assert "User name" in page


def test_wrong_password_is_said_in_a_summary(make_account):
    account = make_account()
    answer = Client().post("/accounts/login/", {"login": account.username, "password": "wrong"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert "ユーザー名またはパスワードが正しくありません。" in page
    assert level_of(Client()) == "anonymous"


def test_sign_in_needs_the_csrf_token(make_account):
    account = make_account()
    strict = Client(enforce_csrf_checks=True)
    assert (
        strict.post("/accounts/login/", {"login": account.username, "password": PASSWORD}).status_code == 403
    )


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/probe/?q=1", "/probe/?q=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("", "/"),
    ],
)
def test_next_leads_nowhere_else(wanted, reached, make_account):
    account = make_account()
    data = {"login": account.username, "password": PASSWORD, "next": wanted}
    assert Client().post("/accounts/login/", data)["Location"] == reached


def test_signing_out_takes_a_post(make_account, sign_in):
    client = sign_in(make_account())
    assert client.get("/accounts/logout/").status_code == 200
    assert level_of(client) == "b"
    assert client.post("/accounts/logout/").status_code == 302
    assert level_of(client) == "anonymous"


def test_too_many_wrong_passwords_lock_the_account(make_account):
    account = make_account()
    client = Client()
    for _number in range(portal_settings.AXES_FAILURE_LIMIT):
        answer = client.post("/accounts/login/", {"login": account.username, "password": "wrong"})
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "15分" in page
    assert "管理者" in page
    right = client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
    assert right.status_code == 429
    assert level_of(client) == "anonymous"


def test_writing_the_name_otherwise_gives_no_more_tries(make_account):
    make_account(username="taro")
    for name in ["taro", "TARO", "Taro", " taro", "tARO"]:
        answer = Client().post("/accounts/login/", {"login": name, "password": "wrong"})
    assert answer.status_code == 429


def test_another_account_is_not_locked(make_account, sign_in):
    for _number in range(portal_settings.AXES_FAILURE_LIMIT):
        Client().post("/accounts/login/", {"login": "somebody", "password": "wrong"})
    assert level_of(sign_in(make_account())) == "b"


def test_inactive_account_is_told_so(make_account):
    account = make_account()
    account.is_active = False
    account.save()
    answer = Client().post("/accounts/login/", {"login": account.username, "password": PASSWORD})
    assert answer["Location"] == "/accounts/inactive/"


def test_switching_off_ends_a_running_session(make_account, sign_in):
    account = make_account()
    client = sign_in(account)
    account.is_active = False
    account.save()
    assert level_of(client) == "anonymous"


def test_longest_time_ends_a_session(make_account, sign_in, settings, monkeypatch):
    client = sign_in(make_account())
    begin = time.time()
    monkeypatch.setattr(session_times.time, "time", lambda: begin + settings.SESSION_ABSOLUTE_AGE - 10)
    assert level_of(client) == "b"
    monkeypatch.setattr(session_times.time, "time", lambda: begin + settings.SESSION_ABSOLUTE_AGE + 10)
    assert level_of(client) == "anonymous"


def test_idle_time_renews_itself(make_account, sign_in, monkeypatch):
    client = sign_in(make_account())
    before = Session.objects.get().expire_date
    level_of(client)
    assert Session.objects.get().expire_date == before
    begin = time.time()
    monkeypatch.setattr(session_times.time, "time", lambda: begin + session_times.RENEWED_EVERY + 1)
    level_of(client)
    assert Session.objects.get().expire_date > before


def test_idle_session_is_over(make_account, sign_in):
    client = sign_in(make_account())
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    assert level_of(client) == "anonymous"


def test_oldest_sessions_end_over_the_limit(make_account, sign_in, settings):
    settings.SESSIONS_PER_ACCOUNT = 2
    account = make_account()
    first, second, third = (sign_in(account) for _number in range(3))
    assert [level_of(client) for client in (first, second, third)] == ["anonymous", "b", "b"]


def test_other_sessions_can_be_ended(make_account, sign_in):
    account = make_account()
    other, own = sign_in(account), sign_in(account)
    assert own.post("/accounts/sessions/").status_code == 302
    assert [level_of(other), level_of(own)] == ["anonymous", "b"]


def test_changing_the_password_ends_other_sessions(make_account, sign_in):
    account = make_account()
    other, own = sign_in(account), sign_in(account)
    new = "another-long-secret"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert own.post("/accounts/password/change/", data)["Location"] == "/accounts/sessions/"
    assert [level_of(other), level_of(own)] == ["anonymous", "b"]
    account.refresh_from_db()
    assert account.check_password(new)


@pytest.mark.parametrize("new", ["short", "123456789012", "password1234"])
def test_weak_passwords_are_refused(new, make_account, sign_in):
    client = sign_in(make_account())
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/accounts/password/change/", data)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_session_costs_two_queries(make_account, sign_in, django_assert_num_queries):
    client = sign_in(make_account(Level.B, organisation="法人"))
    with django_assert_num_queries(2):
        client.get("/probe/")


def test_answers_to_somebody_are_private(make_account, sign_in):
    answer = sign_in(make_account()).get("/probe/")
    assert answer["Cache-Control"] == "private"
    assert {"Cookie", "Authorization"} <= {item.strip() for item in answer["Vary"].split(",")}


def test_what_the_view_said_stands(make_account, sign_in):
    answer = sign_in(make_account()).get("/shared/")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Authorization" not in answer.get("Vary", "")
