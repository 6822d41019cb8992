"""What one sees after too many wrong passwords (django-axes calls this)."""

from typing import Any

from axes.utils import reset
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gisportal.accounts.models import Account


def counted_name(username: str) -> str:
    """The name failures are counted by: sign-in does not tell Taro from taro, so neither may the count."""
    return Account.normalize_username(username).strip().lower()


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name somebody tries to sign in with. Called with the form, and with what was made of it."""
    named = credentials or request.POST
    return counted_name(str(named.get("username") or named.get("login") or ""))


def unlock(account: Account) -> None:
    """Forgets the failures counted for an account."""
    reset(username=counted_name(account.username))


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """How long the account stays locked and whom to ask; 429."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    context = {"minutes": minutes, "failures": settings.AXES_FAILURE_LIMIT}
    response = render(request, "account/locked.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    response["Cache-Control"] = "no-store"
    return response
