"""Forms of everything a search finds, in one file: asked for, watched, fetched."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gisportal.accounts.places import resolvers
from gisportal.modules.consentforms import source
from gisportal.modules.consentforms.models import ConsentBatch
from gisportal.modules.consentforms.views import address_of, file_answer
from gisportal.portal.answers import private
from gisportal.portal.links import EXTRA
from gisportal.portal.search_views import refusal, resource_source, viewer_of
from gisportal.problems import parameter_problem
from layers.errors import ParameterError


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """How many forms a search makes; posted, they are asked for."""
    if refused := refusal(request):
        return refused
    viewer = viewer_of(request)
    if viewer.account_id is None:
        raise Http404
    found = resource_source(request)
    try:
        query = found.parse(request.GET, extra=EXTRA, resolvers=resolvers(request))
    except ParameterError as error:
        return parameter_problem(request, error, without_url=reverse("portal:search"))
    ids = source.found_ids(found, query)
    too_many = len(ids) > source.MOST
    if request.method == "POST" and ids and not too_many:
        from gisportal.modules.consentforms.printing import ask_batch

        return redirect("consentforms:batch", ask_batch(viewer, ids, address_of(request)).pk)
    search = f"{reverse('portal:search')}?{request.GET.urlencode()}"
    context = {"count": len(ids), "too_many": too_many, "most": source.MOST, "search_url": search}
    return private(render(request, "consentforms/new_batch.html", context))


def _batch(request: HttpRequest, batch_id: int) -> ConsentBatch:
    """Raises ``Http404`` for a batch of somebody else."""
    found = source.batches(viewer_of(request)).filter(pk=batch_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far a batch is; looks again by itself until it is ready."""
    if refused := refusal(request):
        return refused
    found = _batch(request, batch_id)
    is_open = found.state in {ConsentBatch.State.WAITING, ConsentBatch.State.RUNNING}
    response = render(request, "consentforms/batch.html", {"batch": found, "is_open": is_open})
    if is_open:
        response["Refresh"] = "3"
    return private(response)


@require_safe
def download(request: HttpRequest, batch_id: int) -> FileResponse | HttpResponse:
    """The finished file, for who asked for it, while he may still edit all that is in it."""
    if refused := refusal(request):
        return refused
    found = _batch(request, batch_id)
    if found.state != ConsentBatch.State.DONE:
        raise Http404
    if len(source.still_editable(viewer_of(request), found.resource_ids)) < len(set(found.resource_ids)):
        raise Http404(_("Rights have changed since: make a new batch."))
    return file_answer(found.file, "application/pdf", f"consent-forms-{found.pk}")
