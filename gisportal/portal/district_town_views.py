"""The table of towns of a scheme: as CSV in a form, from a file, with the difference before it is saved (R24)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.portal.district_views import found_scheme
from gisportal.portal.search_views import viewer_of
from gisportal.portal.settings_views import for_administrator
from layers.editing import district_towns as service
from layers.editing.errors import InvalidValues
from layers.models import DistrictScheme

MAX_FILE = 2 * 1024 * 1024
SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrator
def towns(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """Shows the table; checks what is posted; saves it on a second word."""
    scheme = found_scheme(scheme_code)
    if request.method != "POST":
        return _page(request, scheme, service.table_text(scheme))
    text = request.POST.get("table", "").replace("\r\n", "\n")
    try:
        if file := request.FILES.get("file"):
            return _checked(request, scheme, _text_of(file))
        if request.POST.get("act") == "save":
            changed = service.apply_table(viewer_of(request), scheme, text)
            messages.success(request, _("The table was saved; %(count)d lines changed.") % {"count": changed})
            return HttpResponseRedirect(reverse("portal:settings:scheme", args=[scheme.code]))
    except InvalidValues as error:
        return _page(
            request, scheme, text, errors=[each for texts in error.errors.values() for each in texts]
        )
    return _checked(request, scheme, text)


def _text_of(file: Any) -> str:
    if file.size > MAX_FILE:
        raise InvalidValues({"table": [_("The file is larger than %(most)d MB.") % {"most": 2}]})
    return service.decode(file.read())


def _checked(request: HttpRequest, scheme: DistrictScheme, text: str) -> HttpResponse:
    table = service.read_table(scheme, text)
    if table.errors:
        return _page(request, scheme, text, errors=table.errors)
    return _page(
        request, scheme, text, notes=table.notes, changes=service.changes(scheme, table), is_checked=True
    )


def _page(request: HttpRequest, scheme: DistrictScheme, text: str, **context: Any) -> HttpResponse:
    errors = [
        {"anchor": "table", "label": _("Table"), "message": message} for message in context.get("errors", [])
    ]
    changes = context.get("changes", [])
    context.update(
        scheme=scheme,
        table=text,
        all_forms_errors=errors[:50],
        changes=changes[:SHOWN],
        change_count=len(changes),
    )
    status = 422 if errors else 200
    return render(request, "portal/settings/district_towns.html", context, status=status)


@require_safe
@for_administrator
def towns_csv(request: HttpRequest, scheme_code: str) -> HttpResponse:
    """The table as a file, with the mark that makes Excel read it as UTF-8."""
    scheme = found_scheme(scheme_code)
    response = HttpResponse("\ufeff" + service.table_text(scheme), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="towns-{scheme.code}.csv"'
    return response
