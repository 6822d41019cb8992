"""From a file to a layer: upload, a look at it, the decision, progress."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisportal.modules.datasets import source
from gisportal.modules.datasets.forms import EditionForm, FileForm, NewLayerForm, ReadingForm
from gisportal.modules.datasets.guards import for_keepers
from gisportal.modules.datasets.raster_forms import RasterForm
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.map_config import base_config
from gisportal.portal.search_views import viewer_of
from layers.editing.errors import InvalidValues, NotAllowed
from layers.imports.boundary_files import UnreadableFile
from layers.models import StoredLayer, StoredUpload
from layers.rasters import uploads as raster_uploads
from layers.rasters.errors import RasterError
from layers.stored import uploads
from layers.stored.options import FieldOption, ReadOptions
from layers.stored.report import findings
from layers.stored.services import free_slug
from layers.stored.values import KINDS

State = StoredUpload.State


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a file for a look at it."""
    return _upload(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def new_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a file that is to be the next edition of a layer."""
    return _upload(request, source.kept_layer(request, slug))


def _upload(request: HttpRequest, layer: StoredLayer | None) -> HttpResponse:
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        try:
            row = _kept(request, form.cleaned_data["file"], layer)
        except (UnreadableFile, RasterError) as error:
            form.add_error("file", str(error))
        else:
            return redirect("datasets:upload", upload_id=row.pk)
    errors = errors_of(form) if form.is_bound else []
    context = {"form": form, "layer": layer, "all_forms_errors": errors}
    return render(request, "datasets/new.html", context, status=422 if errors else 200)


def _kept(request: HttpRequest, file: UploadedFile, layer: StoredLayer | None) -> StoredUpload:
    """What a file is, its content says."""
    head = file.read(16)
    file.seek(0)
    keep = raster_uploads.keep_raster if raster_uploads.is_geotiff(head) else uploads.keep_upload
    if keep is uploads.keep_upload and layer is not None and not layer.is_vector:
        raise UnreadableFile(
            _("A layer of values cannot become one of shapes: make a new layer of the file.")
        )
    return keep(viewer_of(request), file.name or "", file.chunks(), layer)


def _staged(request: HttpRequest, upload_id: int) -> StoredUpload:
    row = uploads.staged(viewer_of(request), upload_id)
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def look(request: HttpRequest, upload_id: int) -> HttpResponse:
    """What was found in the file; other choices of reading it are posted here."""
    row = _staged(request, upload_id)
    if row.state != State.STAGED:
        return render(request, "datasets/settled.html", {"row": row})
    if request.method != "POST":
        return _page(request, row)
    if raster_uploads.is_raster(row):
        return _raster_choice(request, row)
    form = ReadingForm(request.POST, preview=row.options["preview"])
    if form.is_valid():
        try:
            uploads.set_reading(viewer_of(request), row, _options(row, form))
        except UnreadableFile as error:
            return _page(request, row, reading=form, errors=[_problem(str(error))])
        return redirect("datasets:upload", upload_id=row.pk)
    return _page(request, row, reading=form, errors=errors_of(form))


def _options(row: StoredUpload, form: ReadingForm) -> ReadOptions:
    said = form.cleaned_data
    before = ReadOptions.of(row.options["reading"])
    changed = {key: said[key] for key in ("layer", "encoding", "x_column", "y_column", "mesh_column")}
    return replace(before, **changed, srid=int(said["srid"]) if said["srid"] else None)


def _raster_choice(request: HttpRequest, row: StoredUpload) -> HttpResponse:
    form = RasterForm(request.POST, row=row)
    if form.is_valid():
        try:
            raster_uploads.set_choice(viewer_of(request), row, form.choice())
        except RasterError as error:
            form.add_error(error.parameter if error.parameter in form.fields else None, error.message)
        else:
            return redirect("datasets:upload", upload_id=row.pk)
    return _page(request, row, reading=form, errors=errors_of(form))


def _problem(message: str) -> dict[str, str]:
    return {"anchor": "", "label": "", "message": message}


def _page(
    request: HttpRequest,
    row: StoredUpload,
    *,
    reading: forms.Form | None = None,
    words: forms.Form | None = None,
    errors: Sequence[dict[str, str]] = (),
    fields: Sequence[FieldOption] | None = None,
) -> HttpResponse:
    is_raster = raster_uploads.is_raster(row)
    context: dict[str, Any] = {
        "row": row,
        "layer": row.layer,
        "reading": reading or (RasterForm(row=row) if is_raster else _reading_form(row)),
        "words": words or _words_form(row),
        "all_forms_errors": list(errors),
    }
    context |= _raster_context(row) if is_raster else _vector_context(request, row, fields)
    template = "datasets/look_raster.html" if is_raster else "datasets/look.html"
    return render(request, template, context, status=422 if errors else 200)


def _reading_form(row: StoredUpload) -> ReadingForm:
    kept, preview = row.options["reading"], row.options["preview"]
    places = preview.get("places") or {}
    initial = {**kept, "layer": preview["layer"], "srid": str(kept.get("srid") or "")}
    for key, place in (("x_column", "x"), ("y_column", "y"), ("mesh_column", "mesh")):
        initial[key] = kept.get(key) or places.get(place, "")
    return ReadingForm(preview=preview, initial=initial)


def _words_form(row: StoredUpload, posted: Any = None) -> EditionForm:
    if row.layer is not None:
        return EditionForm(posted)
    name = row.file_name.rsplit(".", 1)[0]
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    wanted = slug if slug[:1].isalpha() else f"layer_{slug}".strip("_")
    return NewLayerForm(posted, initial={"title": name[:120], "slug": free_slug(wanted)})


def _vector_context(
    request: HttpRequest, row: StoredUpload, fields: Sequence[FieldOption] | None
) -> dict[str, Any]:
    preview = row.options["preview"]
    options = {
        item.column: item
        for item in (fields if fields is not None else ReadOptions.of(row.options["reading"]).fields)
    }
    seen = [(number, item, options.get(item["name"])) for number, item in enumerate(preview["columns"])]
    return {
        "preview": preview,
        "columns": [entry for entry in seen if entry[2] is not None],
        "findings": findings(preview["report"]),
        "kinds": [(str(kind), kind_title(str(kind))) for kind in KINDS],
        "map_config": base_config(request),
        "map_shapes": preview["drawn"],
    }


def _raster_context(row: StoredUpload) -> dict[str, Any]:
    return {"found": row.options["raster"]["found"], "is_ready": not row.options["preview"]["needs_system"]}


def kind_title(kind: str) -> str:
    """A kind of values in words."""
    return {
        "text": _("text"), "long_text": _("long text"), "number": _("number"), "date": _("date"),
        "boolean": _("yes or no"), "choice": _("choice"), "url": _("web address"),
    }.get(kind, kind)  # fmt: skip


@require_POST
@for_keepers
def decide(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Yes: the worker loads it. No: the file is forgotten."""
    row = _staged(request, upload_id)
    viewer = viewer_of(request)
    if request.POST.get("answer") != "yes":
        uploads.dismiss(viewer, row)
        messages.info(request, _("The file was not taken over."))
        return redirect("datasets:index")
    if row.state != State.STAGED:
        return redirect("datasets:upload", upload_id=row.pk)
    is_raster = raster_uploads.is_raster(row)
    fields = [] if is_raster else _posted_fields(request, row)
    words = _words_form(row, request.POST)
    if not words.is_valid():
        return _page(request, row, words=words, errors=errors_of(words), fields=fields or None)
    try:
        if not is_raster:
            uploads.set_fields(viewer, row, fields)
        values = words.values() if isinstance(words, NewLayerForm) else {}
        about = {"as_of": words.cleaned_data["as_of"], "note": words.cleaned_data["note"]}
        confirm = raster_uploads.confirm if is_raster else uploads.confirm
        confirm(viewer, row, values, **about)
    except InvalidValues as error:
        words.refuse(error)
        return _page(request, row, words=words, errors=errors_of(words), fields=fields or None)
    except NotAllowed as error:
        raise Http404 from error
    return redirect("datasets:upload", upload_id=row.pk)


def _posted_fields(request: HttpRequest, row: StoredUpload) -> list[FieldOption]:
    """The fields as the person wants them: ``kind-<n>``, ``title-<n>``, ``key-<n>``, ``unit-<n>`` by place."""
    kept = {item.column: item for item in ReadOptions.of(row.options["reading"]).fields}
    found = []
    for number, column in enumerate(row.options["preview"]["columns"]):
        item = kept.get(column["name"])
        if item is None:
            continue
        said = {
            key: request.POST.get(f"{key}-{number}", "").strip() for key in ("kind", "title", "key", "unit")
        }
        if f"kind-{number}" not in request.POST:
            said = {"kind": item.kind, "title": item.title, "key": item.key, "unit": item.unit}
        found.append(
            replace(item, kind=said["kind"], title=said["title"], key=said["key"], unit=said["unit"][:20])
        )
    return found


@require_safe
@for_keepers
def progress(request: HttpRequest, upload_id: int) -> HttpResponse:
    """How far the loading is, as a part of the page; at the end the way to the layer."""
    row = _staged(request, upload_id)
    response = render(request, "datasets/progress.html", {"row": row})
    if row.state == State.DONE and row.layer and request.headers.get("HX-Request"):
        response["HX-Redirect"] = reverse("datasets:layer", args=[row.layer.slug])
    return response
