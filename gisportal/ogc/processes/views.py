"""Addresses of processes and jobs (OGC 18-062r2). What a viewer may not use does not exist."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from gisportal.ogc.models import OgcJob
from gisportal.ogc.negotiation import (
    HTML,
    READING,
    base_url,
    json_response,
    ogc_view,
    page,
    refuse_unknown,
    wanted_format,
)
from gisportal.ogc.part import link
from gisportal.ogc.processes import jobs as kept
from gisportal.ogc.processes.body import Execution, Unusable, read_execution
from gisportal.ogc.processes.documents import (
    described,
    no_such_job,
    no_such_process,
    process_of,
    refused,
    result_response,
    self_links,
    status_info,
    summary,
)
from gisportal.ogc.processes.kinds import ALL, BY_KEY
from gisportal.ogc.processes.listing import PARAMETERS, list_jobs
from gisportal.ogc.processes.pages import description_context, job_rows
from gisportal.ogc.processes.process import Process
from layers.access import Viewer, current_viewer
from layers.errors import ParameterError


@ogc_view
def processes(request: HttpRequest) -> HttpResponse:
    """``/processes``: what can be computed. ``limit`` (from 1) shortens the list."""
    refuse_unknown(request, "limit")
    viewer, base, written = current_viewer.get(), base_url(request), wanted_format(request)
    found: Sequence[Process] = ALL if viewer.is_served else ()
    if (given := request.GET.get("limit", "").strip()) != "":
        if not given.isascii() or not given.isdecimal() or len(given) > 9 or int(given) < 1:
            raise ParameterError("limit", _("Must be a whole number from 1."))
        found = found[: int(given)]
    document = {
        "processes": [summary(process, viewer, base) for process in found],
        "links": self_links(f"{base}/processes", written),
    }
    if written == HTML:
        return page(request, "processes", _("Processes"), processes=document["processes"])
    return json_response(document)


@ogc_view
def process(request: HttpRequest, process_id: str) -> HttpResponse:
    """``/processes/{id}``: what it takes and gives."""
    refuse_unknown(request)
    viewer, written = current_viewer.get(), wanted_format(request)
    if (found := process_of(process_id, viewer)) is None:
        return no_such_process(request)
    document = described(found, viewer, base_url(request), written)
    if written == HTML:
        return page(
            request, "process", str(found.title), **description_context(found, document, base_url(request))
        )
    return json_response(document)


# A token is asked for nothing it has not got: the body must be JSON, which no page of another site can post.
@csrf_exempt
@ogc_view(methods=("POST",))
@sensitive_variables("execution")
def execution(request: HttpRequest, process_id: str) -> HttpResponse:
    """``/processes/{id}/execution``: the answer at once, or with ``Prefer: respond-async`` a job."""
    refuse_unknown(request)
    viewer = current_viewer.get()
    if (found := process_of(process_id, viewer)) is None:
        return no_such_process(request)
    try:
        asked = read_execution(request, found)
    except Unusable as error:
        return refused(request, error.status, "", _("The request cannot be used"), error.detail)
    if _prefers_async(request) and viewer.account_id is not None:
        return _accepted(request, viewer, found, asked)
    return _at_once(request, viewer, found, asked)


def _prefers_async(request: HttpRequest) -> bool:
    wishes = request.headers.get("Prefer", "").replace(";", ",").split(",")
    return "respond-async" in {wish.strip().lower() for wish in wishes}


@sensitive_variables("asked")
def _at_once(request: HttpRequest, viewer: Viewer, found: Process, asked: Execution) -> HttpResponse:
    try:
        value = found.run(viewer, asked.inputs, kept.SECONDS_WAITING)
    except ParameterError as error:
        raise ParameterError(f"inputs.{error.parameter}", error.message) from error
    return result_response(found, value, asked.response)


@sensitive_variables("asked")
def _accepted(request: HttpRequest, viewer: Viewer, found: Process, asked: Execution) -> HttpResponse:
    try:
        job = kept.create_job(viewer, found, asked)
    except kept.TooManyJobs:
        response = refused(
            request,
            429,
            "",
            _("Too many jobs"),
            _("At most %(open)d jobs may wait at once, and %(kept)d be kept. Dismiss some, or wait.")
            % {"open": kept.MOST_OPEN, "kept": kept.MOST_KEPT},
        )
        response["Retry-After"] = "30"
        return response
    response = json_response(status_info(job, base_url(request)))
    response.status_code = 201
    response["Location"] = f"{base_url(request)}/jobs/{job.pk}"
    response["Preference-Applied"] = "respond-async"
    return _private(response)


@ogc_view
def jobs(request: HttpRequest) -> HttpResponse:
    """``/jobs``: one's own jobs, the newest first."""
    refuse_unknown(request, *PARAMETERS)
    base, written = base_url(request), wanted_format(request)
    found = list_jobs(OgcJob.objects.of(current_viewer.get()), request.GET)
    links = [*self_links(f"{base}/jobs", written)]
    given = [(key, value) for key, value in request.GET.items() if key not in {"offset", "f"}]
    for rel, offset, title in (
        ("prev", found.offset - found.limit, _("Earlier page")),
        ("next", found.offset + found.limit, _("Next page")),
    ):
        if (rel == "prev" and found.offset) or (rel == "next" and found.has_more):
            query = urlencode([("f", written), *given, ("offset", max(0, offset))])
            links.append(link(rel, "application/json", title, f"{base}/jobs?{query}"))
    if written == HTML:
        context: dict[str, Any] = {item["rel"]: item["href"] for item in links}
        return _private(page(request, "jobs", _("Jobs"), jobs=found.jobs, links=context, processes=BY_KEY))
    return _private(json_response({"jobs": [status_info(job, base) for job in found.jobs], "links": links}))


@csrf_exempt  # DELETE cannot be sent by a form, nor by another site's script without being allowed
@ogc_view(methods=(*READING, "DELETE"))
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """``/jobs/{id}``: how far it is; DELETE dismisses it, and forgets its answer."""
    refuse_unknown(request)
    base, written = base_url(request), wanted_format(request)
    found = OgcJob.objects.of(current_viewer.get()).filter(pk=job_id).first()
    if found is None:
        return no_such_job(request)
    if request.method == "DELETE":
        return _private(json_response(status_info(kept.dismiss(found), base)))
    document = status_info(found, base)
    if written == HTML:
        rows = job_rows(found)
        return _private(page(request, "job", _("Job"), job=found, rows=rows, document=document))
    return _private(json_response(document))


@ogc_view
def results(request: HttpRequest, job_id: str) -> HttpResponse:
    """``/jobs/{id}/results``: the answer; 404 while there is none, or after rights have changed."""
    refuse_unknown(request)
    viewer = current_viewer.get()
    found = OgcJob.objects.of(viewer).filter(pk=job_id).first()
    process_found = process_of(found.process, viewer) if found else None
    if found is None or process_found is None or found.scope != viewer.scope_key:
        return no_such_job(request)
    if found.status == OgcJob.Status.FAILED:
        return refused(request, 422, "", _("The job has failed"), found.message)
    if found.status != OgcJob.Status.SUCCESSFUL:
        return refused(
            request,
            404,
            "result-not-ready",
            _("Not ready"),
            _("The job has not ended yet; ask for its status."),
        )
    return result_response(process_found, found.result, found.response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
