"""A portal with one page that says who is looking."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path

from gisportal.accounts.models import Account
from gisportal.urls import urlpatterns as portal_addresses
from layers.access import Level, current_viewer
from layers.models import Organisation

PASSWORD = "correct-horse-battery"


def probe(request: HttpRequest) -> JsonResponse:
    """Who is looking, by the request and by the context variable."""
    return JsonResponse({"viewer": asdict(request.viewer), "current": asdict(current_viewer.get())})


def remember(request: HttpRequest) -> HttpResponse:
    """Writes to the session, as a page that keeps a place does."""
    request.session["place"] = "kept"
    return HttpResponse("ok")


def shared(request: HttpRequest) -> HttpResponse:
    """An answer for everybody."""
    response = HttpResponse("ok")
    response["Cache-Control"] = "public, max-age=60"
    return response


class Urls:
    """The portal's addresses and those above."""

    urlpatterns = [
        path("probe/", probe),
        path("remember/", remember),
        path("shared/", shared),
        path("healthz", lambda request: HttpResponse("ok")),
        *portal_addresses,
    ]


@pytest.fixture(autouse=True)
def portal(settings: Any, tmp_path: Any) -> Iterator[None]:
    """Own addresses, own folder, quick passwords, no failures counted before."""
    settings.ROOT_URLCONF = Urls
    settings.VAR_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def make_account(db: None) -> Callable[..., Account]:
    """Makes an account of a level, in an organisation when its name is given."""

    def make(
        level: Level = Level.B, username: str = "", organisation: str = "", city: bool = False
    ) -> Account:
        owner = Organisation.unscoped.create(name=organisation, is_city=city) if organisation else None
        return Account.objects.create_user(
            username or f"account-{level}", password=PASSWORD, level=level.value, organisation=owner
        )

    return make


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A browser that has signed in on the portal's own page."""

    def sign(account: Account, **extra: Any) -> Client:
        client = Client(**extra)
        answer = client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return sign
