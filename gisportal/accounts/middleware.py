"""Who is looking: ``request.viewer``, from a session or an API token."""

from collections.abc import Callable
from contextlib import nullcontext

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from gisportal.accounts.api_sign_in import Refusal, sent_by_a_browser_itself, sign_in
from gisportal.accounts.models import ApiToken
from gisportal.accounts.places import resolvers
from gisportal.accounts.session_times import keep_session
from gisportal.accounts.token_scope import exists_for, may_pass, viewer_of_token
from gisportal.accounts.viewers import anonymous_reader, anonymous_viewer, viewer_of
from gisportal.problems import not_found
from layers.access import Viewer, current_viewer
from layers.versions import known_versions

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Answered without asking the database: "alive" must not depend on it.
WITHOUT_DATABASE = frozenset({"/healthz"})
#: A token reads and writes map data; it opens no pages that hand out more tokens or passwords, or settle the portal.
CLOSED_TO_TOKENS = ("/admin/", "/accounts/", "/settings/")


class NoSession(SessionBase):
    """The session of a token request: lives for the request and is stored nowhere."""

    def exists(self, session_key: str) -> bool:
        return False

    def create(self) -> None:
        """Nothing to create."""

    def save(self, must_create: bool = False) -> None:
        """Nothing is stored."""

    def delete(self, session_key: str | None = None) -> None:
        """Nothing was stored."""

    def load(self) -> dict[str, object]:
        return {}


class ViewerMiddleware:
    """Sets ``request.viewer`` and the context variable; a token wins over a cookie.

    A wrong, expired or revoked token or one of an inactive account is answered with 401 (never as anonymous),
    too many wrong ones with 429. Answers depend on who asks: they vary by cookie and token, and those to
    somebody signed in are private, unless the view has said otherwise. The context variable holds while the
    view runs; a streamed body must be given its viewer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self._answer(request, Viewer())
        token = sign_in(request)
        if isinstance(token, Refusal):
            return token.response(request)
        if token is not None:
            return self._answer_token(request, token)
        keep_session(request)
        account = request.user
        if account.is_authenticated:
            return self._answer(request, viewer_of(account))
        if request.method not in {"GET", "HEAD"}:
            return self._answer(request, anonymous_viewer())
        viewer, versions = anonymous_reader()
        with known_versions(versions):
            return self._answer(request, viewer)

    def _answer_token(self, request: HttpRequest, token: ApiToken) -> HttpResponse:
        if request.path.startswith(CLOSED_TO_TOKENS):
            return Refusal(
                403, _("Not with a token"), _("This page needs a person who has signed in with a password.")
            ).response(request)
        viewer = viewer_of_token(token, token.public_site)  # type: ignore[attr-defined]
        request.api_token = token  # type: ignore[attr-defined]
        if refused := _outside(request, viewer):
            return refused
        session = request.session
        request.session = NoSession()
        request.user = token.account
        request._dont_enforce_csrf_checks = not sent_by_a_browser_itself(request)  # type: ignore[attr-defined]
        # What writes may raise versions while it runs.
        is_reading = request.method in {"GET", "HEAD"}
        try:
            with known_versions(token.versions) if is_reading else nullcontext():  # type: ignore[attr-defined]
                return self._answer(request, viewer)
        finally:
            request.session = session

    def _answer(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        request.viewer = viewer  # type: ignore[attr-defined]
        # What tiles, which know no accounts, hand to the search for ``place=<token>``.
        request.resolvers = resolvers(request)  # type: ignore[attr-defined]
        mark = current_viewer.set(viewer)
        try:
            response = self.get_response(request)
        finally:
            current_viewer.reset(mark)
        return _with_cache_rules(response, viewer)


def _outside(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """The refusal of what lies outside a token's limits (D8): 403 for a door, 404 for a collection."""
    if not may_pass(viewer, str(request.method), request.path):
        detail = (
            _("This token is for reading.")
            if viewer.acts is not None and viewer.sources is None
            else _(
                "This token is limited to some collections: it opens /ogc/, /tiles/ and /styles/ of those alone."
            )
        )
        return Refusal(403, _("Not with this token"), detail).response(request)
    return None if exists_for(viewer, request.path) else not_found(request)


def _with_cache_rules(response: HttpResponse, viewer: Viewer) -> HttpResponse:
    said = response.get("Cache-Control", "")
    if "public" not in said:
        patch_vary_headers(response, ["Cookie", "Authorization"])
    if not said and viewer.account_id is not None:
        response["Cache-Control"] = "private"
    return response
