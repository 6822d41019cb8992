"""The words of the classification, for the administrator."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.modules.comments import services
from gisportal.modules.comments.access import may_define_classes
from gisportal.modules.comments.forms import ClassForm
from gisportal.modules.comments.models import ClassificationTerm
from gisportal.portal.answers import private
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import refusal, viewer_of


@require_http_methods(["GET", "HEAD", "POST"])
def classes(request: HttpRequest) -> HttpResponse:
    """Add, rename, order, retire and offer again. What is retired stays on the comments that have it."""
    if refused := refusal(request):
        return refused
    if not may_define_classes(viewer_of(request)):
        raise Http404
    asked = request.POST.get("act", "").partition("-") if request.method == "POST" else ("", "", "")
    new = ClassForm(request.POST if asked[0] == "add" else None, prefix="new")
    rows = [_row(request, term, asked) for term in ClassificationTerm.objects.all()]
    if request.method == "POST" and _act(request, asked, new, rows):
        messages.success(request, _("The classes have been saved."))
        return redirect("comments:classes")
    errors = errors_of(*[form for form in (new, *(row["form"] for row in rows)) if form.is_bound])
    context = {"new": new, "rows": rows, "all_forms_errors": errors}
    return private(render(request, "comments/classes.html", context, status=422 if errors else 200))


def _row(request: HttpRequest, term: ClassificationTerm, asked: tuple[str, str, str]) -> dict[str, Any]:
    is_asked = asked[0] == "save" and asked[2] == str(term.pk)
    form = ClassForm(request.POST if is_asked else None, prefix=f"term-{term.pk}", term=term)
    return {"term": term, "form": form}


def _act(
    request: HttpRequest, asked: tuple[str, str, str], new: ClassForm, rows: list[dict[str, Any]]
) -> bool:
    """Does what the pressed button says; False where something is wrong with what was typed."""
    actor = viewer_of(request)
    if asked[0] == "add":
        return new.is_valid() and bool(services.add_class(actor, new.cleaned_data["title"]))
    row = next((row for row in rows if str(row["term"].pk) == asked[2]), None)
    if row is None:
        raise Http404
    term, form = row["term"], row["form"]
    if asked[0] in {"retire", "offer"}:
        return bool(services.change_class(actor, term.pk, is_retired=asked[0] == "retire"))
    if not form.is_valid():
        return False
    order = form.cleaned_data["order"]
    values = {"title": form.cleaned_data["title"], "order": term.order if order is None else order}
    return bool(services.change_class(actor, term.pk, **values))
