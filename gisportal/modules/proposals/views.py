"""Pages of proposals: the queue, one proposal with its decision, the report of a mistake."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.modules.proposals import services, source
from gisportal.modules.proposals.access import may_decide, may_propose_on
from gisportal.modules.proposals.models import Kind, Proposal, State
from gisportal.modules.proposals.reading import lines, pins
from gisportal.papers.resource_maps import moved_map
from gisportal.portal.answers import drawing, private
from gisportal.portal.search_views import refusal, viewer_of
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.errors import FeatureNotFound, ParameterError

PER_PAGE: Final = 20


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Proposals: for who decides all, those waiting first; for everyone else his own."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    state = request.GET.get("state", State.PENDING if may_decide(viewer) else "")
    if state not in {"", *State.values}:
        raise ParameterError("state", _("One of: %(known)s.") % {"known": ", ".join(State.values)})
    rows = source.proposals(viewer)
    waiting = source.decidable(viewer).count() if may_decide(viewer) else 0
    page = Paginator(rows.filter(state=state) if state else rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "states": [(value, title, value == state) for value, title in State.choices],
        "state": state,
        "waiting": waiting,
        "may_decide": may_decide(viewer),
    }
    return private(render(request, "proposals/list.html", context))


def _get(request: HttpRequest, proposal_id: int) -> Proposal:
    found = source.proposals(viewer_of(request)).filter(pk=proposal_id).first()
    if found is None:
        raise FeatureNotFound(str(proposal_id))
    return found


@require_safe
def item(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One proposal: what it changes, in words and on the map, and the decision."""
    return refusal(request) or _shown(request, proposal_id)


def _shown(
    request: HttpRequest, proposal_id: int, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    viewer = viewer_of(request)
    proposal = _get(request, proposal_id)
    sees = source.seen_resource(viewer, proposal.resource_id) is not None
    rows = lines(viewer, proposal)
    context = {
        "proposal": proposal,
        "lines": rows,
        "sees_resource": sees,
        "may_decide": source.decidable(viewer).filter(pk=proposal_id).exists(),
        "may_withdraw": source.own_open(viewer).filter(pk=proposal_id).exists(),
        "has_map": pins(viewer, proposal) is not None,
        "errors": errors or [],
        "chosen": request.POST.getlist("keys") if request.method == "POST" else [row.key for row in rows],
        "answer": request.POST.get("answer", ""),
    }
    return private(render(request, "proposals/item.html", context, status=status))


def _decided(request: HttpRequest, proposal_id: int, act: Callable[[], Proposal], done: str) -> HttpResponse:
    if refused := refusal(request):
        return refused
    try:
        act()
    except Conflict as conflict:
        names = "、".join(found.title for found in conflict.differences)
        text = _("Since then others have changed: %(items)s. Leave these out, or send the proposal back.")
        return _shown(request, proposal_id, [text % {"items": names}], 409)
    except InvalidValues as wrong:
        return _shown(request, proposal_id, [text for texts in wrong.errors.values() for text in texts], 400)
    except NotAllowed:
        return _shown(request, proposal_id, [_("You may not decide this.")], 403)
    messages.success(request, done)
    return redirect("proposals:item", proposal_id=proposal_id)


@require_POST
def approve(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Takes the chosen items over."""
    keys, answer = request.POST.getlist("keys"), request.POST.get("answer", "")
    return _decided(
        request,
        proposal_id,
        lambda: services.approve(viewer_of(request), proposal_id, keys, answer),
        _("Approved. The directory says so from now on."),
    )


@require_POST
def send_back(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """差戻し with a reason."""
    answer = request.POST.get("answer", "")
    return _decided(
        request,
        proposal_id,
        lambda: services.send_back(viewer_of(request), proposal_id, answer),
        _("Sent back to the author."),
    )


@require_POST
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The author takes it back."""
    return _decided(
        request, proposal_id, lambda: services.withdraw(viewer_of(request), proposal_id), _("Withdrawn.")
    )


@require_safe
def moved(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The pin today and as proposed, as a picture of our own vectors."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    before, after = pins(viewer, _get(request, proposal_id)) or (None, None)
    drawn = moved_map(viewer, before, after, (_("now"), _("proposed")), _("Position proposed"))
    if drawn is None:
        raise Http404
    return drawing(drawn)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Anyone signed in who sees an entry reports a mistake, or asks for its removal."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if not may_propose_on(viewer, resource_id):
        raise FeatureNotFound(str(resource_id))
    row = source.seen_resource(viewer, resource_id)
    error, text, wants_removal = "", request.POST.get("text", ""), "removal" in request.POST
    if request.method == "POST":
        act = services.propose_removal if wants_removal else services.report_mistake
        try:
            proposal = act(viewer, resource_id, text)
        except InvalidValues as wrong:
            error = " ".join(words for found in wrong.errors.values() for words in found)
        else:
            messages.success(
                request, _("Thank you. Your report has been received; the answer will stand here.")
            )
            return redirect("proposals:item", proposal_id=proposal.pk)
    context = {"row": row, "error": error, "text": text, "wants_removal": wants_removal}
    return private(render(request, "proposals/report.html", context, status=400 if error else 200))


__all__ = ["Kind", "approve", "item", "moved", "queue", "report", "send_back", "withdraw"]
