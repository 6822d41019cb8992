"""Pages of consent: the way in by number, one resource's form and what came back of it, the scans."""

from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.modules.consentforms import services, sheets, source
from gisportal.modules.consentforms.forms import ConsentForm
from gisportal.modules.consentforms.models import ConsentTemplate
from gisportal.portal.answers import private
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Level, Viewer
from layers.media.store import path_of

MOST_BATCHES: Final = 20


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Finds the entry of a sheet by its number; batches asked for."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if viewer.account_id is None:
        raise Http404
    number, wrong = request.GET.get("number", "").strip(), ""
    if number:
        found = sheets.id_of(number)
        if found is not None and source.editable_resource(viewer, found):
            return redirect("consentforms:of-resource", found)
        wrong = _("No entry you may edit has this number. Compare it with the sheet: S-000123-4.")
    context = {
        "number": number,
        "wrong": wrong,
        "batches": source.batches(viewer)[:MOST_BATCHES],
        "is_administrator": viewer.level is Level.ADMINISTRATOR,
        "requires_consent": ConsentTemplate.current().requires_consent,
    }
    return private(render(request, "consentforms/index.html", context, status=422 if wrong else 200))


def _form(viewer: Viewer, resource_id: int) -> sheets.Form:
    """The form of a resource. Raises ``Http404`` for one the viewer may not edit."""
    found = sheets.forms(viewer, [resource_id])
    if not found:
        raise Http404
    return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
def of_resource(request: HttpRequest, resource_id: int) -> HttpResponse:
    """What came back for a resource, and the form to record another sheet."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    sheet = _form(viewer, resource_id)
    if request.method == "POST":
        form = ConsentForm(sheet, request.POST, request.FILES)
        if form.is_valid():
            return _recorded(request, viewer, resource_id, form)
    else:
        form = ConsentForm(sheet, initial={"received_on": services.today()})
    return _page(request, viewer, sheet, form)


def _recorded(request: HttpRequest, viewer: Viewer, resource_id: int, form: ConsentForm) -> HttpResponse:
    services.record_consent(
        viewer,
        resource_id,
        received_on=form.cleaned_data["received_on"],
        answers=form.answers,
        photos=form.photos,
        scan=form.checked,
        signed_by=form.cleaned_data["signed_by"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, _("The consent has been recorded, and what the public sees follows it."))
    return redirect("consentforms:of-resource", resource_id)


def _page(request: HttpRequest, viewer: Viewer, sheet: sheets.Form, form: ConsentForm) -> HttpResponse:
    received = list(source.consents_of(viewer, sheet.feature.id))
    titles = form.titles
    errors = errors_of(form) if form.is_bound else []
    context: dict[str, Any] = {
        "sheet": sheet,
        "form": form,
        "all_forms_errors": errors,
        "received": [(row, _answers(row.answers, titles)) for row in received],
        "by_hand": services.by_hand(received[0].answers, titles) if received else [],
        "requires_consent": ConsentTemplate.current().requires_consent,
    }
    return private(render(request, "consentforms/of_resource.html", context, status=422 if errors else 200))


def _answers(answers: dict[str, bool], titles: dict[str, str]) -> list[tuple[str, bool]]:
    return [(titles.get(key, key), value) for key, value in answers.items()]


@require_safe
def form_pdf(request: HttpRequest, resource_id: int) -> HttpResponse:
    """The form of one resource, to be printed."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    return pdf_answer(
        sheets.sheet(viewer, _form(viewer, resource_id), address_of(request)), f"consent-{resource_id}"
    )


def address_of(request: HttpRequest) -> str:
    """Beginning of the portal's addresses, as this browser reached it."""
    return request.build_absolute_uri("/").rstrip("/")


def pdf_answer(sheet: Any, name: str) -> HttpResponse:
    """One sheet as PDF."""
    # Half a second of imports only a printing process needs.
    from gisportal.papers.pdf import OPTIONS, Press

    body = Press([sheets.PAPER]).lay_out(sheet).write_pdf(**OPTIONS)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return private(response)


@require_safe
def scan(request: HttpRequest, consent_id: int) -> FileResponse | HttpResponse:
    """A scanned sheet, for who may edit its entry."""
    if refused := refusal(request):
        return refused
    row = source.consents(viewer_of(request)).filter(pk=consent_id).exclude(scan="").first()
    if row is None:
        raise Http404
    return file_answer(row.scan, row.scan_type, f"consent-{row.resource_id}-{row.pk}")


def file_answer(name: str, content_type: str, shown: str) -> FileResponse:
    """A kept file, to be saved: never shown inside a page of the portal."""
    path = path_of(name)
    if not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{shown}.{name.rpartition(".")[2]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return private(response)
