"""Pages of surveys for who runs them."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.accounts.places import resolvers
from gisportal.modules.surveys import printing, services, source
from gisportal.modules.surveys.models import Campaign, CampaignEntry
from gisportal.portal.answers import private
from gisportal.portal.links import EXTRA
from gisportal.portal.search_views import refusal, resource_source, viewer_of
from gisportal.problems import parameter_problem
from layers.access import Act, acting_q
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.items import items_for
from layers.editing.values import differences
from layers.errors import FeatureNotFound, ParameterError
from layers.media.store import path_of
from layers.written_dates import read_date

PER_PAGE: Final = 50
State = CampaignEntry.State


def _gate(request: HttpRequest) -> HttpResponse | None:
    if refused := refusal(request):
        return refused
    if not source.may_run(viewer_of(request)):
        raise Http404
    return None


def _campaign(request: HttpRequest, campaign_id: int) -> Campaign:
    found = source.campaigns(viewer_of(request)).filter(pk=campaign_id).first()
    if found is None:
        raise FeatureNotFound(str(campaign_id))
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All surveys; a number of a sheet that came back leads to its entry."""
    if refused := _gate(request):
        return refused
    error, typed = "", request.GET.get("number", "")
    if typed:
        found = source.entry_of(typed)
        entry = found and source.asked_entry(viewer_of(request), found[1], found[0])
        if entry:
            return redirect("surveys:entry", entry_id=entry.pk)
        error = _("There is no sheet with this number. Please compare it digit by digit.")
    rows = [(row, source.totals(row)) for row in source.campaigns(viewer_of(request))[:50]]
    context = {"campaigns": rows, "error": error, "number": typed}
    return private(render(request, "surveys/index.html", context, status=400 if error else 200))


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A survey of everything a search finds."""
    if refused := _gate(request):
        return refused
    found = resource_source(request)
    try:
        query = found.parse(request.GET, extra=EXTRA, resolvers=resolvers(request))
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:search"))
    rows = found.features(query).filter(acting_q(found.viewer, Act.UPDATE))
    ids = list(rows.values_list("pk", flat=True)[: services.MOST + 1])
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            campaign = services.create_campaign(
                found.viewer,
                request.POST.get("title", ""),
                request.POST.get("letter", ""),
                read_date(request.POST.get("answer_by", "")),
                ids,
            )
        except InvalidValues as wrong:
            errors = wrong.errors
        else:
            return redirect("surveys:campaign", campaign_id=campaign.pk)
    context = {
        "count": len(ids),
        "most": services.MOST,
        "errors": errors,
        "typed": request.POST,
        "search_url": f"{reverse('portal:search')}?{request.GET.urlencode()}",
    }
    return private(render(request, "surveys/new.html", context, status=400 if errors else 200))


@require_safe
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Totals, sheets, mails, and the entries by what became of them."""
    if refused := _gate(request):
        return refused
    row = _campaign(request, campaign_id)
    state = request.GET.get("state", "")
    if state not in {"", *State.values}:
        raise ParameterError("state", _("One of: %(known)s.") % {"known": ", ".join(State.values)})
    entries = row.entries.select_related("resource").order_by("-answered_at" if state else "id", "id")
    page = Paginator(entries.filter(state=state) if state else entries, PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "campaign": row,
        "totals": source.totals(row),
        "page": page,
        "state": state,
        "states": [(value, title, value == state) for value, title in State.choices],
        "numbers": {entry.pk: source.number_of(entry) for entry in page.object_list},
        "is_printing": row.sheets_state in {Campaign.Sheets.WAITING, Campaign.Sheets.RUNNING},
    }
    response = render(request, "surveys/campaign.html", context)
    if context["is_printing"]:
        response["Refresh"] = "4"
    return private(response)


@require_POST
def act(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Prints the sheets, mails, reminds, or ends the survey."""
    if refused := _gate(request):
        return refused
    viewer, wanted = viewer_of(request), request.POST.get("act", "")
    if wanted == "sheets":
        printing.ask_sheets(viewer, campaign_id)
    elif wanted in {"mail", "remind"}:
        sent, left = services.ask_by_mail(viewer, campaign_id, again=wanted == "remind")
        text = _("Mails about %(sent)d entries are on their way. Without anybody to mail to: %(left)d.")
        messages.success(request, text % {"sent": sent, "left": left})
    elif wanted == "close":
        services.close_campaign(viewer, campaign_id)
        messages.success(request, _("The survey has ended. Links on sheets and in mails answer no more."))
    else:
        raise Http404
    return redirect("surveys:campaign", campaign_id=campaign_id)


@require_safe
def sheets_file(request: HttpRequest, campaign_id: int) -> HttpResponse | FileResponse:
    """The printed sheets."""
    if refused := _gate(request):
        return refused
    row = _campaign(request, campaign_id)
    if row.sheets_state != Campaign.Sheets.DONE:
        raise Http404
    response = FileResponse(path_of(row.sheets_file).open("rb"), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="survey-{row.pk}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry: its answer beside today's values, to be settled; posting settles it."""
    if refused := _gate(request):
        return refused
    if request.method == "POST":
        return _settle(request, entry_id)
    return _entry_page(request, entry_id)


def _entry_page(
    request: HttpRequest, entry_id: int, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    viewer = viewer_of(request)
    row = source.asked_entry(viewer, entry_id)
    if row is None:
        raise FeatureNotFound(str(entry_id))
    items = items_for(viewer, row.resource.category.code)
    context = {
        "entry": row,
        "number": source.number_of(row),
        "differences": differences(row.seen, row.changes, items),
        "errors": errors or [],
        "chosen": request.POST.getlist("keys") if request.method == "POST" else list(row.changes),
        "to_settle": row.state in {State.CHANGED, State.CLOSED},
        "may_answer": row.campaign.closed_at is None and row.state != State.SETTLED,
    }
    return private(render(request, "surveys/entry.html", context, status=status))


def _settle(request: HttpRequest, entry_id: int) -> HttpResponse:
    try:
        row = services.settle(viewer_of(request), entry_id, request.POST.getlist("keys"))
    except Conflict as conflict:
        names = "、".join(item.title for item in conflict.differences)
        text = _(
            "Since the answer others have changed: %(items)s. Leave these out, or edit the entry by hand."
        )
        return _entry_page(request, entry_id, [text % {"items": names}], 409)
    except InvalidValues as wrong:
        return _entry_page(
            request, entry_id, [text for texts in wrong.errors.values() for text in texts], 400
        )
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("Settled: the entry says so now, and counts as verified."))
    if next_one := source.to_settle(row.campaign).first():
        return redirect("surveys:entry", entry_id=next_one.pk)
    return redirect("surveys:campaign", campaign_id=row.campaign_id)
