"""Tokens of programs: made, shown, revoked, by each person his own; the administrator sees and revokes all (D8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.accounts.models import ApiToken
from gisportal.accounts.tokens import create_token, revoke_token
from gisportal.gate.limits import policies_of_token
from gisportal.gate.models import Usage
from gisportal.modules.developers.forms import TokenForm
from gisportal.modules.developers.source import by_day
from gisportal.portal.answers import private
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator, may_settle
from layers.access import Viewer
from layers.source import sources

#: Days of use summed up in the list, and shown of one token.
LATELY: Final = 30
PER_PAGE: Final = 50
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Line:
    """A token in a list. ``requests``: of the last :data:`LATELY` days."""

    token: ApiToken
    collections: list[str]
    requests: int
    state: str


def for_person(view: View) -> View:
    """Somebody signed in; nothing of it is kept by caches."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return private(view(request, *args, **kwargs))

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and the form for a new one; its secret is shown in the answer, and never again."""
    viewer = viewer_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None, viewer=viewer)
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = create_token(request.user, actor=request.user, **form.arguments())  # type: ignore[arg-type]
        form = TokenForm(viewer=viewer)
    own = ApiToken.objects.filter(account_id=request.user.pk or 0)
    context = {"lines": lines(own, viewer), "form": form, "secret": secret, "lately": LATELY}
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "developers/tokens.html", context, status=status)


@require_safe
@for_administrator
def all_tokens(request: HttpRequest) -> HttpResponse:
    """Tokens of everybody, those used last first."""
    rows = ApiToken.objects.select_related("account").order_by(F("last_used_at").desc(nulls_last=True), "-id")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = lines(list(page.object_list), viewer_of(request))
    return render(request, "developers/all_tokens.html", {"lines": shown, "page": page, "lately": LATELY})


@require_safe
@for_person
def token(request: HttpRequest, token_id: int) -> HttpResponse:
    """One token and what it used, by day."""
    found = _mine(request, token_id)
    since = timezone.localdate() - timedelta(days=LATELY)
    context = {
        "line": lines([found], viewer_of(request))[0],
        "days": by_day(Usage.objects.filter(kind="token", token_id=found.pk, day__gt=since)),
        "policies": policies_of_token(found),
        "lately": LATELY,
        "is_own": found.account_id == request.user.pk,
    }
    return render(request, "developers/token.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Asks first, then ends a token at once."""
    found = _mine(request, token_id)
    if request.method != "POST":
        return render(request, "developers/revoke.html", {"line": lines([found], viewer_of(request))[0]})
    revoke_token(found, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": found.name or found.prefix})
    is_own = found.account_id == request.user.pk
    return redirect("developers:tokens" if is_own else "developers:all-tokens")


def _mine(request: HttpRequest, token_id: int) -> ApiToken:
    """A token of one's own; the administrator's are all."""
    found = ApiToken.objects.select_related("account").filter(pk=token_id).first()
    if found is None or not (found.account_id == request.user.pk or may_settle(viewer_of(request))):
        raise Http404
    return found


def lines(rows: "QuerySet[ApiToken] | list[ApiToken]", viewer: Viewer) -> list[Line]:
    """Tokens as lists show them."""
    found = list(rows)
    known = {source.slug: str(source.metadata.title) for source in sources(viewer)}
    since = timezone.localdate() - timedelta(days=LATELY)
    used = dict(
        Usage.objects.filter(kind="token", token_id__in=[row.pk for row in found], day__gt=since)
        .values_list("token_id")
        .annotate(number=Sum("requests"))
    )
    return [
        Line(row, [known.get(slug, slug) for slug in row.sources or ()], used.get(row.pk, 0), _state(row))
        for row in found
    ]


def _state(row: ApiToken) -> str:
    if row.revoked_at is not None:
        return _("no longer valid")
    return _("in force") if row.is_valid else _("expired")
