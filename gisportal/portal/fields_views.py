"""Screens of the fields: list, add, edit, order, out of use and back (R22, R23)."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.portal.entry_fields import errors_of
from gisportal.portal.fields_forms import (
    FieldForm,
    NewFieldForm,
    choice_lines,
    digest_of,
    initial_of,
    overtaken,
)
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers.editing import field_rows, fields
from layers.editing.errors import InvalidValues
from layers.editing.field_choices import new_code
from layers.fields import RESERVED
from layers.models import FieldDefinition
from layers.vocabulary import vocabulary


def found(key: str) -> FieldDefinition:
    """A definition by its key or a former one. Raises ``Http404``."""
    rows = FieldDefinition.objects.prefetch_related("categories")
    item = rows.filter(key=key).first() or rows.filter(former_keys__contains=[key]).first()
    if item is None:
        raise Http404
    return item


@require_safe
@for_administrator
def field_list(request: HttpRequest) -> HttpResponse:
    """All fields in order, those out of use apart."""
    counts = field_rows.used_counts()
    words = vocabulary()
    rows = [
        {
            "item": item,
            "count": counts.get(item.key, 0),
            "categories": [
                words.categories[c.code].title for c in item.categories.all() if c.code in words.categories
            ],
            "has_choices": item.kind in fields.CHOSEN,
        }
        for item in FieldDefinition.objects.prefetch_related("categories")
    ]
    context = {
        "rows": [row for row in rows if row["item"].is_active],  # type: ignore[attr-defined]
        "retired": [row for row in rows if not row["item"].is_active],  # type: ignore[attr-defined]
    }
    return render(request, "portal/settings/fields.html", context)


def page(request: HttpRequest, template: str, form: Any, status: int = 200, **context: Any) -> HttpResponse:
    """A page with one form; 422 where it was refused."""
    context["all_forms_errors"] = errors_of(form) if form.is_bound else []
    status = 422 if context["all_forms_errors"] else status
    return render(request, f"portal/settings/{template}.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new field."""
    form = NewFieldForm(request.POST or None, words=vocabulary())
    if request.method == "POST" and form.is_valid():
        try:
            item = _added(request, form)
        except InvalidValues as error:
            form.refuse(error)
        else:
            text = _("“%(field)s” was added. It stands on every page from now on.")
            messages.success(request, text % {"field": item.title})
            return _to_list(item.key)
    return page(request, "field_form", form)


def _added(request: HttpRequest, form: NewFieldForm) -> FieldDefinition:
    """Raises :class:`InvalidValues`."""
    values = form.cleaned_data
    choices: list[dict[str, str]] = []
    if values["kind"] in fields.CHOSEN:
        for title, english in choice_lines(values["choices_text"]):
            code = new_code(english or title, [choice["code"] for choice in choices])
            choices.append({"code": code, "title": title, **({"title_en": english} if english else {})})
    key = values["key"] or _made_key(values["title_en"])
    return fields.add_field(
        viewer_of(request), key=key, kind=values["kind"], choices=choices, **form.shared()
    )


def _made_key(english: str) -> str:
    """A key of the English name where there is one, else a number; never one in use or reserved."""
    taken = {*RESERVED}
    for item in FieldDefinition.objects.all():
        taken |= {item.key, *item.former_keys}
    plain = re.sub(r"[^a-z0-9]+", "_", english.lower()).strip("_")[:40].strip("_")
    stem = plain if plain and plain[0].isalpha() and english.isascii() else ""
    if stem and stem not in taken:
        return stem
    number = 1
    while (made := f"{(stem or 'field')[:34]}_{number}") in taken or field_rows.has_values(made):
        number += 1
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def edit(request: HttpRequest, field_key: str) -> HttpResponse:
    """Title, help, audience, switches and categories of a field."""
    item = found(field_key)
    seen = digest_of(initial_of(item))
    form = FieldForm(request.POST or None, initial=initial_of(item), words=vocabulary())
    if request.method == "POST" and request.POST.get("seen", seen) != seen:
        form.add_error(None, overtaken())
    if request.method == "POST" and form.is_valid():
        try:
            fields.change_field(viewer_of(request), item.key, **form.shared())
        except InvalidValues as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(field)s” was saved.") % {"field": form.cleaned_data["title"]})
            return _to_list(item.key)
    count = field_rows.used_counts().get(item.key, 0)
    has_choices = item.kind in fields.CHOSEN
    return page(request, "field_form", form, item=item, count=count, has_choices=has_choices, seen=seen)


@require_http_methods(["POST", "GET"])
@for_administrator
def move(request: HttpRequest, field_key: str) -> HttpResponse:
    """One place up or down, by a button; focus comes back to the field."""
    item = found(field_key)
    if request.method == "POST":
        step = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
        fields.move_field(viewer_of(request), item.key, step)
    return _to_list(item.key)


@require_http_methods(["POST", "GET"])
@for_administrator
def use(request: HttpRequest, field_key: str) -> HttpResponse:
    """Out of use, or back; the values stay."""
    item = found(field_key)
    if request.method == "POST" and request.POST.get("use") == "off":
        fields.retire_field(viewer_of(request), item.key)
        text = _("“%(field)s” is out of use. Its values are kept and come back with it.")
        messages.success(request, text % {"field": item.title})
    elif request.method == "POST" and request.POST.get("use") == "on":
        fields.bring_back_field(viewer_of(request), item.key)
        messages.success(request, _("“%(field)s” is in use again.") % {"field": item.title})
    return _to_list(item.key)


def _to_list(key: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('portal:settings:fields')}#field-{key}")
