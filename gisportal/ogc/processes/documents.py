"""Documents of processes and jobs, and refusals with the types the standard names (OGC 18-062r2, 7.11.5)."""

import json
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.ogc.models import OgcJob
from gisportal.ogc.negotiation import HTML, PROBLEM, problem
from gisportal.ogc.part import Link, link
from gisportal.ogc.processes.kinds import BY_KEY
from gisportal.ogc.processes.process import Process
from layers.access import Viewer

EXCEPTIONS: Final = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
RELATIONS: Final = "http://www.opengis.net/def/rel/ogc/1.0"


def refused(request: HttpRequest, status: int, kind: str, title: str, detail: str) -> HttpResponse:
    """Problem details; ``kind``: the last word of the standard's type, empty where it names none."""
    response = problem(request, status, title, detail)
    if kind and response["Content-Type"].startswith(PROBLEM):
        body = {**json.loads(response.content), "type": f"{EXCEPTIONS}/{kind}"}
        response.content = json.dumps(body, ensure_ascii=False).encode()
    return response


def no_such_process(request: HttpRequest) -> HttpResponse:
    """404 of a process."""
    return refused(
        request,
        404,
        "no-such-process",
        _("No such process"),
        _("There is no process of this name, or not for you."),
    )


def no_such_job(request: HttpRequest) -> HttpResponse:
    """404 of a job."""
    return refused(
        request,
        404,
        "no-such-job",
        _("No such job"),
        _("There is no job of this number, or its time is over."),
    )


def described(process: Process, viewer: Viewer, base: str, written: str) -> dict[str, Any]:
    """The description of a process with its links."""
    address = f"{base}/processes/{process.key}"
    return {
        **process.described(viewer),
        "links": [
            *self_links(address, written),
            link(f"{RELATIONS}/execute", "application/json", _("Execution"), f"{address}/execution"),
            link("up", "application/json", _("Processes"), f"{base}/processes"),
        ],
    }


def summary(process: Process, viewer: Viewer, base: str) -> dict[str, Any]:
    """A process in the list."""
    address = f"{base}/processes/{process.key}"
    title = str(process.title)
    return {
        **process.summary(viewer),
        "links": [link("self", "application/json", title, f"{address}?f=json")],
    }


def self_links(address: str, written: str) -> list[Link]:
    """This document, and the same in the other format."""
    as_json, as_html = ("alternate", "self") if written == HTML else ("self", "alternate")
    return [
        link(as_json, "application/json", _("This document as JSON"), f"{address}?f=json"),
        link(as_html, "text/html", _("This document as HTML"), f"{address}?f=html"),
    ]


def status_info(job: OgcJob, base: str) -> dict[str, Any]:
    """What the standard says of a job (statusInfo)."""
    address = f"{base}/jobs/{job.pk}"
    links = [link("self", "application/json", _("Status"), address)]
    if job.status == OgcJob.Status.SUCCESSFUL:
        links.append(link(f"{RELATIONS}/results", "application/json", _("Results"), f"{address}/results"))
    links.append(link("up", "application/json", _("Jobs"), f"{base}/jobs"))
    found = {
        "processID": job.process,
        "type": "process",
        "jobID": str(job.pk),
        "status": job.status,
        "message": job.message or str(OgcJob.Status(job.status).label),
        "progress": job.progress,
        "created": _written(job.created_at),
        "started": _written(job.started_at),
        "finished": _written(job.finished_at),
        "updated": _written(job.updated_at),
        "expires": _written(job.expires_at),
        "links": links,
    }
    return {key: value for key, value in found.items() if value is not None}


def _written(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def result_response(process: Process, value: Any, response: str) -> HttpResponse:
    """The value alone, or in a document by the output's name; nobody keeps it."""
    media = process.output.media
    if response == "document":
        # An object is written qualified, so that nobody takes its members for those of a link (results.yaml).
        value = {
            process.output.key: value if isinstance(value, list) else {"value": value, "mediaType": media}
        }
        media = "application/json"
    body = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    answer = HttpResponse(body.encode(), content_type=media)
    answer["Cache-Control"] = "no-store"
    return answer


def process_of(key: str, viewer: Viewer) -> Process | None:
    """A process the viewer may use: those who may use districts and geocoding (design §4)."""
    return BY_KEY.get(key) if viewer.is_served else None
