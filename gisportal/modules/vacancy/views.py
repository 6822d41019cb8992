"""One page per office: all its services, one tap each (R30)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.modules.vacancy import source
from gisportal.modules.vacancy.forms import sent
from gisportal.portal.answers import private
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Level, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.vacancy import HOWS, enter_vacancy, undo_vacancy
from layers.errors import FeatureNotFound, ParameterError
from layers.models import Resource

KNOWN = frozenset({"resource", "q", "done", "lang"})


def how_titles() -> dict[str, str]:
    """How one came to know it, in words."""
    return {
        "self": _("said by the office itself"),
        "phone": _("confirmed by telephone"),
        "visit": _("confirmed by a visit"),
        "fax": _("confirmed by fax"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def office(request: HttpRequest) -> HttpResponse:
    """The entries of the signed-in provider; for A and B also those of any office, by entry or by name."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if viewer.level in {Level.ANONYMOUS, Level.D}:
        raise PermissionDenied
    asked = _asked(request)
    if request.method == "POST":
        return _posted(request, viewer, asked)
    return _page(request, viewer, asked)


def _asked(request: HttpRequest) -> dict[str, Any]:
    for key in request.GET:
        if key not in KNOWN:
            raise ParameterError(
                key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(sorted(KNOWN))}
            )
    resource = request.GET.get("resource", "")
    if resource and not (resource.isascii() and resource.isdigit() and len(resource) < 19):
        raise ParameterError("resource", _("The number of an entry is wanted."))
    return {"resource": int(resource) if resource else None, "words": request.GET.get("q", "").strip()[:100]}


def _posted(request: HttpRequest, viewer: Viewer, asked: dict[str, Any]) -> HttpResponse:
    number = resource_number(request)
    try:
        state(request, viewer, number, how=request.POST.get("how", ""))
    except (InvalidValues, NotAllowed) as error:
        return _page(request, viewer, asked, wrong=wrong_of(error, number, request), status=400)
    except FeatureNotFound:
        raise Http404 from None
    return redirect(f"{reverse('vacancy:office')}?{urlencode({**kept(request), 'done': number})}#r{number}")


def kept(request: HttpRequest) -> dict[str, str]:
    """What of the address says which entries are shown."""
    return {key: request.GET[key] for key in ("resource", "q") if request.GET.get(key)}


def resource_number(request: HttpRequest) -> int:
    """The entry a form is about. Raises ``Http404``."""
    text = request.POST.get("resource", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def state(request: HttpRequest, viewer: Viewer, number: int, how: str = "") -> Resource:
    """Does what the form asks: states room, or takes the last statement back."""
    if "undo" in request.POST:
        return undo_vacancy(viewer, number)
    return enter_vacancy(viewer, number, sent(request.POST), how)


def wrong_of(error: Exception, number: int, request: HttpRequest) -> dict[str, Any]:
    """What was wrong with which entry, with the values as they were typed."""
    if isinstance(error, InvalidValues):
        messages = {key: " ".join(texts) for key, texts in error.errors.items()}
    else:
        messages = {"vacancy": _("You may not state the room of this entry.")}
    return {"id": number, "messages": messages, "typed": {key: request.POST[key] for key in request.POST}}


def shown_cards(rows: list[Resource], wrong: dict[str, Any] | None, done: str) -> list[dict[str, Any]]:
    """Cards with what is said of the last form."""
    return [
        {
            "card": source.card(row),
            "wrong": wrong if wrong and wrong["id"] == row.pk else None,
            "is_done": wrong is None and str(row.pk) == done,
            "how": how_titles().get((row.vacancy_detail.get("_entered") or {}).get("how", ""), ""),
        }
        for row in rows
    ]


def _page(
    request: HttpRequest,
    viewer: Viewer,
    asked: dict[str, Any],
    wrong: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = source.office_of(viewer, **asked)
    own = source.may_link(viewer, [row.pk for row in rows])
    context = {
        "cards": shown_cards(rows[: source.MOST], wrong, request.GET.get("done", "")),
        "has_more": len(rows) > source.MOST,
        "wrong": wrong,
        "hows": [(code, how_titles()[code]) for code in HOWS] if viewer.reads_all else [],
        "can_search": viewer.reads_all,
        "may_link": bool(own),
        "resource": asked["resource"],
        "words": asked["words"],
        "kept": urlencode(kept(request)),
    }
    return private(render(request, "vacancy/office.html", context, status=status))
