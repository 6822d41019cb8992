"""Photos and attachments of a resource: shown, handed out, added, described, ordered, removed (R9, R10, R30)."""

import re
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.portal.answers import private
from gisportal.portal.media_files import file_answer
from gisportal.portal.media_rows import MODELS, Posted, Row, empty_rows, kept_row
from gisportal.portal.search_views import refusal, resource_source, viewer_of
from gisportal.problems import problem_response
from layers.access import Viewer
from layers.editing import media
from layers.editing.media_values import audience_choices
from layers.errors import FeatureNotFound
from layers.media.files import ACCEPT
from layers.media.images import pixel_limit
from layers.media.reading import attachment_of, attachments_of, photo_of, photos_of

READERS: Final = {"photo": photos_of, "attachment": attachments_of}
_ACTION: Final = re.compile(r"(up|down|remove|restore):(\d{1,18})")


def media_context(viewer: Viewer, resource_id: int) -> dict[str, Any]:
    """What the detail page shows of photos and files."""
    photos = photos_of(viewer, resource_id)
    return {
        "photos": photos,
        # Paper goes to people outside: only what everyone may see is printed.
        "printed_photo": next((each.pk for each in photos if each.is_for_everyone), None),
        "attachments": attachments_of(viewer, resource_id),
        "may_attach": media.may_attach(viewer, resource_id),
    }


@require_safe
def photo(request: HttpRequest, resource_id: int, photo_id: int) -> HttpResponseBase:
    """The photo itself, at most 2000 pixels a side."""
    return _picture(request, resource_id, photo_id, "file")


@require_safe
def thumbnail(request: HttpRequest, resource_id: int, photo_id: int) -> HttpResponseBase:
    """The photo, at most 400 pixels a side."""
    return _picture(request, resource_id, photo_id, "thumbnail")


def _picture(request: HttpRequest, resource_id: int, photo_id: int, which: str) -> HttpResponseBase:
    if refused := refusal(request):
        return refused
    found = photo_of(viewer_of(request), resource_id, photo_id)
    kept = getattr(found, which)
    return file_answer(
        request, kept, content_type="image/jpeg", name=f"{resource_id}-{photo_id}.jpg", is_shown=True
    )


@require_safe
def attachment(request: HttpRequest, resource_id: int, attachment_id: int, name: str) -> HttpResponseBase:
    """A file, to be saved. ``name`` is for people and their browsers: the number decides."""
    if refused := refusal(request):
        return refused
    found = attachment_of(viewer_of(request), resource_id, attachment_id)
    return file_answer(request, found.file, content_type=found.content_type, name=found.name, is_shown=False)


@require_safe
def photo_page(request: HttpRequest, resource_id: int, photo_id: int) -> HttpResponse:
    """One photo large, with its caption and the ones beside it."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    shown = photo_of(viewer, resource_id, photo_id)
    photos = photos_of(viewer, resource_id)
    place = [each.pk for each in photos].index(shown.pk)
    response = render(
        request,
        "portal/photo.html",
        {
            "photo": shown,
            "name": _name(request, resource_id),
            "number": place + 1,
            "count": len(photos),
            "before": photos[place - 1] if place else None,
            "after": photos[place + 1] if place + 1 < len(photos) else None,
        },
    )
    return private(response)


def _name(request: HttpRequest, resource_id: int) -> str:
    """Name of the entry. Raises ``FeatureNotFound`` where the viewer may not see it."""
    source = resource_source(request)
    row = source.select(source.visible().filter(pk=resource_id), ["name"]).first()
    if row is None:
        raise FeatureNotFound(str(resource_id))
    return str(row["p_name"])


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The page on which photos and files are added, described, ordered and removed."""
    if refused := refusal(request):
        return refused
    viewer, name = viewer_of(request), _name(request, resource_id)
    if not media.may_attach(viewer, resource_id):
        return problem_response(
            request,
            403,
            _("Not yours to change"),
            _("You may not change the photos and files of this entry."),
        )
    if request.method != "POST":
        return _page(request, resource_id, name)
    kind = request.POST.get("kind", "")
    if kind not in MODELS:
        return problem_response(request, 400, _("This cannot be done"), _("The form was not sent whole."))
    posted = Posted(viewer, resource_id, kind, request)
    posted.save(READERS[kind](viewer, resource_id))
    if request.headers.get("Accept", "").startswith("application/json"):
        return _as_json(posted)
    _say(request, posted)
    if posted.failed:
        return _page(request, resource_id, name, posted)
    return _act(request, posted)


def _as_json(posted: Posted) -> HttpResponse:
    """For the script that sends one file at a time: 201, or 422 with the messages by control."""
    if posted.failed:
        errors = {row.prefix: row.errors for row in posted.failed}
        return JsonResponse({"errors": errors}, status=422)
    return JsonResponse({"added": posted.added, "changed": posted.changed}, status=201)


def _say(request: HttpRequest, posted: Posted) -> None:
    # A script that sends one file at a time tells at the end how many there were.
    told = request.POST.get("uploaded", "")
    added = posted.added + (int(told) if re.fullmatch(r"[0-9]{1,2}", told) else 0)
    if added:
        text = ngettext("%(count)d was added.", "%(count)d were added.", added)
        messages.success(request, text % {"count": added})
    if posted.changed:
        messages.success(request, _("The changes were saved."))


def _act(request: HttpRequest, posted: Posted) -> HttpResponse:
    """What the button pressed does beside saving, then the page anew."""
    address = reverse("portal:media", args=[posted.resource_id])
    found = _ACTION.fullmatch(request.POST.get("action", ""))
    if found is None:
        return HttpResponseRedirect(f"{address}#{posted.kind}s")
    verb, number, model = found[1], int(found[2]), MODELS[posted.kind]
    if verb in {"up", "down"}:
        media.move_medium(posted.viewer, model, number, -1 if verb == "up" else 1)
        return HttpResponseRedirect(f"{address}#{verb}-{posted.kind}{number}")
    if verb == "remove":
        media.remove_medium(posted.viewer, model, number)
        return HttpResponseRedirect(f"{address}?removed={posted.kind}{number}")
    media.restore_medium(posted.viewer, model, number)
    messages.success(request, _("It was brought back."))
    return HttpResponseRedirect(f"{address}#{posted.kind}{number}")


def _page(request: HttpRequest, resource_id: int, name: str, posted: Posted | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    just_removed = request.GET.get("removed", "")
    sections = [_section(viewer, resource_id, kind, posted, just_removed) for kind in MODELS]
    context = {
        "name": name,
        "resource_id": resource_id,
        "sections": sections,
        "audiences": audience_choices(viewer),
        "accept": ACCEPT,
        "errors": [error for row in (posted.failed if posted else []) for error in row.field_errors],
        "was_saved": bool(posted and (posted.added or posted.changed)),
        "limits": {
            "photo": settings.PHOTO_MAX_BYTES // 1_000_000,
            "pixels": pixel_limit() // 1_000_000,
            "fewer": pixel_limit("PNG") // 1_000_000,
            "attachment": settings.ATTACHMENT_MAX_BYTES // 1_000_000,
        },
    }
    return private(render(request, "portal/media.html", context, status=422 if posted else 200))


def _section(
    viewer: Viewer, resource_id: int, kind: str, posted: Posted | None, just_removed: str
) -> dict[str, Any]:
    mine = posted if posted and posted.kind == kind else None
    failed = {row.prefix: row for row in mine.kept if row.errors} if mine else {}
    kept = [kept_row(kind, medium) for medium in READERS[kind](viewer, resource_id)]
    new: list[Row] = [row for row in mine.new if row.errors] if mine else []
    first = max((int(row.prefix.removeprefix(f"new{kind}")) + 1 for row in new), default=0)
    removed = media.removed_media(viewer, MODELS[kind], resource_id)
    return {
        "kind": kind,
        "rows": [failed.get(row.prefix, row) for row in kept],
        "new": new,
        "offered": empty_rows(kind, first),
        "template": empty_rows(kind, 9999, 1)[0],
        "removed": removed,
        "undo": next((medium for medium in removed if f"{kind}{medium.pk}" == just_removed), None),
    }
