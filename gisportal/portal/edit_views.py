"""Pages on which an entry is registered and changed, a conflict settled, a change taken back (R28, R49)."""

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gisportal import hooks
from gisportal.portal.answers import private
from gisportal.portal.edit_fields import inputs_of
from gisportal.portal.edit_form import EntryForm
from gisportal.portal.edit_place import area_choices, place_context
from gisportal.portal.search_views import refusal, viewer_of
from gisportal.problems import problem_response
from layers.access import Act, Viewer, may_create, may_propose
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.opening import is_place_secret, kept_instead, open_entry
from layers.editing.place_checks import place_warnings
from layers.editing.services import create_resource, update_resource
from layers.editing.undo import last_editor, undo_change
from layers.editing.values import current_values
from layers.errors import FeatureNotFound
from layers.models import Resource

POSITION: Final = ("lat", "lon", "pin_origin")


def forbidden(request: HttpRequest, detail: str = "") -> HttpResponse:
    """403 with words."""
    text = detail or _("You may read this entry, but not do this with it.")
    return problem_response(request, 403, _("Not for this account"), text)


def opened(
    request: HttpRequest, resource_id: int, act: Act, viewer: Viewer | None = None
) -> Resource | HttpResponse:
    """The entry an act is about to be done on, or the answer that refuses it. Raises ``FeatureNotFound``."""
    if refused := refusal(request):
        return refused
    viewer = viewer or viewer_of(request)
    try:
        return open_entry(viewer, resource_id, act)
    except NotAllowed:
        return forbidden(request)
    except FeatureNotFound:
        if (kept := kept_instead(viewer, resource_id)) is not None:
            return redirect("portal:resource", kept)
        raise


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Registers an entry."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if not may_create(_as_if_not_proposing(viewer)):
        return forbidden(request, _("Entries are registered by levels A to C and administrators."))
    form = EntryForm(viewer, None, request.POST if request.method == "POST" else None)
    if request.method != "POST" or request.POST.get("reload"):
        return _page(request, form)
    try:
        values = form.changes()
        if viewer.proposes:
            return _proposed(request, form, None, values)
        saved = create_resource(viewer, values, form.extra("note"))
    except InvalidValues as refused_values:
        form.refused(refused_values.errors)
        return _page(request, form)
    messages.success(request, _("“%(name)s” has been registered.") % {"name": saved.name})
    return _done(request, form, saved)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Changes an entry; where somebody else has changed the same items, shows both and lets one choose."""
    viewer = viewer_of(request)
    if viewer.proposes:
        return _propose_edit(request, resource_id)
    row = opened(request, resource_id, Act.UPDATE)
    if isinstance(row, HttpResponse):
        return row
    form = EntryForm(viewer, row, request.POST if request.method == "POST" else None)
    if request.method != "POST" or request.POST.get("reload"):
        return _page(request, form)
    try:
        changes = form.changes()
        saved = update_resource(viewer, resource_id, form.version, changes, form.extra("note"))
    except InvalidValues as refused_values:
        form.refused(refused_values.errors)
        return _page(request, form)
    except Conflict as conflict:
        return _conflict_page(request, form, row, changes, conflict)
    if saved.version == row.version and not form.items.keys() & {"lat"} & changes.keys():
        messages.info(request, _("Nothing was changed."))
    return _done(request, form, saved, is_changed=saved.version != row.version)


def _as_if_not_proposing(viewer: Viewer) -> Viewer:
    return replace(viewer, proposes=False)


def _propose_edit(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The same form; what is typed is handed to whoever keeps proposals."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if not may_propose(viewer):
        return forbidden(request)
    # The form shows every item of the entry: for those responsible only. Others report a mistake elsewhere.
    row = opened(request, resource_id, Act.UPDATE, _as_if_not_proposing(viewer))
    if isinstance(row, HttpResponse):
        return row
    form = EntryForm(viewer, row, request.POST if request.method == "POST" else None)
    if request.method != "POST" or request.POST.get("reload"):
        return _page(request, form)
    try:
        changes = form.changes()
        return _proposed(request, form, row, changes)
    except InvalidValues as refused_values:
        form.refused(refused_values.errors)
        return _page(request, form)


def _proposed(
    request: HttpRequest, form: EntryForm, row: Resource | None, changes: dict[str, Any]
) -> HttpResponse:
    address = hooks.propose(
        viewer_of(request), row.pk if row else None, changes, form.version, form.extra("note")
    )
    if address is None:
        text = _("Your changes need approval, but this portal keeps no proposals yet. Nothing has been saved; "
                 "please tell the administrator.")  # fmt: skip
        form.refused({"": [text]})
        return _page(request, form)
    messages.success(request, _("Your proposal has been sent; it takes effect once it is approved."))
    return HttpResponseRedirect(address)


def _page(request: HttpRequest, form: EntryForm) -> HttpResponse:
    row, viewer = form.row, viewer_of(request)
    errors = form.summary()
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "groups": form.groups(),
        "fields": form.fields(),
        "all_forms_errors": errors,
        "proposes": viewer.proposes,
        "place_is_secret": row is not None and is_place_secret(row, viewer),
        "is_reloaded": bool(request.POST.get("reload")),
        **place_context(request, form),
        **area_choices(form),
    }
    status = 422 if errors else 200
    return private(render(request, "portal/edit/form.html", context, status=status))


def _conflict_page(
    request: HttpRequest, form: EntryForm, row: Resource, changes: dict[str, Any], conflict: Conflict
) -> HttpResponse:
    """Theirs beside mine; what I changed besides goes along unseen."""
    mine = {key: inputs_of(form.items[key], value) for key, value in changes.items() if key in form.items}
    context = {
        "row": row,
        "version": conflict.version,
        "differences": [item for item in conflict.differences if item.key != "geom_origin"],
        "mine": mine,
        "note": form.extra("note"),
        "who": last_editor(row.pk),
    }
    return private(render(request, "portal/edit/conflict.html", context, status=409))


@require_POST
def settle(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The choices of the conflict page: what is to stay theirs is dropped, the rest is posted like any change."""
    posted = request.POST.copy()
    for key in list(posted):
        if key.startswith("choose.") and posted[key] == "theirs":
            dropped = key.removeprefix("choose.")
            for each in POSITION if dropped in POSITION else (dropped,):
                posted.pop(each, None)
            posted.setlist("shown", [shown for shown in posted.getlist("shown") if shown != dropped])
    request.POST = posted  # type: ignore[assignment]
    return edit(request, resource_id)


def _done(request: HttpRequest, form: EntryForm, saved: Resource, *, is_changed: bool = True) -> HttpResponse:
    """To the entry's page, with what looks odd about its place said there."""
    for notice in form.notices:
        messages.warning(request, notice)
    values = current_values(saved, viewer_of(request))
    is_public = saved.disclosure == "open"
    for text in place_warnings(values["address"], values["lat"], values["lon"], is_public=is_public):
        messages.warning(request, text)
    address = reverse("portal:resource", args=[saved.pk])
    return HttpResponseRedirect(f"{address}?saved={saved.version}" if is_changed and form.row else address)


@require_POST
def undo(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Takes one's own last change back."""
    if refused := refusal(request):
        return refused
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise Http404
    try:
        undo_change(viewer_of(request), resource_id, int(version), _("taken back"))
    except NotAllowed:
        return forbidden(request)
    except (Conflict, InvalidValues):
        messages.error(request, _("Others have changed the same items since; correct them by hand."))
        return redirect("portal:edit", resource_id)
    messages.success(request, _("The change has been taken back."))
    return redirect("portal:resource", resource_id)
