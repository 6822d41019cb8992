"""The words of the form, for the administrator, with a preview."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.modules.consentforms import services, sheets, source
from gisportal.modules.consentforms.forms import TemplateForm
from gisportal.modules.consentforms.models import ConsentTemplate
from gisportal.modules.consentforms.views import address_of, pdf_answer
from gisportal.portal.answers import private
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import refusal, viewer_of
from layers.access import Level


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Raises ``Http404`` for anybody but an administrator."""
    if refused := refusal(request):
        return refused
    if viewer_of(request).level is not Level.ADMINISTRATOR:
        raise Http404
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest) -> HttpResponse:
    """Changes the words, or shows what is typed as a sheet before it is saved."""
    if refused := _refused(request):
        return refused
    words = ConsentTemplate.current()
    initial = {key: getattr(words, key) for key in (*services.WORDS, "requires_consent")}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial, label_suffix="")
    if form.is_bound and form.is_valid():
        if "preview" in request.POST:
            return _sheet(request, ConsentTemplate(**form.cleaned_data))
        services.save_template(viewer_of(request), form.cleaned_data)
        messages.success(request, _("The words of the form have been saved."))
        return redirect("consentforms:template")
    errors = errors_of(form) if form.is_bound else []
    context = {"form": form, "all_forms_errors": errors}
    return private(render(request, "consentforms/template.html", context, status=422 if errors else 200))


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The words in force on the form of some entry."""
    return _refused(request) or _sheet(request, ConsentTemplate.current())


def _sheet(request: HttpRequest, words: Any) -> HttpResponse:
    viewer = viewer_of(request)
    some = list(source.editable(viewer).order_by("pk").values_list("pk", flat=True)[:1])
    found = sheets.forms(viewer, some)
    if not found:
        raise Http404(_("There is no entry to show the form with."))
    return pdf_answer(sheets.sheet(viewer, found[0], address_of(request), words), "consent-preview")
