"""Screens of an import of boundaries: upload, report, choices, decision (R24)."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.portal.district_forms import ReadingForm, UploadForm
from gisportal.portal.district_views import found_scheme
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers import memberships
from layers.editing import district_imports as service
from layers.editing import district_reading as reads
from layers.editing.errors import InvalidValues
from layers.imports.boundary_files import MAX_FILE, UnreadableFile, read_boundary_file
from layers.imports.boundary_staging import Reading, Staged
from layers.models import DistrictImport

#: Pieces and problems shown; how many more there are is said.
SHOWN: Final = 100


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def upload(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """Takes a file for a look at it."""
    scheme = found_scheme(scheme_code)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MAX_FILE:
                raise UnreadableFile(_("The file is larger than %(most)d MB.") % {"most": MAX_FILE // 2**20})
            row = service.upload(viewer_of(request), scheme, file.name, file.read())
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(reverse("portal:settings:district-import", args=[row.pk]))
    staged = DistrictImport.objects.filter(scheme=scheme, state=DistrictImport.State.STAGED).first()
    context = {
        "scheme": scheme, "form": form, "staged": staged, "all_forms_errors": errors_of(form) if form.is_bound else [],
    }  # fmt: skip
    status = 422 if context["all_forms_errors"] else 200
    return render(request, "portal/settings/district_upload.html", context, status=status)


def _found(import_id: int) -> DistrictImport:
    row = DistrictImport.objects.select_related("scheme").filter(pk=import_id).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """What the file would do; other choices are posted here."""
    row = _found(import_id)
    if row.state != DistrictImport.State.STAGED:
        return render(request, "portal/settings/district_import.html", {"row": row, "scheme": row.scheme})
    if request.method == "POST":
        form = _reading_form(row, request.POST)
        if form.is_valid():
            service.set_options(viewer_of(request), row, form.options())
            return HttpResponseRedirect(reverse("portal:settings:district-import", args=[row.pk]))
        return _report_page(request, row, form)
    return _report_page(request, row, _reading_form(row))


def _reading_form(row: DistrictImport, posted: Any = None) -> ReadingForm:
    reading = Reading.of(row.options)
    try:
        file = read_boundary_file(bytes(row.data), layer=reading.layer, encoding=reading.encoding)
        columns, layers = file.columns, file.layers
    except UnreadableFile:
        columns, layers = (), ()
    initial = {**row.options, "srid": str(reading.srid or "")}
    return ReadingForm(posted, columns=columns, layers=layers, initial=initial)


def _report_page(
    request: HttpRequest, row: DistrictImport, form: ReadingForm, errors: tuple[str, ...] = ()
) -> HttpResponse:
    context: dict[str, Any] = {"row": row, "scheme": row.scheme, "form": form, "shown": SHOWN}
    problems = [{"anchor": "", "label": "", "message": message} for message in errors]
    try:
        staged = service.look(row)
        context.update(_findings(row, staged))
    except UnreadableFile as error:
        problems.append({"anchor": "", "label": "", "message": str(error)})
    context["all_forms_errors"] = problems + (errors_of(form) if form.is_bound else [])
    status = 422 if errors or form.is_bound else 200
    return render(request, "portal/settings/district_import.html", context, status=status)


def _findings(row: DistrictImport, staged: Staged) -> dict[str, Any]:
    changes = [] if staged.needs_system else service.differences(row.scheme, staged)
    counts = {
        kind: sum(change.kind == kind for change in changes) for kind in ("new", "changed", "same", "missing")
    }
    pieces = sorted([*staged.overlaps, *staged.gaps], key=lambda piece: -piece.square_metres)
    return {
        "staged": staged,
        "changes": [change for change in changes if change.kind != "same"],
        "counts": counts,
        "pieces": list(enumerate(pieces[:SHOWN], 1)),
        "overlap_area": sum(piece.square_metres for piece in staged.overlaps),
        "gap_area": sum(piece.square_metres for piece in staged.gaps),
        "digest": service.digest(row),
        "map_data": {
            "others": reads.collection((each.geom, {"title": each.title}) for each in staged.boundaries),
            "pieces": reads.piece_features(pieces[:SHOWN]),
            "places": [[p.lat, p.lon, p.name] for p in staged.problems if p.lat is not None],
            "extent": reads.extent(row.scheme),
        },
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def decide(request: HttpRequest, import_id: int) -> HttpResponse:
    """Yes: all of it in one transaction. No: the file is forgotten."""
    row = _found(import_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:settings:district-import", args=[row.pk]))
    if request.POST.get("answer") == "no":
        service.dismiss(viewer_of(request), row)
        messages.info(request, _("The file was not taken over."))
        return HttpResponseRedirect(reverse("portal:settings:scheme", args=[row.scheme.code]))
    try:
        counts = service.apply_import(viewer_of(request), row.pk, request.POST.get("seen", ""))
    except InvalidValues as error:
        texts = tuple(text for texts in error.errors.values() for text in texts)
        row.refresh_from_db()
        if row.state != DistrictImport.State.STAGED:
            messages.error(request, " ".join(texts))
            return HttpResponseRedirect(reverse("portal:settings:scheme", args=[row.scheme.code]))
        return _report_page(request, row, _reading_form(row), texts)
    words = _("Taken over: %(created)d new, %(changed)d changed, %(removed)d deleted.")
    messages.success(request, words % counts)
    if counts["kept"]:
        messages.warning(request, _("%(kept)d districts were kept because entries name them.") % counts)
    if memberships.open_run():
        messages.info(request, _("The entries follow in the background."))
    return HttpResponseRedirect(reverse("portal:settings:scheme", args=[row.scheme.code]))
