"""Who is responsible for an entry (R29), and who reads the exact place of one shown by district only."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.accounts.models import Account
from gisportal.portal.answers import private
from gisportal.portal.edit_views import forbidden, opened
from gisportal.portal.search_views import viewer_of
from layers.access import Act, Level
from layers.editing import people as services
from layers.editing.errors import NotAllowed
from layers.errors import FeatureNotFound

MOST = 15


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Lists them; adds and removes, each for whom it concerns."""
    row = opened(request, resource_id, Act.UPDATE)
    if isinstance(row, HttpResponse):
        return row
    viewer = viewer_of(request)
    readers = services.place_readers(viewer, row)
    may_assign = services.may_assign(viewer)
    if not may_assign and readers is None:
        return forbidden(request, _("Level A and the administrator say who is responsible."))
    if request.method == "POST":
        return _changed(request, resource_id)
    words = request.GET.get("who", "").strip()[:100]
    context = {
        "row": row,
        "words": words,
        "responsible": services.responsible_for(viewer, resource_id),
        "readers": readers,
        "may_assign": may_assign,
        "accounts": _accounts(words),
        "organisations": services.find_organisations(words, MOST) if may_assign else [],
    }
    return private(render(request, "portal/edit/people.html", context))


def _accounts(words: str) -> list[Account]:
    if not words:
        return []
    rows = Account.objects.filter(is_active=True).exclude(level=Level.D.value)
    return list(
        rows.filter(Q(username__icontains=words) | Q(display_name__icontains=words)).order_by("username")[
            :MOST
        ]
    )


def _changed(request: HttpRequest, resource_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    given = request.POST.get("target", "")
    target = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    acts = {
        "add-account": lambda: services.assign(viewer, resource_id, account=target),
        "add-organisation": lambda: services.assign(viewer, resource_id, organisation=target),
        "remove": lambda: services.unassign(viewer, resource_id, target),
        "add-reader": lambda: services.add_place_reader(viewer, resource_id, target),
        "remove-reader": lambda: services.remove_place_reader(viewer, resource_id, target),
    }
    try:
        acts[request.POST.get("act", "")]()
    except NotAllowed as refused:
        if str(refused) != "last reader":
            return forbidden(request)
        messages.error(request, _("The last reader stays; name another one first."))
    except (FeatureNotFound, KeyError):
        messages.error(request, _("There is nobody of this number."))
    else:
        messages.success(request, _("Saved."))
    return redirect("portal:people", resource_id)
