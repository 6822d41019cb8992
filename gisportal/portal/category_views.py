"""Screens of the tree of categories: list, add, edit, order, merge, delete (R7, R24)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.portal.category_forms import CategoryForm, NewCategoryForm, initial_of
from gisportal.portal.colour_checks import ColourReport, colour_report
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers.editing import categories as service
from layers.editing.categories import Node
from layers.editing.errors import InvalidValues
from layers.models import Category


def found(code: str) -> Category:
    """A category in force, by the code it has or had. Raises ``Http404``."""
    row = Category.objects.select_related("parent", "merged_into").filter(code=code).first()
    while row is not None and row.merged_into is not None:
        row = row.merged_into
    if row is None:
        raise Http404
    return row


@require_safe
@for_administrator
def category_list(request: HttpRequest) -> HttpResponse:
    """The tree with its counts."""
    nodes = service.tree()
    merged = Category.objects.filter(merged_into__isnull=False).select_related("merged_into").order_by("code")
    warnings = {
        node.category.code: report.warnings
        for node in nodes
        if node.depth == 0
        and (report := _report(node.colour, node.shape, nodes, node.category))
        and report.warnings
    }
    return render(
        request, "portal/settings/categories.html", {"nodes": nodes, "merged": merged, "warnings": warnings}
    )


def _report(colour: str, shape: str, nodes: list[Node], row: Category | None) -> ColourReport | None:
    """Findings beside the other categories of the first level, that of the category's own line apart."""
    own = _top_of(row)
    others = {node.category.title: node for node in nodes if node.depth == 0 and node.category.code != own}
    try:
        return colour_report(colour, shape, others)
    except ValueError:
        return None


def _top_of(row: Category | None) -> str:
    while row is not None and row.parent is not None:
        row = row.parent
    return row.code if row is not None else ""


@require_safe
@for_administrator
def colours(request: HttpRequest) -> HttpResponse:
    """Findings on a colour while it is being chosen; a part of the form."""
    nodes = service.tree()
    colour, shape = request.GET.get("colour", "").strip().lower(), request.GET.get("shape", "")
    row = (
        Category.objects.filter(code=request.GET.get("category", "")).select_related("parent__parent").first()
    )
    parent = next((node for node in nodes if node.category.code == request.GET.get("parent", "")), None)
    above = row or (parent.category if parent else None)
    shown = _report(
        colour or (parent.colour if parent else ""), shape or (parent.shape if parent else ""), nodes, above
    )
    return render(request, "portal/settings/colour_checks.html", {"report": shown})


def _form_page(
    request: HttpRequest, form: CategoryForm, nodes: list[Node], row: Category | None
) -> HttpResponse:
    own = next((node for node in nodes if row and node.category.pk == row.pk), None)
    colour = str(form["colour"].value() or "") or (own.colour if own else "")
    shape = str(form["shape"].value() or "") or (own.shape if own else "")
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "node": own,
        "report": _report(colour.lower(), shape, nodes, row),
        "undeletable": service.why_not_deletable(row) if row else "",
        "all_forms_errors": errors_of(form) if form.is_bound else [],
    }
    status = 422 if context["all_forms_errors"] else 200
    return render(request, "portal/settings/category_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new category, below another where the address says so."""
    nodes = service.tree()
    initial = {"parent": request.GET.get("parent", ""), "is_formal": True, "stale_after_days": 365,
               "vacancy_stale_days": 30}  # fmt: skip
    form = NewCategoryForm(request.POST or None, nodes=nodes, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = service.create_category(viewer_of(request), form.cleaned_data)
        except InvalidValues as error:
            form.refuse(error)
        else:
            return _saved(request, row)
    return _form_page(request, form, nodes, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def edit(request: HttpRequest, category_code: str) -> HttpResponse:
    """Titles, words, place in the tree, colour, shape, clocks of a category."""
    row = found(category_code)
    nodes = service.tree()
    form = CategoryForm(request.POST or None, nodes=nodes, row=row, initial=initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            row = service.update_category(viewer_of(request), row.code, form.cleaned_data)
        except InvalidValues as error:
            form.refuse(error)
        else:
            return _saved(request, row)
    return _form_page(request, form, nodes, row)


def _saved(request: HttpRequest, row: Category) -> HttpResponse:
    messages.success(
        request, _("“%(title)s” was saved. It is in force everywhere from now on.") % {"title": row.title}
    )
    nodes = service.tree()
    report = _report(row.colour, row.shape, nodes, row) if row.colour and row.shape else None
    for warning in report.warnings if report else ():
        messages.warning(request, f"{row.title}: {warning}")
    return _to_list(row.code)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def move(request: HttpRequest, category_code: str) -> HttpResponse:
    """One place up or down, by a button; focus comes back to the category."""
    row = found(category_code)
    if request.method == "POST" and request.POST.get("to") in {"up", "down"}:
        service.move_category(viewer_of(request), row.code, up=request.POST["to"] == "up")
    return _to_list(row.code)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def merge(request: HttpRequest, category_code: str) -> HttpResponse:
    """Which category, then what would happen, then the deed."""
    row = found(category_code)
    data = request.POST if request.method == "POST" else request.GET
    target = Category.objects.filter(code=data.get("into", ""), merged_into=None).first()
    context: dict[str, Any] = {
        "row": row,
        "nodes": [node for node in service.tree() if node.category.pk != row.pk],
    }
    if target is not None:
        try:
            context["plan"] = service.merge_plan(row, target)
            if request.method == "POST":
                moved = service.merge_categories(viewer_of(request), row.code, target.code)
                return _merged(request, row, target, moved)
        except InvalidValues as error:
            context["all_forms_errors"] = [
                {"anchor": "into", "label": _("Merge into"), "message": message}
                for texts in error.errors.values()
                for message in texts
            ]
        context["into"] = target
    elif data.get("into"):
        raise Http404
    status = 422 if context.get("all_forms_errors") else 200
    return render(request, "portal/settings/category_merge.html", context, status=status)


def _merged(request: HttpRequest, row: Category, target: Category, moved: int) -> HttpResponse:
    words = ngettext(
        "“%(old)s” was merged into “%(into)s”; %(count)d entry moved. Old links go on finding.",
        "“%(old)s” was merged into “%(into)s”; %(count)d entries moved. Old links go on finding.",
        moved,
    )
    messages.success(request, words % {"old": row.title, "into": target.title, "count": moved})
    return _to_list(target.code)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def delete(request: HttpRequest, category_code: str) -> HttpResponse:
    """Asks, and takes an empty category away."""
    row = found(category_code)
    reason = service.why_not_deletable(row)
    if request.method == "POST" and not reason:
        try:
            service.delete_category(viewer_of(request), row.code)
        except InvalidValues as error:
            reason = " ".join(text for texts in error.errors.values() for text in texts)
        else:
            messages.success(request, _("“%(title)s” was deleted.") % {"title": row.title})
            return HttpResponseRedirect(reverse("portal:settings:categories"))
    context = {
        "title": row.title,
        "reason": reason,
        "back": reverse("portal:settings:category", args=[row.code]),
    }
    return render(
        request, "portal/settings/delete.html", context, status=422 if request.method == "POST" else 200
    )


def _to_list(code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('portal:settings:categories')}#category-{code}")
