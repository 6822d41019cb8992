"""Pages of the history of one resource: every state, one state beside today, the pin's way on a map."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.papers.resource_maps import moved_map
from gisportal.portal.answers import drawing, private
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Act
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.history import (
    pins,
    resource_with_history,
    restore_version,
    state_of,
    steps,
    way_back,
)
from layers.editing.opening import allowed_acts
from layers.errors import ParameterError


@require_safe
def history(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Every state of a resource, the newest first."""
    if refused := refusal(request):
        return refused
    page = _page(request)
    viewer = viewer_of(request)
    row = resource_with_history(viewer, resource_id)
    found, has_more = steps(viewer, resource_id, page)
    if page > 1 and not found:
        raise ParameterError("page", _("There are no older states."))
    context = {
        "row": row,
        "steps": found,
        "newer": page - 1 if page > 1 else None,
        "older": page + 1 if has_more else None,
        "may_edit": _may_edit(request, resource_id),
    }
    return private(render(request, "history/list.html", context))


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 100_000:
        raise ParameterError("page", _("A whole number from 1 is expected here."))
    return int(text)


@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, resource_id: int, version: int) -> HttpResponse:
    """One past state beside today's; posting takes the chosen items, or all, back to it."""
    if refused := refusal(request):
        return refused
    if request.method == "POST":
        return _restore(request, resource_id, version)
    return _shown(request, resource_id, version)


def _shown(
    request: HttpRequest, resource_id: int, number: int, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    viewer = viewer_of(request)
    row = resource_with_history(viewer, resource_id)
    context = {
        "row": row,
        "state": state_of(viewer, resource_id, number),
        "differences": way_back(viewer, resource_id, number),
        "may_edit": _may_edit(request, resource_id),
        "errors": errors or [],
        "chosen": request.POST.getlist("keys"),
    }
    return private(render(request, "history/version.html", context, status=status))


def _restore(request: HttpRequest, resource_id: int, number: int) -> HttpResponse:
    viewer = viewer_of(request)
    keys = request.POST.getlist("keys")
    seen = request.POST.get("version", "")
    if not keys:
        return _shown(request, resource_id, number, [_("Choose at least one item to take back.")], 400)
    if not seen.isascii() or not seen.isdigit():
        return _shown(request, resource_id, number, [_("Open this page again: it was incomplete.")], 400)
    try:
        restore_version(viewer, resource_id, number, int(seen[:9]), keys)
    except NotAllowed:
        return _shown(request, resource_id, number, [_("You may read this entry but not change it.")], 403)
    except Conflict as conflict:
        names = "、".join(item.title for item in conflict.differences)
        text = _("Somebody else has just changed: %(items)s. Look at today's values again.") % {
            "items": names
        }
        return _shown(request, resource_id, number, [text], 409)
    except InvalidValues as wrong:
        return _shown(
            request, resource_id, number, [text for texts in wrong.errors.values() for text in texts], 400
        )
    messages.success(
        request, _("The items chosen are back as they were. This is a new state in the history.")
    )
    return redirect("history:list", resource_id=resource_id)


@require_safe
def moved(request: HttpRequest, resource_id: int, version: int) -> HttpResponse:
    """Where the pin was (1) and went to (2) with a state, as a picture of our own vectors."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    before, after = pins(viewer, resource_id, version)
    drawn = moved_map(viewer, before, after, (_("1 before"), _("2 after")), _("Where the pin went"))
    if drawn is None:
        raise Http404
    return drawing(drawn)


def _may_edit(request: HttpRequest, resource_id: int) -> bool:
    return Act.UPDATE in allowed_acts(viewer_of(request), resource_id)
