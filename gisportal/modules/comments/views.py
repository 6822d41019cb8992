"""Pages of comments: search with list and map, one comment, its form, its trash, exports."""

import json
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.modules.comments import export as files
from gisportal.modules.comments import search, services
from gisportal.modules.comments import source as reads
from gisportal.modules.comments.access import (
    may_comment,
    may_comment_on,
    may_define_classes,
    may_use_comments,
)
from gisportal.modules.comments.forms import CommentForm
from gisportal.modules.comments.models import Comment
from gisportal.modules.comments.source import CommentSource
from gisportal.portal.answers import private
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.map_config import base_config, whole_extent
from gisportal.portal.photos import PhotoRows, photo_answer
from gisportal.portal.search_views import refusal, resource_source, viewer_of
from gisportal.problems import parameter_problem
from layers import geojson
from layers.access import Level, Viewer
from layers.errors import ParameterError

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {"xlsx": (files.excel, EXCEL), "csv": (files.comma_separated, "text/csv; charset=utf-8")}
#: What the map asks of each comment.
ON_MAP: Final = ("name", "acted_on", "text")


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Sign-in for nobody; for whom comments do not exist, 404."""
    viewer = viewer_of(request)
    if may_use_comments(viewer):
        return None
    if viewer.level is Level.ANONYMOUS and not viewer.public_site:
        return refusal(request)
    raise Http404


def _map_config(request: HttpRequest) -> dict[str, Any]:
    """What the script of a map is told, with the part of the world the resources lie in."""
    return {**base_config(request), "cityBounds": whole_extent(resource_source(request))}


@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    """Search: words, periods of activity and posting, classes, author, district, resource, box."""
    if refused := _refused(request):
        return refused
    viewer = viewer_of(request)
    source = CommentSource(viewer)
    query, wrong = search.read_query(source, request.GET)
    context: dict[str, Any] = {
        "typed": search.typed(request.GET),
        "wrong": wrong,
        "may_comment": may_comment(viewer),
        "may_define_classes": may_define_classes(viewer),
        "trashed": _trashed(request, viewer),
        "map_config": _map_config(request),
        **search.choices(source),
    }
    if query is not None:
        context |= search.context(source, query, source.count(query).number)
        resource = context["typed"]["resource"]
        context["resource_name"] = reads.resource_name(viewer, int(resource)) if resource else None
    return private(render(request, "comments/search.html", context, status=400 if wrong else 200))


def _trashed(request: HttpRequest, viewer: Viewer) -> Comment | None:
    """The comment just deleted, for the way back."""
    given = request.GET.get("view", "")
    pk = given.removeprefix("deleted-")
    if pk == given or not pk.isdecimal() or len(pk) > 18:
        return None
    return reads.trashed_comments(viewer).filter(pk=int(pk)).first()


@require_safe
def map_data(request: HttpRequest) -> HttpResponse:
    """What a search finds as GeoJSON for the page's own map; the source's tiles serve other maps."""
    if refused := _refused(request):
        return refused
    source = CommentSource(viewer_of(request))
    query = source.parse(request.GET, extra=("view", "at"))
    body = geojson.collection(source, query, shape=geojson.Shape(keys=ON_MAP))
    return private(HttpResponse(body, content_type="application/geo+json"))


@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse | FileResponse:
    """All rows of a search as Excel or CSV."""
    if refused := _refused(request):
        return refused
    if ending not in FORMATS:
        raise Http404
    source = CommentSource(viewer_of(request))
    try:
        query = source.parse(request.GET, extra=("view", "at"))
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("comments:search"))
    write, content_type = FORMATS[ending]
    name = f"comments-{timezone.localdate():%Y%m%d}.{ending}"
    answer = FileResponse(write(source, query), as_attachment=True, filename=name, content_type=content_type)
    return private(answer)


@require_safe
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One comment."""
    if refused := _refused(request):
        return refused
    viewer = viewer_of(request)
    found = reads.visible_comments(viewer).filter(pk=comment_id).first()
    if found is None:
        raise Http404
    source = CommentSource(viewer)
    geom = source.get(comment_id).geom
    context = {
        "comment": found,
        "classes": [source.terms.get(code, code) for code in found.classes],
        "photos": reads.photos_of(found),
        "may_edit": reads.editable_comments(viewer).filter(pk=comment_id).exists(),
        "geometry": json.loads(geom.geojson) if geom is not None else None,
        "map_config": _map_config(request),
    }
    return private(render(request, "comments/comment.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Writes a comment; ``?resource=`` on a resource, else on a district (``?district=``) or a place."""
    if refused := _refused(request):
        return refused
    viewer = viewer_of(request)
    if not may_comment(viewer):
        raise Http404
    resource_id = _resource(request, viewer)
    posted = request.method == "POST"
    first = {"district": request.GET["district"]} if "district" in request.GET else {}
    form = CommentForm(
        request.POST if posted else None, on_resource=resource_id is not None, initial=first
    )  # fmt: skip
    photos = PhotoRows((), request.POST if posted else None, request.FILES if posted else None)
    if posted and all([form.is_valid(), photos.is_valid()]):
        saved = services.create_comment(viewer, {**form.values(), "resource_id": resource_id}, photos)
        messages.success(request, _("The comment has been saved."))
        return redirect("comments:comment", saved.pk)
    name = reads.resource_name(viewer, resource_id) if resource_id is not None else ""
    return _form_page(request, form, photos, resource_id=resource_id, resource_name=name)


def _resource(request: HttpRequest, viewer: Viewer) -> int | None:
    given = request.GET.get("resource", "")
    if not given:
        return None
    if not given.isdecimal() or len(given) > 18 or not may_comment_on(viewer, int(given)):
        raise Http404
    return int(given)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Changes a comment; where somebody else saved first, shows theirs and lets one decide."""
    if refused := _refused(request):
        return refused
    viewer = viewer_of(request)
    found = reads.editable_comments(viewer).filter(pk=comment_id).first()
    if found is None:
        raise Http404
    posted = request.method == "POST"
    form = CommentForm(
        request.POST if posted else None, on_resource=found.resource_id is not None, comment=found
    )
    photos = PhotoRows(
        reads.photos_of(found), request.POST if posted else None, request.FILES if posted else None
    )
    if posted and all([form.is_valid(), photos.is_valid()]):
        try:
            services.update_comment(
                viewer, comment_id, form.cleaned_data["version"] or 0, form.values(), photos
            )
        except services.CommentChanged as error:
            _say_conflict(form, error.current)
        else:
            messages.success(request, _("The comment has been saved."))
            return redirect("comments:comment", comment_id)
    name = found.resource.name if found.resource else ""
    return _form_page(request, form, photos, comment=found, resource_id=found.resource_id, resource_name=name)


def _say_conflict(form: CommentForm, current: Comment) -> None:
    """Both stand there: what was typed, and what the other person saved."""
    name = current.updated_by or current.author_name
    form.add_error(
        None,
        _("%(name)s saved this comment while you were writing. Compare; saving again keeps what stands here.")
        % {"name": name},
    )
    form.add_error("text", _("Saved by the other person: “%(value)s”") % {"value": current.text[:500]})
    data = form.data.copy()
    data["version"] = str(current.version)
    form.data = data


def _form_page(request: HttpRequest, form: CommentForm, photos: PhotoRows, **context: Any) -> HttpResponse:
    errors = errors_of(form, *photos.forms) if form.is_bound else []
    context |= {"form": form, "photos": photos, "photo_url": "comments:photo", "all_forms_errors": errors}
    context["map_config"] = _map_config(request)
    return private(render(request, "comments/form.html", context, status=422 if errors else 200))


@require_POST
def delete(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Into the trash, with a way back on the next page."""
    if refused := _refused(request):
        return refused
    found = services.trash_comment(viewer_of(request), comment_id)
    return redirect(f"{reverse('comments:search')}?view=deleted-{found.pk}")


@require_POST
def restore(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Back from the trash."""
    if refused := _refused(request):
        return refused
    found = services.restore_comment(viewer_of(request), comment_id)
    messages.success(request, _("The comment is back."))
    return redirect("comments:comment", found.pk)


@require_safe
def photo(request: HttpRequest, photo_id: int, size: str) -> FileResponse | HttpResponse:
    """A photo, for who reads the comment it belongs to."""
    if refused := _refused(request):
        return refused
    found = reads.visible_photos(viewer_of(request)).filter(pk=photo_id).first()
    if found is None:
        raise Http404
    return photo_answer(request, found, size)
