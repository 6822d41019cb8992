"""Signing in with a token: ``Authorization: Bearer``, or HTTP Basic with the token as password (QGIS)."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from gisportal.accounts.addresses import client_address
from gisportal.accounts.models import ApiToken
from gisportal.accounts.tokens import InvalidToken, digest_of, token_of
from gisportal.problems import problem_response

WRONG_TOKENS_ALLOWED = 10
WRONG_TOKENS_WINDOW = 300  # seconds
CHALLENGE = 'Bearer realm="gisportal", error="invalid_token", Basic realm="gisportal", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a token does not get in: the HTTP status, a title and what would be right."""

    status: int
    title: str
    detail: str

    def response(self, request: HttpRequest) -> HttpResponse:
        """Problem details (RFC 9457), a page only where asked for: whoever sends a token is a program.

        401 names the ways to sign in, 429 when to come back.
        """
        if "text/html" in request.headers.get("Accept", ""):
            response = problem_response(request, self.status, self.title, self.detail)
        else:
            body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
            response = JsonResponse(body, status=self.status, content_type="application/problem+json")
        response["Cache-Control"] = "no-store"
        if self.status == 401:
            response["WWW-Authenticate"] = CHALLENGE
        if self.status == 429:
            response["Retry-After"] = str(WRONG_TOKENS_WINDOW)
        return response


def presented_secret(request: HttpRequest) -> str | None:
    """The token a request carries; None when it has no Authorization at all.

    Raises:
        InvalidToken: an Authorization that is neither Bearer nor Basic, or cannot be read.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _space, value = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return str(value).strip()
    if scheme.lower() != "basic":
        raise InvalidToken
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidToken from None
    return pair.partition(":")[2]


def sent_by_a_browser_itself(request: HttpRequest) -> bool:
    """Whether another site may have made a browser send this with what it remembers.

    No cookie speaks for a request with a token, but a browser that once asked for user name and token sends them
    by itself (HTTP Basic): such a request still needs the page's own CSRF token. A Bearer token is sent by nothing
    but a program that holds it.
    """
    if request.META.get("HTTP_AUTHORIZATION", "").strip().lower().startswith("bearer "):
        return False
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.get_host()


def sign_in(request: HttpRequest) -> ApiToken | Refusal | None:
    """The token of the request, a refusal, or None when it carries none."""
    try:
        secret = presented_secret(request)
        return None if secret is None else _recognise(request, secret)
    except InvalidToken:
        return Refusal(
            401,
            _("The token is not valid"),
            _(
                "Send a valid API token: Authorization: Bearer <token>, "
                "or HTTP Basic with the token as password."
            ),
        )


def _recognise(request: HttpRequest, secret: str) -> ApiToken | Refusal:
    counter = f"wrong-tokens:{client_address(request)}"
    if int(cache.get(counter, 0)) >= WRONG_TOKENS_ALLOWED:
        return Refusal(
            429,
            _("Too many wrong tokens"),
            _("Too many wrong tokens came from your address. Try again in %(minutes)d minutes.")
            % {"minutes": WRONG_TOKENS_WINDOW // 60},
        )
    try:
        return token_of(secret)
    except InvalidToken:
        _count_wrong(counter, secret)
        raise


def _count_wrong(counter: str, secret: str) -> None:
    """Counts different wrong tokens: a program repeating one is misconfigured and not shut out."""
    if cache.add(f"{counter}:{digest_of(secret)}", True, WRONG_TOKENS_WINDOW) and not cache.add(
        counter, 1, WRONG_TOKENS_WINDOW
    ):
        cache.incr(counter)
