"""What keepers do with a layer: describe it, go back to an edition, take it away and bring it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gisportal.modules.datasets import source
from gisportal.modules.datasets.forms import WordsForm
from gisportal.modules.datasets.guards import for_keepers
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.search_views import viewer_of
from layers.editing.errors import InvalidValues, NotAllowed
from layers.stored import services


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What is said of a layer and of its fields."""
    layer = source.kept_layer(request, slug)
    form = WordsForm(request.POST or None, initial=WordsForm.initial_of(layer))
    if request.method == "POST" and form.is_valid():
        titles = {
            item["key"]: {
                "title": request.POST.get(f"title-{item['key']}", ""),
                "unit": request.POST.get(f"unit-{item['key']}", ""),
            }
            for item in layer.fields
        }
        try:
            services.edit_layer(viewer_of(request), layer.pk, {**form.values(), "field_titles": titles})
        except InvalidValues as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("datasets:layer", slug=slug)
    errors = errors_of(form) if form.is_bound else []
    context = {"layer": layer, "form": form, "all_forms_errors": errors}
    return render(request, "datasets/edit.html", context, status=422 if errors else 200)


@require_POST
@for_keepers
def show_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows another edition that is still kept."""
    layer = source.kept_layer(request, slug)
    number = request.POST.get("number", "")
    try:
        services.show_edition(viewer_of(request), layer.pk, int(number) if number.isdecimal() else 0)
    except InvalidValues as error:
        messages.error(request, " ".join(text for texts in error.errors.values() for text in texts))
    else:
        messages.success(request, _("Edition %(number)s is shown now.") % {"number": number})
    return redirect("datasets:layer", slug=slug)


@require_POST
@for_keepers
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Into the trash; the list says how to bring it back."""
    layer = source.kept_layer(request, slug)
    services.remove_layer(viewer_of(request), layer.pk)
    messages.success(
        request,
        _("“%(title)s” lies in the trash now. It can be brought back below.") % {"title": layer.title},
    )
    return redirect("datasets:index")


@require_POST
@for_keepers
def restore(request: HttpRequest, layer_id: int) -> HttpResponse:
    """Out of the trash, as it was."""
    try:
        layer = services.restore_layer(viewer_of(request), layer_id)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("“%(title)s” is back.") % {"title": layer.title})
    return redirect("datasets:layer", slug=layer.slug)
