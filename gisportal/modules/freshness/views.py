"""Pages of freshness: the overview, one tap to confirm, and the same behind a signed link."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import use_link
from gisportal.modules.freshness import source
from gisportal.modules.freshness.services import may_remind, remind
from gisportal.portal.answers import private
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Act, Level, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.services import CONFIRMED_HOW, confirm_resource
from layers.errors import FeatureNotFound, ParameterError
from layers.source import PREFIX, get_source
from layers.vocabulary import vocabulary

HOW: Final = {
    "phone": gettext_lazy("by telephone"),
    "visit": gettext_lazy("by a visit"),
    "fax": gettext_lazy("by fax"),
    "self": gettext_lazy("by the provider"),
    "mail": gettext_lazy("by mail"),
}
MOST_PEOPLE: Final = 500


def may_see(viewer: Viewer) -> bool:
    """Whoever reads entries as a member: A to C and the administrator."""
    return viewer.level not in {Level.ANONYMOUS, Level.D}


def hows(viewer: Viewer) -> list[tuple[str, Any]]:
    """Ways a viewer may have verified by: a provider himself, the others after asking."""
    return [(key, HOW[key]) for key in CONFIRMED_HOW if (key == "self") or viewer.reads_all]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What has not been updated, by category, district and person."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if not may_see(viewer):
        raise Http404
    schemes = vocabulary().schemes
    scheme = request.GET.get("scheme") or next(iter(schemes), "")
    if scheme and scheme not in schemes:
        raise ParameterError("scheme", _("One of: %(known)s.") % {"known": ", ".join(schemes)})
    context = {
        "count": source.stale_rows(viewer).count(),
        "categories": source.by_category(viewer),
        "districts": source.by_district(viewer, scheme) if scheme else [],
        "schemes": [(code, item.full_title, code == scheme) for code, item in schemes.items()],
        "people": source.people(viewer)[:MOST_PEOPLE] if may_remind(viewer) else [],
        "may_remind": may_remind(viewer),
        "fixed": vocabulary().stale_before,
    }
    return private(render(request, "freshness/overview.html", context))


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Reminds the persons chosen."""
    if refused := refusal(request):
        return refused
    chosen = [
        int(value[:18]) for value in request.POST.getlist("account") if value.isascii() and value.isdigit()
    ]
    try:
        sent, left = remind(viewer_of(request), chosen)
    except NotAllowed:
        raise Http404 from None
    if not chosen:
        messages.error(request, _("Choose at least one person."))
    else:
        text = _(
            "Reminders sent: %(sent)d. Left out (no mail address, reminded lately, nothing to do): %(left)d."
        )
        messages.success(request, text % {"sent": sent, "left": left})
    return redirect("freshness:overview")


@require_POST
def confirm(request: HttpRequest, resource_id: int) -> HttpResponse:
    """変更なしで確認, in one tap."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    how = request.POST.get("how", "self")
    if how not in {key for key, _title in hows(viewer)}:
        raise ParameterError(
            "how", _("One of: %(known)s.") % {"known": ", ".join(key for key, _t in hows(viewer))}
        )
    try:
        confirm_resource(viewer, resource_id, how, request.POST.get("by", ""))
    except NotAllowed:
        raise FeatureNotFound(str(resource_id)) from None
    messages.success(request, _("Verified: nothing has changed. Thank you."))
    return redirect("portal:resource", resource_id=resource_id)


def by_link(request: HttpRequest, link: SignedLink, rest: str) -> HttpResponse:
    """The entries of a link with what is published of them, one tap each."""
    if rest:
        raise Http404
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method in {"GET", "HEAD"}:
        return render(request, "freshness/link.html", {"cards": _cards(viewer), "link": link})
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    number = request.POST.get("resource", "")
    if not number.isascii() or not number.isdigit():
        raise Http404
    try:
        with transaction.atomic():
            use_link(link, Act.CONFIRM, resource=int(number[:18]))
            confirm_resource(viewer, int(number[:18]), "mail", link.label)
    except (NotAllowed, FeatureNotFound, InvalidValues):
        raise Http404 from None
    return HttpResponseRedirect(f"{request.path}#r{number[:18]}")


_SHOWN: Final = (
    "name",
    "category",
    "address",
    "phone",
    "fax",
    "opening_hours",
    "capacity",
    "verified_at",
    "updated_at",
)


def _cards(viewer: Viewer) -> list[dict[str, Any]]:
    found = get_source("resources", viewer)
    rows = source.confirmable(viewer)
    fields = found.fields()
    stale = set(source.stale_rows(viewer).values_list("pk", flat=True))
    return [
        {
            "id": row["id"],
            "name": row[PREFIX + "name"],
            "facts": [
                (fields[key].title, row[PREFIX + key])
                for key in _SHOWN[2:7]
                if row[PREFIX + key] not in (None, "")
            ],
            "verified_at": row[PREFIX + "verified_at"],
            "updated_at": row[PREFIX + "updated_at"],
            "is_stale": row["id"] in stale,
        }
        for row in found.select(rows, _SHOWN)
    ]


__all__ = ["by_link", "confirm", "hows", "may_see", "overview", "send"]
