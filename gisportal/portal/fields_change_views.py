"""Screens that rewrite values: another key, another kind, choices and their merging (R22)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.portal.fields_forms import KeyForm, digest_of, grouped, overtaken
from gisportal.portal.fields_views import found, page
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers.editing import field_choices, field_rows, fields
from layers.editing.errors import InvalidValues
from layers.editing.field_choices import ChoiceLine
from layers.editing.field_retype import Report, Rest, conversion_report, retype_field
from layers.models import FieldDefinition
from layers.models.field_definition import FieldKind

#: Blank lines at the end of the choices.
BLANK = 3
METHODS = ["GET", "HEAD", "POST"]


def _to_field(item: FieldDefinition, name: str = "field") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"portal:settings:{name}", args=[item.key]))


@require_http_methods(METHODS)
@for_administrator
def key(request: HttpRequest, field_key: str) -> HttpResponse:
    """Another key; every value moves."""
    item = found(field_key)
    form = KeyForm(request.POST or None, initial={"key": item.key})
    if request.method == "POST" and form.is_valid():
        try:
            rows = fields.rename_key(viewer_of(request), item.key, form.cleaned_data["key"])
        except InvalidValues as error:
            form.refuse(error)
        else:
            text = _("The key is now %(key)s; the values of %(count)d entries moved with it.")
            messages.success(request, text % {"key": form.cleaned_data["key"], "count": rows})
            return _to_field(found(form.cleaned_data["key"]))
    count = field_rows.used_counts().get(item.key, 0)
    return page(request, "field_key", form, item=item, count=count)


@require_http_methods(METHODS)
@for_administrator
def kind(request: HttpRequest, field_key: str) -> HttpResponse:
    """Another kind: choose it, read the report, decide."""
    item = found(field_key)
    wanted = request.POST.get("kind") or request.GET.get("kind") or ""
    errors: list[dict[str, str]] = []
    report: Report | None = None
    try:
        if request.method == "POST":
            rest = Rest.KEEP if request.POST.get("rest") == "keep" else Rest.REFUSE
            done = retype_field(viewer_of(request), item.key, wanted, rest=rest)
            _told(request, item, done, rest)
            return _to_field(item)
        if wanted:
            report = conversion_report(viewer_of(request), item.key, wanted)
    except InvalidValues as error:
        errors = grouped(error.errors)
        report = _report_again(request, item, wanted)
    context = {
        "item": item,
        "report": report,
        "kinds": [pair for pair in FieldKind.choices if pair[0] != item.kind],
        "wanted": wanted,
        "all_forms_errors": errors,
        "needs_choices": report is not None and report.kind in fields.CHOSEN and not report.choices,
    }
    return render(request, "portal/settings/field_kind.html", context, status=422 if errors else 200)


def _report_again(request: HttpRequest, item: FieldDefinition, wanted: str) -> Report | None:
    try:
        return conversion_report(viewer_of(request), item.key, wanted)
    except InvalidValues:
        return None


def _told(request: HttpRequest, item: FieldDefinition, done: Report, rest: Rest) -> None:
    text = _("“%(field)s” has its new kind; %(count)d values were converted.")
    messages.success(request, text % {"field": item.title, "count": done.fitting_count})
    if done.rest_count and rest is Rest.KEEP:
        text = _("%(count)d values that did not fit are kept as text in a field of their own beside it.")
        messages.success(request, text % {"count": done.rest_count})


@dataclass(slots=True)
class ChoiceRow:
    """One row of the choices as the page shows it, saved or not."""

    code: str
    title: str
    title_en: str
    is_retired: bool
    count: int = 0
    error: str = ""


@require_http_methods(METHODS)
@for_administrator
def choices(request: HttpRequest, field_key: str) -> HttpResponse:
    """Choices: titles, order, new ones, out of use. Up and down work without script; nothing is saved by them."""
    item = _with_choices(field_key)
    if request.method != "POST":
        return _choices_page(request, item, _stored_rows(item))
    rows = _posted_rows(request)
    if "save" not in request.POST:
        return _choices_page(request, item, _moved(rows, request), is_unsaved=True)
    filled = [row for row in rows if row.code or row.title or row.title_en]
    lines = [ChoiceLine(row.code, row.title, row.title_en, row.is_retired) for row in filled]
    seen = digest_of(item.choices)
    try:
        if request.POST.get("seen", seen) != seen:
            raise InvalidValues({"choices": [overtaken()]})
        field_choices.save_choices(viewer_of(request), item.key, lines)
    except InvalidValues as error:
        typed = {row.code for row in filled}
        filled += [row for row in _stored_rows(item) if row.code not in typed]
        for name, texts in error.errors.items():
            if number := name.partition(".")[2]:
                filled[int(number)].error = " ".join(texts)
        return _choices_page(request, item, filled, errors=grouped(error.errors), is_unsaved=True)
    messages.success(request, _("The choices of “%(field)s” were saved.") % {"field": item.title})
    return _to_field(item, "field-choices")


def _with_choices(field_key: str) -> FieldDefinition:
    item = found(field_key)
    if item.kind not in fields.CHOSEN:
        raise Http404
    return item


def _stored_rows(item: FieldDefinition) -> list[ChoiceRow]:
    return [
        ChoiceRow(c["code"], c["title"], c.get("title_en") or "", bool(c.get("retired")))
        for c in field_choices.current(item)
    ]


def _posted_rows(request: HttpRequest) -> list[ChoiceRow]:
    """Rows as typed, in the order of the page."""
    columns = [request.POST.getlist(name) for name in ("code", "title", "title_en")]
    retired = set(request.POST.getlist("retired"))
    return [
        ChoiceRow(code, title.strip(), english.strip(), bool(code) and code in retired)
        for code, title, english in zip(*columns, strict=False)
    ]


def _moved(rows: list[ChoiceRow], request: HttpRequest) -> list[ChoiceRow]:
    """After a press of up or down; any other button only adds blank lines."""
    for name, step in (("up", -1), ("down", 1)):
        place = request.POST.get(name, "")
        if place.isascii() and place.isdecimal() and int(place) < len(rows):
            row = rows.pop(int(place))
            rows.insert(max(0, int(place) + step), row)
    return [row for row in rows if row.code or row.title or row.title_en]


def _choices_page(
    request: HttpRequest,
    item: FieldDefinition,
    rows: list[ChoiceRow],
    *,
    errors: list[dict[str, str]] | None = None,
    is_unsaved: bool = False,
) -> HttpResponse:
    counts = field_rows.code_counts(item.key)
    for row in rows:
        row.count = counts.get(row.code, 0)
    blanks = [ChoiceRow("", "", "", False) for _number in range(BLANK)]
    context: dict[str, Any] = {
        "item": item,
        "rows": [*rows, *blanks],
        "blank": ChoiceRow("", "", "", False),
        "known": _stored_rows(item),
        "all_forms_errors": errors or [],
        "is_unsaved": is_unsaved,
        # Moving rows before saving keeps the mark of when the page was opened.
        "seen": digest_of(item.choices) if errors else request.POST.get("seen") or digest_of(item.choices),
    }
    return render(request, "portal/settings/field_choices.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@for_administrator
def merge(request: HttpRequest, field_key: str) -> HttpResponse:
    """Two choices become one: what will happen is said first, then a person decides."""
    item = _with_choices(field_key)
    given = request.POST if request.method == "POST" else request.GET
    merged, into = given.get("merged", ""), given.get("into", "")
    titles = {row.code: row.title for row in _stored_rows(item)}
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            rows = field_choices.merge_choices(viewer_of(request), item.key, merged, into)
        except InvalidValues as error:
            errors = grouped(error.errors)
        else:
            text = _("“%(merged)s” is now “%(into)s”; %(count)d entries were rewritten.")
            shown = {"merged": titles[merged], "into": titles[into], "count": rows}
            messages.success(request, text % shown)
            return _to_field(item, "field-choices")
    elif (merged or into) and (merged == into or merged not in titles or into not in titles):
        errors = grouped({"choices": [_("Choose two different choices.")]})
    context = {
        "item": item,
        "known": list(titles.items()),
        "merged": merged,
        "into": into,
        "merged_title": titles.get(merged, ""),
        "into_title": titles.get(into, ""),
        "count": field_rows.code_counts(item.key).get(merged, 0),
        "is_ready": bool(merged or into) and not errors,
        "all_forms_errors": errors,
    }
    return render(request, "portal/settings/field_merge.html", context, status=422 if errors else 200)
