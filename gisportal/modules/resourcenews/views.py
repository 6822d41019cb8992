"""Pages of news: of one resource, of all the viewer sees, one piece of news, its form, its trash."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.modules.resourcenews import services, source, videos
from gisportal.modules.resourcenews.access import may_write
from gisportal.modules.resourcenews.forms import NewsForm
from gisportal.modules.resourcenews.models import NewsItem
from gisportal.portal.answers import private
from gisportal.portal.entry_fields import errors_of, host_of
from gisportal.portal.photos import PhotoRows, photo_answer
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Viewer

PER_PAGE: Final = 20
LONGEST_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of news on a list. ``state``: planned, past or nothing."""

    item: NewsItem
    may_edit: bool

    @property
    def excerpt(self) -> str:
        """The beginning of the text."""
        text = " ".join(self.item.text.split())
        return text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT] + "…"


def listed(viewer: Viewer, items: Any) -> list[Shown]:
    """News for a list, each with whether the viewer may change it."""
    rows = list(items)
    writable = source.writable_ids(viewer, rows)
    return [Shown(item, item.pk in writable) for item in rows]


@require_safe
def all_news(request: HttpRequest) -> HttpResponse:
    """News of all resources the viewer sees, those whose time runs."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    page = Paginator(source.running_news(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "items": listed(viewer, page.object_list)}
    return private(render(request, "resourcenews/all.html", context))


@require_safe
def of_resource(request: HttpRequest, resource_id: int) -> HttpResponse:
    """News of one resource; who may write sees planned and past ones, and the trash."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    page = Paginator(source.news_of(viewer, resource_id), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "resource_id": resource_id,
        "resource_name": _resource_name(viewer, resource_id),
        "page": page,
        "items": listed(viewer, page.object_list),
        "may_write": may_write(viewer, resource_id),
        "trashed": source.trashed_news(viewer).filter(resource=resource_id)[:PER_PAGE],
    }
    return private(render(request, "resourcenews/of_resource.html", context))


def _resource_name(viewer: Viewer, resource_id: int) -> str:
    name = source.resource_name(viewer, resource_id)
    if name is None:
        raise Http404
    return name


@require_safe
def item(request: HttpRequest, news_id: int) -> HttpResponse:
    """One piece of news. Only a page with a video lets YouTube's frame in."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    found = source.visible_news(viewer).filter(pk=news_id).first()
    if found is None:
        raise Http404
    context = {
        "item": found,
        "photos": source.photos_of(found),
        "links": [{**link, "host": host_of(link["url"])} for link in found.links],
        "video": _video(found),
        "may_edit": bool(source.writable_ids(viewer, [found])),
    }
    response = render(request, "resourcenews/item.html", context)
    if found.video_id:
        response._csp_update = {"frame-src": [videos.FRAME_ORIGIN]}  # type: ignore[attr-defined]
    return private(response)


def _video(found: NewsItem) -> dict[str, str] | None:
    if not found.video_id:
        return None
    return {"watch": videos.watch_address(found.video_id), "frame": videos.frame_address(found.video_id)}


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Writes a piece of news."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    name = _resource_name(viewer, resource_id)
    if not may_write(viewer, resource_id):
        raise Http404
    posted = request.method == "POST"
    form = NewsForm(request.POST if posted else None)
    photos = PhotoRows((), request.POST if posted else None, request.FILES if posted else None)
    if posted and all([form.is_valid(), photos.is_valid()]):
        saved = services.create_news(viewer, resource_id, form.values(), photos)
        messages.success(request, _("The news has been saved."))
        return redirect("resourcenews:item", saved.pk)
    return _form_page(request, form, photos, resource_id=resource_id, resource_name=name)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, news_id: int) -> HttpResponse:
    """Changes a piece of news; where somebody else saved first, says what differs and lets one decide."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    found = source.writable_news(viewer).filter(pk=news_id).first()
    if found is None:
        raise Http404
    posted = request.method == "POST"
    form = NewsForm(request.POST if posted else None, item=found)
    photos = PhotoRows(
        source.photos_of(found), request.POST if posted else None, request.FILES if posted else None
    )
    if posted and all([form.is_valid(), photos.is_valid()]):
        try:
            services.update_news(viewer, news_id, form.cleaned_data["version"] or 0, form.values(), photos)
        except services.NewsChanged as error:
            form = _with_conflict(form, error.current)
        else:
            messages.success(request, _("The news has been saved."))
            return redirect("resourcenews:item", news_id)
    return _form_page(
        request, form, photos, item=found, resource_id=found.resource_id, resource_name=found.resource.name
    )


def _with_conflict(form: NewsForm, current: NewsItem) -> NewsForm:
    """The same form with what the other person saved, field by field; saving again then keeps what stands here."""
    now = NewsForm(item=current)
    form.add_error(
        None,
        _("%(name)s saved this news while you were writing. Compare the fields marked below; saving again keeps "
          "what stands here.") % {"name": current.updated_by or current.author_name},
    )  # fmt: skip
    for key, field in form.fields.items():
        theirs = str(now[key].value() or "")
        if key != "version" and str(form[key].value() or "").split() != theirs.split():
            form.add_error(
                key, _("Saved by the other person: “%(value)s”") % {"value": _title_of(field, theirs)}
            )
    data = form.data.copy()
    data["version"] = str(current.version)
    form.data = data
    return form


def _title_of(field: Any, value: str) -> str:
    return str(dict(getattr(field, "choices", ())).get(value, value))[:500]


def _form_page(request: HttpRequest, form: NewsForm, photos: PhotoRows, **context: Any) -> HttpResponse:
    errors = errors_of(form, *photos.forms) if form.is_bound else []
    context |= {"form": form, "photos": photos, "photo_url": "resourcenews:photo", "all_forms_errors": errors}
    return private(render(request, "resourcenews/form.html", context, status=422 if errors else 200))


@require_POST
def delete(request: HttpRequest, news_id: int) -> HttpResponse:
    """Into the trash, with a way back on the next page."""
    if refused := refusal(request):
        return refused
    found = services.trash_news(viewer_of(request), news_id)
    response = redirect("resourcenews:of-resource", found.resource_id)
    response["Location"] += f"?deleted={found.pk}"
    return response


@require_POST
def restore(request: HttpRequest, news_id: int) -> HttpResponse:
    """Back from the trash."""
    if refused := refusal(request):
        return refused
    found = services.restore_news(viewer_of(request), news_id)
    messages.success(request, _("The news is back."))
    return redirect("resourcenews:item", found.pk)


@require_safe
def photo(request: HttpRequest, photo_id: int, size: str) -> FileResponse | HttpResponse:
    """A photo, for who reads the news it belongs to."""
    if refused := refusal(request):
        return refused
    found = source.visible_photos(viewer_of(request)).filter(pk=photo_id).first()
    if found is None:
        raise Http404
    return photo_answer(request, found, size)
