"""Screens of the divisions of the city: schemes, their districts, boundaries (R24)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.portal.category_forms import ServiceForm
from gisportal.portal.district_forms import (
    DistrictForm,
    NewSchemeForm,
    SchemeForm,
    district_initial,
    scheme_initial,
)
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers import memberships
from layers.editing import district_reading as reads
from layers.editing import districts as service
from layers.editing.errors import InvalidValues
from layers.models import District, DistrictScheme


def found_scheme(code: str) -> DistrictScheme:
    """Raises ``Http404``."""
    try:
        return service.scheme_of(code)
    except DistrictScheme.DoesNotExist:
        raise Http404 from None


def found_district(row: DistrictScheme, district_id: int) -> District:
    """Raises ``Http404``."""
    found = service.districts_of(row).filter(pk=district_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
@for_administrator
def scheme_list(request: HttpRequest) -> HttpResponse:
    """All schemes, and how far the resources have followed."""
    context = {"schemes": reads.scheme_lines(), "run": memberships.open_run()}
    return render(request, "portal/settings/districts.html", context)


@require_safe
@for_administrator
def progress(request: HttpRequest) -> HttpResponse:
    """How far the resources have followed; a part of the pages, asked for again while it runs."""
    run = memberships.open_run() or memberships.latest_run()
    return render(request, "portal/settings/progress.html", {"run": run})


def _form_page(request: HttpRequest, template: str, form: ServiceForm, **context: Any) -> HttpResponse:
    context["all_forms_errors"] = errors_of(form) if form.is_bound else []
    status = 422 if context["all_forms_errors"] else 200
    return render(request, f"portal/settings/{template}.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def add_scheme(request: HttpRequest) -> HttpResponse:
    """A new division of the city."""
    form = NewSchemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = service.create_scheme(viewer_of(request), form.cleaned_data)
        except InvalidValues as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("portal:settings:scheme", args=[row.code]))
    return _form_page(request, "scheme_form", form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def edit_scheme(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """Titles and what is said of a scheme."""
    row = found_scheme(scheme_code)
    form = SchemeForm(request.POST or None, initial=scheme_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            service.update_scheme(viewer_of(request), row.code, form.cleaned_data)
        except InvalidValues as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(title)s” was saved.") % {"title": form.cleaned_data["title"]})
            return HttpResponseRedirect(reverse("portal:settings:scheme", args=[row.code]))
    return _form_page(request, "scheme_form", form, scheme=row)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def move_scheme(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """One place up or down, by a button."""
    row = found_scheme(scheme_code)
    if request.method == "POST" and request.POST.get("to") in {"up", "down"}:
        service.move_scheme(viewer_of(request), row.code, up=request.POST["to"] == "up")
    return HttpResponseRedirect(f"{reverse('portal:settings:districts')}#scheme-{row.code}")


def _delete_page(
    request: HttpRequest, title: str, reason: str, back: str, then: str, act: Callable[[], None]
) -> HttpResponse:
    """Asks; deletes on POST, or says why not."""
    if request.method == "POST" and not reason:
        try:
            act()
        except InvalidValues as error:
            reason = " ".join(text for texts in error.errors.values() for text in texts)
        else:
            messages.success(request, _("“%(title)s” was deleted.") % {"title": title})
            return HttpResponseRedirect(then)
    context = {"title": title, "reason": reason, "back": back}
    return render(
        request, "portal/settings/delete.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def delete_scheme(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """Takes a scheme without districts away."""
    row = found_scheme(scheme_code)
    reason = _("There are districts in it. Delete them first.") if service.districts_of(row).exists() else ""
    back = reverse("portal:settings:scheme", args=[row.code])
    then = reverse("portal:settings:districts")
    return _delete_page(
        request, row.title, reason, back, then, lambda: service.delete_scheme(viewer_of(request), row.code)
    )


@require_safe
@for_administrator
def scheme(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """The districts of a scheme with area, people and office."""
    row = found_scheme(scheme_code)
    context = {"scheme": row, "districts": reads.district_lines(row), "run": memberships.open_run()}
    return render(request, "portal/settings/scheme.html", context)


# --- one district --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def add_district(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """A new district, drawn on the map."""
    return _district(request, found_scheme(scheme_code), None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def edit_district(request: HttpRequest, scheme_code: str, district_id: int) -> HttpResponse:
    """Values and boundary of a district."""
    row = found_scheme(scheme_code)
    return _district(request, row, found_district(row, district_id))


def _district(request: HttpRequest, row: DistrictScheme, district: District | None) -> HttpResponse:
    initial = district_initial(district) if district else {}
    form = DistrictForm(request.POST or None, initial=initial, offices=reads.office_names())
    consents: list[str] = []
    pieces: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, row, district, form, str(initial.get("geom", "")))
        except service.NeedsConsent as error:
            form.refuse(error)
            consents, pieces = [error.consent], error.pieces
        except InvalidValues as error:
            form.refuse(error)
    consents += [name for name in ("cleans", "accepts_overlaps") if form.is_bound and form[name].value()]
    context = {
        "scheme": row,
        "district": district,
        "consents": set(consents),
        "map_data": {
            "others": reads.outlines(row, district),
            "pieces": reads.piece_features(pieces),
            "extent": reads.extent(row),
        },
        "undeletable": service.why_not_deletable(district) if district else "",
    }
    return _form_page(request, "district_form", form, **context)


def _saved(
    request: HttpRequest, row: DistrictScheme, district: District | None, form: DistrictForm, before: str
) -> HttpResponse:
    """Raises :class:`InvalidValues`. A boundary that was not touched is not written: nothing is rounded away."""
    text = form.cleaned_data["geom"]
    kept = service.save_district(
        viewer_of(request), row, district, form.values, None if text == before else text,
        cleans=form.cleaned_data["cleans"], accepts_overlaps=form.cleaned_data["accepts_overlaps"],
    )  # fmt: skip
    messages.success(request, _("“%(title)s” was saved.") % {"title": kept.title})
    if memberships.open_run():
        messages.info(request, _("The entries follow in the background."))
    return HttpResponseRedirect(f"{reverse('portal:settings:scheme', args=[row.code])}#district-{kept.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def delete_district(request: HttpRequest, scheme_code: str, district_id: int) -> HttpResponse:
    """Takes a district away."""
    row = found_scheme(scheme_code)
    district = found_district(row, district_id)
    back = reverse("portal:settings:district", args=[row.code, district.pk])
    then = reverse("portal:settings:scheme", args=[row.code])
    reason = service.why_not_deletable(district)
    return _delete_page(
        request,
        district.title,
        reason,
        back,
        then,
        lambda: service.delete_district(viewer_of(request), district),
    )
