"""Answers: behind the link of a sheet or mail, and for whoever has signed in (a clerk with a fax, the provider)."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import use_link
from gisportal.modules.surveys import source
from gisportal.modules.surveys.answer_form import form_fields, raw_values
from gisportal.modules.surveys.models import CampaignEntry
from gisportal.modules.surveys.services import answer
from gisportal.portal.answers import private
from gisportal.portal.edit_fields import field_errors
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Act, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound

HOW: Final = {
    "fax": gettext_lazy("by fax"),
    "phone": gettext_lazy("by telephone"),
    "visit": gettext_lazy("by a visit"),
    "mail": gettext_lazy("by mail"),
    "self": gettext_lazy("by the provider"),
}
OUTCOMES: Final = (
    ("unchanged", gettext_lazy("Nothing has changed")),
    ("changed", gettext_lazy("Something has changed: I correct it below")),
    ("closed", gettext_lazy("The service has ended")),
)


def _entry(viewer: Viewer, entry_id: int) -> CampaignEntry:
    found = source.answerable(viewer).filter(pk=entry_id).first()
    if found is None:
        raise FeatureNotFound(str(entry_id))
    return found


def by_link(request: HttpRequest, link: SignedLink, rest: str) -> HttpResponse:
    """The sheet, online: no sign-in, this entry only."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    entry_id = int(link.data.get("entry", 0))
    row = source.answerable(viewer).filter(pk=entry_id).first()
    if rest or row is None:
        return render(request, "surveys/over.html", {"link": link}, status=410)
    if request.method in {"GET", "HEAD"}:
        return _form(request, viewer, row, "surveys/link.html", {})
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    try:
        with transaction.atomic():
            use_link(link, Act.CONFIRM, resource=row.resource_id)
            _take(request, viewer, row, "mail", link.label)
    except InvalidValues as wrong:
        return _form(request, viewer, row, "surveys/link.html", wrong.errors)
    except (NotAllowed, FeatureNotFound):
        raise Http404 from None
    return HttpResponseRedirect(f"{request.path}?done=1")


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, entry_id: int) -> HttpResponse:
    """An answer that came by fax, telephone or visit, typed in by a clerk; or the provider's own, signed in."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    row = _entry(viewer, entry_id)
    if request.method != "POST":
        return _form(request, viewer, row, "surveys/enter.html", {})
    how = request.POST.get("how", "") if viewer.reads_all else "self"
    try:
        _take(request, viewer, row, how, request.POST.get("by", "") or viewer.name)
    except InvalidValues as wrong:
        return _form(request, viewer, row, "surveys/enter.html", wrong.errors)
    except NotAllowed:
        raise FeatureNotFound(str(entry_id)) from None
    messages.success(request, _("The answer has been taken in. Thank you."))
    if source.may_run(viewer):
        return redirect("surveys:entry", entry_id=entry_id)
    return redirect("portal:resource", resource_id=row.resource_id)


def _take(request: HttpRequest, viewer: Viewer, row: CampaignEntry, how: str, by: str) -> None:
    answer(
        viewer,
        row.pk,
        request.POST.get("outcome", ""),
        raw_values(viewer, row, request.POST),
        how=how,
        by=by,
        text=request.POST.get("text", ""),
    )


def _form(
    request: HttpRequest, viewer: Viewer, row: CampaignEntry, template: str, errors: Mapping[str, list[str]]
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    fields = form_fields(viewer, row, posted, errors)
    others = [
        {"anchor": "outcome", "label": "", "message": text}
        for key in ("outcome", "text", "how")
        for text in errors.get(key, [])
    ]
    context: dict[str, Any] = {
        "entry": row,
        "fields": fields,
        "all_forms_errors": [*others, *field_errors(fields, errors)],
        "outcomes": OUTCOMES,
        "outcome": request.POST.get("outcome", "" if row.state in {"open", "settled"} else row.state),
        "text": request.POST.get("text", row.text),
        "hows": list(HOW.items()) if viewer.reads_all else [],
        "how": request.POST.get("how", "fax"),
        "by": request.POST.get("by", row.answered_by),
        "is_done": request.GET.get("done") == "1" and row.state != "open",
        "is_settled": row.state == "settled",
    }
    return private(render(request, template, context, status=400 if errors else 200))
