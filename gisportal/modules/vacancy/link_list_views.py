"""Links to the page of an office: made, printed with a QR code, listed with their last use, revoked (R30)."""

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import link_url, make_link, revoke_link
from gisportal.modules.vacancy import source
from gisportal.modules.vacancy.link_views import KIND
from gisportal.papers.qr import qr_svg
from gisportal.portal.answers import private
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Act, Level, Viewer

#: Days a link may live, the first the usual one.
LIVES: Final = (90, 30, 180, 365)
MOST_LISTED: Final = 200
QR_MM: Final = 45


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """The list of links to entries one may edit, and the form for a new one."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if viewer.level in {Level.ANONYMOUS, Level.D}:
        raise PermissionDenied
    if request.method == "POST":
        return _make(request, viewer)
    return _list(request, viewer)


@require_POST
def revoke(request: HttpRequest, link_id: int) -> HttpResponse:
    """Ends a link at once; by whoever may edit all it opens, and by whoever made it."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    link = SignedLink.objects.filter(pk=link_id, kind=KIND).first()
    if link is None or not _may_manage(viewer, link):
        raise Http404
    revoke_link(link, actor=request.user)  # type: ignore[arg-type]
    return redirect("vacancy:links")


def _may_manage(viewer: Viewer, link: SignedLink) -> bool:
    if viewer.account_id is not None and link.made_by_id == viewer.account_id:
        return True
    return set(link.resource_ids) <= source.may_link(viewer, link.resource_ids)


def _own(viewer: Viewer) -> list[Any]:
    """Entries one may choose for a new link: those of the own office, or those asked for."""
    return [row for row in source.office_of(viewer) if row.pk in source.may_link(viewer, [row.pk])]


def _chosen(request: HttpRequest) -> list[int]:
    given = request.POST.getlist("resources") if request.method == "POST" else request.GET.getlist("resource")
    return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]


def _offered(request: HttpRequest, viewer: Viewer) -> list[Any]:
    asked = _chosen(request)
    if asked and viewer.reads_all:
        rows = {row.pk: row for number in asked for row in source.office_of(viewer, resource=number)}
        allowed = source.may_link(viewer, rows)
        return [row for number, row in rows.items() if number in allowed]
    return _own(viewer)


def _list(
    request: HttpRequest, viewer: Viewer, wrong: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    found = [
        link
        for link in SignedLink.objects.filter(kind=KIND).select_related("made_by")[: MOST_LISTED * 5]
        if _may_manage(viewer, link)
    ][:MOST_LISTED]
    names = source.names_of(viewer, {number for link in found for number in link.resource_ids})
    context = {
        "links": [
            (link, [names[number] for number in link.resource_ids if number in names]) for link in found
        ],
        "rows": _offered(request, viewer),
        "chosen": _chosen(request),
        "lives": LIVES,
        "wrong": wrong or {},
        "typed": request.POST,
    }
    return private(render(request, "vacancy/links.html", context, status=status))


@sensitive_variables("token", "address")
def _make(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    chosen, label = _chosen(request), " ".join(request.POST.get("label", "").split())
    days = request.POST.get("days", "")
    wrong: dict[str, str] = {}
    if not chosen or set(chosen) - source.may_link(viewer, chosen):
        wrong["resources"] = _("Choose entries you may edit.")
    if not label or len(label) > 120:
        wrong["label"] = _("Say for whom the link is, in at most 120 characters.")
    if days not in {str(life) for life in LIVES}:
        wrong["days"] = _("Choose how long the link shall work.")
    if wrong:
        return _list(request, viewer, wrong, 400)
    end = timezone.now() + timedelta(days=int(days))
    token = make_link(
        KIND,
        resource_ids=chosen,
        acts=[Act.VACANCY],
        made_by=request.user,
        expires_at=end,
        label=label,  # type: ignore[arg-type]
    )
    address = link_url(request, token)
    names = source.names_of(viewer, chosen)
    context = {
        "address": address,
        "qr": qr_svg(address, size_mm=QR_MM, title=_("QR code of the page for vacancy")),
        "label": label,
        "end": end,
        "names": sorted(names.values()),
    }
    return private(render(request, "vacancy/made.html", context))
