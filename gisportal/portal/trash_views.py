"""Deleting into the trash, looking through it, taking out of it (R28)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.portal.answers import private
from gisportal.portal.edit_views import forbidden, opened
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Act
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.opening import name_of, trash_of
from layers.editing.services import restore_resource, trash_resource

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Asks once, then puts the entry into the trash."""
    row = opened(request, resource_id, Act.DELETE)
    if isinstance(row, HttpResponse):
        return row
    if request.method != "POST":
        return private(render(request, "portal/edit/delete.html", {"row": row}))
    trash_resource(viewer_of(request), resource_id, request.POST.get("note", "").strip()[:300])
    response = redirect("portal:trash")
    response["Location"] += f"?deleted={resource_id}"
    return response


@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """What lies in the trash and the viewer may restore."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    rows = trash_of(viewer)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    given = request.GET.get("deleted", "")
    just = (
        rows.filter(pk=int(given)).first()
        if given.isascii() and given.isdigit() and len(given) < 19
        else None
    )
    items = [{"row": row, "kept": name_of(viewer, row.merged_into_id)} for row in page]
    context = {"page": page, "items": items, "just": just}
    return private(render(request, "portal/edit/trash.html", context))


@require_POST
def restore(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Takes an entry out of the trash again."""
    if refused := refusal(request):
        return refused
    try:
        row = restore_resource(viewer_of(request), resource_id)
    except NotAllowed:
        return forbidden(request)
    except InvalidValues as wrong:
        for texts in wrong.errors.values():
            messages.error(request, " ".join(texts))
        return redirect("portal:trash")
    messages.success(request, _("“%(name)s” is back.") % {"name": row.name})
    return redirect(reverse("portal:resource", args=[resource_id]))
