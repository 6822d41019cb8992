"""Limits of clients: requests a minute and a day, told in the ``RateLimit`` fields of the IETF draft (D8).

A token has limits of its own, else those of the settings; somebody signed in without a token is limited by account,
whoever has not signed in by network address, which is kept as a keyed hash. Pages and static files are not limited.
"""

import hmac
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.accounts.addresses import client_address
from gisportal.accounts.models import ApiToken
from gisportal.gate.keeper import keeper
from gisportal.gate.windows import DAY, MINUTE, Policy, Standing, windows
from gisportal.problems import PROBLEM_TYPE

#: Names of the policies in the header fields.
_NAMES: Final = {MINUTE: "minute", DAY: "day"}


class Limited(NamedTuple):
    """A client and what it is limited to."""

    key: str
    policies: tuple[Policy, ...]


class LimitMiddleware:
    """Counts each request at a door, refuses with 429 what is too many, and says how much is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not getattr(request, "door", "") or request.method == "OPTIONS":
            return self.get_response(request)
        client = client_of(request)
        if not client.policies:
            return self.get_response(request)
        passes, standings = windows.take(client.key, client.policies, time.time(), _zone())
        keeper.wake()
        response = self.get_response(request) if passes else _refusal(standings)
        # What a shared cache hands out says nothing of who gets it.
        if "public" not in response.get("Cache-Control", ""):
            for name, value in fields_of(standings):
                response[name] = value
        return response


def client_of(request: HttpRequest) -> Limited:
    """Who is counted: the token, else the account, else the address."""
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is not None:
        return Limited(f"t:{token.pk}", policies_of_token(token))
    account = request.viewer.account_id  # type: ignore[attr-defined]
    if account is not None:
        return Limited(f"u:{account}", _policies(settings.RATE_ACCOUNT, settings.QUOTA_ACCOUNT))
    return Limited(
        f"a:{_hashed(client_address(request))}", _policies(settings.RATE_ADDRESS, settings.QUOTA_ADDRESS)
    )


def policies_of_token(token: ApiToken) -> tuple[Policy, ...]:
    """The token's own limits, else those of the settings."""
    rate = settings.RATE_TOKEN if token.rate_per_minute is None else token.rate_per_minute
    quota = settings.QUOTA_TOKEN if token.daily_quota is None else token.daily_quota
    return _policies(rate, quota)


def _policies(rate: int, quota: int) -> tuple[Policy, ...]:
    """0 is no limit."""
    pairs = ((rate, MINUTE), (quota, DAY))
    return tuple(Policy(number, seconds) for number, seconds in pairs if number)


@lru_cache(maxsize=4096)
def _hashed(address: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), "sha256").hexdigest()[:32]


def _zone() -> int:
    """Seconds local time is ahead: a day begins at midnight of the city. Japan keeps no summer time."""
    return _offset(settings.TIME_ZONE, int(time.time()) // 3600)


@lru_cache(maxsize=2)
def _offset(name: str, _hour: int) -> int:
    offset = timezone.now().astimezone(ZoneInfo(name)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def fields_of(standings: Sequence[Standing]) -> tuple[tuple[str, str], tuple[str, str]]:
    """``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers)."""
    policies = ", ".join(
        f'"{_NAMES[item.policy.seconds]}";q={item.policy.quota};w={item.policy.seconds}' for item in standings
    )
    left = ", ".join(
        f'"{_NAMES[item.policy.seconds]}";r={item.remaining};t={item.reset}' for item in standings
    )
    return ("RateLimit-Policy", policies), ("RateLimit", left)


def _refusal(standings: Sequence[Standing]) -> HttpResponse:
    """429 with when to come back; problem details whatever is accepted: it is meant for programs."""
    retry = max(item.retry for item in standings)
    worst = max(standings, key=lambda item: item.retry)
    told = {
        MINUTE: _("More than %(quota)d requests in a minute came from this client."),
        DAY: _("More than %(quota)d requests came from this client today."),
    }[worst.policy.seconds] % {"quota": worst.policy.quota}
    body = {
        "type": "about:blank",
        "title": _("Too many requests"),
        "status": 429,
        "detail": told + " " + _("Try again in %(seconds)d seconds.") % {"seconds": retry},
    }
    response = JsonResponse(
        body, status=429, content_type=PROBLEM_TYPE, json_dumps_params={"ensure_ascii": False}
    )
    response["Retry-After"] = str(retry)
    response["Cache-Control"] = "no-store"
    return response
