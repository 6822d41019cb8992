"""Meetings of an entry: seen, made, changed, removed, taken into one's own calendar (R30)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.modules.sessions import forms, source
from gisportal.modules.sessions.calendar import calendar
from gisportal.portal.answers import private
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound
from layers.models import HolidayRule, Recurrence
from layers.sessions.services import delete_session, save_session
from layers.vacancy import WEEKDAYS


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest, resource_id: int, session_id: int | None = None) -> HttpResponse:
    """The list with the form of a new meeting, or of one of them."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    name = source.entry_name(viewer, resource_id)
    if name is None:
        raise Http404
    if request.method != "POST":
        return _page(request, viewer, resource_id, name, session_id)
    try:
        session = save_session(viewer, resource_id, forms.sent(request.POST), session_id)
    except InvalidValues as error:
        return _page(request, viewer, resource_id, name, session_id, error.errors)
    except NotAllowed:
        raise PermissionDenied from None
    except FeatureNotFound:
        raise Http404 from None
    response = redirect("meetings:list", resource_id)
    response["Location"] += f"#s{session.pk}"
    return response


@require_POST
def delete(request: HttpRequest, resource_id: int, session_id: int) -> HttpResponse:
    """Removes a meeting."""
    if refused := refusal(request):
        return refused
    try:
        delete_session(viewer_of(request), resource_id, session_id)
    except NotAllowed:
        raise PermissionDenied from None
    except FeatureNotFound:
        raise Http404 from None
    return redirect("meetings:list", resource_id)


@require_safe
def calendar_file(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The dates of the coming months for one's own calendar."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    name = source.entry_name(viewer, resource_id)
    if name is None:
        raise Http404
    body = calendar(name, source.meetings_of(viewer, resource_id), request.get_host(), timezone.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="meetings-{resource_id}.ics"'
    return private(response)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    resource_id: int,
    name: str,
    session_id: int | None,
    errors: dict[str, list[str]] | None = None,
) -> HttpResponse:
    meetings = source.meetings_of(viewer, resource_id)
    chosen = next((item for item in meetings if item.session.pk == session_id), None)
    if session_id is not None and chosen is None:
        raise Http404
    may_edit = source.may_edit(viewer, resource_id)
    context: dict[str, Any] = {
        "resource_id": resource_id,
        "name": name,
        "meetings": meetings,
        "chosen": chosen,
        "may_edit": may_edit,
        "has_place": source.discloses_place(resource_id),
        "typed": forms.sent(request.POST) if errors else forms.typed(chosen.session if chosen else None),
        "errors": {key: " ".join(texts) for key, texts in (errors or {}).items()},
        "recurrences": Recurrence.choices,
        "holiday_rules": HolidayRule.choices,
        "weekdays": [(str(number), title) for number, (_code, title) in enumerate(WEEKDAYS)],
        "weeks": [(str(number), _("no. %(nth)d") % {"nth": number}) for number in range(1, 6)]
        + [("-1", _("last"))],
    }
    return private(render(request, "sessions/page.html", context, status=400 if errors else 200))
